"""What is learned from: which mail was decided how, what the person did with it, and what they said of a pattern.

Of a mail its sender's address, its List-Id and its label are kept, no subject and no text.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from mailreeve.store.db import Database, Row, now_ms

DAYS = 180
"""Without new evidence nothing is kept for longer."""
_LIFE = DAYS * 86_400_000
_CHUNK = 500


class Source(StrEnum):
    """What the person did, in the order of its weight."""

    CORRECTED = "corrected"
    """Gave another label on the review page."""
    MOVED = "moved"
    """Put it under another of the triage labels in Gmail."""
    REMOVED = "removed"
    """Took the label off."""
    SPAM = "spam"
    """Reported it as spam."""
    REPLIED = "replied"
    """Answered it."""
    KEPT = "kept"
    """Read or archived it, and left the label."""
    UNREAD = "unread"
    """Archived it without reading it."""


SAID = frozenset({Source.CORRECTED, Source.MOVED})
"""What names a label, and so outweighs what was merely left as it was."""
_SILENT = frozenset({Source.KEPT, Source.REPLIED, Source.UNREAD})
_SPARED = {
    True: "source in ('', 'kept', 'replied', 'unread')",
    False: "(source <> 'corrected' or label <> ?)",
}
"""Which rows an act may change: one that leaves things as they are, and any other."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """A mail that was decided, as far as a pattern could come of it."""

    message: str
    thread: str
    sender: str
    """The author's address, in lower case."""
    list_id: str
    label: str
    """The id of the label that was decided; empty when nobody could decide."""
    source: str = ""
    """What the person did with it so far; empty when nothing."""


@dataclass(frozen=True, slots=True)
class Observation:
    """What the person's act says about a mail like this."""

    message: str
    sender: str
    list_id: str
    label: str
    """The label that it should have; empty when the act only speaks against the one it had."""
    source: Source
    at: int
    """Epoch milliseconds."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What the person said of a pattern: this label from now on, or (empty) forget what was learned so far."""

    scope: str
    value: str
    label: str
    at: int


class Learned:
    """The evidence of one account."""

    def __init__(self, db: Database, account: str) -> None:
        self._db = db
        self._account = account

    def saw(self, sightings: Iterable[Sighting]) -> None:
        """Note decided mails; what the person did with one before stays."""
        self._db.many(
            "insert into observation (account, message, thread, sender, list_id, decided, at)"
            " values (?, ?, ?, ?, ?, ?, ?) on conflict (account, message) do update set decided = excluded.decided",
            [
                (self._account, one.message, one.thread, one.sender, one.list_id, one.label, now_ms())
                for one in sightings
            ],
        )

    def sighted(self, messages: Collection[str]) -> dict[str, Sighting]:
        """Those of the messages that were noted, by id."""
        return self._where("message", messages)

    def in_threads(self, threads: Collection[str]) -> dict[str, Sighting]:
        """The noted messages of these threads, by id."""
        return self._where("thread", threads)

    def _where(self, column: str, values: Collection[str]) -> dict[str, Sighting]:
        found: dict[str, Sighting] = {}
        wanted = sorted(values)
        for start in range(0, len(wanted), _CHUNK):
            chunk = wanted[start : start + _CHUNK]
            rows = self._db.rows(
                f"select * from observation where account = ? and {column} in ({', '.join('?' * len(chunk))})",
                (self._account, *chunk),
            )
            found.update((row["message"], _sighting(row)) for row in rows)
        return found

    def observe(self, message: str, label: str, source: Source, at: int = 0) -> None:
        """Note an act on a noted message. The last act counts, but leaving it as it is takes back none.

        What a correction does in Gmail is seen there too, and is not another act.
        """
        moment = at or now_ms()
        where, values = _SPARED[source in _SILENT], (moment,) if source in _SILENT else (moment, label)
        self._db.execute(
            "update observation set label = ?, source = ?, at = ? where account = ? and message = ?"
            f" and at <= ? and {where}",
            (label, source.value, moment, self._account, message, *values),
        )

    def withdraw(self, message: str) -> None:
        """The person took back in Gmail what they had done to a message there."""
        self._db.execute(
            "update observation set label = '', source = '' where account = ? and message = ?"
            " and source in ('moved', 'removed', 'spam')",
            (self._account, message),
        )

    def corrected(self, standing: Mapping[str, tuple[str, int]]) -> None:
        """Take over the corrections that stand, as message -> (label, when); those that were undone go."""
        with self._db.transaction():
            self._db.execute(
                "update observation set label = '', source = '' where account = ? and source = 'corrected'",
                (self._account,),
            )
            for message, (label, at) in standing.items():
                self.observe(message, label, Source.CORRECTED, at)

    def observations(self) -> tuple[Observation, ...]:
        """All acts that are not too old, in the order in which they happened."""
        rows = self._db.rows(
            "select * from observation where account = ? and source <> '' and at >= ? order by at, message",
            (self._account, now_ms() - _LIFE),
        )
        return tuple(map(_observation, rows))

    def lessons(self, most: int) -> tuple[Observation, ...]:
        """Mail that got another label by the person than the one that was decided, the newest first."""
        rows = self._db.rows(
            "select * from observation where account = ? and source in ('corrected', 'moved') and label <> decided"
            " and at >= ? order by at desc, message limit ?",
            (self._account, now_ms() - _LIFE, most),
        )
        return tuple(map(_observation, rows))

    def wish(self, scope: str, value: str, label: str) -> None:
        """The person pins a label to a scope, or with an empty one forgets what was learned of it."""
        self._db.execute(
            "insert into wish (account, scope, value, label, at) values (?, ?, ?, ?, ?)"
            " on conflict (account, scope, value) do update set label = excluded.label, at = excluded.at",
            (self._account, scope, value, label, now_ms()),
        )

    def wishes(self) -> tuple[Wish, ...]:
        """What the person said of patterns."""
        rows = self._db.rows("select * from wish where account = ? order by scope, value", (self._account,))
        return tuple(Wish(row["scope"], row["value"], row["label"], int(row["at"])) for row in rows)

    def expire(self) -> int:
        """Erase what is too old to count; returns how many rows."""
        return self._db.execute(
            "delete from observation where account = ? and at < ?", (self._account, now_ms() - _LIFE)
        )


def _observation(row: Row) -> Observation:
    return Observation(
        row["message"],
        row["sender"],
        row["list_id"],
        row["label"],
        Source(row["source"]),
        int(row["at"]),
    )


def _sighting(row: Row) -> Sighting:
    return Sighting(
        row["message"], row["thread"], row["sender"], row["list_id"], row["decided"], row["source"]
    )
