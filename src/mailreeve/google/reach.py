"""Small questions that a check asks: is Google there, what time is it, whose login is this.

Each is asked once and not repeated, so that the answer says at once what is wrong.
"""

import time
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime

from mailreeve.errors import GoogleUnavailable, QuotaSpent
from mailreeve.google import border, shapes
from mailreeve.google.border import Refusal
from mailreeve.google.endpoints import endpoints
from mailreeve.google.transport import Transport
from mailreeve.google.wire import Answer, no_surprises
from mailreeve.models import Profile


@dataclass(frozen=True, slots=True)
class Reached:
    """The Gmail API answered."""

    milliseconds: int
    """From the question to the answer, the connection included."""
    ahead: float | None
    """Seconds by which this machine's clock is ahead of Google's; None when Google did not say the time."""


def reach(base: str | None, timeout: float) -> Reached:
    """Ask the Gmail API for a profile without a login: it refuses in its own words, and that is the answer.

    Raises GoogleUnavailable when nobody or somebody else answers, QuotaSpent.
    """
    import requests

    addresses = endpoints(base)
    asked, began = time.time(), time.monotonic()
    try:
        with requests.Session() as session:
            no_surprises(session, addresses)
            response = session.get(
                f"{addresses.root}/gmail/v1/users/me/profile", timeout=timeout, allow_redirects=False
            )
    except requests.RequestException as error:
        raise border.broken(error, "getProfile", loopback=addresses.is_loopback).error from None
    took = time.monotonic() - began
    headers = {name.lower(): value for name, value in response.headers.items()}
    answer = border.understand(Answer(response.status_code, headers, response.content), "getProfile")
    if isinstance(answer, Refusal) and isinstance(answer.error, GoogleUnavailable | QuotaSpent):
        raise answer.error
    said = moment(headers.get("date", ""))
    return Reached(round(took * 1000), None if said is None else asked + took / 2 - said.timestamp())


def moment(date: str) -> datetime | None:
    """The time of a Date header (RFC 9110, 6.6.1: whole seconds)."""
    try:
        return parsedate_to_datetime(date)
    except (ValueError, IndexError, TypeError):
        return None


def profile_once(transport: Transport) -> Profile:
    """Whose login it is. Raises GoogleError, LoginNeeded or Cancelled."""
    transport.spend("getProfile")
    result = transport.attempt(transport.users.getProfile(userId="me"), "getProfile")
    if isinstance(result, Refusal):
        raise result.error
    return shapes.profile(result)
