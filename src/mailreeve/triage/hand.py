"""Mail that a run has fetched and may need again, so that none is fetched twice: in memory alone, for as long as the run."""

from dataclasses import replace

from mailreeve.models import Message, Thread

MOST = 5_000_000
"""Characters that are held at most."""


class Hand:
    """Messages by id. What a later step needs again stays when there is no room for all, and its thread with it."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._held: dict[str, Message] = {}
        self._size = 0
        self._again: set[str] = set()

    def keep(self, message: Message, *, again: bool = False) -> None:
        """Hold a message if there is room; `again`: a later step needs it."""
        if again:
            self._again.add(message.thread_id)
        size = _size(message)
        if message.id in self._held:
            return
        if self._size + size > self._most:
            self._make_room()
        if self._size + size <= self._most:
            self._held[message.id] = message
            self._size += size

    def _make_room(self) -> None:
        self._held = {id_: one for id_, one in self._held.items() if one.thread_id in self._again}
        self._size = sum(map(_size, self._held.values()))

    def get(self, id_: str) -> Message | None:
        """The message as it was fetched: its labels may have changed since. None when it is not in hand."""
        return self._held.get(id_)

    def count(self, thread: str) -> int:
        """How many messages of a thread are in hand."""
        return sum(one.thread_id == thread for one in self._held.values())

    def filled(self, thread: Thread) -> Thread:
        """A thread that came without texts, with the texts that are in hand and its labels as they are now."""
        known = (self._held.get(one.id, one) for one in thread.messages)
        return Thread(
            thread.id,
            tuple(replace(one, labels=now.labels) for one, now in zip(known, thread.messages, strict=True)),
        )


def _size(message: Message) -> int:
    rest = sum(len(value) for _, value in message.headers) + sum(len(one.url) for one in message.links)
    return len(message.text) + len(message.quoted) + rest
