"""Proposing, deciding, scheduling: everything before something leaves."""

import hashlib
from datetime import UTC, datetime, timedelta

import pytest
from tests.gate.bench import BOB, EVE, Bench

from mailreeve.errors import (
    DraftChanged,
    GateError,
    InputError,
    NeedsPerson,
    NotApproved,
    NotFound,
    OutcomeUnknown,
)
from mailreeve.gate.gate import CHANNELS
from mailreeve.gate.policy import Policy
from mailreeve.models import Address, SentMail
from mailreeve.models import ProposalState as State
from mailreeve.store.proposals import Proposals

MINUTE = 60_000
HOUR = 60 * MINUTE


def in_hours(bench: Bench, hours: float) -> datetime:
    return datetime.fromtimestamp(bench.clock.now() / 1000, UTC) + timedelta(hours=hours)


# --- proposing ------------------------------------------------------------------------------------


def test_a_proposal_holds_the_draft_as_it_lies_in_gmail(bench: Bench) -> None:
    """Exact bytes, thread, recipients in their place, Message-ID, our own mark, and flags."""
    raw = bench.letter(bcc=(EVE,), headers=(("X-Mailreeve-Id", "mark-1"),))
    draft = bench.draft(raw)
    one = bench.gate.propose_send(draft.id)
    assert (raw, draft.thread_id, State.PROPOSED, "send") == (one.raw, one.thread_id, one.state, one.kind)
    assert ((BOB.address,), (EVE.address,)) == (one.envelope.to, one.envelope.bcc)
    assert ("mark-1", True) == (one.mark, one.message_id.encode() in raw)
    assert {"bcc", "new_recipient"} == {flag.code for flag in one.flags}
    assert one == bench.gate.get(one.id)


def test_the_same_draft_gives_the_same_open_proposal(bench: Bench) -> None:
    """A client that asks twice gets the same question."""
    draft = bench.draft()
    assert bench.gate.propose_send(draft.id) == bench.gate.propose_send(draft.id)


def test_an_edited_draft_gives_a_new_proposal_and_closes_the_old_one(bench: Bench) -> None:
    """A yes to the old question is worth nothing then."""
    draft = bench.draft()
    old = bench.gate.propose_send(draft.id)
    bench.gmail.update_draft(draft.id, bench.letter(subject="Changed"), draft.thread_id)
    new = bench.gate.propose_send(draft.id)
    assert old.digest != new.digest
    assert State.REJECTED == bench.gate.get(old.id).state
    with pytest.raises(NotApproved):
        bench.gate.approve(old.id, old.digest, "tty", "ada")


def test_two_drafts_of_the_same_bytes_are_two_proposals(bench: Bench) -> None:
    """An approval of one is none of the other."""
    raw = bench.letter()
    one, other = (bench.gate.propose_send(bench.draft(raw).id) for _ in range(2))
    assert one.digest != other.digest
    with pytest.raises(NotApproved):
        bench.gate.approve(other.id, one.digest, "tty", "ada")


def test_bytes_that_were_changed_in_the_store_are_not_approved(bench: Bench) -> None:
    """What a question shows lies in the store: where it is not what was frozen, no yes counts."""
    one = bench.gate.propose_send(bench.draft().id)
    bench.db.execute("update proposal set raw = ? where id = ?", (bench.letter(subject="Changed"), one.id))
    with pytest.raises(NotApproved, match="not what is proposed"):
        bench.gate.approve(one.id, one.digest, "tty", "ada")
    assert State.PROPOSED == bench.gate.get(one.id).state


def test_nothing_is_proposed_while_sending_is_off(bench: Bench) -> None:
    """The default: the draft stays, and the person is told what to do."""
    gate = bench.make_gate(Policy(own_addresses=(bench.account,)))
    with pytest.raises(GateError, match="switched off"):
        gate.propose_send(bench.draft().id)
    assert ["send.refused"] == bench.events()


