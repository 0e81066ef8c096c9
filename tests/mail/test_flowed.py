"""format=flowed."""

import pytest

from mailreeve.mail import flowed


@pytest.mark.parametrize(
    ("text", "joined"),
    [
        ("one \ntwo\nthree", "one two\nthree"),
        (" stuffed\n >not a quote", "stuffed\n>not a quote"),
        ("> a \n> b\nc", "> a b\nc"),
        (">> a \n> b", ">> a \n> b"),
        ("text\n-- \nsignature", "text\n-- \nsignature"),
        ("open ", "open "),
    ],
)
def test_paragraphs_are_joined(text: str, joined: str) -> None:
    """Within one quote depth; the signature mark stands alone."""
    assert joined == flowed.unwrapped(text)


def test_delsp_drops_the_space() -> None:
    """For scripts without spaces."""
    assert "日本語" == flowed.unwrapped("日本 \n語", delsp=True)
