"""Proposals in the store: one open fate per draft, one use per approval, no bytes once it is closed."""

import threading
from dataclasses import replace
from typing import Any

import pytest

from mailreeve.errors import NotApproved
from mailreeve.models import Envelope, Flag, Proposal, Weight
from mailreeve.models import ProposalState as State
from mailreeve.store.db import Database
from mailreeve.store.proposals import HOLDING_BYTES, OPEN, Approval, Proposals

ACCOUNT = "ada@example.com"
DAY = 86_400_000


@pytest.fixture
def proposals(db: Database) -> Proposals:
    return Proposals(db, ACCOUNT)


def proposal(number: int = 1, **fields: Any) -> Proposal:
    plain = Proposal(
        id=f"p{number}",
        kind="send",
        account=ACCOUNT,
        draft_id=f"r{number}",
        thread_id="t1",
        message_id="<m@example.com>",
        mark="mark",
        envelope=Envelope((ACCOUNT,), ("Bob@x.example", "é@x.example"), (), ("dora@x.example",)),
        subject="Grüße",
        raw=b"\x00\xff bytes",
        body_hash="b",
        flags=(Flag("bcc", Weight.WARN, "Hidden."), Flag("n", Weight.NOTE, "é")),
        digest=f"d{number}",
        state=State.PROPOSED,
        created_at=number,
        expires_at=1000,
    )
    return replace(plain, **fields)


def added(proposals: Proposals, one: Proposal) -> Proposal:
    assert proposals.add(one)
    return one


def approved(proposals: Proposals, number: int = 1, **fields: Any) -> Proposal:
    one = added(proposals, proposal(number, **fields))
    proposals.approve(one, Approval(one.digest, "tty", f"nonce-{number}", "ada", 5))
    return found(proposals, one)


def found(proposals: Proposals, one: Proposal) -> Proposal:
    kept = proposals.get(one.id)
    assert kept is not None
    return kept


def test_a_proposal_comes_back_as_it_was_kept(proposals: Proposals) -> None:
    """Every field, bytes and flags included."""
    one = added(proposals, proposal())
    assert one == proposals.get("p1") == proposals.open_for("r1")


def test_a_draft_has_one_open_proposal(proposals: Proposals) -> None:
    """The second is refused until the first is closed."""
    first = added(proposals, proposal(1, draft_id="r"))
    assert not proposals.add(proposal(2, draft_id="r"))
    assert proposals.move(first, State.REJECTED)
    assert proposals.add(proposal(2, draft_id="r"))


@pytest.mark.parametrize("state", State)
def test_an_undecided_fate_blocks_its_draft(proposals: Proposals, state: State) -> None:
    """From the question to an unknown outcome."""
    added(proposals, proposal(1, draft_id="r", state=state))
    assert (state in OPEN) != proposals.add(proposal(2, draft_id="r"))


def test_a_digest_is_kept_once(proposals: Proposals) -> None:
    """Two proposals cannot share what is confirmed."""
    added(proposals, proposal(1, digest="same"))
    assert not proposals.add(proposal(2, digest="same"))


def test_a_move_needs_the_state_that_was_read(proposals: Proposals) -> None:
    """Whoever is second changes nothing."""
    one = added(proposals, proposal())
    assert proposals.move(one, State.REJECTED, outcome="no", now=7)
    assert not proposals.move(one, State.EXPIRED, outcome="late")
    kept = found(proposals, one)
    assert (State.REJECTED, "no", 7) == (kept.state, kept.outcome, kept.finished_at)


@pytest.mark.parametrize("state", State)
def test_closing_wipes_the_bytes(proposals: Proposals, state: State) -> None:
    """They are kept only as long as something can still leave."""
    one = added(proposals, proposal())
    proposals.move(one, state, now=9)
    kept = found(proposals, one)
    assert (state in HOLDING_BYTES) == (kept.raw == one.raw)
    assert (state in HOLDING_BYTES) == (kept.finished_at == 0)


def test_an_approval_is_bound_to_the_digest(proposals: Proposals) -> None:
    """Another digest, be it that of another proposal, approves nothing and leaves no row."""
    one, two = added(proposals, proposal()), added(proposals, proposal(2))
    for digest in ("other", two.digest):
        with pytest.raises(NotApproved):
            proposals.approve(one, Approval(digest, "tty", "nonce", "ada", 5))
    assert one == proposals.get(one.id)
    proposals.approve(one, Approval(one.digest, "page", "nonce", "ada", 5))
    kept = found(proposals, one)
    assert (State.APPROVED, "page", "ada", 5) == (
        kept.state,
        kept.decided_how,
        kept.decided_by,
        kept.decided_at,
    )


def test_what_moved_since_it_was_read_is_not_approved(db: Database, proposals: Proposals) -> None:
    """A no that was faster stands, and the yes leaves nothing behind."""
    one = added(proposals, proposal())
    proposals.move(one, State.REJECTED)
    with pytest.raises(NotApproved):
        proposals.approve(one, Approval(one.digest, "tty", "nonce", "ada", 5))
    assert (State.REJECTED, []) == (found(proposals, one).state, db.rows("select * from approval"))


def test_an_approval_and_its_nonce_count_once(proposals: Proposals) -> None:
    """A second yes, or the same token for another proposal, is refused as a whole."""
    one = approved(proposals)
    with pytest.raises(NotApproved):
        proposals.approve(one, Approval(one.digest, "tty", "fresh", "ada", 6))
    other = added(proposals, proposal(2))
    with pytest.raises(NotApproved):
        proposals.approve(other, Approval(other.digest, "tty", "nonce-1", "ada", 6))
    assert other == proposals.get(other.id)


