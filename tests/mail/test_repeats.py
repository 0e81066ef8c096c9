"""Lists of like entries."""

from hypothesis import given
from hypothesis import strategies as st

from mailreeve.mail.repeats import FEWEST, folded


def texts(lines: list[str]) -> list[str]:
    return [line.text for line in folded(lines)]


def test_entries_with_a_title_become_rows() -> None:
    """The form once, then a row for each with its title and what differs."""
    lines = [
        line
        for n in range(10)
        for line in (f"Product {n}", "", f"Great product number {n} for only ${n}.99!")
    ]
    out = texts(["Hello", *lines, "Bye"])
    assert "Hello" == out[0]
    assert out[1].startswith("[10 entries")
    assert "“Great product number ‹as in its title› for only ‹a›!”" in out[1]
    assert "Product 7 | $7.99" in out
    assert "Bye" == out[-1]
    assert 13 == len(out)


def test_single_lines_become_rows() -> None:
    """A statement of an account."""
    out = texts([f"On 2026-01-0{n} you paid €{n}.50 to Shop {n}." for n in range(1, 9)])
    assert "“On ‹a› you paid ‹b› to Shop ‹c›.”" in out[0]
    assert "2026-01-03 | €3.50 | 3" == out[3]


def test_free_lines_in_an_entry_are_kept() -> None:
    """Names and descriptions differ in every word."""
    names = ("Ann", "Bob", "Cem", "Dee", "Eli", "Fay", "Gus")
    lines = [
        line
        for n, name in enumerate(names)
        for line in (name, f"says {name}ly", f"See this profile now: {n}")
    ]
    out = texts(lines)
    assert "Cem | says Cemly | 2" in out


def test_values_that_are_always_the_same_stand_in_the_form() -> None:
    """They are no gap."""
    out = texts([f"Seat {n} in row 12 of the hall 3" for n in range(8)])
    assert "“Seat ‹a› in row 12 of the hall 3”" in out[0]
    assert "5" == out[6]


def test_few_or_unlike_lines_stay() -> None:
    """Prose, short lists."""
    for lines in (["one", "two", "three"], [f"Item {n}" for n in range(20)], ["a b c d 1"] * (FEWEST - 1)):
        assert lines == texts(lines)


def test_rows_know_their_form() -> None:
    """So that a page can start with it."""
    lines = folded([f"You have {n} new messages here" for n in range(8)])
    assert {lines[0].text} == {line.form for line in lines[1:]}


@given(st.lists(st.sampled_from(["a 1 b c d e", "a 2 b c d e", "x", "y 3", "", "one two three four"])))
def test_every_value_is_still_there(lines: list[str]) -> None:
    """Whatever is folded, each word of the input stands in the output."""
    out = " ".join(texts(lines))
    assert all(word in out for line in lines for word in line.split())
