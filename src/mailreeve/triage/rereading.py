"""The thread of a mail that the run has judged: as it stands now, and no text fetched a second time where that costs less."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mailreeve.cancel import Cancel
from mailreeve.errors import NotFound
from mailreeve.google.gmail import FROM_THREAD
from mailreeve.models import Message, Thread
from mailreeve.triage.hand import Hand
from mailreeve.triage.posting import MARK

if TYPE_CHECKING:
    from mailreeve.google.gmail import Gmail


@dataclass(frozen=True, slots=True)
class Looked:
    """A thread with its labels and marks of now, and the ids of its messages whose text is still to be fetched."""

    thread: Thread
    bare: frozenset[str] = frozenset()


def look(gmail: "Gmail", hand: Hand, thread: str, id_: str, *, texts: bool) -> Looked:
    """The thread of a message as it is now. `texts`: those of older messages will be asked for.

    A message in hand is not fetched again: labels and marks are enough then. When three or more others seem to be
    missing, the whole thread costs less than they do.
    """
    message = hand.get(id_)
    older = len(message.references) + 1 - hand.count(thread) if message and texts else 0
    if message is None or older >= FROM_THREAD:
        return Looked(_whole(gmail, hand, thread))
    now = gmail.thread(thread, [MARK])
    return Looked(hand.filled(now), frozenset(one.id for one in now.messages if hand.get(one.id) is None))


def filled(
    gmail: "Gmail", hand: Hand, looked: Looked, wanted: Sequence[Message], cancel: Cancel
) -> tuple[Message, ...]:
    """These messages of the thread with their texts; without those that are gone by now. Raises GoogleError."""
    missing = [one.id for one in wanted if one.id in looked.bare]
    found: dict[str, Message] = {}
    if len(missing) >= FROM_THREAD:  # their headers did not tell of them
        found = {one.id: one for one in _whole(gmail, hand, looked.thread.id).messages}
    else:
        for id_, one in gmail.get_many(missing, cancel):
            if isinstance(one, Message):
                found[id_] = one
                hand.keep(one)
            elif not isinstance(one, NotFound):
                raise one
    return tuple(found.get(one.id, one) for one in wanted if one.id in found or one.id not in looked.bare)


def _whole(gmail: "Gmail", hand: Hand, thread: str) -> Thread:
    whole = gmail.thread(thread)
    for one in whole.messages:
        hand.keep(one)
    return whole
