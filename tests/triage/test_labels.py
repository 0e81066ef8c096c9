"""The built-in labels, and making them in Gmail."""

import pytest
from tests.sandbox_server import SandboxServer
from tests.triage.conftest import PartsFor

from mailreeve.errors import GoogleUnavailable, OutcomeUnknown
from mailreeve.models import Archetype, ChangeState, LabelSpec
from mailreeve.triage.labels import BUILT_IN, NEEDS_HUMAN, Shelf, gmail_name, names_of


def test_the_built_in_set_has_a_label_for_every_archetype() -> None:
    """Twelve labels, each with its own id, a sentence, a name and a rank; exactly one is urgent."""
    assert list(Archetype) == sorted(
        (label.archetype for label in BUILT_IN if label.archetype), key=list(Archetype).index
    )
    assert 12 == len({label.id for label in BUILT_IN})
    assert all(label.when.endswith(".") and label.name and label.rank for label in BUILT_IN)
    assert ["urgent"] == [label.id for label in BUILT_IN if label.urgent]
    assert NEEDS_HUMAN not in {label.id for label in BUILT_IN}
    assert all(not label.actions for label in BUILT_IN)


def test_labels_are_made_when_they_are_needed_and_never_twice(
    sandbox: SandboxServer, parts_for: PartsFor
) -> None:
    """Asking for a label makes it below the prefix; asking again, in any run, finds it."""
    parts = parts_for(sandbox)
    shelf = Shelf(parts, "r-1")
    assert "Mailreeve/FYI" not in {label.name for label in parts.gmail.labels()}
    made = shelf.id_of("fyi")
    assert made == shelf.id_of("fyi")
    assert made == Shelf(parts, "r-2").id_of("fyi")
    assert {made} == shelf.ours
    assert [("label_create", "Mailreeve/FYI", {"delete_label": made})] == [
        (change.kind, change.target, change.inverse) for change in parts.journal.changes("r-1")
    ]
    assert () == parts.journal.changes("r-2")


def test_a_label_that_exists_in_other_letters_is_the_same(
    sandbox: SandboxServer, parts_for: PartsFor
) -> None:
    """Gmail compares label names without case, and so do we."""
    parts = parts_for(sandbox)
    there = parts.gmail.create_label("mailreeve/needs HUMAN")
    assert there.id == Shelf(parts, "r-1").id_of(NEEDS_HUMAN)


def test_a_label_whose_making_had_no_answer_is_found(sandbox: SandboxServer, parts_for: PartsFor) -> None:
    """A lost answer leaves one label, journalled with its id."""
    sandbox.faults([{"path": "/labels", "method": "POST", "nth": 1, "kind": "lost"}])
    parts = parts_for(sandbox)
    made = Shelf(parts, "r-1").id_of("fyi")
    (change,) = parts.journal.changes("r-1")
    assert (ChangeState.DONE, {"delete_label": made}) == (change.state, change.inverse)
    assert 1 == sum(label.name == "Mailreeve/FYI" for label in parts.gmail.labels())


def test_a_label_that_cannot_be_made_is_journalled_as_not_done(
    sandbox: SandboxServer, parts_for: PartsFor
) -> None:
    """When Gmail fails, the journal does not claim that there is a label."""
    sandbox.faults([{"path": "/labels", "method": "POST", "kind": "503"}])
    parts = parts_for(sandbox)
    with pytest.raises((GoogleUnavailable, OutcomeUnknown)):
        Shelf(parts, "r-1").id_of("fyi")
    (change,) = parts.journal.changes("r-1")
    assert change.state in {ChangeState.UNKNOWN, ChangeState.FAILED}


def test_a_label_without_a_name_is_called_by_its_id(sandbox: SandboxServer, parts_for: PartsFor) -> None:
    """The user's own labels need no name."""
    spec = LabelSpec("boss", "", "My boss writes.")
    assert "Post/boss" == gmail_name("Post", spec)
    assert {"boss": "boss", NEEDS_HUMAN: "Needs human"} == names_of(parts_for(sandbox, labels=(spec,)))


def test_a_label_made_by_a_run_that_died_belongs_to_that_run(
    sandbox: SandboxServer, parts_for: PartsFor
) -> None:
    """A crash between making a label and writing so down: the next run completes the journal, so undo knows it."""
    parts = parts_for(sandbox)
    parts.journal.intend("r-dead", "label_create", "Mailreeve/FYI", {"name": "Mailreeve/FYI"}, {})
    made = parts.gmail.create_label("Mailreeve/FYI")
    assert made.id == Shelf(parts, "r-2").id_of("fyi")
    (change,) = parts.journal.changes("r-dead")
    assert (ChangeState.DONE, {"delete_label": made.id}) == (change.state, change.inverse)
    assert () == parts.journal.changes("r-2")
