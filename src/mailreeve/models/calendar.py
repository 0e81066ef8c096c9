"""Events, and what is to be done with one."""

import datetime as dt
from collections.abc import Iterable
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
    recurrence: tuple[str, ...] = ()
    """RRULE, RDATE and EXDATE lines (RFC 5545) of a series."""
    series: str = ""
    """Of an occurrence that differs from its series: the series' id."""
    original: Moment | None = None
    """When such an occurrence would be otherwise."""
    kind: str = "default"
    """Google's event type; outOfOffice, workingLocation and the like are no appointments."""

    @property
    def gone(self) -> bool:
        """Deleted, or cancelled by its organizer."""
        return self.status == "cancelled"

    @property
    def answer(self) -> str:
        """The person's own answer; empty when they are no guest."""
        return next((one.answer for one in self.attendees if one.own), "")

    @property
    def shared(self) -> bool:
        """Somebody else organizes it or is invited."""
        return not self.own or any(not one.own for one in self.attendees)


@dataclass(frozen=True, slots=True)
class Entry:
    """What is one item on a CalDAV server: an event, or a series with the occurrences that differ from it."""

    event: Event
    apart: tuple[Event, ...] = ()

    @property
    def id(self) -> str:
        """Google's id of the event or of the series."""
        return self.event.id

    @property
    def etag(self) -> str:
        """Changes whenever the event or one of the occurrences does."""
        return joined_etag((self.event, *self.apart))


def joined_etag(events: Iterable[Event]) -> str:
    """One etag for a series and its occurrences, in whatever order."""
    return " ".join(sorted(one.etag for one in events))


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
