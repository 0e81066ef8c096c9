"""Dates told relative to one now."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from mailreeve.sandbox.demo.dates import fill, moment
from mailreeve.sandbox.demo.letters import parse

NOW = datetime(2026, 11, 23, 18, 30, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")


def test_a_mistyped_template_is_an_error() -> None:
    """Unknown notes, days and formats do not slip into the mailbox."""
    with pytest.raises(ValueError, match="unknown note"):
        parse("x", "sennt: 3h\n\nHello")
    with pytest.raises(ValueError, match="not a day"):
        fill("{{doomsday}}", NOW)
    with pytest.raises(ValueError, match="not a date format"):
        fill("{{today|klingon}}", NOW)
    with pytest.raises(ValueError, match="not an age"):
        moment("last week", NOW)


def test_days_are_counted_as_people_do() -> None:
    """A weekday is the next one after today; working days skip the weekend; hours are rounded up."""
    friday = datetime(2026, 11, 27, 23, 10, tzinfo=BERLIN)
    asked = (
        "{{today}}, {{friday|short}}, {{monday+1w|iso}}, {{work+1|brief}}, {{work-5|iso}}, {{month-1|month}}"
    )
    said = "Friday 27 November, 4 Dec, 2026-12-07, Mon 30 Nov, 2026-11-20, October 2026"
    assert said == fill(asked, friday)
    assert "Samstag, den 28. November; 02:00; 20261130T090000Z" == fill(
        "{{+1|de}}; {{now+2h|clock}}; {{work+1 10:00|ics}}", friday
    )
