"""Gmail's search language as the local index reads it: same grammar, bounded, never more than one pass."""

import contextlib
import random
import time

import pytest

from mailreeve.errors import InputError
from mailreeve.store.search_query import All, Any, Not, Term, parse


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("", All(())),
        ("tide", Term("", "tide")),
        ("tide table", All((Term("", "tide"), Term("", "table")))),
        ("tide AND table", All((Term("", "tide"), Term("", "table")))),
        ("a b OR c", All((Term("", "a"), Any((Term("", "b"), Term("", "c")))))),
        ("{a b}", Any((Term("", "a"), Term("", "b")))),
        ("-{a b}", Not(Any((Term("", "a"), Term("", "b"))))),
        ("(a b) OR c", Any((All((Term("", "a"), Term("", "b"))), Term("", "c")))),
        ('from:"Ana Lima"', Term("from", "Ana Lima")),
        ("FROM:ana", Term("from", "ana")),
        ("from:(ana OR bo)", Any((Term("from", "ana"), Term("from", "bo")))),
        ("subject:(a -b)", All((Term("subject", "a"), Not(Term("subject", "b"))))),
        ("-in:sent", Not(Term("in", "sent"))),
        ("+exact", Term("", "exact")),
        ('"no end', Term("", "no end")),
        ("https://example.com/a:b", Term("", "https://example.com/a:b")),
        ("10:30", Term("", "10:30")),
    ],
)
def test_the_grammar(text: str, tree: object) -> None:
    """Words join, OR binds tighter, braces are OR, an operator holds for its group."""
    assert tree == parse(text)


@pytest.mark.parametrize(
    "text",
    ["(a", "a)", "{a", "a}", "(a}", "OR a", "a OR", "-(", "from:(subject:a)", "muted:yes", "a AROUND 3 b"],
)
def test_what_is_not_known_is_refused_and_never_ignored(text: str) -> None:
    """Unbalanced marks, dangling OR, foreign operators: InputError that says to ask Gmail."""
    with pytest.raises(InputError, match="gmail"):
        parse(text)


@pytest.mark.parametrize(
    "text",
    [
        "(" * 9_000,
        "-" * 9_000 + "a",
        "a OR " * 1_900 + "a",
        '"' * 9_999,
        "a:" * 4_999,
        "{(" * 4_000,
        "from:" * 1_900,
    ],
)
def test_hostile_searches_end_quickly(text: str) -> None:
    """Ten thousand characters of the worst: refused or read, within half a second of processor time."""
    began = time.process_time()
    with contextlib.suppress(InputError):
        parse(text)
    assert time.process_time() - began < 0.5


def test_a_search_that_is_too_long_is_refused() -> None:
    """More than 10,000 characters are not looked at."""
    with pytest.raises(InputError, match="too long"):
        parse("a" * 10_001)


@pytest.mark.parametrize("count", [300, pytest.param(20_000, marks=pytest.mark.prove)])
def test_any_text_is_a_tree_or_an_input_error(count: int) -> None:
    """Random runs of marks, operators and odd characters raise nothing else."""
    chance = random.Random(20261123)  # noqa: S311 -- no secrets here
    pieces = [
        "(",
        ")",
        "{",
        "}",
        "-",
        '"',
        "OR",
        "AND",
        "from:",
        "size:",
        " ",
        "x",
        "東",
        "\0",
        "\u202e",
        ":",
        "+",
        "9",
    ]
    for _ in range(count):
        try:
            parse("".join(chance.choices(pieces, k=chance.randrange(1, 60))))
        except InputError as error:
            assert error.advice  # noqa: PT017 -- most texts raise nothing
