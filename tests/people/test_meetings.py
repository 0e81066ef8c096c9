"""Mail that asks for a meeting, and what is told of the owner's time."""

import datetime as dt
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from tests.boxes import opening
from tests.sandbox_server import SandboxServer

from mailreeve.cancel import Cancel
from mailreeve.models import Message
from mailreeve.people import meetings
from mailreeve.sandbox import calendar


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Could we meet next week?", True),
        ("Hätten Sie einen Termin frei?", True),
        ("The meeting was good.", False),
        ("Did you get the invoice?", False),
    ],
)
def test_a_question_about_meeting_is_seen(text: str, expected: bool) -> None:
    """A question alone, or a meeting alone, asks for none."""
    assert expected == meetings.asks(Message(id="1", text=text))


def test_free_times_are_told_and_nothing_else(sandbox: SandboxServer, tmp_path: Path) -> None:
    """The first half hour of each free half day, in the owner's zone; no title of an event."""
    with sandbox.state_file() as state:
        calendar.put(
            state,
            {
                "summary": "Secret",
                "start": {"dateTime": "2026-11-25T08:00:00Z"},
                "end": {"dateTime": "2026-11-25T11:00:00Z"},
            },
        )
    zone, now = ZoneInfo("Europe/Berlin"), dt.datetime(2026, 11, 24, 18, tzinfo=dt.UTC)
    with opening(tmp_path / "home") as make:
        box = make(sandbox, '[google]\nquota = "off"\n')
        told = meetings.offered(box.calendar, zone, now, Cancel(10))
    assert (
        "(Europe/Berlin): Wednesday 2026-11-25 12:00, Thursday 2026-11-26 09:00, Thursday 2026-11-26 12:00"
        in told
    )
    assert "Secret" not in told
