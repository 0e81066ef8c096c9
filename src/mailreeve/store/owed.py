"""What still waits for an answer and what the person promised, as the last look found it.

It holds the person's own sentences, so it goes with everything else of the account.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from mailreeve.store.db import Database, Row


@dataclass(frozen=True, slots=True)
class Owed:
    """A thread in which the person wrote last."""

    thread: str
    message: str
    """Gmail's id of the person's last message."""
    to: tuple[str, ...]
    subject: str
    sent: int
    """Epoch milliseconds."""
    asked: tuple[str, ...]
    """What waits for an answer; empty when nothing does."""
    promises: tuple[tuple[str, str], ...]
    """What the person said that they would do, and by when (ISO 8601)."""
    number: int = 0
    """What a person calls it; it stays the same while the thread is listed."""


@dataclass(frozen=True, slots=True)
class Looked:
    """The last look."""

    at: int
    """Epoch milliseconds."""
    error: str
    """Why the last try to look failed; empty when it did not."""
    items: tuple[Owed, ...]
    """The newest first."""


class OwedList:
    """The list of one account."""

    def __init__(self, db: Database, account: str) -> None:
        self._db = db
        self._account = account

    def looked(self) -> Looked | None:
        """What the last look found; None when nobody looked yet."""
        row = self._db.row("select at, error from owed_look where account = ?", (self._account,))
        if row is None:
            return None
        rows = self._db.rows(
            "select * from owed where account = ? order by sent desc, thread", (self._account,)
        )
        return Looked(row["at"], row["error"], tuple(map(_owed, rows)))

    def get(self, number: int) -> Owed | None:
        """The thread that a person means by a number."""
        row = self._db.row("select * from owed where account = ? and number = ?", (self._account, number))
        return _owed(row) if row else None

    def seen(self) -> dict[str, str]:
        """The threads of the last look, each with a mark that changes when it has to be looked at again."""
        row = self._db.row("select seen from owed_look where account = ?", (self._account,))
        return dict(json.loads(row["seen"])) if row else {}

    def renew(
        self, items: Sequence[Owed], now: int, seen: Mapping[str, str] | None = None
    ) -> tuple[Owed, ...]:
        """What a look found takes the place of what was there; a thread keeps its number."""
        with self._db.transaction():
            rows = self._db.rows("select thread, number from owed where account = ?", (self._account,))
            numbers = {row["thread"]: row["number"] for row in rows}
            free = max(numbers.values(), default=0)
            kept = []
            for one in items:
                if one.thread not in numbers:
                    free += 1
                    numbers[one.thread] = free
                kept.append(replace(one, number=numbers[one.thread]))
            self._db.execute("delete from owed where account = ?", (self._account,))
            for one in kept:
                self._add(one)
            self._note(now, "")
            self._db.execute(
                "update owed_look set seen = ? where account = ?", (json.dumps(seen or {}), self._account)
            )
        return tuple(kept)

    def failed(self, now: int, error: str) -> None:
        """A look failed; what an earlier one found stays."""
        self._note(now, error)

    def _add(self, one: Owed) -> None:
        self._db.execute(
            "insert into owed (account, thread, message, number, recipients, subject, sent, asked, promises)"
            " values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                *(self._account, one.thread, one.message, one.number, json.dumps(one.to), one.subject),
                *(one.sent, json.dumps(one.asked), json.dumps(one.promises)),
            ),
        )

    def _note(self, now: int, error: str) -> None:
        self._db.execute(
            "insert into owed_look (account, at, error) values (?, ?, ?)"
            " on conflict (account) do update set at = excluded.at, error = excluded.error",
            (self._account, now, error),
        )


def _owed(row: Row) -> Owed:
    return Owed(
        thread=row["thread"],
        message=row["message"],
        to=tuple(json.loads(row["recipients"])),
        subject=row["subject"],
        sent=row["sent"],
        asked=tuple(json.loads(row["asked"])),
        promises=tuple((what, due) for what, due in json.loads(row["promises"])),
        number=row["number"],
    )
