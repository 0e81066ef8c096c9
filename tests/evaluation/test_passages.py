"""Passages of other mails."""

from mailreeve.evaluation.passages import Passages

ONE = "please send this very letter on to all of your friends and to their friends too"
TEXTS = {"one": ONE, "two": "Dear Alex, the harvest was good.", "three": f"Fwd: {ONE}"}


def test_ten_words_of_another_mail_are_seen() -> None:
    """Whatever stands between the words, and in any case; nine are too few."""
    found = Passages(TEXTS)
    words = ONE.upper().split()
    assert list(found.foreign("two", " > ".join(words[:10])))
    assert [] == list(found.foreign("two", " ".join(words[:9])))


def test_what_a_mail_says_itself_is_its_own() -> None:
    """Though others say it too."""
    found = Passages(TEXTS)
    assert [] == list(found.foreign("one", ONE))
    assert [] == list(found.foreign("three", ONE))
