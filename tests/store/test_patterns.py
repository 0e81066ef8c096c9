"""What is learned from, on both engines."""

import pytest
from tests.store.conftest import ACCOUNT

from mailreeve.store.db import Database, now_ms
from mailreeve.store.patterns import DAYS, Learned, Sighting, Source


@pytest.fixture
def learned(db: Database) -> Learned:
    made = Learned(db, ACCOUNT)
    made.saw([Sighting(f"m{n}", f"t{n}", f"s{n}@x.example", "", "fyi") for n in range(4)])
    return made


def acts(learned: Learned) -> dict[str, tuple[str, str]]:
    return {one.message: (one.source.value, one.label) for one in learned.observations()}


def test_the_last_act_counts_and_leaving_it_so_takes_back_none(learned: Learned) -> None:
    """Read after a move is no change of mind; a report of spam is one."""
    learned.observe("m0", "receipt", Source.MOVED)
    learned.observe("m0", "fyi", Source.KEPT)
    assert {"m0": ("moved", "receipt")} == acts(learned)
    learned.observe("m0", "", Source.SPAM)
    assert {"m0": ("spam", "")} == acts(learned)


def test_what_is_taken_back_in_gmail_is_gone(learned: Learned) -> None:
    """A move, a removed label, a report; what was merely left so, and a correction, stay."""
    for n, source in enumerate((Source.MOVED, Source.SPAM, Source.KEPT, Source.CORRECTED)):
        learned.observe(f"m{n}", "receipt", source)
        learned.withdraw(f"m{n}")
    assert {"m2": ("kept", "receipt"), "m3": ("corrected", "receipt")} == acts(learned)


def test_lessons_are_other_labels_the_newest_first(learned: Learned) -> None:
    """What the person called something else than it was decided to be."""
    now = now_ms()
    learned.observe("m0", "receipt", Source.MOVED, now + 1)
    learned.observe("m1", "calendar", Source.CORRECTED, now + 2)
    learned.observe("m2", "fyi", Source.MOVED, now + 3)
    learned.observe("m3", "fyi", Source.KEPT, now + 4)
    assert ["m1", "m0"] == [one.message for one in learned.lessons(9)]
    assert ["m1"] == [one.message for one in learned.lessons(1)]


def test_half_a_year_without_an_act_ends_it(db: Database, learned: Learned) -> None:
    """Old evidence does not count, and is erased."""
    learned.observe("m0", "receipt", Source.MOVED)
    old = now_ms() - (DAYS + 1) * 86_400_000
    db.execute("update observation set at = ? where message in ('m0', 'm1')", (old,))
    assert ({}, ()) == (acts(learned), learned.lessons(9))
    assert (2, 0) == (learned.expire(), learned.expire())
