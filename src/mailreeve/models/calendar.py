"""Events, and what is to be done with one."""

import datetime as dt
from dataclasses import dataclass

from mailreeve.models.plain import Json

Moment = dt.datetime | dt.date
"""A time with its zone, or a whole day."""


@dataclass(frozen=True, slots=True)
class Attendee:
    """Somebody who is invited; `answer` is needsAction, accepted, declined or tentative."""

    address: str
    name: str = ""
    answer: str = "needsAction"
    own: bool = False
    """The person themselves."""


@dataclass(frozen=True, slots=True)
class Event:
    """One event of a calendar. A whole day ends on the day after."""

    id: str
    etag: str
    uid: str
    """The iCalendar UID, the same in every guest's calendar and in the invitation by mail."""
    title: str
    start: Moment | None
    end: Moment | None
    place: str = ""
    text: str = ""
    organizer: str = ""
    own: bool = True
    """The person organizes it."""
    attendees: tuple[Attendee, ...] = ()
    status: str = "confirmed"
    free: bool = False
    """It does not make the person busy."""
    url: str = ""
    sequence: int = 0
    mark: str = ""
    """Our own mark of the change that made it so."""

    @property
    def gone(self) -> bool:
        """Deleted, or cancelled by its organizer."""
        return self.status == "cancelled"

    @property
    def answer(self) -> str:
        """The person's own answer; empty when they are no guest."""
        return next((one.answer for one in self.attendees if one.own), "")


@dataclass(frozen=True, slots=True)
class EventPage:
    """One page of events; `token` stands on the last one, `zone` is the calendar's."""

    items: tuple[Event, ...]
    next: str
    token: str
    zone: str


@dataclass(frozen=True, slots=True)
class Busy:
    """A stretch in which somebody is busy."""

    start: dt.datetime
    end: dt.datetime


@dataclass(frozen=True, slots=True)
class EventRequest:
    """One change of a calendar: exactly what goes to Google once a person has said yes."""

    method: str
    """insert, patch or delete."""
    event: str
    """The event's id, for a new one chosen by us."""
    etag: str
    """The state that the change is of; empty for a new event."""
    notify: bool
    """Google writes to the guests, or to the organizer."""
    body: Json
