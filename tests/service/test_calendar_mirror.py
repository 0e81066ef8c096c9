"""The calendar at Google and a real CalDAV server, kept in step."""

import json
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from tests.boxes import OpenBox
from tests.radicale_server import PASSWORD, USER, Client, running
from tests.sandbox_server import SandboxServer

from mailreeve.app import Mailbox
from mailreeve.cancel import Cancel
from mailreeve.errors import NotApproved
from mailreeve.mail import calendars
from mailreeve.models import Entry, Event, EventRequest
from mailreeve.service import calendar, mirroring, triage

pytest.importorskip("icalendar", reason="icalendar is not installed: pip install 'mailreeve[caldav]'")

BERLIN = ZoneInfo("Europe/Berlin")
LUNCH = Event(
    "",
    "",
    "",
    "Lunch",
    datetime(2026, 11, 25, 12, tzinfo=BERLIN),
    datetime(2026, 11, 25, 13, tzinfo=BERLIN),
    "Cafe",
)
TRIP = Event("", "", "", "Trip", date(2026, 12, 1), date(2026, 12, 3), text="Pack, and go;\nsoon")
WEEKLY = Event(
    "", "", "", "Weekly", datetime(2026, 10, 19, 9, tzinfo=BERLIN), datetime(2026, 10, 19, 10, tzinfo=BERLIN),
    recurrence=("RRULE:FREQ=WEEKLY;COUNT=4", "EXDATE;TZID=Europe/Berlin:20261026T090000"),
)  # fmt: skip


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    folder = tmp_path / "radicale"
    folder.mkdir()
    with running(folder) as address:
        yield address.replace("/book/", "/calendar/")


class There(Client):
    """The server as another program sees it."""

    media = "text/calendar"

    def put(self, name: str, event: Event, more: str = "") -> None:
        text = calendars.write(Entry(event), name.removesuffix(".ics"))
        self.call("PUT", name, text.replace("END:VEVENT", f"{more}END:VEVENT"))

    def change(self, name: str, old: str, new: str) -> None:
        self.call("PUT", name, self.call("GET", name)[0].replace(old, new))

    def names(self) -> dict[str, str]:
        pages, _ = self.call("PROPFIND")
        found = {piece.partition("<")[0].rpartition("/")[2] for piece in pages.split("<href>")[1:]} - {""}
        texts = {name: self.call("GET", name)[0] for name in found}
        return {text.split("SUMMARY:")[-1].split("\r\n")[0]: name for name, text in texts.items()}

    def text(self, title: str) -> str:
        return self.call("GET", self.names()[title])[0]

    def event(self, title: str) -> Event:
        item = calendars.read(self.text(title), BERLIN)
        assert item is not None
        return item.entry.event


@pytest.fixture
def there(url: str) -> There:
    return There(url)


def settings(url: str, **more: str) -> str:
    server = {"id": "home", "url": url, "user": USER, "secret": PASSWORD, **more}
    lines = "\n".join(f'{name} = "{value}"' for name, value in server.items())
    allowed = 'capabilities = ["read", "label", "draft", "send", "outbound", "calendar"]'
    zone = '[user]\ntimezone = "Europe/Berlin"\n'
    return (
        f'{zone}[policy]\n{allowed}\n[google]\nquota = "off"\n[[calendar_server]]\n{lines}\nprivate = true\n'
    )


@pytest.fixture
def box(url: str, sandbox: SandboxServer, open_box: OpenBox) -> Mailbox:
    made = open_box(sandbox, settings(url))
    agree(made)
    return made


def agree(box: Mailbox) -> None:
    one = mirroring.servers(box.calendar_mirrors)[0]
    mirroring.agree(box.calendar_mirrors, "home", one["terms"], by="ada", how="terminal")


def sync(box: Mailbox, **more: bool) -> mirroring.ServerAnswer:
    return calendar.sync(box, cancel=Cancel(60), **more)["servers"][0]


def counts(done: mirroring.ServerAnswer) -> tuple[int, int, int, int]:
    return done["to_server"], done["to_google"], done["deleted_there"], done["deleted_here"]


def google(box: Mailbox, method: str, id_: str, body: dict[str, Any] | None = None) -> None:
    """What the person does in Google's own calendar."""
    carrier = box.agenda(box.diary)._carrier
    carrier.carry(EventRequest(method, id_, "", False, body or {}))


