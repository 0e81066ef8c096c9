"""Sync tokens of the Calendar API: what changed since a list; too old ones answer 410.

Source: developers.google.com/workspace/calendar/api/guides/sync. How long a token lives is not told; here four weeks.
"""

from mailreeve.sandbox import sync_tokens
from mailreeve.sandbox.errors import ApiError, bad_request
from mailreeve.sandbox.http import Call

LIFETIME_MS = 28 * 24 * 3600 * 1000
LARGEST = 2500
_NOT_WITH_TOKEN = ("iCalUID", "orderBy", "timeMax", "timeMin")


def window(call: Call) -> tuple[int, int]:
    """The change that the caller has seen and the newest one; ApiError 410 for a token that is too old."""
    newest = int(call.state.meta("events") or 0)
    text = call.one("syncToken")
    if not text:
        return 0, newest
    if any(call.one(name) for name in _NOT_WITH_TOKEN):
        raise bad_request("The sync token cannot be used with these parameters.", "syncToken")
    seen, made = sync_tokens.read(text)
    if call.state.now_ms() - made > LIFETIME_MS:
        raise ApiError(410, "Sync token is no longer valid, a full sync is required.", "fullSyncRequired")
    return seen, newest


def size(call: Call) -> int:
    """maxResults: 250 when left out, at most 2500."""
    text = call.one("maxResults") or "250"
    if not text.isascii() or not text.isdigit():
        raise bad_request("Invalid value for maxResults.", "maxResults")
    return max(1, min(int(text[:9]), LARGEST))
