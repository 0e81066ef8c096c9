"""Opening a mailbox to serve: options to state."""

import json
import sqlite3
from dataclasses import dataclass
from pathlib import Path

from mailreeve.sandbox import faults, loading
from mailreeve.sandbox.errors import ApiError
from mailreeve.sandbox.state import State


@dataclass(frozen=True, slots=True)
class Options:
    """What `mailreeve sandbox` is asked for."""

    file: Path
    account: str = ""
    """The address of the mailbox; empty: found in the mail that was sent, else the demo's."""
    mbox: Path | None = None
    maildir: Path | None = None
    eml: Path | None = None
    empty: bool = False
    """No mail at all, for tests."""
    quota: str = "2026"
    faults: Path | None = None


class StartError(Exception):
    """The sandbox cannot be started as asked; the message says why."""


def open_state(options: Options) -> State:
    """The state of a mailbox, filled when it is new.

    Raises StartError when a file cannot be used or the faults are wrong.
    """
    try:
        return _opened(options)
    except ApiError as error:
        raise StartError(error.message) from None
    except (OSError, sqlite3.Error) as error:
        raise StartError(f"{options.file}: {error}.") from None


def _opened(options: Options) -> State:
    state = State(options.file, options.account)
    try:
        mails = () if options.empty else loading.source(options.mbox, options.maildir, options.eml)
        loading.fill(state, mails)
        with state.transaction():
            state.set_meta("quota", options.quota)
            if options.faults:
                faults.replace(state, _read(options.faults))
    except BaseException:
        state.close()
        raise
    return state


def _read(file: Path) -> object:
    try:
        value: object = json.loads(file.read_text(encoding="utf-8"))
    except ValueError as error:
        raise StartError(f"{file} is not JSON: {error}.") from None
    return value
