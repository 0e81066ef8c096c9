"""The calendar: agenda, free times, invitations, and changes that a person confirms."""

import json
from pathlib import Path

import pytest
from tests.boxes import OpenBox
from tests.sandbox_server import Factory, SandboxServer

from mailreeve.app import Mailbox
from mailreeve.cancel import Cancel
from mailreeve.errors import GateError, InputError, NotFound, ScopeMissing
from mailreeve.service import calendar, sending
from mailreeve.service.answers.calendar import ProposedAnswer
from mailreeve.service.calendar import Wish

SETTINGS = '[user]\ntimezone = "Europe/Berlin"\n[google]\nquota = "off"\n'
ANA = "ana@example.org"


@pytest.fixture
def berlin(sandbox: SandboxServer, open_box: OpenBox) -> Mailbox:
    return open_box(sandbox, SETTINGS)


@pytest.fixture
def server(sandbox_factory: Factory) -> SandboxServer:
    return sandbox_factory(demo=True)


@pytest.fixture
def demo(server: SandboxServer, open_box: OpenBox) -> Mailbox:
    return open_box(server, '[google]\nquota = "off"\n')


def yes(box: Mailbox, asked: ProposedAnswer) -> str:
    """What becomes of a yes at the terminal."""
    return sending.confirm(box, asked["proposal"], asked["digest"], channel="tty", by="ada")["status"]


def told(sandbox: SandboxServer) -> list[tuple[str, list[str]]]:
    with sandbox.state_file() as state:
        return [(row["what"], json.loads(row["guests"])) for row in state.rows("select * from invitations")]


def made(box: Mailbox, *, guests: tuple[str, ...] = (), **wish: str) -> ProposedAnswer:
    return calendar.propose(box, Wish(guests=guests, **wish), cancel=Cancel())  # type: ignore[arg-type] # texts only


def test_an_event_is_made_after_a_yes(berlin: Mailbox, sandbox: SandboxServer) -> None:
    """Not before; then it stands in the agenda in the person's zone, and the guest hears of it."""
    asked = made(berlin, title="Lunch", start="2026-11-25T12:00", guests=(ANA,))
    assert [] == calendar.agenda(berlin, start="2026-11-25T00:00", cancel=Cancel())["events"]
    assert "sent" == yes(berlin, asked)
    found = calendar.agenda(berlin, start="2026-11-25T00:00", cancel=Cancel())
    one = found["events"][0]
    assert ("2026-11-25T12:00+01:00", "2026-11-25T12:30+01:00", [ANA]) == (
        one["start"], one["end"], [guest["address"] for guest in one["guests"]],
    )  # fmt: skip
    assert ([("invited", [ANA])], "Europe/Berlin") == (told(sandbox), found["zone"])


def test_a_no_changes_nothing(berlin: Mailbox, sandbox: SandboxServer) -> None:
    """The proposal is closed, and asking to send it again finds none."""
    asked = made(berlin, title="Lunch", start="2026-11-25T12:00", guests=(ANA,))
    assert "Nothing was changed" in sending.decline(berlin, asked["proposal"], "no")["advice"]
    with pytest.raises(InputError):
        sending.propose(berlin, asked["draft_id"])
    assert [] == told(sandbox)


def test_a_meeting_keeps_its_real_length_over_the_change_of_clocks(berlin: Mailbox) -> None:
    """An hour from 01:30 ends at 03:30 when 02:00 is skipped; a moved event keeps its length; a skipped time is none."""
    wish = Wish(title="Night", start="2026-03-29T01:30", minutes=60)
    asked = calendar.propose(berlin, wish, cancel=Cancel())
    assert "2026-03-29T01:30:00+01:00 to 2026-03-29T03:30:00+02:00 (Europe/Berlin)" in asked["question"]
    yes(berlin, asked)
    one = calendar.agenda(berlin, start="2026-03-29T00:00", cancel=Cancel())["events"][0]
    moved = calendar.propose(berlin, Wish(start="2026-10-25T01:30"), event=one["id"], cancel=Cancel())
    assert "2026-10-25T01:30:00+02:00 to 2026-10-25T02:30:00+02:00" in moved["question"]
    with pytest.raises(InputError, match="clocks"):
        made(berlin, title="None", start="2026-03-29T02:30")


