"""iCalendar objects as CalDAV servers keep them (RFC 5545, RFC 4791): an event, or a series, written and read.

Guests are never written: a server with scheduling (RFC 6638) would write to them. What is read is hostile: bounded,
every value one line but the description's. An object that is changed keeps what we do not know, such as alarms.
"""

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mailreeve.errors import InputError
from mailreeve.mail.invisible import clean, one_line
from mailreeve.models import Entry, Event, Moment

if TYPE_CHECKING:
    from icalendar import Calendar, Component
    from icalendar import Event as VEvent

LIMIT = 200_000
"""Characters of one object that are read."""
_OURS = (
    "UID", "SUMMARY", "LOCATION", "DESCRIPTION", "DTSTART", "DTEND", "DURATION", "RRULE", "RDATE", "EXDATE",
    "TRANSP", "ATTENDEE", "ORGANIZER", "DTSTAMP",
)  # fmt: skip
_OWN = "X-MAILREEVE-OCCURRENCE"
"""Marks the occurrences that came from Google; others are the server's own, and stay."""
_REPEATS = ("RRULE", "RDATE", "EXDATE")


@dataclass(frozen=True, slots=True)
class Item:
    """One object of a collection."""

    entry: Entry
    uid: str
    shared: bool
    """It names guests or an organizer."""
    apart: int
    """Occurrences that differ from their series and did not come from Google."""


def write(entry: Entry, uid: str, before: str = "") -> str:
    """An object; alarms and unknown properties of `before`, an older one, stay. Raises InputError."""
    import icalendar

    calendar = _parsed(before) if before else icalendar.Calendar()
    if not before:
        calendar.add("prodid", "-//Mailreeve//EN")
        calendar.add("version", "2.0")
    old = [one for one in calendar.subcomponents if isinstance(one, icalendar.Event)]
    master = next((one for one in old if "RECURRENCE-ID" not in one), icalendar.Event())
    theirs = [one for one in old if "RECURRENCE-ID" in one and _OWN not in one]
    calendar.subcomponents = [one for one in calendar.subcomponents if not isinstance(one, icalendar.Event)]
    _put(master, entry.event, uid)
    for one in entry.apart:
        if one.gone and one.original is not None:
            master.add("exdate", _moment(one.original))
    for component in (master, *theirs, *(_differing(one, uid) for one in entry.apart if not one.gone)):
        calendar.add_component(component)
    calendar.add_missing_timezones()
    return str(calendar.to_ical().decode())


def _differing(one: Event, uid: str) -> "Component":
    import icalendar

    made = icalendar.Event()
    _put(made, one, uid)
    if one.original is not None:
        made.add("recurrence-id", _moment(one.original))
    made.add(_OWN, "1")
    return made


def _put(component: "Component", event: Event, uid: str) -> None:
    if event.start is None or event.end is None:
        raise InputError(f"The event {event.title[:60]!r} has no time.", "Give it one.")
    for name in _OURS:
        component.pop(name, None)
    component.add("uid", uid)
    component.add("dtstamp", dt.datetime.now(dt.UTC).replace(microsecond=0))
    component.add("dtstart", _moment(event.start))
    component.add("dtend", _moment(event.end))
    title, place, text = _texts(event)
    for name, value in (("summary", title), ("location", place), ("description", text)):
        if value:
            component.add(name, value)
    component.add("transp", "TRANSPARENT" if event.free else "OPAQUE")
    for name, found in _repeating(event.recurrence).items():
        component[name] = found


def _texts(event: Event) -> tuple[str, str, str]:
    return one_line(event.title)[:1000], one_line(event.place)[:1000], clean(event.text).text.strip()[:8000]


def _moment(told: Moment) -> Moment:
    """A time in a zone with a name, else in UTC."""
    if isinstance(told, dt.datetime) and not getattr(told.tzinfo, "key", ""):
        return told.astimezone(dt.UTC)
    return told


