"""The promises: nothing leaves that was not confirmed byte for byte, and nothing leaves twice."""

import base64
import contextlib
import json
import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from tests.gate.bench import BOB, EVE, Bench

from mailreeve.errors import (
    AlreadyRunning,
    DraftChanged,
    GateError,
    GoogleError,
    InputError,
    MailreeveError,
    NotApproved,
)
from mailreeve.gate.proposal import digest
from mailreeve.google.sending import Sender
from mailreeve.mail.compose import File
from mailreeve.models import Address, Proposal, SentMail
from mailreeve.models import ProposalState as State
from mailreeve.store.proposals import Proposals

MUTATIONS = 500
ALL_MUTATIONS = 10_000
SEQUENCES = 100
ALL_SEQUENCES = 2_000
HOUR = 3_600_000
FAULTS = ("429", "403-rate", "403-daily", "500", "502", "503", "lost", "truncated", "html", "revoked")


def delivered(bench: Bench) -> int:
    return len(bench.sandbox.sent())


def wire_bytes(bench: Bench) -> list[bytes]:
    return [base64.urlsafe_b64decode(one["raw"] + "==") for one in bench.sandbox.sent()]


@dataclass
class Noting:
    """The real sender, and what it was asked for."""

    real: Sender
    asked: list[tuple[str, bytes, str]] = field(default_factory=list)

    def send_draft(self, draft_id: str, raw: bytes, thread_id: str) -> SentMail:
        self.asked.append((draft_id, raw, thread_id))
        return self.real.send_draft(draft_id, raw, thread_id)


def test_the_draft_its_bytes_and_its_thread_are_what_is_asked_for(bench: Bench) -> None:
    """Once, and all three as they were confirmed."""
    one = bench.approved(bench.draft().id)
    noting = Noting(bench.sender)
    bench.make_gate(sender=noting).execute(one.id)
    assert [(one.draft_id, one.raw, one.thread_id)] == noting.asked


@dataclass
class Raced:
    """The real sender, a moment after somebody sent the same draft from elsewhere."""

    bench: Bench

    def send_draft(self, draft_id: str, raw: bytes, thread_id: str) -> SentMail:
        self.bench.sandbox.api("POST", "/drafts/send", {"id": draft_id})
        return self.bench.sender.send_draft(draft_id, raw, thread_id)


def test_a_draft_that_left_in_the_same_moment_is_told_as_sent(bench: Bench) -> None:
    """Google finds it no more: that is no proof that nothing left, so it is looked for."""
    outcome = bench.make_gate(sender=Raced(bench)).execute(bench.approved(bench.draft().id).id)
    assert (State.DONE, 1) == (outcome.state, len(bench.sandbox.sent()))


def test_a_confirmed_message_leaves_exactly_as_it_was_confirmed(bench: Bench) -> None:
    """The bytes on the wire are the confirmed ones without Bcc, the recipients the confirmed ones with it."""
    raw = bench.letter(cc=(EVE,), bcc=(Address("", "hidden@elsewhere.example"),))
    outcome = bench.gate.execute(bench.approved(bench.draft(raw).id).id)
    (sent,) = bench.sandbox.sent()
    expected = raw.replace(b"Bcc: hidden@elsewhere.example\r\n", b"")
    assert expected != raw
    assert expected == wire_bytes(bench)[0]
    assert {BOB.address, EVE.address, "hidden@elsewhere.example"} == set(sent["envelope"]["to"])
    assert (State.DONE, (), sent["id"]) == (outcome.state, outcome.differences, outcome.proposal.sent_id)
    assert [] == bench.sandbox.state()["drafts"]


# --- mutations ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Letter:
    """What the confirmed message says; a mutation gives another one, or other bytes."""

    to: tuple[Address, ...] = (BOB, Address("", "carl@partner.example"))
    cc: tuple[Address, ...] = (EVE,)
    bcc: tuple[Address, ...] = (Address("", "dora@partner.example"),)
    subject: str = "The meeting"
    body: str = "Monday at ten suits me. I attached the plan."
    attachments: tuple[File, ...] = (File("plan.txt", "text/plain", b"ten o'clock"),)
    headers: tuple[tuple[str, str], ...] = (("X-Mailreeve-Id", "mark-1"),)
    message_id: str = "<confirmed@example.com>"

    def fields(self) -> dict[str, object]:
        return {name: getattr(self, name) for name in self.__dataclass_fields__}