def test_a_draft_with_blanks_or_without_recipients_is_not_proposed(bench: Bench) -> None:
    """Both are for the person to correct."""
    for draft in (bench.draft(body="See you at [ ]."), bench.draft(to=())):
        with pytest.raises(GateError):
            bench.gate.propose_send(draft.id)
    assert () == bench.gate.recent()


def test_a_draft_that_is_not_there_cannot_be_proposed(bench: Bench) -> None:
    """Gmail says so."""
    with pytest.raises(NotFound):
        bench.gate.propose_send("r404")


def test_examining_a_draft_changes_nothing(bench: Bench) -> None:
    """Flags can be shown before anything is proposed."""
    draft = bench.gmail.draft(bench.draft(bcc=(EVE,)).id)
    assert {"bcc", "new_recipient"} == {flag.code for flag in bench.gate.examine(draft).flags}
    assert () == bench.gate.recent()
    assert [] == bench.events()


def test_a_trusted_recipient_is_approved_by_the_policy_and_audited(bench: Bench) -> None:
    """The exception that a person set in config.toml; a stranger in Cc takes it away."""
    bench.gate.execute(bench.approved(bench.draft().id).id)  # Bob is no stranger from now on
    trusting = Policy(send=True, own_addresses=(bench.account,), trusted_recipients=("bob@partner.example",))
    gate = bench.make_gate(trusting)
    one = gate.propose_send(bench.draft().id)
    assert (State.APPROVED, "policy") == (one.state, one.decided_how)
    assert State.DONE == gate.execute(one.id).state
    assert "policy" == bench.audit.rows(3)[2].actor
    assert State.PROPOSED == gate.propose_send(bench.draft(cc=(EVE,)).id).state


def test_an_exception_that_was_taken_back_no_longer_sends(bench: Bench) -> None:
    """The settings count when it leaves, not when it was proposed."""
    bench.gate.execute(bench.approved(bench.draft().id).id)
    trusting = Policy(send=True, own_addresses=(bench.account,), trusted_recipients=("@partner.example",))
    one = bench.make_gate(trusting).propose_send(bench.draft().id)
    with pytest.raises(NotApproved):
        bench.gate.execute(one.id)
    with pytest.raises(GateError):
        bench.make_gate(Policy(own_addresses=(bench.account,))).execute(one.id)
    assert 1 == len(bench.sandbox.sent())


def test_the_digest_to_oneself_needs_no_question_when_set(bench: Bench) -> None:
    """And the same letter as a plain send does."""
    own = Policy(
        send=True, own_addresses=(bench.account,), account=bench.account, digest_to_self=lambda: True
    )
    gate = bench.make_gate(own)
    first, second = (bench.draft(to=(Address("", bench.account),)) for _ in range(2))
    ours = {hashlib.sha256(bench.gmail.draft(one.id).raw).hexdigest() for one in (first, second)}
    digest = gate.propose_digest(first.id, ours)
    assert State.APPROVED == digest.state
    assert State.PROPOSED == gate.propose_send(second.id).state
    assert State.PROPOSED == gate.propose_send(first.id).state
    assert State.CANCELLED == gate.get(digest.id).state


# --- deciding -------------------------------------------------------------------------------------


def test_only_the_ways_to_a_person_approve(bench: Bench) -> None:
    """A tool, a chat or the policy's own name is no channel."""
    one = bench.gate.propose_send(bench.draft().id)
    for channel in ("tool", "chat", "policy", "model", ""):
        with pytest.raises(NotApproved):
            bench.gate.approve(one.id, one.digest, channel, "mallory")
    assert {"elicitation", "page", "tty"} == CHANNELS
    assert State.APPROVED == bench.gate.approve(one.id, one.digest, "page", "ada").state


@pytest.mark.parametrize("wrong", ["", "0" * 64, "prefix", "upper"])
def test_an_approval_needs_the_whole_digest_that_was_shown(bench: Bench, wrong: str) -> None:
    """A part of it, or another one, approves nothing."""
    one = bench.gate.propose_send(bench.draft().id)
    shown = {"prefix": one.digest[:12], "upper": one.digest.upper()}.get(wrong, wrong)
    with pytest.raises(NotApproved):
        bench.gate.approve(one.id, shown, "tty", "ada")
    assert State.PROPOSED == bench.gate.get(one.id).state


