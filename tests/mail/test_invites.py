"""Invitations."""

from mailreeve.mail import invites
from mailreeve.models import Invite

ICS = """\
BEGIN:VCALENDAR
METHOD:REQUEST
BEGIN:VTIMEZONE
TZID:Europe/Berlin
BEGIN:STANDARD
DTSTART:19701025T030000
END:STANDARD
END:VTIMEZONE
BEGIN:VEVENT
UID:123@x.example
SUMMARY;LANGUAGE=en:Tea\\, biscuits
 and more
DTSTART;TZID="Europe/Berlin":20260105T100000
DTEND;TZID=Europe/Berlin:20260105T1100
LOCATION:Room 1\\nFloor 2
ORGANIZER;CN="Ann: B":MAILTO:ann@x.example
BEGIN:VALARM
SUMMARY:not this
END:VALARM
END:VEVENT
BEGIN:VEVENT
SUMMARY:nor this
END:VEVENT
END:VCALENDAR
"""


def test_the_first_event_is_read() -> None:
    """Unfolded and unescaped; alarms, zones and later events are other things."""
    expected = Invite(
        method="REQUEST",
        uid="123@x.example",
        summary="Tea, biscuitsand more",
        start="2026-01-05T10:00:00 Europe/Berlin",
        end="2026-01-05T11:00:00 Europe/Berlin",
        location="Room 1 Floor 2",
        organizer="ann@x.example",
    )
    assert expected == invites.parse(ICS)
    assert expected == invites.parse(ICS.replace("\n", "\r\n"))


def test_times_may_be_days_or_utc() -> None:
    """What is no time is shown as it stands."""
    for value, shown in (
        ("20260105", "2026-01-05"),
        ("20260105T100000Z", "2026-01-05T10:00:00Z"),
        ("soon", "soon"),
    ):
        event = invites.parse(f"BEGIN:VEVENT\nDTSTART:{value}\nEND:VEVENT")
        assert event is not None
        assert shown == event.start


def test_what_holds_no_event_is_no_invitation() -> None:
    """A task list, a time zone, nothing."""
    for text in ("", "BEGIN:VCALENDAR\nBEGIN:VTODO\nSUMMARY:x\nEND:VTODO\nEND:VCALENDAR", "SUMMARY:x"):
        assert invites.parse(text) is None