CONFIRMED = Letter()
Change = Callable[[bytes, Bench], bytes]
PEOPLE = st.permutations((*CONFIRMED.to, *CONFIRMED.cc, *CONFIRMED.bcc))


def other_byte(at: int, value: int) -> Change:
    return lambda raw, _: raw[: at % len(raw)] + bytes([value]) + raw[at % len(raw) + 1 :]


def less(at: int, count: int) -> Change:
    return lambda raw, _: raw[: at % len(raw)] + raw[at % len(raw) + count :]


def more(at: int, data: bytes) -> Change:
    return lambda raw, _: raw[: at % len(raw)] + data + raw[at % len(raw) :]


def rewritten(letter: Letter) -> Change:
    return lambda _, bench: bench.letter(**letter.fields())


def redistributed(people: list[Address], cuts: tuple[int, int]) -> Change:
    first, second = sorted(cuts)
    return rewritten(
        replace(
            CONFIRMED,
            to=tuple(people[:first]),
            cc=tuple(people[first:second]),
            bcc=tuple(people[second:]),
        )
    )


HEADERS = st.sampled_from([
    b"Bcc: eve@elsewhere.example\r\n",
    b"Reply-To: eve@elsewhere.example\r\n",
    b"X-Other: 1\r\n",
    b"Resent-To: eve@elsewhere.example\r\n",
    b"To: eve@elsewhere.example\r\n",
])  # fmt: skip
FILES = st.lists(
    st.builds(File, st.sampled_from(["plan.txt", "a.pdf"]), st.just("text/plain"), st.binary(max_size=12)),
    max_size=2,
)
CHANGES: st.SearchStrategy[Change] = st.one_of(
    st.builds(other_byte, st.integers(0, 5000), st.integers(0, 255)),
    st.builds(less, st.integers(0, 5000), st.integers(1, 40)),
    st.builds(more, st.integers(0, 5000), st.binary(min_size=1, max_size=8)),
    st.builds(redistributed, PEOPLE, st.tuples(st.integers(1, 4), st.integers(1, 4))),
    HEADERS.map(lambda line: lambda raw, _: line + raw),
    FILES.map(lambda files: rewritten(replace(CONFIRMED, attachments=tuple(files)))),
    st.text(max_size=20).map(lambda text: rewritten(replace(CONFIRMED, body=text))),
    st.text(st.characters(categories=["L", "N"]), max_size=9).map(
        lambda text: rewritten(replace(CONFIRMED, subject=text))
    ),
    st.just(rewritten(replace(CONFIRMED, message_id="<other@example.com>"))),
    st.just(rewritten(replace(CONFIRMED, headers=()))),
)


def check_mutations(bench: Bench, examples: int) -> int:
    """Confirm, change, execute: nothing leaves. Returns how many changes were tried."""
    tried = 0
    bench.db.execute("pragma synchronous = off")
    original = bench.letter(**CONFIRMED.fields())
    before = bench.draft(bench.letter(**replace(CONFIRMED, message_id="<before@example.com>").fields()))
    bench.gate.execute(bench.approved(before.id).id)  # from now on nobody has to be looked up

    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    @given(CHANGES)
    def check(change: Change) -> None:
        nonlocal tried
        changed = change(original, bench)
        assume(changed not in {original, b""})
        draft = bench.draft(original)
        one = bench.approved(draft.id)
        try:
            bench.gmail.update_draft(draft.id, changed, draft.thread_id)
        except GoogleError:
            assume(False)
        with pytest.raises(DraftChanged):
            bench.gate.execute(one.id)
        with pytest.raises(NotApproved):
            bench.gate.execute(one.id)
        assert 1 == delivered(bench)
        assert State.CANCELLED == bench.gate.get(one.id).state
        tried += 1

    check()
    bench.gate.execute(bench.approved(bench.draft(original).id).id)
    assert 2 == delivered(bench)  # what was not changed does leave: the check can fail
    return tried


def test_nothing_is_sent_without_a_confirmation_of_its_exact_bytes(bench: Bench) -> None:
    """Any byte, recipient, order, header, attachment or id changed after the yes: 0 sends."""
    assert check_mutations(bench, MUTATIONS) >= MUTATIONS * 9 // 10


