"""Sync tokens of the People API: what changed since a list, for seven days.

Source: developers.google.com/people/api/rest/v1/people.connections/list ("Sync tokens expire 7 days after the
full sync ... an error with an google.rpc.ErrorInfo with reason EXPIRED_SYNC_TOKEN").
"""

from mailreeve.sandbox import sync_tokens
from mailreeve.sandbox.errors import ApiError, bad_request
from mailreeve.sandbox.http import Call

LIFETIME_MS = 7 * 24 * 3600 * 1000
LARGEST = 1000


def window(call: Call) -> tuple[int, int]:
    """The change that the caller has seen and the newest one; ApiError 400 for a token too old or not ours."""
    newest = int(call.state.meta("people") or 0)
    text = call.one("syncToken")
    if not text:
        return 0, newest
    seen, made = sync_tokens.read(text)
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
