"""Changes of the calendar: confirmed by a person, made once, and known after a crash."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.gate.bench import Bench
from tests.sandbox_server import SandboxServer

from mailreeve.errors import DraftChanged, GateError, NotApproved, OutcomeUnknown
from mailreeve.gate import appointment, question
from mailreeve.gate.events import Appointments
from mailreeve.gate.gate import Gate
from mailreeve.gate.policy import Policy
from mailreeve.google.calendar import Calendar
from mailreeve.google.scheduling import Scheduler
from mailreeve.models import Event, EventRequest, Proposal
from mailreeve.models import ProposalState as State

BODY = {
    "summary": "Lunch",
    "start": {"dateTime": "2026-11-25T12:00:00+01:00"},
    "end": {"dateTime": "2026-11-25T13:00:00+01:00"},
    "attendees": [{"email": "ana@example.org"}],
    "extendedProperties": {"private": {"mailreeve": "cafe01"}},
}
NEW = EventRequest("insert", "mr0001", "", True, BODY)
EVERYBODY = ("@example.org",)


class Lossy:
    """The real scheduler, whose answers are lost after the work, before it, or not at all."""

    def __init__(self, real: Scheduler, after: bool, before: bool = False) -> None:
        self.real, self.after, self.before, self.calls = real, after, before, 0

    def carry(self, wish: EventRequest) -> Event | None:
        self.calls += 1
        if self.before:
            raise OutcomeUnknown("lost")
        made = self.real.carry(wish)
        if self.after:
            raise OutcomeUnknown("lost")
        return made


@pytest.fixture
def bench(sandbox: SandboxServer, tmp_path: Path) -> Iterator[Bench]:
    made = Bench(sandbox, tmp_path)
    yield made
    made.close()


def gate(
    bench: Bench, *, after: bool = False, before: bool = False, contacts: tuple[str, ...] = ()
) -> tuple[Gate, Lossy]:
    carrier = Lossy(Scheduler(bench.transport), after, before)
    rules = Policy(own_addresses=(bench.account,), trusted_recipients=EVERYBODY)
    locks = bench.folder / "locks"
    steps = Appointments(
        bench.proposals, Calendar(bench.transport), carrier, bench.audit, bench.clock, locks, 0.2
    )
    made = Gate(
        bench.proposals,
        bench.gmail,
        bench.sender,
        bench.audit,
        rules,
        locks,
        clock=bench.clock,
        appointments=steps,
        contacts=lambda: contacts,
    )
    return made, carrier


def approved(
    door: Gate, kind: str = "event_new", wish: EventRequest = NEW, about: Event | None = None
) -> Proposal:
    proposal = door.propose_event(kind, wish, about)
    return door.approve(proposal.id, proposal.digest, "tty", "ada")


def invited(sandbox: SandboxServer) -> list[tuple[str, list[str]]]:
    with sandbox.state_file() as state:
        return [(row["what"], json.loads(row["guests"])) for row in state.rows("select * from invitations")]


def test_nothing_happens_before_a_yes(bench: Bench, sandbox: SandboxServer) -> None:
    """Proposed is not done, even to trusted guests; a yes to another digest is none."""
    door, carrier = gate(bench)
    proposal = door.propose_event("event_new", NEW)
    assert (State.PROPOSED, ("ana@example.org",)) == (proposal.state, proposal.envelope.to)
    for wrong in ("", "0" * 64):
        with pytest.raises(NotApproved):
            door.approve(proposal.id, wrong, "tty", "ada")
    with pytest.raises(NotApproved):
        door.execute(proposal.id)
    assert (0, []) == (carrier.calls, invited(sandbox))


def test_a_guest_who_imitates_somebody_known_is_a_warning(bench: Bench) -> None:
    """The same look at addresses as for mail; a contact of the person is known."""
    door, _ = gate(bench, contacts=("Bob@Partner.example",))
    for guest, codes in (("bob@partner.examp1e", {"lookalike"}), ("bob@partner.example", set())):
        wish = EventRequest("insert", "mr0001", "", True, {**BODY, "attendees": [{"email": guest}]})
        flags = door.propose_event("event_new", wish).flags
        assert codes == {flag.code for flag in flags} & {"lookalike"}


def test_a_yes_makes_the_event_once(bench: Bench, sandbox: SandboxServer) -> None:
    """What was shown is what is made; the approval is used up."""
    door, carrier = gate(bench)
    proposal = approved(door)
    shown = question.text(proposal)
    for words in ("Put this into your calendar?", "ana@example.org", "2026-11-25T12:00:00+01:00", "Lunch"):
        assert words in shown
    assert State.DONE is door.execute(proposal.id).state
    with pytest.raises(NotApproved):
        door.execute(proposal.id)
    assert (1, [("invited", ["ana@example.org"])]) == (carrier.calls, invited(sandbox))


@pytest.mark.parametrize("after", [True, False])
def test_a_lost_answer_is_found_out_and_never_repeated(
    bench: Bench, sandbox: SandboxServer, after: bool
) -> None:
    """The event of our own id is there, so it is done; or it is not, so nothing happened. One request either way."""
    door, carrier = gate(bench, after=after, before=not after)
    outcome = door.execute(approved(door).id)
    assert (State.DONE if after else State.FAILED, 1) == (outcome.state, carrier.calls)
    assert after == bool(invited(sandbox))


def test_a_crash_after_the_insert_finds_the_event_again(bench: Bench, sandbox: SandboxServer) -> None:
    """The next start looks by the id and the mark; nobody is invited twice."""
    door, _ = gate(bench)
    proposal = approved(door)
    bench.proposals.start(proposal, bench.clock.now(), 50)
    Scheduler(bench.transport).carry(NEW)
    bench.clock.ahead += 1_000
    later, carrier = gate(bench)
    assert [State.DONE] == [one.state for one in later.recover()]
    assert (0, 1) == (carrier.calls, len(invited(sandbox)))


def test_an_id_that_is_taken_by_ours_is_done_and_by_another_is_not(bench: Bench) -> None:
    """409 says that an event is there; its mark says whose it is."""
    Scheduler(bench.transport).carry(NEW)
    door, _ = gate(bench)
    assert State.DONE is door.execute(approved(door).id).state
    other = EventRequest(
        "insert", "mr0001", "", True, {**BODY, "extendedProperties": {"private": {"mailreeve": "beef"}}}
    )
    door, _ = gate(bench)
    assert State.FAILED is door.execute(approved(door, wish=other).id).state


def test_a_change_of_what_changed_meanwhile_fails(bench: Bench, sandbox: SandboxServer) -> None:
    """The change is bound to the state that the person saw."""
    scheduler, calendar = Scheduler(bench.transport), Calendar(bench.transport)
    scheduler.carry(NEW)
    about = calendar.get("mr0001")
    wish = EventRequest(
        "patch",
        "mr0001",
        about.etag,
        True,
        {"summary": "Dinner", "extendedProperties": {"private": {"mailreeve": "aa"}}},
    )
    door, _ = gate(bench)
    proposal = approved(door, "event_change", wish, about)
    scheduler.carry(EventRequest("patch", "mr0001", "", False, {"location": "Elsewhere"}))
    outcome = door.execute(proposal.id)
    assert (State.FAILED, "Lunch") == (outcome.state, calendar.get("mr0001").title)
    assert 1 == len(invited(sandbox))


def test_a_deletion_is_confirmed_too(bench: Bench, sandbox: SandboxServer) -> None:
    """The guests of the event are shown as those who hear of it, and do after the yes."""
    Scheduler(bench.transport).carry(NEW)
    about = Calendar(bench.transport).get("mr0001")
    door, _ = gate(bench, after=True)
    proposal = approved(door, "event_delete", EventRequest("delete", "mr0001", about.etag, True, {}), about)
    assert ("ana@example.org",) == proposal.envelope.to
    assert State.DONE is door.execute(proposal.id).state
    assert "cancelled" == invited(sandbox)[-1][0]


def test_a_deletion_that_did_not_arrive_is_not_told_as_done(bench: Bench) -> None:
    """The event that is still there says so."""
    Scheduler(bench.transport).carry(NEW)
    about = Calendar(bench.transport).get("mr0001")
    door, carrier = gate(bench, before=True)
    wish = EventRequest("delete", "mr0001", about.etag, True, {})
    outcome = door.execute(approved(door, "event_delete", wish, about).id)
    assert (State.FAILED, 1) == (outcome.state, carrier.calls)


def test_stored_bytes_that_were_changed_do_nothing(bench: Bench, sandbox: SandboxServer) -> None:
    """What lies in the store is compared with the digest that the person said yes to."""
    door, carrier = gate(bench)
    proposal = approved(door)
    raw = proposal.raw.replace(b"ana@example.org", b"eve@example.org")
    bench.db.execute("update proposal set raw = ? where id = ?", (raw, proposal.id))
    with pytest.raises(DraftChanged):
        door.execute(proposal.id)
    assert (0, []) == (carrier.calls, invited(sandbox))


def test_bytes_hold_one_request_or_none() -> None:
    """The request is read from the confirmed bytes alone; what is none is an error."""
    assert NEW == appointment.read(appointment.draft("event_new", NEW, None, "me@example.org").raw)
    with pytest.raises(GateError):
        appointment.read(b"From: a@b.example\r\n\r\nhello")
    with pytest.raises(GateError):
        appointment.read(b'Content-Type: application/json\r\n\r\n{"method": "insert"}')


def test_hostile_words_start_no_line_of_the_question(bench: Bench) -> None:
    """A title with line breaks is one line, and the text stands behind a bar."""
    wish = EventRequest("insert", "mr0002", "", True, {**BODY, "summary": "Lunch\nTo: nobody\r\nX: y"})
    shown = question.text(gate(bench)[0].propose_event("event_new", wish))
    assert ["Subject: Lunch To: nobody X: y"] == [
        line for line in shown.split("\n") if "nobody" in line and line[0] == "S"
    ]
    assert not [line for line in shown.split("\n") if line.startswith(("To: nobody", "X: y"))]
