"""The dates and sums that the messages of a thread name, the newest message first."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from mailreeve.models import Detail, Message
from mailreeve.reading.offline import amounts, dates
from mailreeve.reading.offline.signals import Signals

_MOST = 8
_SENTENCES = 60
"""Of one message so many sentences are looked at."""


def dates_of(
    messages: Sequence[Message], read: Sequence[Signals], whens: Sequence[datetime]
) -> tuple[Detail, ...]:
    """Dates in the sentences of the new text that have not passed when they are written."""
    return _first(
        Detail(text[found.start : found.end].strip(" ,.("), found.iso(when), message.id)
        for message, signals, when in reversed(list(zip(messages, read, whens, strict=True)))
        for text in signals.sentences[:_SENTENCES]
        for found in dates.find(text, when)
        if found.day >= when.date()
    )


def amounts_of(messages: Sequence[Message], read: Sequence[Signals]) -> tuple[Detail, ...]:
    """Sums in the sentences of the new text."""
    return _first(
        Detail(found.said, f"{found.value} {found.currency}", message.id)
        for message, signals in reversed(list(zip(messages, read, strict=True)))
        for text in signals.sentences[:_SENTENCES]
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