def test_an_answer_counts_once(bench: Bench) -> None:
    """The same yes again is refused, and so is its token under another proposal."""
    one, other = (bench.gate.propose_send(bench.draft().id) for _ in range(2))
    bench.gate.approve(one.id, one.digest, "page", "ada", nonce="token-1")
    with pytest.raises(NotApproved, match="is approved already"):
        bench.gate.approve(one.id, one.digest, "page", "ada", nonce="token-1")
    with pytest.raises(NotApproved):
        bench.gate.approve(other.id, other.digest, "page", "ada", nonce="token-1")
    assert State.PROPOSED == bench.gate.get(other.id).state


def test_a_late_answer_counts_for_a_day_and_not_longer(bench: Bench) -> None:
    """A review queue is read next morning."""
    one, other = (bench.gate.propose_send(bench.draft().id) for _ in range(2))
    bench.clock.ahead += 23 * HOUR
    assert State.APPROVED == bench.gate.approve(one.id, one.digest, "tty", "ada").state
    bench.clock.ahead += 2 * HOUR
    with pytest.raises(NotApproved):
        bench.gate.approve(other.id, other.digest, "tty", "ada")
    closed = bench.gate.get(other.id)
    assert (State.EXPIRED, b"") == (closed.state, closed.raw)


def test_an_approval_waits_ten_minutes_for_its_execution(bench: Bench) -> None:
    """A crash in between does not leave a yes lying around."""
    one = bench.approved(bench.draft().id)
    bench.clock.ahead += 11 * MINUTE
    with pytest.raises(NotApproved):
        bench.gate.execute(one.id)
    assert State.EXPIRED == bench.gate.get(one.id).state
    assert State.PROPOSED == bench.gate.propose_send(one.draft_id).state
    assert [] == bench.sandbox.sent()


def test_a_rejected_proposal_cannot_be_approved_any_more(bench: Bench) -> None:
    """The draft stays in Gmail, and a new proposal can be made of it."""
    one = bench.gate.propose_send(bench.draft().id)
    closed = bench.gate.reject(one.id, "not now")
    assert (State.REJECTED, "not now", b"") == (closed.state, closed.outcome, closed.raw)
    with pytest.raises(NotApproved):
        bench.gate.approve(one.id, one.digest, "tty", "ada")
    assert one.id != bench.gate.propose_send(one.draft_id).id


def test_a_proposal_can_be_withdrawn_until_it_leaves(bench: Bench) -> None:
    """Before and after the yes; not after the send."""
    waiting = bench.gate.propose_send(bench.draft().id)
    agreed = bench.approved(bench.draft().id)
    later = bench.approved(bench.draft().id, in_hours(bench, 2))
    assert [State.REJECTED, State.CANCELLED, State.CANCELLED] == [
        bench.gate.cancel(one.id).state for one in (waiting, agreed, later)
    ]
    gone = bench.approved(bench.draft().id)
    bench.gate.execute(gone.id)
    with pytest.raises(GateError, match="too late"):
        bench.gate.cancel(gone.id)
    assert 1 == len(bench.sandbox.sent())


def test_the_proposals_of_another_account_are_not_seen(bench: Bench) -> None:
    """Neither read, nor approved, nor sent."""
    one = bench.approved(bench.draft().id)
    foreign = bench.make_gate(proposals=Proposals(bench.db, "eve@elsewhere.example"))
    for act in (
        lambda: foreign.get(one.id),
        lambda: foreign.approve(one.id, one.digest, "tty", "eve"),
        lambda: foreign.execute(one.id),
        lambda: foreign.reject(one.id, ""),
    ):
        with pytest.raises(InputError):
            act()
    assert () == foreign.recent()
    assert [] == bench.sandbox.sent()


