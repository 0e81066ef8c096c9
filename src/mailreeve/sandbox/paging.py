"""maxResults and pageToken: opaque tokens that carry the last key of the page before."""

import base64
import binascii

from mailreeve.sandbox.errors import bad_request
from mailreeve.sandbox.http import Call

DEFAULT = 100
LARGEST = 500


def size(call: Call) -> int:
    """maxResults: 100 when left out, at most 500 ("The maximum allowed value for this field is 500")."""
    text = call.one("maxResults")
    if not text:
        return DEFAULT
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise bad_request(f"Invalid value at 'max_results' (TYPE_UINT32), \"{text}\"", "maxResults")
    return min(int(text), LARGEST) or DEFAULT


def token(*key: int) -> str:
    """The token for the page behind a key."""
    return base64.urlsafe_b64encode(".".join(map(str, key)).encode()).decode().rstrip("=")


def key(call: Call, parts: int) -> tuple[int, ...]:
    """The key in pageToken, or an empty tuple on the first page; ApiError 400 when it is none of ours."""
    text = call.one("pageToken")
    if not text:
        return ()
    try:
        plain = base64.b64decode(text + "=" * (-len(text) % 4), b"-_", validate=True)
        found = tuple(int(part) for part in plain.decode("ascii").split("."))
    except (binascii.Error, ValueError):
        found = ()
    if len(found) != parts:
        raise bad_request("Invalid pageToken", "pageToken")
    return found


def number(call: Call) -> int:
    """A key of one part, 0 on the first page."""
    found = key(call, 1)
    return found[0] if found else 0
