"""iCalendar objects: what is written is read again, and hostile ones end in an error that says so."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from mailreeve.errors import InputError
from mailreeve.models import Attendee, Entry, Event

pytest.importorskip("icalendar", reason="icalendar is not installed: pip install 'mailreeve[caldav]'")
from mailreeve.mail import calendars

OSLO = ZoneInfo("Europe/Oslo")
ONE = Event(
    "g1", "1", "u1", "Lunch", datetime(2026, 3, 28, 12, tzinfo=OSLO), datetime(2026, 3, 28, 13, tzinfo=OSLO)
)


def object_(*lines: str) -> str:
    return "\r\n".join(("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:x", *lines, "END:VCALENDAR", ""))


def event(*lines: str) -> str:
    return object_("BEGIN:VEVENT", "UID:a", "DTSTAMP:20260101T000000Z", *lines, "END:VEVENT")


@pytest.mark.parametrize(
    "one",
    [
        ONE,
        replace(ONE, title="Ω; a, b\\n", place="x:y", text="two\nlines; and, so", free=True),
        replace(ONE, start=date(2026, 3, 28), end=date(2026, 3, 30)),
        replace(ONE, start=datetime(2026, 3, 28, 12, tzinfo=UTC), end=datetime(2026, 3, 28, 13, tzinfo=UTC)),
        replace(ONE, recurrence=("RRULE:FREQ=MONTHLY;BYDAY=2TU", "EXDATE;TZID=Europe/Oslo:20260428T120000")),
        replace(ONE, start=date(2026, 3, 28), end=date(2026, 3, 29), recurrence=("RRULE:FREQ=YEARLY",)),
    ],
)
def test_what_is_written_is_read_again(one: Event) -> None:
    """Texts, days, zones and series; a second writing over the first changes nothing."""
    text = calendars.write(Entry(one), "u1")
    item = calendars.read(text, UTC)
    assert item is not None
    assert ("u1", True) == (item.uid, calendars.same(Entry(one), item.entry))
    again = calendars.read(calendars.write(Entry(one), "u1", text), UTC)
    assert again is not None
    assert calendars.same(item.entry, again.entry)


def test_guests_are_never_written() -> None:
    """Nor the organizer, nor those that an older object names: a server would write to them."""
    guests = replace(ONE, organizer="a@example.org", attendees=(Attendee("b@example.org"),))
    before = event("DTSTART:20260328T110000Z", "DTEND:20260328T120000Z", "ATTENDEE:mailto:c@example.org",
                   "ORGANIZER:mailto:d@example.org")  # fmt: skip
    text = calendars.write(Entry(guests), "u1", before)
    assert [] == [line for line in text.splitlines() if "example.org" in line]


@pytest.mark.parametrize(
    ("lines", "start", "length"),
    [
        (("DTSTART:20260328T120000",), datetime(2026, 3, 28, 12, tzinfo=OSLO), timedelta(0)),
        (("DTSTART;TZID=Europe/Oslo:20260329T013000", "DURATION:PT1H"),
         datetime(2026, 3, 29, 1, 30, tzinfo=OSLO), timedelta(hours=1)),
        (("DTSTART;VALUE=DATE:20260328",), date(2026, 3, 28), timedelta(days=1)),
    ],
)  # fmt: skip
def test_times_as_servers_write_them(
    lines: tuple[str, ...], start: datetime | date, length: timedelta
) -> None:
    """Floating ones are in the person's zone, durations count real time, a day alone is a day."""
    item = calendars.read(event(*lines), OSLO)
    assert item is not None
    found = item.entry.event
    assert start == found.start
    if isinstance(found.end, datetime) and isinstance(found.start, datetime):
        assert length == found.end.astimezone(UTC) - found.start.astimezone(UTC)
    else:
        assert found.end is not None
        assert length == found.end - start


@pytest.mark.parametrize(
    "text",
    [
        object_("BEGIN:VTODO", "UID:a", "SUMMARY:x", "END:VTODO"),
        event("DTSTART:20260328T120000Z", "STATUS:CANCELLED"),
        object_(),
    ],
)
def test_what_is_no_event_is_none(text: str) -> None:
    """Tasks and cancelled events are left alone."""
    assert None is calendars.read(text, UTC)


@pytest.mark.parametrize(
    "text",
    [
        "", "x", "BEGIN:VCALENDAR", "BEGIN:VEVENT\r\nEND:VEVENT", event(), event("DTSTART:yesterday"),
        event("DTSTART:20260328T120000Z", "DTEND:20260328"), event("DTSTART;TZID=:::"),
        event("DTSTART:99999999T999999Z"), "\x00" * 1000,
        "BEGIN:VCALENDAR\r\n" * 5000,
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_said(text: str) -> None:
    """Whatever the library makes of it, the caller gets one kind of error."""
    with pytest.raises(InputError):
        calendars.read(text, UTC)


def test_a_series_in_an_unknown_zone_is_refused() -> None:
    """Google needs a zone with a name; a fixed offset would be an hour off for half of the year."""
    zone = ("BEGIN:VTIMEZONE", "TZID:Nowhere", "BEGIN:STANDARD", "DTSTART:19700101T000000", "TZOFFSETFROM:+0123",
            "TZOFFSETTO:+0123", "END:STANDARD", "END:VTIMEZONE")  # fmt: skip
    text = object_(*zone, "BEGIN:VEVENT", "UID:a", "DTSTART;TZID=Nowhere:20260328T120000", "RRULE:FREQ=DAILY",
                   "END:VEVENT")  # fmt: skip
    with pytest.raises(InputError, match="zone"):
        calendars.read(text, UTC)


def test_values_are_bounded_and_of_one_line() -> None:
    """Controls and lines of a title do not get through, and a text has an end."""
    long = "x" * 50_000
    item = calendars.read(
        event("DTSTART:20260328T120000Z", "SUMMARY:a\\nb\u200bc", f"DESCRIPTION:{long}"), UTC
    )
    assert item is not None
    assert ("a bc", 8000) == (item.entry.event.title, len(item.entry.event.text))


def test_fixed_offsets_are_written_in_utc() -> None:
    """A time without a zone's name is the same moment."""
    offset = timezone(timedelta(hours=5, minutes=45))
    one = replace(
        ONE, start=datetime(2026, 3, 28, 12, tzinfo=offset), end=datetime(2026, 3, 28, 13, tzinfo=offset)
    )
    assert "DTSTART:20260328T061500Z" in calendars.write(Entry(one), "u")