def test_whole_days_end_on_their_last_day(berlin: Mailbox) -> None:
    """Two days are told as two days, though Google ends them on the third."""
    yes(berlin, made(berlin, title="Fair", start="2026-11-25", end="2026-11-26"))
    one = calendar.agenda(berlin, start="2026-11-25T00:00", cancel=Cancel())["events"][0]
    assert ("2026-11-25", "2026-11-26", True) == (one["start"], one["end"], one["all_day"])
    free = calendar.free(berlin, start="2026-11-25T00:00", days=3, hours="09:00-10:00", cancel=Cancel())
    assert ["2026-11-27T09:00+01:00", "2026-11-27T09:30+01:00"] == [slot["start"] for slot in free["slots"]]


def test_people_who_show_no_calendar_are_named(berlin: Mailbox) -> None:
    """They are not taken for free."""
    assert [ANA] == calendar.free(berlin, people=[ANA], cancel=Cancel())["unknown"]


def test_an_invitation_in_a_mail_is_read_and_answered(demo: Mailbox, server: SandboxServer) -> None:
    """By the mail's id; the organizer hears of the answer after a yes, the other guests keep theirs."""
    mail = (
        demo.gmail.search('subject:"Invitation" filename:ics', limit=5).items
        or demo.gmail.search("atlas proof review filename:ics", limit=5).items
    )
    shown = calendar.invite(demo, mail[0].id, cancel=Cancel())
    assert ("REQUEST", "Atlas proof review", "needsAction") == (
        shown["method"],
        shown["title"],
        shown["answer"],
    )
    asked = calendar.answer(demo, mail[0].id, "yes", cancel=Cancel())
    assert ("To:      priya.nair@example.com" in asked["question"], []) == (True, told(server))
    assert "sent" == yes(demo, asked)
    assert [("answered", ["priya.nair@example.com"])] == told(server)
    again = demo.calendar.get(shown["event"])
    assert ["accepted", "needsAction"] == [one.answer for one in again.attendees]


def test_a_deleted_event_is_gone_for_its_guests(demo: Mailbox, server: SandboxServer) -> None:
    """They are named in the question, and hear of it after the yes; a second deletion is refused."""
    one = next(e for e in calendar.agenda(demo, days=14, cancel=Cancel())["events"] if "Jonas" in e["title"])
    assert "sent" == yes(demo, calendar.cancel_event(demo, one["id"], cancel=Cancel()))
    assert [("cancelled", ["jonas.whitfield@example.org"])] == told(server)
    with pytest.raises(InputError):
        calendar.cancel_event(demo, one["id"], cancel=Cancel())


@pytest.mark.parametrize(
    "wish",
    [
        Wish(title="x"),
        Wish(start="2026-11-25T12:00"),
        Wish(title="x", start="tomorrow"),
        Wish(title="x", start="2026-11-25T12:00", end="2026-11-25T11:00"),
        Wish(title="x", start="2026-11-26", end="2026-11-25"),
        Wish(title="x", minutes=5),
        Wish(title="x", start="2026-11-25T12:00", guests=("a@b.example\nBcc: eve@example.org",)),
    ],
)
def test_what_cannot_be_is_refused(berlin: Mailbox, wish: Wish) -> None:
    """Before anything is proposed."""
    with pytest.raises(Exception, match=r"\w") as caught:
        calendar.propose(berlin, wish, cancel=Cancel())
    assert type(caught.value).__name__ in {"InputError", "GateError"}
    assert () == berlin.gate.waiting()


def test_without_the_permission_nothing_is_asked(open_box: OpenBox, sandbox: SandboxServer) -> None:
    """A login for mail alone is told how the calendar is turned on."""
    box = open_box(sandbox, '[policy]\ncapabilities = ["read"]\n')
    with pytest.raises(ScopeMissing, match="not connected"):
        calendar.agenda(box, cancel=Cancel())
    with pytest.raises(GateError, match="not connected"):
        made(box, title="x", start="2026-11-25T12:00", guests=(ANA,))


def test_an_unknown_event_is_told(berlin: Mailbox, tmp_path: Path) -> None:
    """Neither an event nor a mail that invites."""
    with pytest.raises(NotFound):
        calendar.answer(berlin, "nothing", "yes", cancel=Cancel())
