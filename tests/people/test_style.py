"""How the person writes, learnt from sent mail."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from mailreeve.models import Address, Message, Style
from mailreeve.people import style
from mailreeve.store.db import Database
from mailreeve.store.style import Styles, Trait

ME, ANA = "alex@example.org", "ana@example.org"
TEXT = "Hi Ana,\n\nyes, Friday works for me.\n\nCheers,\nAlex"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Styles]:
    db = Database(tmp_path / "m.db")
    yield Styles(db, ME)
    db.close()


def sent(text: str = TEXT, to: str = ANA, mark: str = "", thread: str = "t", sender: str = ME) -> Message:
    headers = (("X-Mailreeve-Id", mark),) if mark else ()
    return Message(
        thread_id=thread,
        text=text,
        from_=(Address("Alex", sender),),
        to=(Address("", to),),
        headers=headers,
    )


def test_three_mails_make_a_style(store: Styles) -> None:
    """Greeting, closing, name, tone and length, by language; two mails are too few."""
    assert 2 == style.take(store, {ME}, [sent(), sent()])
    assert [Style("en", 2)] == list(style.styles(store).values())
    style.take(store, {ME}, [sent()])
    expected = Style("en", 3, "Hi {name},", "Cheers,", "Alex", "", "informal", 10)
    assert {"en": expected} == style.styles(store)


def test_each_language_has_its_own(store: Styles) -> None:
    """German mail says nothing of how English mail is written."""
    german = "Hallo Tom,\n\nkannst du mir den Plan schicken? Ich habe ihn nicht.\n\nViele Grüße\nAlex"
    style.take(store, {ME}, [sent(german)] * 3 + [sent()] * 4)
    found = style.styles(store)
    assert ("Hallo {name},", "du") == (found["de"].greeting, found["de"].address)
    assert ("Hi {name},", "") == (found["en"].greeting, found["en"].address)


@pytest.mark.parametrize(
    "message",
    [sent(to=ME), sent(sender=ANA), sent("  "), sent(mark="m1")],
    ids=["to-oneself", "by-another", "empty", "as-drafted"],
)
def test_what_is_not_the_persons_own_says_nothing(store: Styles, message: Message) -> None:
    """A note to oneself, forged sent mail, and a draft that was sent as the reader wrote it."""
    store.note_draft("m1", "t", f"{TEXT}\n")
    assert 0 == style.take(store, {ME}, [message] * 3)
    assert {} == store.counts()


def test_an_edited_draft_counts_three_times(store: Styles) -> None:
    """One draft that the person made shorter outweighs two other mails, and is found without its mark too."""
    store.note_draft("m1", "t1", f"Dear Ana,\n\n{'many words ' * 20}\n\nBest regards\nAlex")
    style.take(store, {ME}, [sent("Dear Ana,\n\nwe have not seen it.\n\nBest\nA.")] * 2 + [sent(mark="m1")])
    found = style.styles(store)["en"]
    assert (3, "Hi {name},", "shorter") == (found.mails, found.greeting, found.edits)
    style.take(store, {ME}, [sent(thread="t1")])
    assert 6 == store.counts()[Trait("en", "greeting", "Hi {name},")]


def test_no_text_is_kept(store: Styles, tmp_path: Path) -> None:
    """Of a mail forms, a length bucket and a hash are in the store, and no word of what it says."""
    store.note_draft("m1", "t1", "The unicorn draft")
    style.take(store, {ME}, [sent("Hi Ana,\n\nthe unicorn is sold to Zebedee.\n\nCheers,\nAlex")] * 3)
    written = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert [True, False, False, False] == [
        word in written for word in (b"Cheers", b"unicorn", b"Zebedee", b"Ana")
    ]


def test_phrases_are_found_and_kept_only_by_choice(store: Styles) -> None:
    """A short sentence of three mails is offered; numbers, links and addresses never are."""
    texts = ("Thanks for the quick reply.", "Call me on 555 1234 please.", "See https://x.example for that.")
    mails = [sent(f"Hi Ana,\n\n{' '.join(texts)} Mail {n} is new.") for n in range(3)]
    assert (("en", texts[0]),) == style.phrases(mails, {ME})
    style.take(store, {ME}, mails)
    assert () == style.styles(store)["en"].phrases
    store.keep("en", texts[0])
    assert (texts[0],) == style.styles(store)["en"].phrases
    assert (1, 0) == (store.drop(texts[0]), store.drop(texts[0]))
