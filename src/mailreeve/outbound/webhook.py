"""Standard Webhooks 1.0 (https://www.standardwebhooks.com): signed deliveries, and what an answer means."""

import base64
import binascii
import hashlib
import hmac
import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import StrEnum

from mailreeve.cancel import Cancel
from mailreeve.errors import DestinationRefused, DestinationUnavailable, InputError
from mailreeve.outbound.event import ID
from mailreeve.outbound.place import Place
from mailreeve.outbound.wire import Wire

MOST_WAIT = 86_400
"""Seconds of a Retry-After that are honoured."""
_PREFIX = "whsec_"


class State(StrEnum):
    """What became of one delivery."""

    DELIVERED = "delivered"
    RETRY = "retry"
    GONE = "gone"
    """The receiver wants nothing any more: the destination is switched off."""
    REFUSED = "refused"
    """Trying again cannot help until a person corrects the destination."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """The state and its reason, one sentence without the receiver's words."""

    state: State
    reason: str
    status: int = 0
    """The HTTP status; 0 when there was none."""
    wait: int = 0
    """Seconds that the receiver asks us to wait at least."""
    ticket: str = ""
    """The ticket that the event went to, by the id of its system."""
    link: str = ""
    """Its page."""


def new_secret() -> str:
    """A signing secret of 256 bits, as both sides keep it."""
    return _PREFIX + base64.b64encode(secrets.token_bytes(32)).decode("ascii")


def key(secret: str) -> bytes:
    """The bytes of a secret. Raises InputError unless it is whsec_ and base64 of 24 to 64 bytes; never shows it."""
    try:
        found = base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
    except (binascii.Error, ValueError):
        found = b""
    if not secret.startswith(_PREFIX) or not 24 <= len(found) <= 64:
        raise InputError("The secret of a destination is none.", "It is whsec_ and base64 of 24 to 64 bytes.")
    return found


def signed(delivery_id: str, at: datetime, body: bytes, secrets: Sequence[str]) -> dict[str, str]:
    """The headers of a delivery. With two secrets, while one replaces the other, it carries both signatures.

    The id stays the same when it is tried again; the time is that of the attempt.
    """
    if not ID.fullmatch(delivery_id) or not secrets:
        raise InputError("A delivery needs an id of letters and digits, and a secret.", "Set `secrets`.")
    seconds = str(int(at.timestamp()))
    content = b".".join((delivery_id.encode("ascii"), seconds.encode("ascii"), body))
    signatures = [
        base64.b64encode(hmac.digest(key(one), content, hashlib.sha256)).decode() for one in secrets
    ]
    return {
        "Content-Type": "application/json",
        "webhook-id": delivery_id,
        "webhook-timestamp": seconds,
        "webhook-signature": " ".join(f"v1,{one}" for one in signatures),
    }


def post(wire: Wire, place: Place, body: bytes, headers: Mapping[str, str], cancel: Cancel) -> Outcome:
    """Deliver once. Raises Cancelled before the request, and nothing else."""
    try:
        answer = wire.post(place, body, headers, cancel)
    except DestinationRefused as error:
        return Outcome(State.REFUSED, error.message)
    except DestinationUnavailable as error:
        return Outcome(State.RETRY, error.message)
    return judged(answer.status, answer.retry_after, datetime.now(UTC))


def judged(status: int, retry_after: str, now: datetime) -> Outcome:
    """What a status means (Standard Webhooks, "Delivery success and failure")."""
    if 200 <= status < 300:
        return Outcome(State.DELIVERED, "It was taken.", status)
    if status == 410:
        return Outcome(State.GONE, "The receiver is gone (410) and wants nothing any more.", status)
    if 300 <= status < 400:
        return Outcome(
            State.REFUSED, f"The receiver points elsewhere ({status}), which is not followed.", status
        )
    return Outcome(State.RETRY, f"The receiver did not take it ({status}).", status, _wait(retry_after, now))


def _wait(text: str, now: datetime) -> int:
    """Retry-After in seconds (RFC 9110 10.2.3: seconds or a date); 0 for what is neither."""
    if re.fullmatch(r"[0-9]{1,9}", text):
        return min(int(text), MOST_WAIT)
    try:
        until = parsedate_to_datetime(text)
    except (ValueError, TypeError, OverflowError):
        return 0
    until = until if until.tzinfo else until.replace(tzinfo=UTC)
    return min(max(0, int((until - now).total_seconds())), MOST_WAIT)
