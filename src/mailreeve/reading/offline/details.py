"""The dates and sums that the messages of a thread name, the newest message first."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime

from mailreeve.models import Detail, Message
from mailreeve.reading.offline import amounts, dates, sentences

_MOST = 8
_NEWEST = 50
"""So many messages of a thread are looked at."""
_SENTENCES = 60
"""Of one message so many sentences are looked at."""


def named(messages: Sequence[Message]) -> tuple[tuple[Detail, ...], tuple[Detail, ...]]:
    """Dates and sums of the newest messages, for readers that have not taken them apart themselves."""
    newest = messages[-_NEWEST:]
    texts = [sentences.of(message.text) for message in newest]
    whens = [message.date or datetime.fromtimestamp(message.internal_date / 1000, UTC) for message in newest]
    return dates_of(newest, texts, whens), amounts_of(newest, texts)


def dates_of(
    messages: Sequence[Message], texts: Sequence[Sequence[str]], whens: Sequence[datetime]
) -> tuple[Detail, ...]:
    """Dates in the sentences of the new text that have not passed when they are written."""
    return _first(
        Detail(text[found.start : found.end].strip(" ,.("), found.iso(when), message.id)
        for message, pieces, when in list(zip(messages, texts, whens, strict=True))[: -_NEWEST - 1 : -1]
        for text in pieces[:_SENTENCES]
        for found in dates.find(text, when)
        if found.day >= when.date()
    )


def amounts_of(messages: Sequence[Message], texts: Sequence[Sequence[str]]) -> tuple[Detail, ...]:
    """Sums in the sentences of the new text."""
    return _first(
        Detail(found.said, f"{found.value} {found.currency}", message.id)
        for message, pieces in list(zip(messages, texts, strict=True))[: -_NEWEST - 1 : -1]
        for text in pieces[:_SENTENCES]
        for found in amounts.find(text)
    )


def _first(found: Iterable[Detail]) -> tuple[Detail, ...]:
    return tuple(one for _, one in zip(range(_MOST), _distinct(found), strict=False))


def _distinct(found: Iterable[Detail]) -> Iterator[Detail]:
    seen = set()
    for one in found:
        if one.value not in seen:
            seen.add(one.value)
            yield one