def insert(box: Mailbox, id_: str, event: Event, **more: object) -> None:
    from mailreeve.gate.diary import body

    google(box, "insert", id_, {**body(event), **more})


def here(box: Mailbox) -> dict[str, Event]:
    return {one.title: one for one in box.calendar.changes().items if not one.gone and not one.series}


def invitations(sandbox: SandboxServer) -> list[Any]:
    with sandbox.state_file() as state:
        return list(state.rows("select * from invitations"))


def test_without_a_consent_no_event_leaves(
    url: str, there: There, sandbox: SandboxServer, open_box: OpenBox
) -> None:
    """Nothing goes out before, and a changed setting voids the consent."""
    box = open_box(sandbox, settings(url))
    insert(box, "lunch00000", LUNCH)
    assert [] == calendar.sync(box, cancel=Cancel(60))["servers"]
    with pytest.raises(NotApproved):
        mirroring.agree(box.calendar_mirrors, "home", "0" * 64, by="ada", how="terminal")
    agree(box)
    assert {} == there.names()
    assert [] == calendar.sync(open_box(sandbox, settings(url, wins="server")), cancel=Cancel(60))["servers"]


def test_both_sides_hold_the_same_events_after_each_change(
    box: Mailbox, there: There, sandbox: SandboxServer
) -> None:
    """Made, changed and deleted on either side, and with an expired sync token; then nothing is left to do."""
    insert(box, "lunch00000", LUNCH)
    insert(box, "series0000", WEEKLY)
    there.put("trip.ics", TRIP)
    assert (2, 1, 0, 0) == counts(sync(box))
    assert {"Lunch", "Weekly", "Trip"} == set(here(box)) == set(there.names())
    for title, event in here(box).items():
        assert calendars.same(Entry(event), Entry(there.event(title)))

    google(box, "patch", "lunch00000", {"location": "Bistro"})
    there.put("trip.ics", Event("", "", "", "Trip", LUNCH.start, LUNCH.end), "X-COLOUR:red\r\n")
    second = sync(box)
    assert ((1, 1, 0, 0), []) == (counts(second), second["conflicts"])
    assert ("Bistro", LUNCH.start) == (there.event("Lunch").place, here(box)["Trip"].start)

    google(box, "delete", "lunch00000")
    there.call("DELETE", there.names()["Trip"])
    sandbox.clock(advance=40 * 86_400)  # the sync token is gone: 410
    assert (0, 0, 1, 1) == counts(sync(box))
    assert {"Weekly"} == set(here(box)) == set(there.names())
    quiet = sync(box)
    assert ((0, 0, 0, 0), "", []) == (counts(quiet), quiet["change"], invitations(sandbox))


def test_a_series_keeps_its_hour_when_the_clocks_change(box: Mailbox, there: There) -> None:
    """The zone goes with the series, its definition too, and a week that was left out stays left out."""
    insert(box, "series0000", WEEKLY)
    sync(box)
    text = there.text("Weekly")
    assert ("DTSTART;TZID=Europe/Berlin:20261019T090000" in text, "BEGIN:VTIMEZONE" in text) == (True, True)
    assert calendars.same(Entry(WEEKLY), Entry(there.event("Weekly")))


def test_what_a_server_knows_besides_stays(box: Mailbox, there: There) -> None:
    """An alarm that was set on the server is there after a change at Google."""
    alarm = "BEGIN:VALARM\r\nACTION:DISPLAY\r\nTRIGGER:-PT15M\r\nDESCRIPTION:x\r\nEND:VALARM\r\n"
    there.put("lunch.ics", LUNCH, alarm)
    sync(box)
    google(box, "patch", here(box)["Lunch"].id, {"location": "Bistro"})
    sync(box)
    text = there.text("Lunch")
    assert ("TRIGGER:-PT15M" in text, "LOCATION:Bistro" in text) == (True, True)


