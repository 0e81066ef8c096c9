"""The rows about how the person writes, on both engines."""

from tests.store.conftest import ACCOUNT

from mailreeve.store.db import Database
from mailreeve.store.style import Styles, Trait


def test_counts_add_up_and_are_forgotten(db: Database) -> None:
    """Of one account; another one's stay."""
    one, other, trait = (
        Styles(db, ACCOUNT),
        Styles(db, "bo@example.com"),
        Trait("en", "greeting", "Hi {name},"),
    )
    for _ in range(2):
        one.add({trait: 3})
    other.add({trait: 1})
    assert {trait: 6} == one.counts()
    assert (1, {}, {trait: 1}) == (one.forget_counts(), one.counts(), other.counts())


def test_phrases_are_kept_once_and_dropped(db: Database) -> None:
    """One by its words, or all."""
    styles = Styles(db, ACCOUNT)
    for words in ("Sounds good.", "Sounds good.", "Happy to help."):
        styles.keep("en", words)
    assert {("en", "Sounds good."), ("en", "Happy to help.")} == set(styles.phrases())
    assert (0, 1, 1) == (styles.drop("What?"), styles.drop("Sounds good."), styles.drop(""))


def test_a_draft_is_found_by_its_mark_or_its_thread(db: Database) -> None:
    """Line breaks make no other text; a mark that is not known finds nothing."""
    styles = Styles(db, ACCOUNT)
    styles.note_draft("m1", "t1", "Hi Ana,\nyes.")
    found = [
        styles.drafted("m1", ""),
        styles.drafted("", "t1"),
        styles.drafted("m2", "t1"),
        styles.drafted("", "t2"),
    ]
    assert [True, True, False, False] == [one is not None for one in found]
    assert found[0] is not None
    assert (3, True, False) == (
        found[0].words,
        found[0].is_text("Hi Ana, yes."),
        found[0].is_text("Hi Ana, no."),
    )