def _repeating(lines: tuple[str, ...]) -> dict[str, Any]:
    """The properties of Google's recurrence lines. Raises InputError."""
    if not lines:
        return {}
    text = "\r\n".join(
        ("BEGIN:VCALENDAR", "BEGIN:VEVENT", *map(one_line, lines), "END:VEVENT", "END:VCALENDAR")
    )
    component = next(iter(_parsed(text).walk("VEVENT")))
    return {name: component[name] for name in _REPEATS if name in component}


def _parsed(text: str) -> "Calendar":
    import icalendar

    try:
        found = icalendar.Calendar.from_ical(text[:LIMIT])
    except Exception as error:  # noqa: BLE001 -- whatever a library raises over hostile text, one item is told
        raise InputError(
            f"The calendar object cannot be read: {type(error).__name__}.", "Look at it on the server."
        ) from None
    if not isinstance(found, icalendar.Calendar):
        raise InputError("This is no calendar object.", "Look at it on the server.")
    return found


def read(text: str, zone: dt.tzinfo) -> Item | None:
    """The event of an object; None when there is none or it is cancelled. `zone` is for times that name none.

    Raises InputError for what cannot be read.
    """
    import icalendar

    events = [one for one in _parsed(text).subcomponents if isinstance(one, icalendar.Event)]
    master = next((one for one in events if "RECURRENCE-ID" not in one), None)
    if master is None or str(master.get("STATUS", "")).upper() == "CANCELLED":
        return None
    try:
        event = _event(master, zone)
    except InputError:
        raise
    except Exception as error:  # noqa: BLE001 -- as above
        raise InputError(
            f"The event cannot be read: {type(error).__name__}.", "Look at it on the server."
        ) from None
    apart = sum("RECURRENCE-ID" in one and _OWN not in one for one in events)
    shared = "ATTENDEE" in master or "ORGANIZER" in master
    return Item(Entry(event), one_line(str(master.get("UID", "")))[:500], shared, apart)


def _event(component: "VEvent", zone: dt.tzinfo) -> Event:
    start, end = _placed(component.start, zone), _placed(component.end, zone)
    recurrence = _lines(component)
    place = start.tzinfo if isinstance(start, dt.datetime) else dt.UTC
    if recurrence and not getattr(place, "key", "") and place is not dt.UTC:
        raise InputError(
            "The time zone of a series is not known.", "Give it a zone such as Europe/Oslo on the server."
        )
    return Event(
        id="",
        etag="",
        uid=one_line(str(component.get("UID", "")))[:500],
        title=one_line(str(component.get("SUMMARY", "")))[:1000],
        start=start,
        end=end,
        place=one_line(str(component.get("LOCATION", "")))[:1000],
        text=clean(str(component.get("DESCRIPTION", ""))).text.strip()[:8000],
        free=str(component.get("TRANSP", "")).upper() == "TRANSPARENT",
        recurrence=recurrence,
    )


def _placed(moment: Moment, zone: dt.tzinfo) -> Moment:
    """A time that names no zone is the person's own."""
    if isinstance(moment, dt.datetime) and moment.tzinfo is None:
        return moment.replace(tzinfo=zone)
    return moment


def _lines(component: "Component") -> tuple[str, ...]:
    """How a series repeats, in one form whoever wrote it; single times in UTC, because zones have many names."""
    made = []
    for name in _REPEATS:
        found = component.get(name, [])
        for one in found if isinstance(found, list) else [found]:
            if name == "RRULE":
                made.append(f"RRULE:{one.to_ical().decode()}")
            else:
                made += [_single(name, each.dt) for each in one.dts]
    return tuple(sorted(made))


def _single(name: str, moment: Moment) -> str:
    if isinstance(moment, dt.datetime):
        return f"{name}:{moment.astimezone(dt.UTC):%Y%m%dT%H%M%SZ}"
    return f"{name};VALUE=DATE:{moment:%Y%m%d}"


def same(left: Entry, right: Entry) -> bool:
    """Both say the same, as far as an object can say it."""
    return _told(left.event) == _told(right.event) and not left.apart and not right.apart


def _told(event: Event) -> tuple[object, ...]:
    import icalendar

    repeating = icalendar.Event()
    for name, found in _repeating(event.recurrence).items():
        repeating[name] = found
    return (*_texts(event), event.start, event.end, event.free, _lines(repeating))
