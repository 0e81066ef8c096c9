"""Mutated mails, pages, histories, lists, style sheets and letters break no promise of the parser."""

from collections.abc import Callable

import pytest
from tests.fuzz import judge
from tests.fuzz.mutations import SEEDS, Mutator
from tests.fuzz.targets import TARGETS

KEPT = sorted((file.parent.name, file.name) for file in SEEDS.glob("*/*"))
"""Target and file; what fuzzing found begins with `found-`."""


@pytest.mark.parametrize(("target", "name"), KEPT)
def test_what_is_kept_breaks_nothing(target: str, name: str) -> None:
    """Each seed, and what fuzzing once found; also as one piece of 20 kB."""
    data = (SEEDS / target / name).read_bytes()
    for one in (data, data * (20_000 // len(data) + 1)):
        TARGETS[target](one)


@pytest.mark.prove
@pytest.mark.parametrize(("target", "name"), KEPT)
def test_what_is_kept_stays_within_the_bounds(
    target: str, name: str, record_property: Callable[[str, object], None]
) -> None:
    """Repeated to 300 kB and to 1.2 MB it takes at most 2 s and 256 MB, as every message does."""
    found = judge.judged(target, (SEEDS / target / name).read_bytes(), repeated=True)
    record_property("seconds", found.seconds)
    assert "" == found.complaint


@pytest.mark.parametrize("target", TARGETS)
def test_a_sample_of_mutations_breaks_nothing(target: str) -> None:
    """Sixty inputs for each target, the same ones every time."""
    mutator = Mutator(target, 1)
    for _ in range(60):
        TARGETS[target](mutator.next())


@pytest.mark.prove
@pytest.mark.parametrize("target", TARGETS)
def test_mutations_break_nothing(target: str) -> None:
    """Two thousand."""
    mutator = Mutator(target, 2)
    for _ in range(2_000):
        TARGETS[target](mutator.next())
