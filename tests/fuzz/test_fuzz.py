"""Mutated mails, pages, histories, lists, style sheets and letters break no promise of the parser."""

import pytest
from tests.fuzz.mutations import Mutator
from tests.fuzz.targets import TARGETS


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
