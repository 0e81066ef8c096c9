"""Sync tokens of the People API: what changed since a list, for seven days.

Source: developers.google.com/people/api/rest/v1/people.connections/list ("Sync tokens expire 7 days after the
full sync ... an error with an google.rpc.ErrorInfo with reason EXPIRED_SYNC_TOKEN").
"""

import base64
import binascii

from mailreeve.sandbox.errors import ApiError, bad_request
from mailreeve.sandbox.http import Call
from mailreeve.sandbox.state import State

LIFETIME_MS = 7 * 24 * 3600 * 1000
LARGEST = 1000


def stamp(state: State) -> int:
    """The number of a new change."""
    newest = int(state.meta("people") or 0) + 1
    state.set_meta("people", newest)
    return newest


def token(state: State, newest: int) -> str:
    """The token of a list that saw every change up to `newest`."""
    return base64.urlsafe_b64encode(f"{newest}.{state.now_ms()}".encode()).decode().rstrip("=")


def window(call: Call) -> tuple[int, int]:
    """The change that the caller has seen and the newest one; ApiError 400 for a token too old or not ours."""
    newest = int(call.state.meta("people") or 0)
    text = call.one("syncToken")
    if not text:
        return 0, newest
    try:
        plain = base64.b64decode(text + "=" * (-len(text) % 4), b"-_", validate=True).decode("ascii")
        seen, made = (int(part) for part in plain.split("."))
    except (binascii.Error, ValueError):
        raise bad_request("Sync token is invalid.", "syncToken") from None
    if call.state.now_ms() - made > LIFETIME_MS:
        raise ApiError(
            400,
            "Sync token is expired. Clear local cache and retry call without the sync token.",
            "failedPrecondition",
            detail="EXPIRED_SYNC_TOKEN",
        )
    return seen, newest


def size(call: Call) -> int:
    """pageSize: 100 when left out, between 1 and 1000."""
    text = call.one("pageSize") or "100"
    if not text.isascii() or not text.isdigit() or not 1 <= int(text[:9]) <= LARGEST:
        raise bad_request(f"Page size must be between 1 and {LARGEST}.", "pageSize")
    return int(text)