def test_what_waits_for_a_person_is_listed_without_bytes(bench: Bench) -> None:
    """Questions and schedules, the finished ones apart."""
    asked = bench.gate.propose_send(bench.draft().id)
    later = bench.approved(bench.draft().id, in_hours(bench, 2))
    done = bench.approved(bench.draft().id)
    bench.gate.execute(done.id)
    waiting = bench.gate.waiting()
    assert [asked.id, later.id] == [one.id for one in waiting]
    assert {b""} == {one.raw for one in waiting}
    assert {asked.id, later.id, done.id} == {one.id for one in bench.gate.recent()}


def test_the_audit_tells_who_decided_with_ids_and_hashes_alone(bench: Bench) -> None:
    """No address, subject or text gets into the chain, and the chain holds."""
    one = bench.approved(bench.draft(subject="CANARY", body="CANARY").id)
    bench.gate.execute(one.id)
    rows = bench.audit.rows()
    assert ["send.proposed", "send.approved", "send.executing", "send.done"] == bench.events()
    assert "person" == rows[2].actor
    assert {one.digest} == {row.body["digest"] for row in rows}
    told = " ".join(str(row.body) for row in rows)
    assert "CANARY" not in told
    assert "@" not in told
    assert bench.audit.verify().ok


def test_no_bytes_of_a_message_stay_behind_when_it_is_closed(bench: Bench) -> None:
    """Sent, rejected or changed: once the database is closed, no file holds the text."""
    sent, declined, changed = (
        bench.draft(subject=f"S{n}", body=f"CANARY-{n}") for n in ("sent", "declined", "changed")
    )
    bench.gate.execute(bench.approved(sent.id).id)
    bench.gate.reject(bench.gate.propose_send(declined.id).id, "no")
    one = bench.approved(changed.id)
    bench.gmail.update_draft(changed.id, bench.letter(), changed.thread_id)
    with pytest.raises(DraftChanged):
        bench.gate.execute(one.id)
    bench.close()
    files = [file for file in bench.folder.rglob("*") if file.is_file()]
    assert files
    assert [] == [file.name for file in files if b"CANARY" in file.read_bytes()]


# --- scheduling -----------------------------------------------------------------------------------


def test_a_scheduled_message_leaves_at_its_time_and_once(bench: Bench) -> None:
    """Not before; and not again after."""
    one = bench.approved(bench.draft().id, in_hours(bench, 2))
    assert (State.SCHEDULED, "send_later") == (one.state, one.kind)
    assert () == bench.gate.deliver_due()
    with pytest.raises(NotApproved, match=r"^Its time has not come"):
        bench.gate.execute(one.id)
    bench.wait(2 * HOUR + MINUTE)
    assert [State.DONE] == [outcome.state for outcome in bench.gate.deliver_due()]
    assert () == bench.gate.deliver_due()
    assert 1 == len(bench.sandbox.sent())


def test_a_clock_that_jumps_ahead_and_back_sends_nothing_early_and_nothing_twice(bench: Bench) -> None:
    """Google's clock has to agree: it waits, is told, leaves at its time once, and not again when the time comes twice."""
    one = bench.approved(bench.draft().id, in_hours(bench, 1 / 6))
    bench.clock.ahead += 11 * MINUTE  # this machine's alone
    for _ in range(2):
        (told,) = bench.gate.deliver_due()
        assert (State.SCHEDULED, True) == (
            told.state,
            "this machine's clock is ahead" in told.proposal.outcome,
        )
    with pytest.raises(NotApproved, match="clock is ahead") as error:
        bench.gate.execute(one.id)
    assert "Set this machine's clock" in error.value.advice
    assert [] == bench.sandbox.sent()
    bench.clock.ahead -= 11 * MINUTE
    assert () == bench.gate.deliver_due()
    bench.wait(11 * MINUTE)
    assert [State.DONE] == [outcome.state for outcome in bench.gate.deliver_due()]
    bench.clock.ahead -= 3 * HOUR
    assert () == bench.gate.deliver_due()
    bench.clock.ahead += 3 * HOUR
    assert () == bench.gate.deliver_due()
    with pytest.raises(NotApproved):
        bench.gate.execute(one.id)
    assert 1 == len(bench.sandbox.sent())