@pytest.mark.prove
def test_nothing_is_sent_without_a_confirmation_of_its_exact_bytes_in_full(bench: Bench) -> None:
    """The same with ten thousand changes."""
    assert check_mutations(bench, ALL_MUTATIONS) >= ALL_MUTATIONS * 9 // 10


def test_nothing_is_sent_when_the_draft_moved_to_another_thread(bench: Bench) -> None:
    """The conversation it goes to is part of what was confirmed."""
    subject = "Plans"
    other = bench.sandbox.deliver(
        b"From: eve@elsewhere.example\r\nSubject: Plans\r\nMessage-ID: <o@e.example>\r\n\r\nHi\r\n"
    )
    thread = bench.gmail.get(other).thread_id
    raw = bench.letter(subject=f"Re: {subject}", in_reply_to="<o@e.example>", references=("<o@e.example>",))
    draft = bench.draft(raw)
    one = bench.approved(draft.id)
    bench.gmail.delete_draft(draft.id)
    bench.db.execute("update proposal set draft_id = ? where id = ?", (bench.draft(raw, thread).id, one.id))
    with pytest.raises(DraftChanged):
        bench.gate.execute(one.id)
    assert 0 == delivered(bench)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("message_id", "<other@example.com>"),
        ("kind", "digest"),
        ("scheduled_at", 1),
        ("envelope", '{"from_": ["a@x.example"], "to": ["eve@elsewhere.example"], "cc": [], "bcc": []}'),
        ("digest", "0" * 64),
    ],
)
def test_nothing_is_sent_when_the_stored_proposal_was_tampered_with(
    bench: Bench, column: str, value: object
) -> None:
    """The digest covers the row, the approval the digest: a changed row has no approval."""
    one = bench.approved(bench.draft().id)
    bench.db.execute("pragma foreign_keys = off")
    bench.db.execute(f"update proposal set {column} = ? where id = ?", (value, one.id))
    with pytest.raises(GateError):
        bench.gate.execute(one.id)
    assert 0 == delivered(bench)


def test_bytes_that_name_others_than_were_confirmed_do_not_leave(bench: Bench) -> None:
    """As when a newer version reads the addresses of a planned message otherwise than the one that asked."""
    one = bench.gate.propose_send(bench.draft(bcc=(EVE,)).id)
    older = replace(one, envelope=replace(one.envelope, bcc=()))
    confirmed = digest(older)
    values = (json.dumps(asdict(older.envelope)), confirmed, one.id)
    bench.db.execute("update proposal set envelope = ?, digest = ? where id = ?", values)
    bench.gate.approve(one.id, confirmed, "tty", "ada")
    with pytest.raises(DraftChanged):
        bench.gate.execute(one.id)
    assert 0 == delivered(bench)


def test_bytes_and_thread_changed_in_the_store_are_not_what_leaves(bench: Bench) -> None:
    """What is sent is the draft in Gmail, and only if its digest is the confirmed one."""
    one = bench.approved(bench.draft().id)
    hostile = b"To: eve@elsewhere.example\r\n\r\nx"
    bench.db.execute("update proposal set raw = ?, thread_id = 't-other' where id = ?", (hostile, one.id))
    assert State.DONE == bench.gate.execute(one.id).state
    assert [one.raw] == wire_bytes(bench)
    assert one.thread_id == bench.sandbox.sent()[0]["threadId"]


@pytest.mark.parametrize("state", [one for one in State if one not in {State.APPROVED, State.SCHEDULED}])
def test_nothing_is_sent_from_any_other_state_than_approved(bench: Bench, state: State) -> None:
    """Whatever stands in the store, only an approved proposal executes."""
    one = bench.approved(bench.draft().id)
    bench.db.execute("update proposal set state = ? where id = ?", (state, one.id))
    with pytest.raises(NotApproved):
        bench.gate.execute(one.id)
    assert 0 == delivered(bench)


def test_nothing_is_sent_without_a_row_of_approval(bench: Bench) -> None:
    """The state alone is no approval: the digest must have one that is not used."""
    one = bench.gate.propose_send(bench.draft().id)
    bench.db.execute(
        "update proposal set state = 'approved', decided_at = ? where id = ?", (bench.clock.now(), one.id)
    )
    with pytest.raises(NotApproved):
        bench.gate.execute(one.id)
    used = bench.approved(bench.draft().id)
    bench.db.execute("update approval set used_at = 1 where digest = ?", (used.digest,))
    with pytest.raises(NotApproved):
        bench.gate.execute(used.id)
    assert 0 == delivered(bench)


