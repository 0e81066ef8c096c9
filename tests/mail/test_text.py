"""Text cut to a budget."""

from hypothesis import given
from hypothesis import strategies as st

from mailreeve.mail import text, tokens


def test_short_text_is_left_alone() -> None:
    """It fits."""
    assert "a few words" == text.cut("a few words", 10)


def test_head_and_tail_are_kept_and_the_cut_is_told() -> None:
    """The beginning says who asks for what, the end says what is wanted."""
    cut = text.cut("Dear Ann, " + "some words in the middle " * 500 + "please answer by Friday.", 100)
    assert cut.startswith("Dear Ann,")
    assert cut.endswith("please answer by Friday.")
    assert "characters left out" in cut


@given(st.text(max_size=3_000), st.integers(0, 60))
def test_the_budget_is_kept(words: str, limit: int) -> None:
    """For any text and any number."""
    assert tokens.count(text.cut(words, limit)) <= limit