def test_starting_uses_the_approval_up(proposals: Proposals) -> None:
    """Both are written or neither; a second start is refused even with the state put back."""
    one = approved(proposals)
    proposals.start(one, 10, 100)
    kept = found(proposals, one)
    assert (State.EXECUTING, 10) == (kept.state, kept.executing_at)
    assert proposals.move(kept, State.APPROVED)
    with pytest.raises(NotApproved):
        proposals.start(found(proposals, one), 11, 100)
    assert State.APPROVED == found(proposals, one).state


def test_nothing_starts_without_an_approval(proposals: Proposals) -> None:
    """The state is not enough."""
    one = added(proposals, proposal(state=State.APPROVED))
    with pytest.raises(NotApproved):
        proposals.start(one, 10, 100)
    assert State.APPROVED == found(proposals, one).state


def test_one_of_many_starters_gets_through(proposals: Proposals) -> None:
    """Sixteen threads at once, each with a connection of its own."""
    one = approved(proposals)
    start = threading.Barrier(16)
    through: list[int] = []

    def run(number: int) -> None:
        start.wait()
        try:
            proposals.start(one, 10, 100)
        except NotApproved:
            return
        through.append(number)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert 1 == len(through)


def test_the_sends_of_a_day_are_counted_when_they_start(proposals: Proposals) -> None:
    """What may have left counts, what failed does not; what is older than a day does not."""
    ready = [approved(proposals, number) for number in range(1, 6)]
    for one in ready[:3]:
        proposals.start(one, DAY, 3)
    with pytest.raises(NotApproved, match="sends_per_day"):
        proposals.start(ready[3], DAY + 1, 3)
    assert 3 == proposals.sent_since(0)
    proposals.move(found(proposals, ready[0]), State.FAILED)
    proposals.move(found(proposals, ready[1]), State.UNKNOWN)
    assert 2 == proposals.sent_since(0)
    proposals.start(ready[3], DAY + 1, 3)
    assert 0 == proposals.sent_since(DAY + 1)
    proposals.start(ready[4], 2 * DAY + 2, 3)


def test_lists_are_in_order_and_without_bytes(proposals: Proposals) -> None:
    """Open ones, due ones, overdue ones, the newest."""
    added(proposals, proposal(1, expires_at=50))
    added(proposals, proposal(2, state=State.SCHEDULED, scheduled_at=90))
    added(proposals, proposal(3, state=State.SCHEDULED, scheduled_at=40))
    added(proposals, proposal(4, state=State.DONE, sent_id="s4"))
    assert ["p1", "p2", "p3"] == [one.id for one in proposals.in_states((State.PROPOSED, State.SCHEDULED))]
    assert ["p3", "p2"] == [one.id for one in proposals.due(90)]
    assert ["p3"] == [one.id for one in proposals.due(89)]
    assert ["p1"] == [one.id for one in proposals.overdue(50)]
    assert () == proposals.overdue(49)
    assert ["p4", "p3"] == [one.id for one in proposals.recent(2)]
    assert {b""} == {one.raw for one in proposals.recent(9)}
    assert {"s4"} == proposals.sent_ids()


def test_another_account_sees_and_changes_nothing(db: Database, proposals: Proposals) -> None:
    """Every statement names the account."""
    one = approved(proposals)
    foreign = Proposals(db, "eve@x.example")
    assert (None, None, ()) == (foreign.get(one.id), foreign.open_for(one.draft_id), foreign.recent(9))
    assert not foreign.move(one, State.CANCELLED)
    foreign.tell(one.id, "hacked")
    with pytest.raises(NotApproved):
        foreign.start(one, 10, 100)
    assert 0 == foreign.forget(10**15)
    assert one == proposals.get(one.id)


def test_forgetting_deletes_closed_proposals_with_their_approvals(db: Database, proposals: Proposals) -> None:
    """Open ones stay, whatever their age."""
    old, recent, waiting = (approved(proposals, number) for number in (1, 2, 3))
    proposals.move(old, State.CANCELLED, now=10)
    proposals.move(recent, State.CANCELLED, now=20)
    assert 1 == proposals.forget(20)
    assert ["p3", "p2"] == [one.id for one in proposals.recent(9)]
    assert {recent.digest, waiting.digest} == {row[0] for row in db.rows("select digest from approval")}


def test_correspondents_are_those_to_whom_something_was_sent(proposals: Proposals) -> None:
    """In lower case, hidden recipients too."""
    added(proposals, proposal(1, state=State.DONE))
    added(proposals, proposal(2, envelope=Envelope(to=("never@x.example",))))
    assert {"bob@x.example", "é@x.example", "dora@x.example"} == proposals.correspondents()


def test_the_sentence_about_the_outcome_can_be_replaced(proposals: Proposals) -> None:
    """When more is known than at the time."""
    one = added(proposals, proposal())
    proposals.tell(one.id, "Not to the confirmed recipients.")
    assert "Not to the confirmed recipients." == found(proposals, one).outcome


def test_the_hash_of_a_readers_text_is_kept_for_each_draft(db: Database, proposals: Proposals) -> None:
    """The newest counts; a person's draft has none, and neither has another account's."""
    proposals.note_text("r1", "h1", "llm", 1)
    proposals.note_text("r1", "h2", "offline", 2)
    assert ("h2", "offline") == proposals.noted_text("r1")
    assert ("", "") == proposals.noted_text("r2")
    assert ("", "") == Proposals(db, "eve@x.example").noted_text("r1")


def test_steps_in_a_transaction_are_all_or_nothing(proposals: Proposals) -> None:
    """An error on the way takes everything back."""
    one = added(proposals, proposal())
    with pytest.raises(RuntimeError), proposals.transaction():  # noqa: PT012 -- the second step fails
        proposals.move(one, State.REJECTED)
        raise RuntimeError
    assert one == proposals.get(one.id)
