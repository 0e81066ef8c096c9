"""Filling a new mailbox: from a file, or with the built-in demo. An old state file is left as it is."""

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from mailreeve.sandbox import conversations, demo, gmail_drafts, labels, mailboxes, messages, tokens
from mailreeve.sandbox.mailboxes import Found
from mailreeve.sandbox.state import State

DEFAULT_ACCOUNT = demo.ACCOUNT


def source(
    mbox: Path | None = None, maildir: Path | None = None, eml: Path | None = None
) -> Iterable[Found] | None:
    """The messages of the named files, or None for the demo mailbox."""
    if mbox is maildir is eml is None:
        return None
    return _chained(mbox, maildir, eml)


def _chained(mbox: Path | None, maildir: Path | None, eml: Path | None) -> Iterator[Found]:
    if mbox:
        yield from mailboxes.mbox(mbox)
    if maildir:
        yield from mailboxes.maildir(maildir)
    if eml:
        yield from mailboxes.eml(eml)


def fill(state: State, mails: Iterable[Found] | None) -> None:
    """Set up the mailbox once, in one transaction: killed half-way, nothing was loaded."""
    with state.transaction():
        if state.meta("loaded"):
            return
        labels.create_system(state)
        tokens.create_printed(state)
        _own_address(state)
        if mails is None:
            for name in demo.USER_LABELS:
                labels.named(state, name)
            mails = _demo(state)
        now = state.now_ms()
        for mail in mails:
            _add(state, mail, now)
        state.set_meta("history_floor", state.history)
        state.set_meta("loaded", 1)


def _own_address(state: State) -> None:
    local = state.account.partition("@")[0]
    name = " ".join(word.capitalize() for word in re.split(r"[._+-]+", local) if word)
    state.execute(
        "insert into send_as (email, name, reply_to, signature, is_primary, is_default) values (?, ?, '', '', 1, 1)",
        (state.account.lower(), name),
    )


def _demo(state: State) -> Iterator[Found]:
    """The demo mail, dated in the machine's own zone."""
    now = datetime.fromtimestamp(state.now_ms() / 1000, UTC).astimezone()
    for mail in demo.messages(now):
        yield Found(mail.raw, mail.labels, int(mail.internal_date.timestamp() * 1000))


def _add(state: State, mail: Found, now: int) -> None:
    date = now if mail.date is None else min(mail.date, now)
    thread = conversations.of_incoming(state, mail.raw)
    if "DRAFT" in mail.labels:
        gmail_drafts.put(state, mail.raw, thread, date, record=False)
        return
    label_ids = [labels.named(state, name) for name in mail.labels]
    messages.add(state, mail.raw, label_ids, date, thread=thread, record=False)
