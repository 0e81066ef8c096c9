"""The demo's address book (the people of its mail, one of them twice, one whom Google noted) and its calendar."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from mailreeve.sandbox import calendar, people
from mailreeve.sandbox.state import State

_CONTACTS = (
    ("Priya", "Nair", "priya.nair@example.com", "+44 20 7946 0101", "Northwind Cartography", "Production"),
    ("Hanna", "Lindqvist", "hanna.lindqvist@example.com", "", "Northwind Cartography", "Editor"),
    ("Tomasz", "Zieliński", "tomasz.zielinski@example.com", "", "Northwind Cartography", ""),
    ("Diane", "Whitlock", "diane.whitlock@saltmere-harbor.example", "", "Saltmere Harbor", "Harbor master"),
    ("Jürgen", "Kößler", "juergen.koessler@kartenhaus.example", "+49 30 555 0102", "Kartenhaus", ""),
    ("Carmen", "Moreno", "carmen.moreno@example.net", "+34 910 555 103", "", ""),
    ("D.", "Whitlock", "Diane.Whitlock@saltmere-harbor.example", "+44 1632 960104", "", ""),
)
_MEETINGS = (
    ("Stand-up", 1, "09:30", "09:45", ()),
    ("Dentist", 2, "14:00", "15:00", ()),
    ("Sheet 14 with Hanna", 1, "11:00", "12:00", ("hanna.lindqvist@example.com",)),
    ("Lunch with Jonas", 4, "12:30", "13:30", ("jonas.whitfield@example.org",)),
)
"""Title, working days from now, start, end, guests."""
_NOTED = (("Ines Castelo", "ines.castelo@delmar-print.example"),)


def fill(state: State) -> None:
    """Keep them in a new mailbox."""
    for given, family, mail, phone, firm, title in _CONTACTS:
        fields: dict[str, Any] = {
            "names": [people.named({"givenName": given, "familyName": family})],
            "emailAddresses": [{"value": mail, "type": "work" if firm else "home"}],
        }
        if phone:
            fields["phoneNumbers"] = [{"value": phone, "type": "mobile"}]
        if firm:
            fields["organizations"] = [{"name": firm, "title": title} if title else {"name": firm}]
        people.put(state, "people", fields)
    _events(state)
    for name, mail in _NOTED:
        people.put(
            state, "otherContacts", {"names": [{"displayName": name}], "emailAddresses": [{"value": mail}]}
        )


def _events(state: State) -> None:
    """A few meetings of the next days, and the invitation that came by mail."""
    today = datetime.fromtimestamp(state.now_ms() / 1000, UTC).astimezone()
    state.set_meta("zone", "UTC")
    for title, days, start, end, guests in _MEETINGS:
        day = _workday(today.date(), days)
        calendar.put(state, {
            "summary": title, **_times(day, start, end),
            "attendees": [{"email": one, "responseStatus": "accepted"} for one in guests],
        })  # fmt: skip
    calendar.put(state, {
        "summary": "Atlas proof review", "location": "Meeting room Mercator",
        "iCalUID": "7c1d90e2-atlas-review@example.com", "organizer": {"email": "priya.nair@example.com"},
        "creator": {"email": "priya.nair@example.com"}, **_times(_workday(today.date(), 3), "10:00", "10:45"),
        "attendees": [
            {"email": "alex.moreno@example.com", "self": True, "responseStatus": "needsAction"},
            {"email": "hanna.lindqvist@example.com", "responseStatus": "needsAction"},
        ],
    })  # fmt: skip


def _times(day: date, start: str, end: str) -> dict[str, Any]:
    """On the clock of this machine, as the texts of the mail have it."""
    told = [datetime.combine(day, time.fromisoformat(one)).astimezone() for one in (start, end)]
    return {"start": {"dateTime": told[0].isoformat()}, "end": {"dateTime": told[1].isoformat()}}


def _workday(day: date, count: int) -> date:
    while count:
        day += timedelta(days=1)
        count -= day.weekday() < 5
    return day
