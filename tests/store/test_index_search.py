"""Best first: what weighs, that pages stay what they were, and that strange cursors are refused."""

from pathlib import Path

import pytest

from mailreeve.errors import InputError
from mailreeve.models import Address, Message
from mailreeve.store import index_search
from mailreeve.store.index import Index


def mail(id_: str, at: int, subject: str = "", text: str = "", sender: str = "Ana") -> Message:
    return Message(
        id=id_,
        internal_date=at,
        subject=subject,
        text=text,
        size=1_000,
        headers=(("From", f"{sender} <a@example.org>"), ("Subject", subject)),
        from_=(Address(sender, "a@example.org"),),
    )


def best(index: Index, text: str, limit: int = 20, cursor: str = "") -> index_search.FoundPage:
    return index_search.ranked(index, index_search.prepare(index, text), limit=limit, cursor=cursor)


def ids(page: index_search.FoundPage) -> list[str]:
    return [hit.id for hit in page.hits]


@pytest.fixture
def index(tmp_path: Path) -> Index:
    """An empty index."""
    return Index(tmp_path / "i.db", "me@example.org")


def test_a_word_in_the_subject_beats_one_in_the_text_and_equals_are_newest_first(index: Index) -> None:
    """Subject, then sender, then a short text, then a long one; two equal mails newest first."""
    rest = "pier boats and sails " * 40
    index.add(
        [
            mail("subject", 1_000, "Harbour", "Nothing here."),
            mail("sender", 2_000, "Pier", "Nothing here.", sender="Harbour"),
            mail("short", 3_000, "Pier", "The harbour."),
            mail("short too", 4_000, "Pier", "The harbour."),
            mail("long", 5_000, "Pier", f"The harbour. {rest}"),
            mail("none", 6_000, "Pier", "Nothing here."),
        ]
    )
    found = best(index, "harbour")
    assert ["subject", "sender", "short too", "short", "long"] == ids(found)
    assert (5, "") == (found.total, found.next)
    assert ["short too", "short", "long"] == ids(best(index, "harbour larger:0 -from:harbour"))[1:]
    assert ["none", "long"] == ids(best(index, "in:anywhere", 2))
    index.close()


def test_mail_that_comes_or_goes_between_pages_moves_nothing(index: Index) -> None:
    """Every hit of the first look comes once, in its order; a deleted one is left out, a new one stays away."""
    index.add(
        [mail(f"m{n}", 1_000 + n, "Tide" if n % 3 else "Pier", "tide " * (n % 5 + 1)) for n in range(60)]
    )
    whole = ids(best(index, "tide", 100))
    found, cursor, turn = [], "", 0
    while True:
        page = best(index, "tide", 7, cursor)
        found += ids(page)
        cursor = page.next
        if not cursor:
            break
        turn += 1
        index.add([mail(f"new{turn}", 9_000 + turn, "Tide tide tide", "tide")])
        if turn == 2:
            index.drop([whole[40]])
    assert [one for one in whole if one != whole[40]] == found
    index.close()


def test_at_most_a_hundred_are_given_and_the_cursor_stays_short(index: Index) -> None:
    """Of 150 hits the best hundred; the cursor that holds the rest fits the tool's argument."""
    index.add([mail(f"m{n}", 1_700_000_000_000 + n, "Tide") for n in range(150)])
    first = best(index, "tide", 10)
    assert len(first.next) <= 800
    assert 100 == first.total == len(ids(first)) + len(ids(best(index, "tide", 100, first.next)))
    index.close()


@pytest.mark.parametrize("cursor", ["best.", "best.AAAA", "best.é", "local.5.1", "best." + "A" * 808, "x"])
def test_cursors_of_another_kind_are_refused(index: Index, cursor: str) -> None:
    """A cursor that is not of this order, cut or too long is refused, whatever it holds."""
    with pytest.raises(InputError, match="cursor"):
        best(index, "tide", cursor=cursor)
    index.close()
