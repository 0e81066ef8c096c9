"""Google's events -> frozen records."""

import datetime as dt
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from mailreeve.google.shapes import objects
from mailreeve.models import Attendee, Busy, Event, Json, Moment

MARK = "mailreeve"
"""The private extended property that says which change of ours made an event what it is."""
_LONGEST = 1000


def event(body: Json) -> Event:
    """An event resource; of a deleted one only ids and status are there."""
    organizer, extended = _object(body.get("organizer")), _object(body.get("extendedProperties"))
    private = _object(extended.get("private"))
    return Event(
        id=str(body.get("id", "")),
        etag=str(body.get("etag", "")),
        uid=str(body.get("iCalUID", "")),
        title=_short(body.get("summary")),
        start=moment(_object(body.get("start"))),
        end=moment(_object(body.get("end"))),
        place=_short(body.get("location")),
        text=str(body.get("description") or "")[:20_000],
        organizer=_short(organizer.get("email")),
        own=bool(organizer.get("self", not organizer)),
        attendees=tuple(_attendee(one) for one in objects(body.get("attendees")) if one.get("email")),
        status=str(body.get("status", "confirmed")),
        free=body.get("transparency") == "transparent",
        url=str(body.get("htmlLink", "")),
        sequence=int(body.get("sequence") or 0),
        mark=_short(private.get(MARK)),
        recurrence=_lines(body.get("recurrence")),
        series=str(body.get("recurringEventId", "")),
        original=moment(_object(body.get("originalStartTime"))),
        kind=str(body.get("eventType", "default")),
    )


def _object(value: object) -> Json:
    return value if isinstance(value, dict) else {}


def _lines(value: object) -> tuple[str, ...]:
    return tuple(_short(one) for one in value[:50]) if isinstance(value, list) else ()


def _short(value: object) -> str:
    return str(value or "")[:_LONGEST]


def _attendee(one: Json) -> Attendee:
    answer = str(one.get("responseStatus", "needsAction"))
    return Attendee(_short(one["email"]), _short(one.get("displayName")), answer, bool(one.get("self")))


def moment(told: Json) -> Moment | None:
    """A day, or a time with its zone; a zone that nobody knows leaves the offset that is written."""
    try:
        if told.get("date"):
            return dt.date.fromisoformat(str(told["date"]))
        time = dt.datetime.fromisoformat(str(told.get("dateTime", "")))
        zone = ZoneInfo(str(told["timeZone"])) if told.get("timeZone") else None
    except ZoneInfoNotFoundError:
        return time
    except ValueError:
        return None
    if time.tzinfo is None:
        return time.replace(tzinfo=zone or dt.UTC)
    return time.astimezone(zone) if zone else time


def busy(body: Json) -> tuple[Busy, ...]:
    """The stretches of one calendar in an answer of freebusy.query."""
    found = []
    for one in objects(body.get("busy")):
        start, end = (moment({"dateTime": one.get(name)}) for name in ("start", "end"))
        if isinstance(start, dt.datetime) and isinstance(end, dt.datetime):
            found.append(Busy(start, end))
    return tuple(found)
