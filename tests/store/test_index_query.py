"""The meaning of dates, sizes and labels, and that hostile values stay values."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from mailreeve.errors import InputError
from mailreeve.models import Address, Label, Message
from mailreeve.store import index_search
from mailreeve.store.index import Index
from mailreeve.store.index_query import Words, plan
from mailreeve.store.search_query import parse

NOW = int(datetime(2026, 11, 23, 12, tzinfo=UTC).timestamp() * 1000)
WORDS = Words("me@example.org", {"work": "Label_1"}, NOW)


def made(text: str) -> tuple[int, int]:
    wanted = plan(parse(text), WORDS)
    return wanted.low, wanted.high


def test_bare_dates_are_midnight_in_the_pacific_as_gmails_api_reads_them() -> None:
    """2026/11/01 is 08:00 UTC, also in summer; epoch seconds are exact."""
    day = int(datetime(2026, 11, 1, 8, tzinfo=UTC).timestamp() * 1000)
    assert day == made("after:2026/11/01")[0] == made("newer:2026-11-1")[0] == made("after:11/01/2026")[0]
    assert day == made("before:2026/11/01")[1]
    summer = int(datetime(2026, 7, 1, 8, tzinfo=UTC).timestamp() * 1000)
    assert (summer, 1_700_000_000_000) == (made("after:2026/07/01")[0], made("after:1700000000")[0])


def test_ages_count_from_now() -> None:
    """A day has 24 hours, a month 30 days, a year 365."""
    day = 86_400_000
    assert [NOW - 3 * day, NOW - 60 * day, NOW - 365 * day] == [
        made(text)[0] for text in ("newer_than:3d", "newer_than:2m", "newer_than:1y")
    ]


@pytest.mark.parametrize(
    "text",
    [
        "after:yesterday",
        "after:2026/13/01",
        "after:0000/01/01",
        "before:99999999999999",
        "newer_than:3w",
        "larger:big",
        "size:-1",
        "is:muted",
        "in:snoozed",
        "has:drive",
        "category:purchases",
        "after:٢٠٢٦/01/01",
    ],
)
def test_values_that_are_not_known_are_refused_by_name(text: str) -> None:
    """The error shows the condition."""
    with pytest.raises(InputError, match=text.split(":", maxsplit=1)[0] + ":"):
        plan(parse(text), WORDS)


def test_words_stay_one_expression() -> None:
    """Words that must and must not occur are one full-text expression; labels and dates are columns."""
    wanted = plan(parse("tide -(storm OR gale) from:ana is:unread"), WORDS)
    body = "{sender recipient cc bcc subject body} : "
    assert f'(({body}"tide" AND sender : "ana") NOT (({body}"storm" OR {body}"gale")))' == wanted.match
    assert ("UNREAD", 2) == (wanted.label, len(wanted.where))


@pytest.mark.parametrize(
    "text",
    [
        'a" OR "b',
        "NEAR(a b)",
        "body:x",
        "label:x'); drop table message; --",
        'subject:"x\' or 1=1"',
        'from:") OR subject : (a',
        "\0",
        "*",
        "a*",
        "^a",
        "rfc822msgid:' or '1'='1",
    ],
)
def test_hostile_values_stay_values(tmp_path: Path, text: str) -> None:
    """Quotes, full-text syntax and SQL in a value find nothing and break nothing."""
    index = Index(tmp_path / "i.db", "me@example.org")
    index.add([Message(id="1", internal_date=5, text="harmless", from_=(Address("", "a@example.org"),))])
    index.name_labels([Label("INBOX", "INBOX", system=True)])
    try:
        found = index_search.search(index, index_search.prepare(index, text)).hits
    except InputError:
        found = ()
    assert ((), 1) == (found, index.count())
    index.close()


def test_a_search_of_two_hundred_parts_runs(tmp_path: Path) -> None:
    """As many conditions as are allowed, mixed so that nothing folds into one expression."""
    index = Index(tmp_path / "i.db", "me@example.org")
    index.add([Message(id="1", internal_date=5, text="harmless", size=10)])
    text = " ".join(f"(w{n} OR smaller:{n + 20})" for n in range(100))
    assert 1 == index_search.search(index, index_search.prepare(index, text)).total
    index.close()
