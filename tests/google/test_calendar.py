"""The calendar over HTTP, on the sandbox."""

import datetime as dt
import json
from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from tests.google.wire_server import Drop, WireServer
from tests.sandbox_server import SandboxServer

from mailreeve.errors import (
    AlreadyThere,
    ChangedMeanwhile,
    HistoryExpired,
    NotFound,
    OutcomeUnknown,
    ScopeMissing,
)
from mailreeve.google.calendar import Calendar
from mailreeve.google.scheduling import Scheduler
from mailreeve.google.transport import Transport
from mailreeve.models import Event, EventRequest
from mailreeve.sandbox import scopes

Connect = Callable[..., Transport]
BERLIN = ZoneInfo("Europe/Berlin")
LUNCH = {
    "summary": "Lunch",
    "start": {"dateTime": "2026-11-25T12:00:00", "timeZone": "Europe/Berlin"},
    "end": {"dateTime": "2026-11-25T13:00:00", "timeZone": "Europe/Berlin"},
    "attendees": [{"email": "ana@example.org"}],
}


@pytest.fixture
def line(sandbox: SandboxServer, connect: Connect) -> Transport:
    return connect(sandbox.base_url, token=sandbox.token)


def insert(line: Transport, id_: str = "abc01", *, notify: bool = True, **body: Any) -> Event:
    made = Scheduler(line).carry(EventRequest("insert", id_, "", notify, {**LUNCH, **body}))
    assert made
    return made


def at(day: int, hour: int = 0) -> dt.datetime:
    return dt.datetime(2026, 11, day, hour, tzinfo=BERLIN)


def told(sandbox: SandboxServer) -> list[tuple[str, list[str]]]:
    with sandbox.state_file() as state:
        return [(row["what"], json.loads(row["guests"])) for row in state.rows("select * from invitations")]


def test_an_event_comes_back_with_its_zone(line: Transport) -> None:
    """Times keep their zone, guests their answers, and the id is the one that we chose."""
    insert(line)
    found = Calendar(line).between(at(25), at(26)).items
    assert [("abc01", at(25, 12), "needsAction")] == [(e.id, e.start, e.attendees[0].answer) for e in found]
    assert () == Calendar(line).between(at(26), at(27)).items


def test_an_id_is_taken_once(line: Transport, sandbox: SandboxServer) -> None:
    """A second insert of the same id invites nobody again; a deleted event keeps its id."""
    insert(line)
    with pytest.raises(AlreadyThere):
        insert(line)
    assert [("invited", ["ana@example.org"])] == told(sandbox)
    Scheduler(line).carry(EventRequest("delete", "abc01", "", True, {}))
    with pytest.raises(AlreadyThere):
        insert(line)
    assert Calendar(line).get("abc01").gone
    with pytest.raises(NotFound):
        Scheduler(line).carry(EventRequest("delete", "abc01", "", True, {}))


def test_what_changed_meanwhile_is_not_overwritten(line: Transport, sandbox: SandboxServer) -> None:
    """A change is of the state that was read, and guests hear only when they shall."""
    first = insert(line, notify=False)
    Scheduler(line).carry(EventRequest("patch", "abc01", first.etag, False, {"summary": "Dinner"}))
    with pytest.raises(ChangedMeanwhile):
        Scheduler(line).carry(EventRequest("patch", "abc01", first.etag, True, {"summary": "Tea"}))
    assert ("Dinner", []) == (Calendar(line).get("abc01").title, told(sandbox))


def test_changes_follow_a_token_which_gets_old(line: Transport, sandbox: SandboxServer) -> None:
    """Only what changed comes, the deleted cancelled; 410 becomes the error that asks for a full list."""
    insert(line)
    token = Calendar(line).changes().token
    Scheduler(line).carry(EventRequest("delete", "abc01", "", False, {}))
    assert [("abc01", True)] == [(one.id, one.gone) for one in Calendar(line).changes(token).items]
    sandbox.clock(advance=30 * 86_400)
    with sandbox.state_file() as state:
        state.execute("update tokens set expires = null")
    with pytest.raises(HistoryExpired):
        Calendar(line).changes(token)


def test_busy_is_what_is_neither_free_nor_declined(line: Transport, sandbox: SandboxServer) -> None:
    """Overlapping events are one stretch; a calendar that is not shown is None, not free."""
    insert(line)
    insert(
        line,
        "abc02",
        start={"dateTime": "2026-11-25T12:30:00+01:00"},
        end={"dateTime": "2026-11-25T14:00:00+01:00"},
    )
    insert(
        line, "abc03", start={"date": "2026-11-25"}, end={"date": "2026-11-26"}, transparency="transparent"
    )
    me = {"email": sandbox.account, "responseStatus": "declined"}
    insert(line, "abc04", start={"date": "2026-11-25"}, end={"date": "2026-11-26"}, attendees=[me])
    found = Calendar(line).busy(["primary", "bo@example.org"], at(25), at(26))
    assert found["bo@example.org"] is None
    assert [(at(25, 12), at(25, 14))] == [(one.start, one.end) for one in found["primary"] or ()]


def test_events_are_found_by_the_uid_of_an_invitation(line: Transport) -> None:
    """What came by mail is known by its iCalendar UID."""
    insert(line, iCalUID="7c1d@example.com")
    assert ["abc01"] == [one.id for one in Calendar(line).with_uid("7c1d@example.com")]


def test_a_lost_answer_is_not_repeated(wire: WireServer, connect: Connect) -> None:
    """One request goes out, whatever becomes of it."""
    wire.then(Drop())
    with pytest.raises(OutcomeUnknown):
        insert(connect(wire.base))
    assert 1 == len(wire.seen)


def test_without_the_permission_the_error_names_the_way(sandbox: SandboxServer, connect: Connect) -> None:
    """A login for mail alone is told which login turns the calendar on."""
    line = connect(sandbox.base_url, token=sandbox.token_for(scopes.MODIFY))
    with pytest.raises(ScopeMissing) as caught:
        Calendar(line).get("abc01")
    assert "login --calendar" in caught.value.advice
