"""What the person corrected."""

from mailreeve.store.audit import Audit
from mailreeve.store.corrections import Corrections


def test_the_last_correction_of_a_message_stands(audit: Audit) -> None:
    """A later one replaces an earlier one; other messages keep theirs."""
    kept = Corrections(audit)
    kept.add("m1", "fyi", "urgent", "a-1")
    kept.add("m2", "fyi", "cold", "a-2")
    kept.add("m1", "urgent", "receipt", "a-3")
    found = kept.standing()
    assert {"m1": ("urgent", "receipt"), "m2": ("fyi", "cold")} == {
        message: (one.old, one.new) for message, one in found.items()
    }
    assert audit.verify().ok


def test_a_correction_that_was_undone_no_longer_counts(audit: Audit) -> None:
    """The one before it stands again; undoing something else changes nothing."""
    kept = Corrections(audit)
    kept.add("m1", "fyi", "urgent", "a-1")
    kept.add("m1", "urgent", "receipt", "a-2")
    assert kept.withdraw("a-2")
    assert "urgent" == kept.standing()["m1"].new
    assert not kept.withdraw("a-9")


def test_corrections_without_a_change_of_labels_stay_apart(audit: Audit) -> None:
    """The labels were right already, so there is no act: both are still remembered."""
    kept = Corrections(audit)
    kept.add("m1", "fyi", "urgent", "")
    kept.add("m2", "fyi", "urgent", "")
    assert {"m1", "m2"} == set(kept.standing())


def test_rows_come_in_pages(audit: Audit) -> None:
    """A page ends below the row that was named."""
    for number in range(5):
        audit.append("test", {"n": number})
    assert [5, 4] == [row.seq for row in audit.rows(2)]
    assert [3, 2] == [row.seq for row in audit.rows(2, before=4)]
