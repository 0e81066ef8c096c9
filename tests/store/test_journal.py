"""The journal: written before, settled after, all of it in the audit."""

import pytest

from mailreeve.errors import (
    GoogleRefused,
    GoogleUnavailable,
    InputError,
    MailreeveError,
    NotFound,
    OutcomeUnknown,
)
from mailreeve.models import ChangeState
from mailreeve.store.audit import Audit
from mailreeve.store.db import Database
from mailreeve.store.journal import Intent, Journal


def test_a_change_is_written_before_it_is_made_and_settled_after(journal: Journal) -> None:
    """An intent has an id, its inverse and the state `intended` until the outcome is known."""
    id_ = journal.intend("r-1", "labels", "m1", {"add": ["L"]}, {"remove": ["L"]})
    assert "c-000001" == id_
    change = journal.change(id_)
    assert ChangeState.INTENDED is change.state
    assert ({"add": ["L"]}, {"remove": ["L"]}) == (change.do, change.inverse)
    assert (change,) == journal.unsettled("labels")
    journal.settle(id_, ChangeState.DONE)
    assert ChangeState.DONE is journal.change(id_).state
    assert () == journal.unsettled("labels")


def test_the_outcome_can_tell_the_id_that_only_the_answer_knew(journal: Journal) -> None:
    """A created draft's id arrives with the outcome and becomes part of the inverse."""
    id_ = journal.intend("r-1", "draft_create", "m1", {"sha256": "ab"}, {})
    journal.settle(id_, ChangeState.DONE, do={"sha256": "ab", "draft": "r-9"}, inverse={"draft": "r-9"})
    assert {"draft": "r-9"} == journal.change(id_).inverse


def test_changes_are_found_by_run_and_by_target(journal: Journal) -> None:
    """Undo finds a run's changes in the order in which they were made, a step finds those of a message."""
    one, two = journal.intend_all("r-1", [Intent("labels", "m1", {}, {}), Intent("labels", "m2", {}, {})])
    three = journal.intend("r-2", "draft_create", "m1", {}, {})
    assert [one, two] == [change.id for change in journal.changes("r-1")]
    assert [one] == [change.id for change in journal.of_target("m1", "labels")]
    assert [{"m1"}, set()] == [set(journal.targets("labels", ids)) for ids in (["m1", "m9"], [])]
    assert [three] == [change.id for change in journal.of_target("m1", "draft_create")]


def test_what_was_made_and_not_taken_back_stands(journal: Journal) -> None:
    """Leaving finds the changes of a kind that still hold: neither failed nor undone ones."""
    one, two, three, other = (
        journal.intend("r-1", kind, target, {}, {})
        for kind, target in (
            ("draft_create", "m1"),
            ("draft_create", "m2"),
            ("draft_create", "m3"),
            ("labels", "m1"),
        )
    )
    assert () == journal.standing("draft_create")
    journal.settle_all([one, two, other], ChangeState.DONE)
    journal.settle(three, ChangeState.FAILED)
    journal.settle(two, ChangeState.UNDONE)
    assert [one] == [change.id for change in journal.standing("draft_create")]


@pytest.mark.parametrize(
    ("error", "once", "state"),
    [
        (OutcomeUnknown("lost"), True, ChangeState.UNKNOWN),
        (GoogleUnavailable("down"), True, ChangeState.FAILED),
        (OutcomeUnknown("lost"), False, ChangeState.UNKNOWN),
        (GoogleUnavailable("down"), False, ChangeState.UNKNOWN),
        (GoogleRefused("no"), False, ChangeState.FAILED),
        (NotFound("gone"), False, ChangeState.FAILED),
    ],
)
def test_a_change_whose_call_failed_ends_as_far_as_is_known(
    journal: Journal, error: MailreeveError, once: bool, state: ChangeState
) -> None:
    """What goes out once is open only when its answer is lost; what may be repeated is, unless Google said no."""
    with pytest.raises(MailreeveError), journal.intending("r-1", [Intent("labels", "m1", {}, {})], once=once):
        raise error
    assert [state] == [change.state for change in journal.changes("r-1")]


def test_every_intent_and_outcome_is_in_the_audit(journal: Journal, audit: Audit) -> None:
    """All is audited: ids and hashes of what was meant and how it ended, in a chain that verifies."""
    first, second = journal.intend_all(
        "r-1", [Intent("labels", "m1", {"add": ["L"]}, {}), Intent("labels", "m2", {"add": ["L"]}, {})]
    )
    journal.settle_all([first, second], ChangeState.DONE)
    journal.settle(first, ChangeState.UNDONE)
    events = [(row.event, row.body["change"]) for row in reversed(audit.rows())]
    assert [
        ("change.intended", first),
        ("change.intended", second),
        ("change.done", first),
        ("change.done", second),
        ("change.undone", first),
    ] == events
    assert audit.verify().ok


def test_intents_of_one_step_are_written_all_or_none(journal: Journal, db: Database, audit: Audit) -> None:
    """When the journal cannot be written nothing of it is, and so nothing may be changed in Gmail."""
    with pytest.raises(TypeError):
        journal.intend_all("r", [Intent("labels", "m1", {}, {}), Intent("labels", "m2", {"add": {1}}, {})])
    assert () == journal.changes("r")
    assert 0 == audit.verify().rows


def test_an_unknown_change_is_named(journal: Journal, db: Database) -> None:
    """A change of another account, or none at all, is refused by its id."""
    id_ = Journal(db, "bob@example.com", Audit(db, "bob@example.com")).intend("r", "labels", "m", {}, {})
    with pytest.raises(InputError, match=id_):
        journal.change(id_)


def test_taking_back_is_written_down_before_it_is_done(journal: Journal, audit: Audit) -> None:
    """A change that is being undone is one whose end is not known, until that is settled too."""
    id_ = journal.intend("r-1", "labels", "m1", {}, {})
    journal.settle(id_, ChangeState.DONE)
    journal.undoing([id_])
    assert [id_] == [change.id for change in journal.unsettled("labels")]
    assert ("change.undoing", {"change": id_}) == (audit.rows(1)[0].event, audit.rows(1)[0].body)