# --- once -----------------------------------------------------------------------------------------


def test_no_message_is_sent_twice_by_a_replay(bench: Bench) -> None:
    """The same yes, the same call, the state put back by hand: one delivery."""
    one = bench.approved(bench.draft().id)
    bench.gate.execute(one.id)
    for _ in range(3):
        with pytest.raises(NotApproved):
            bench.gate.execute(one.id)
        with pytest.raises(NotApproved):
            bench.gate.approve(one.id, one.digest, "tty", "ada")
    bench.draft(one.raw)
    bench.db.execute("update proposal set state = 'approved' where id = ?", (one.id,))
    with pytest.raises(MailreeveError):
        bench.gate.execute(one.id)
    assert 1 == delivered(bench)


def test_no_message_is_sent_twice_by_callers_at_the_same_time(bench: Bench) -> None:
    """Twelve threads execute the same proposal at once: one sends, the others are refused."""
    one = bench.approved(bench.draft().id)
    start = threading.Barrier(12)
    ends: list[object] = []

    def run() -> None:
        start.wait()
        try:
            ends.append(bench.make_gate().execute(one.id).state)
        except (NotApproved, AlreadyRunning, DraftChanged) as error:
            ends.append(type(error))

    threads = [threading.Thread(target=run) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert 1 == ends.count(State.DONE)
    assert 12 == len(ends)
    assert 1 == delivered(bench)


@dataclass
class World:
    """One draft, and what a random sequence of acts did with it."""

    bench: Bench
    draft_id: str
    thread_id: str
    known: list[Proposal] = field(default_factory=list)
    confirmed: list[bytes] = field(default_factory=list)
    edits: int = 0

    def act(self, name: str) -> None:
        """A refusal is always allowed; what counts is what was delivered."""
        with contextlib.suppress(MailreeveError):
            getattr(self, name)()

    def propose(self) -> None:
        self.known.append(self.bench.gate.propose_send(self.draft_id))

    def approve(self) -> None:
        if self.known:
            one = self.known[-1]
            self.bench.gate.approve(one.id, one.digest, "tty", "ada")
            self.confirmed.append(one.raw)

    def approve_the_first(self) -> None:
        if self.known:
            one = self.known[0]
            self.bench.gate.approve(one.id, one.digest, "tty", "ada")
            self.confirmed.append(one.raw)

    def approve_wrongly(self) -> None:
        if self.known:
            self.bench.gate.approve(self.known[-1].id, self.known[0].digest[::-1], "tty", "mallory")

    def execute(self) -> None:
        if self.known:
            self.bench.gate.execute(self.known[-1].id)

    def execute_the_first(self) -> None:
        if self.known:
            self.bench.gate.execute(self.known[0].id)

    def execute_as_another_account(self) -> None:
        if self.known:
            foreign = Proposals(self.bench.db, "eve@elsewhere.example")
            self.bench.make_gate(proposals=foreign).execute(self.known[-1].id)

    def reject(self) -> None:
        if self.known:
            self.bench.gate.reject(self.known[-1].id, "no")

    def cancel(self) -> None:
        if self.known:
            self.bench.gate.cancel(self.known[-1].id)

    def edit(self) -> None:
        self.edits += 1
        raw = self.bench.letter(body=f"Version {self.edits % 2}", message_id="<one@example.com>")
        self.bench.gmail.update_draft(self.draft_id, raw, self.thread_id)

    def wait_eleven_minutes(self) -> None:
        self.bench.clock.ahead += 11 * 60_000

    def wait_a_day(self) -> None:
        self.bench.clock.ahead += 25 * HOUR

    def recover(self) -> None:
        self.bench.gate.recover()


ACTS = [name for name, value in vars(World).items() if callable(value) and name[0] != "_" and name != "act"]
FREQUENT = ["propose", "approve", "execute"]


def check_sequences(bench: Bench, examples: int) -> int:
    """Random acts on one draft. Returns how many messages left in all."""
    total = 0
    bench.db.execute("pragma synchronous = off")

    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    @given(st.lists(st.one_of(st.sampled_from(FREQUENT), st.sampled_from(ACTS)), min_size=3, max_size=14))
    def check(acts: list[str]) -> None:
        nonlocal total
        draft = bench.draft(message_id="<one@example.com>")
        world = World(bench, draft.id, draft.thread_id)
        for act in acts:
            world.act(act)
        sent = wire_bytes(bench)[total:]
        assert len(sent) <= 1
        assert all(raw in world.confirmed for raw in sent)
        total += len(sent)

    check()
    return total


def test_no_order_of_acts_sends_what_was_not_confirmed_or_sends_it_twice(bench: Bench) -> None:
    """Proposals, answers, edits, waits, replays and foreign accounts in any order."""
    assert check_sequences(bench, SEQUENCES) >= SEQUENCES // 20


@pytest.mark.prove
def test_no_order_of_acts_sends_what_was_not_confirmed_or_sends_it_twice_in_full(bench: Bench) -> None:
    """The same with two thousand sequences."""
    assert check_sequences(bench, ALL_SEQUENCES) >= ALL_SEQUENCES // 20


# --- faults ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", FAULTS)
def test_a_failing_send_is_delivered_at_most_once_and_ends_with_the_truth(bench: Bench, kind: str) -> None:
    """Done when it was delivered, failed when it was not; nothing is ever sent again by itself."""
    one = bench.approved(bench.draft().id)
    bench.sandbox.faults([{"path": "/drafts/send", "method": "POST", "nth": 1, "kind": kind, "seconds": 1}])
    outcome = bench.gate.execute(one.id)
    if kind == "revoked":  # nobody can look any more, and nothing was accepted
        assert (State.FAILED, 0) == (outcome.state, delivered(bench))
        return
    truth = {0: State.FAILED, 1: State.DONE}
    assert truth[delivered(bench)] == outcome.state
    assert (kind in {"lost", "truncated"}) == (outcome.state is State.DONE)
    bench.gate.recover()
    with pytest.raises(NotApproved):
        bench.gate.execute(one.id)
    assert delivered(bench) <= 1
    assert f"send.{outcome.state}" == bench.events()[-1]


def test_after_a_failed_send_the_draft_can_be_confirmed_again(bench: Bench) -> None:
    """A new yes is asked for, and then it leaves."""
    draft = bench.draft()
    bench.sandbox.faults([{"path": "/drafts/send", "nth": 1, "kind": "503"}])
    assert State.FAILED == bench.gate.execute(bench.approved(draft.id).id).state
    assert State.DONE == bench.gate.execute(bench.approved(draft.id).id).state
    assert 1 == delivered(bench)


def test_a_send_that_takes_longer_than_we_wait_is_found(bench: Bench) -> None:
    """The time-out comes first, the delivery later: it is done, not failed."""
    bench.transport.wire._timeout = 0.3
    bench.sandbox.faults([{"path": "/drafts/send", "nth": 1, "kind": "slow", "seconds": 0.9}])
    one = bench.approved(bench.draft().id)
    outcome = bench.make_gate(settle_seconds=3).execute(one.id)
    assert (State.DONE, 1) == (outcome.state, delivered(bench))


def test_not_being_able_to_look_is_unknown_and_found_out_later(bench: Bench) -> None:
    """The login died with the answer; after a new one the truth comes out, without a second send."""
    one = bench.approved(bench.draft().id)
    bench.sandbox.faults([
        {"path": "/drafts/send", "nth": 1, "kind": "lost"},
        {"path": "/drafts/r", "method": "GET", "nth": 2, "kind": "revoked"},
    ])  # fmt: skip
    outcome = bench.gate.execute(one.id)
    assert (State.UNKNOWN, 1) == (outcome.state, delivered(bench))
    assert "could not be asked" in outcome.reason
    again = Bench(bench.sandbox, bench.folder)
    again.transport.wire._credentials.token = bench.sandbox.token_for(
        "https://www.googleapis.com/auth/gmail.modify"
    )
    (found,) = again.gate.recover()
    assert (State.DONE, 1) == (found.state, delivered(bench))
    again.close()


def test_a_draft_that_cannot_be_read_is_not_sent_and_can_be_tried_again(bench: Bench) -> None:
    """Before anything is written the approval stays good."""
    one = bench.approved(bench.draft().id)
    bench.sandbox.faults([{"path": "/drafts/", "method": "GET", "nth": 1, "kind": "403-daily"}])
    with pytest.raises(GoogleError):
        bench.gate.execute(one.id)
    assert State.APPROVED == bench.gate.get(one.id).state
    assert State.DONE == bench.gate.execute(one.id).state
    assert 1 == delivered(bench)


def test_a_draft_that_the_person_sent_or_deleted_meanwhile_is_not_sent(bench: Bench) -> None:
    """It is gone: the proposal is closed and says so."""
    one = bench.approved(bench.draft().id)
    bench.sandbox.api("POST", "/drafts/send", {"id": one.draft_id})
    with pytest.raises(DraftChanged, match="no longer"):
        bench.gate.execute(one.id)
    assert (State.CANCELLED, 1) == (bench.gate.get(one.id).state, delivered(bench))


class Backdoored:
    """A sender that writes to somebody else as well, as a poisoned library once did."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench

    def send_draft(self, draft_id: str, raw: bytes, thread_id: str) -> SentMail:
        return self.bench.sender.send_draft(draft_id, b"Bcc: spy@elsewhere.example\r\n" + raw, thread_id)


def test_a_message_that_reached_somebody_else_is_an_alarm(bench: Bench) -> None:
    """What Gmail sent is compared with what was confirmed."""
    outcome = bench.make_gate(sender=Backdoored(bench)).execute(bench.approved(bench.draft().id).id)
    assert ("spy@elsewhere.example was added",) == outcome.differences
    assert "NOT to the confirmed recipients" in outcome.reason
    assert "send.mismatch" == bench.events()[-1]


def test_a_sent_message_that_cannot_be_checked_is_told(bench: Bench) -> None:
    """It is sent all the same; the audit says that nobody looked."""
    one = bench.approved(bench.draft().id)
    bench.sandbox.faults([{"path": "/messages/", "method": "GET", "nth": "all", "kind": "403-daily"}])
    assert State.DONE == bench.gate.execute(one.id).state
    assert ["send.done", "send.unchecked"] == bench.events()[-2:]


def test_nothing_is_sent_when_the_audit_cannot_be_written(bench: Bench) -> None:
    """First the row, then the request: without the row nothing leaves, and the approval stays unused."""
    one = bench.approved(bench.draft().id)

    class Full:
        def append(self, event: str, body: dict[str, object], actor: str = "") -> str:
            raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        bench.make_gate(audit=Full()).execute(one.id)
    assert (State.APPROVED, 0) == (bench.gate.get(one.id).state, delivered(bench))
    assert State.DONE == bench.gate.execute(one.id).state


def test_recovery_leaves_a_living_send_alone(bench: Bench) -> None:
    """A second process that starts meanwhile neither touches nor judges it."""
    one = bench.approved(bench.draft().id)
    bench.sandbox.faults([{"path": "/drafts/send", "nth": 1, "kind": "slow", "seconds": 1}])
    ends: list[State] = []
    sending = threading.Thread(target=lambda: ends.append(bench.gate.execute(one.id).state))
    sending.start()
    while bench.proposals.in_states((State.EXECUTING,)) == ():
        bench.clock.sleep(0.01)
    assert () == bench.make_gate(settle_seconds=0).recover()
    with pytest.raises(AlreadyRunning):
        bench.make_gate().propose_send(one.draft_id)
    sending.join()
    assert ([State.DONE], 1) == (ends, delivered(bench))


def test_locks_of_closed_proposals_are_tidied_up(bench: Bench) -> None:
    """And those of open ones are kept."""
    done, waiting = (bench.approved(bench.draft().id) for _ in range(2))
    bench.gate.execute(done.id)
    for name in (waiting.id, "not-a-proposal"):
        (bench.folder / "locks" / f"{name}.lock").touch()
    bench.gate.recover()
    assert {f"{waiting.id}.lock", "not-a-proposal.lock"} == {
        file.name for file in (bench.folder / "locks").iterdir()
    }


def test_an_unknown_proposal_cannot_be_executed(bench: Bench) -> None:
    """An id that is none is a wrong input."""
    with pytest.raises(InputError):
        bench.gate.execute("no-such-proposal")
