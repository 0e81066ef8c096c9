"""What mail tells about people: how often, when last, and who answers whom. Pure."""

from collections.abc import Collection, Iterable
from dataclasses import replace

from mailreeve.models import Exchange, Message, Sighting


def sighting(message: Message) -> Sighting:
    """A message as far as people go."""
    return Sighting(
        message.id, message.thread_id, message.internal_date, message.author, (*message.to, *message.cc),
        message.subject, message.text[:200], "SENT" in message.labels,
    )  # fmt: skip


def fold(seen: Iterable[Sighting], own: Collection[str]) -> dict[str, Exchange]:
    """Everyone who wrote or was written to, by address in lower case; `seen` runs from old to new.

    An answer is the next message of a thread, from the other side.
    """
    known: dict[str, Exchange] = {}
    before: dict[str, Sighting] = {}
    mine = frozenset(own)
    for one in seen:
        previous = before.get(one.thread)
        if one.sent or one.author.key in mine:
            names = {to.key: to.name for to in one.to if to.key and to.key not in mine}
            for key, name in names.items():
                answers = previous is not None and previous.author.key == key
                known[key] = _written(known.get(key) or Exchange(key, name), one.date, answers=answers)
        elif one.author.key:
            answers = previous is not None and (previous.sent or previous.author.key in mine)
            old = known.get(one.author.key) or Exchange(one.author.key)
            known[one.author.key] = _received(old, one, answers=answers)
        before[one.thread] = one
    return known


def _written(old: Exchange, date: int, *, answers: bool) -> Exchange:
    return replace(old, written=old.written + 1, last_written=date, you_answered=old.you_answered + answers)


def _received(old: Exchange, one: Sighting, *, answers: bool) -> Exchange:
    return replace(
        old,
        name=one.author.name or old.name,
        received=old.received + 1,
        last_received=one.date,
        answered_you=old.answered_you + answers,
    )