def test_nobody_is_invited_by_a_sync(box: Mailbox, there: There, sandbox: SandboxServer) -> None:
    """Guests go neither way: not to a server that might write to them, and not to Google, which would."""
    guests = [{"email": "bo@example.org"}]
    insert(box, "meeting000", LUNCH, attendees=guests)
    there.put("party.ics", TRIP, "ORGANIZER:mailto:ada@example.org\r\nATTENDEE:mailto:bo@example.org\r\n")
    sync(box)
    assert ("ATTENDEE" in there.text("Lunch"), here(box)["Trip"].attendees, invitations(sandbox)) == (
        False,
        (),
        [],
    )


def test_what_others_see_is_changed_where_they_see_it(
    box: Mailbox, there: There, sandbox: SandboxServer
) -> None:
    """An event with guests follows its own side alone: the other side's change and deletion are taken back and told."""
    insert(box, "meeting000", LUNCH, attendees=[{"email": "bo@example.org"}])
    party = "ORGANIZER:mailto:ada@example.org\r\nATTENDEE:mailto:bo@example.org\r\n"
    there.put("party.ics", TRIP, party)
    sync(box)
    name = there.names()["Lunch"]
    there.change(name, "LOCATION:Cafe", "LOCATION:elsewhere")
    google(box, "patch", here(box)["Trip"].id, {"location": "elsewhere"})
    crossed = sync(box)
    assert 2 == len(crossed["conflicts"])
    assert ("Cafe", "") == (there.event("Lunch").place, here(box)["Trip"].place)
    there.call("DELETE", name)
    google(box, "delete", here(box)["Trip"].id)
    assert 2 == len(sync(box)["conflicts"])
    assert {"Lunch", "Trip"} == set(here(box)) == set(there.names())
    assert ([], "ATTENDEE" in there.text("Trip")) == (invitations(sandbox), True)


def test_occurrences_that_differ_go_to_the_server(box: Mailbox, there: There) -> None:
    """A moved and a cancelled one; a change of such a series on the server is taken back."""
    insert(box, "series0000", WEEKLY)
    other = {
        "recurringEventId": "series0000",
        "summary": "Weekly",
        "end": {"dateTime": "2026-11-02T16:00:00+01:00"},
    }
    moved = {**other, "start": {"dateTime": "2026-11-02T15:00:00+01:00"}}
    google(
        box,
        "insert",
        "series0000m",
        {**moved, "originalStartTime": {"dateTime": "2026-11-02T09:00:00+01:00"}},
    )
    google(
        box,
        "insert",
        "series0000g",
        {**moved, "originalStartTime": {"dateTime": "2026-11-09T09:00:00+01:00"}},
    )
    google(box, "delete", "series0000g")
    sync(box)
    text = there.text("Weekly")
    assert "RECURRENCE-ID:20261102T080000Z" in text
    assert "EXDATE:20261109T080000Z" in text
    there.change(there.names()["Weekly"], "SUMMARY:Weekly", "SUMMARY:Other")
    assert 1 == len(sync(box)["conflicts"])
    assert "RECURRENCE-ID" in there.text("Weekly")


def test_declined_events_and_working_places_stay_at_google(box: Mailbox, there: There) -> None:
    """What is no appointment of the person's is not written anywhere."""
    me = [{"email": box.address, "responseStatus": "declined"}]
    insert(box, "declined00", LUNCH, attendees=me, organizer={"email": "bo@example.org"})
    insert(box, "office0000", TRIP, eventType="workingLocation")
    assert ((0, 0, 0, 0), {}) == (counts(sync(box)), there.names())


@pytest.mark.parametrize("wins", ["google", "server"])
def test_who_wins_stands_in_the_settings(
    wins: str, url: str, there: There, sandbox: SandboxServer, open_box: OpenBox
) -> None:
    """Where both sides changed, one version stays on both, the conflict is told, and undo has what Google had."""
    box = open_box(sandbox, settings(url, wins=wins))
    agree(box)
    there.put("lunch.ics", LUNCH)
    sync(box)
    google(box, "patch", here(box)["Lunch"].id, {"location": "google"})
    there.put("lunch.ics", Event("", "", "", "Lunch", LUNCH.start, LUNCH.end, "server"))
    done = sync(box)
    assert (1, wins, wins) == (len(done["conflicts"]), here(box)["Lunch"].place, there.event("Lunch").place)
    if wins == "server":
        assert 1 == triage.undo(box, done["change"], cancel=Cancel())["undone"]
        assert "google" == here(box)["Lunch"].place