def test_a_clock_far_ahead_makes_a_question_and_no_send(bench: Bench) -> None:
    """Ahead by more than an hour over the time it looks missed: the person is asked again."""
    bench.approved(bench.draft().id, in_hours(bench, 2))
    bench.clock.ahead += 30 * HOUR
    bench.gate.deliver_due()
    bench.clock.ahead -= 30 * HOUR
    assert () == bench.gate.deliver_due()
    assert [] == bench.sandbox.sent()
    assert [State.PROPOSED] == [waiting.state for waiting in bench.gate.waiting()]


def test_the_time_is_part_of_what_is_confirmed(bench: Bench) -> None:
    """The same draft for another time is another proposal."""
    draft = bench.draft()
    when = in_hours(bench, 2)
    later = bench.gate.propose_send(draft.id, when)
    assert later == bench.gate.propose_send(draft.id, when)
    still_later = bench.gate.propose_send(draft.id, in_hours(bench, 3))
    now = bench.gate.propose_send(draft.id)
    assert 3 == len({later.digest, still_later.digest, now.digest})
    assert [State.REJECTED] * 2 == [bench.gate.get(one.id).state for one in (later, still_later)]


def test_a_schedule_missed_by_over_an_hour_asks_again(bench: Bench) -> None:
    """The old yes is void; a new question waits; nothing has left."""
    one = bench.approved(bench.draft().id, in_hours(bench, 2))
    bench.wait(3 * HOUR + MINUTE)
    with pytest.raises(NotApproved, match="missed"):
        bench.gate.execute(one.id)
    (outcome,) = bench.gate.deliver_due()
    assert State.EXPIRED == outcome.state
    (asked,) = bench.gate.waiting()
    assert (State.PROPOSED, one.draft_id) == (asked.state, asked.draft_id)
    assert [] == bench.sandbox.sent()


def test_a_missed_schedule_asks_even_for_a_trusted_recipient(bench: Bench) -> None:
    """Late is not what the person had in mind."""
    bench.gate.execute(bench.approved(bench.draft().id).id)
    trusting = Policy(send=True, own_addresses=(bench.account,), trusted_recipients=("@partner.example",))
    gate = bench.make_gate(trusting)
    assert State.SCHEDULED == gate.propose_send(bench.draft().id, in_hours(bench, 1)).state
    bench.wait(3 * HOUR)
    gate.deliver_due()
    assert [State.PROPOSED] == [one.state for one in gate.waiting()]


def test_a_missed_schedule_without_its_draft_is_told(bench: Bench) -> None:
    """There is nothing left to ask about."""
    one = bench.approved(bench.draft().id, in_hours(bench, 2))
    bench.gmail.delete_draft(one.draft_id)
    bench.wait(4 * HOUR)
    (outcome,) = bench.gate.deliver_due()
    assert (State.EXPIRED, ()) == (outcome.state, bench.gate.waiting())
    assert "Asking again was not possible" in outcome.reason


def test_a_late_yes_to_a_time_that_has_passed_is_refused(bench: Bench) -> None:
    """By up to an hour it still counts."""
    missed, near = (bench.gate.propose_send(bench.draft().id, in_hours(bench, 1)) for _ in range(2))
    bench.wait(HOUR + 30 * MINUTE)
    bench.gate.approve(near.id, near.digest, "tty", "ada")
    assert [State.DONE] == [outcome.state for outcome in bench.gate.deliver_due()]
    bench.wait(HOUR)
    with pytest.raises(NotApproved, match="passed"):
        bench.gate.approve(missed.id, missed.digest, "tty", "ada")


def test_a_scheduled_draft_that_was_edited_does_not_leave(bench: Bench) -> None:
    """The edit voids the yes, and the outcome says so."""
    one = bench.approved(bench.draft().id, in_hours(bench, 1))
    bench.gmail.update_draft(one.draft_id, bench.letter(body="Other words"), one.thread_id)
    bench.wait(HOUR + MINUTE)
    (outcome,) = bench.gate.deliver_due()
    assert (State.CANCELLED, True) == (outcome.state, "changed" in outcome.reason)
    assert [] == bench.sandbox.sent()


