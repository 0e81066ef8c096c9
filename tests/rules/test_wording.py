"""Comparing text: exact, and in linear time."""

import random
import re

import pytest

from mailreeve.rules.wording import folded, glob, holds_words


def test_globs_are_those_of_a_regular_expression() -> None:
    """2,000 random patterns and texts against `re`."""
    dice = random.Random(7)  # noqa: S311 -- a seed, not a secret
    for _ in range(2_000):
        pattern = "".join(dice.choices("ab*?", k=dice.randrange(7)))
        text = "".join(dice.choices("abc", k=dice.randrange(8)))
        slow = re.escape(pattern).replace(r"\*", ".*").replace(r"\?", ".")
        assert bool(re.fullmatch(slow, text, re.DOTALL)) is glob(pattern, text), (pattern, text)


def test_a_hostile_text_costs_no_more_than_its_length() -> None:
    """Forty stars over a text that almost fits: a backtracking match would not end."""
    assert glob("*a" * 40 + "*b", folded("a" * 50_000)) is False


@pytest.mark.parametrize(
    ("text", "words", "expected"),
    [("an invoice, due", "invoice due", True), ("invoices", "invoice", False), ("x", "--", False)],
)
def test_words_are_whole(text: str, words: str, expected: bool) -> None:
    """Punctuation parts words, letters do not."""
    assert expected is holds_words(text, words)