def test_what_a_sync_did_at_google_can_be_undone(box: Mailbox, there: There) -> None:
    """Made, changed and deleted events are as they were; what the person changed since stays."""
    there.put("lunch.ics", LUNCH)
    there.put("trip.ics", TRIP)
    made = sync(box)["change"]
    there.put("trip.ics", Event("", "", "", "Trip", LUNCH.start, LUNCH.end))
    there.call("DELETE", "lunch.ics")
    changed = sync(box)["change"]
    assert {"Trip"} == set(here(box))
    assert 2 == triage.undo(box, changed, cancel=Cancel())["undone"]
    assert (LUNCH.place, TRIP.start) == (here(box)["Lunch"].place, here(box)["Trip"].start)
    google(box, "patch", here(box)["Trip"].id, {"location": "mine"})
    assert "changed since" in json.dumps(triage.undo(box, made, cancel=Cancel())["skipped"])
    assert "mine" == here(box)["Trip"].place


def test_a_sync_that_broke_off_makes_nothing_twice(box: Mailbox, there: There) -> None:
    """With its links lost, what is on both sides is found again by its ids."""
    insert(box, "lunch00000", LUNCH)
    there.put("trip.ics", TRIP)
    sync(box)
    box.app.db.execute("delete from dav_item")
    again = sync(box)
    assert ([], {"Lunch", "Trip"}, 2) == (again["failed"], set(here(box)), len(there.names()))
    assert 2 == len(here(box))


def test_an_emptied_server_does_not_empty_the_calendar(box: Mailbox, there: There) -> None:
    """Many deletions wait for a person's word; with it they are done, and undo makes the events again."""
    for number in range(7):
        there.put(f"e{number}.ics", Event("", "", "", f"E {number}", TRIP.start, TRIP.end))
    sync(box)
    for number in range(7):
        there.call("DELETE", f"e{number}.ics")
    refused = sync(box)
    assert ("needs_user", 7) == (refused["status"], len(here(box)))
    done = sync(box, deletions=True)
    assert (7, 0) == (done["deleted_here"], len(here(box)))
    assert 7 == triage.undo(box, done["change"], cancel=Cancel())["undone"]
    assert 7 == len(here(box))


def test_what_cannot_be_taken_over_is_named_and_stops_nothing(box: Mailbox, there: There) -> None:
    """Occurrences that differ on the server stay there, and that is told once; the series itself comes over."""
    moved = Event(
        "", "", "", "Moved", LUNCH.start, LUNCH.end, original=datetime(2026, 11, 2, 9, tzinfo=BERLIN)
    )
    theirs = calendars.write(Entry(WEEKLY, (moved,)), "odd").replace("X-MAILREEVE-OCCURRENCE", "X-THEIRS")
    there.call("PUT", "odd.ics", theirs)
    there.put("lunch.ics", LUNCH)
    done = sync(box)
    assert ("partial", ["odd.ics"], 2) == (
        done["status"],
        [one["id"] for one in done["failed"]],
        done["to_google"],
    )
    assert {"Lunch", "Weekly"} == set(here(box))
    assert ("done", (0, 0, 0, 0)) == (sync(box)["status"], counts(sync(box)))
    google(box, "patch", here(box)["Weekly"].id, {"location": "Room 1"})
    sync(box)
    text = there.call("GET", "odd.ics")[0]
    assert ("RECURRENCE-ID" in text, "LOCATION:Room 1" in text) == (True, True)


def test_an_event_whose_making_had_no_answer_is_found_and_not_undone_blindly(
    box: Mailbox, there: There, sandbox: SandboxServer
) -> None:
    """The next sync finds it by its id instead of making a second; undo leaves it to the person."""
    there.put("trip.ics", TRIP)
    sandbox.faults([{"path": "/events", "method": "POST", "nth": 1, "kind": "lost"}])
    lost = sync(box)
    assert ("partial", 1) == (lost["status"], len(here(box)))
    again = sync(box)
    assert ("done", 1) == (again["status"], len(here(box)))
    told = triage.undo(box, lost["change"], cancel=Cancel())
    assert (0, True) == (told["undone"], "had no answer" in json.dumps(told["skipped"]))
    assert 1 == len(here(box))