def test_what_cannot_be_sent_now_stays_scheduled(bench: Bench) -> None:
    """A dead login leaves the schedule as it is; one bad proposal does not hold up the next."""
    one = bench.approved(bench.draft().id, in_hours(bench, 1))
    bench.wait(HOUR + MINUTE)
    bench.sandbox.faults([{"path": "/drafts/", "method": "GET", "nth": "all", "kind": "403-daily"}])
    (outcome,) = bench.gate.deliver_due()
    assert (State.SCHEDULED, True) == (outcome.state, bool(outcome.reason))
    bench.sandbox.faults([])
    assert [State.DONE] == [outcome.state for outcome in bench.gate.deliver_due()]
    assert State.DONE == bench.gate.get(one.id).state


@pytest.mark.parametrize("hours", [-1, 0, 24 * 366])
def test_a_time_in_the_past_or_far_away_is_refused(bench: Bench, hours: float) -> None:
    """As a wrong input, with the reason."""
    with pytest.raises(InputError):
        bench.gate.propose_send(bench.draft().id, in_hours(bench, hours))


def test_a_time_without_a_zone_is_refused(bench: Bench) -> None:
    """Nine o'clock: where is not said."""
    with pytest.raises(InputError, match="zone"):
        bench.gate.propose_send(bench.draft().id, datetime(2030, 1, 1, 9))  # noqa: DTZ001 -- the point


def test_the_day_has_its_limit(bench: Bench) -> None:
    """Counted within any 24 hours, also for what was approved before."""
    gate = bench.make_gate(Policy(send=True, sends_per_day=2, own_addresses=(bench.account,)))
    ready = [bench.approved(bench.draft().id) for _ in range(3)]
    assert [State.DONE, State.DONE] == [gate.execute(one.id).state for one in ready[:2]]
    with pytest.raises(GateError, match="sends_per_day"):
        gate.execute(ready[2].id)
    with pytest.raises(GateError, match="sends_per_day"):
        gate.propose_send(bench.draft().id)
    assert 2 == len(bench.sandbox.sent())
    bench.wait(25 * HOUR)
    assert State.PROPOSED == gate.propose_send(bench.draft().id).state


def test_a_draft_whose_fate_is_unknown_cannot_be_proposed_again(bench: Bench) -> None:
    """A request of a process that died may still be under way; once it cannot be, the draft is free again."""
    one = bench.approved(bench.draft().id)
    bench.proposals.start(one, bench.clock.now(), 100)  # as a process does that dies right after
    patient = bench.make_gate(settle_seconds=60)
    with pytest.raises(NeedsPerson, match="not known"):
        patient.propose_send(one.draft_id)
    assert [one.id] == [waiting.id for waiting in patient.waiting()]
    bench.wait(2 * MINUTE)
    assert one.id != patient.propose_send(one.draft_id).id
    assert State.FAILED == patient.get(one.id).state


def test_a_person_can_say_what_became_of_an_unknown_send(bench: Bench) -> None:
    """Once, and only while it is unknown."""
    ends = []
    for sent in (True, False):
        one = bench.approved(bench.draft().id)
        gate = bench.make_gate(sender=Vanishing(bench))
        assert State.UNKNOWN == gate.execute(one.id).state
        assert [one.id] == [waiting.id for waiting in gate.waiting()]
        ends.append(gate.settle_unknown(one.id, sent=sent).state)
        with pytest.raises(GateError):
            gate.settle_unknown(one.id, sent=True)
    assert [State.DONE, State.FAILED] == ends


class Vanishing:
    """A sender whose answer is lost, and whose draft is gone without a sent message."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench

    def send_draft(self, draft_id: str, raw: bytes, thread_id: str) -> SentMail:
        self.bench.gmail.delete_draft(draft_id)
        raise OutcomeUnknown("The answer was lost.")
