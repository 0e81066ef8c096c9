"""Sync tokens: the newest change that a list saw, and when it was made."""

import base64
import binascii

from mailreeve.sandbox.errors import bad_request
from mailreeve.sandbox.state import State


def stamp(state: State, counter: str) -> int:
    """The number of a new change."""
    newest = int(state.meta(counter) or 0) + 1
    state.set_meta(counter, newest)
    return newest


def token(state: State, newest: int) -> str:
    """The token of a list that saw every change up to `newest`."""
    return base64.urlsafe_b64encode(f"{newest}.{state.now_ms()}".encode()).decode().rstrip("=")


def read(text: str) -> tuple[int, int]:
    """The change that the caller has seen, and when the token was made (ms); ApiError 400 for one that is not ours."""
    try:
        plain = base64.b64decode(text + "=" * (-len(text) % 4), b"-_", validate=True).decode("ascii")
        seen, made = (int(part) for part in plain.split("."))
    except (binascii.Error, ValueError):
        raise bad_request("Sync token is invalid.", "syncToken") from None
    return seen, made
