"""The workers: one row for each home that ever had one, with its last sign of life."""

from dataclasses import dataclass

from mailreeve.store.db import Database

ALIVE = 90_000
"""Milliseconds after its last sign of life during which a worker counts as alive."""


@dataclass(frozen=True, slots=True)
class WorkerRow:
    """One worker; times are epoch milliseconds."""

    name: str
    since: int
    """When the first worker of this home began: nights are expected from then on."""
    beat: int
    """Its last sign of life; 0 after it ended in good order."""
    error: str
    """Why its last try failed; empty when it did not."""


class Workers:
    """The rows of all homes on this store."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def beat(self, name: str, now: int) -> None:
        """A sign of life."""
        self._db.execute(
            "insert into worker (name, since, beat) values (?, ?, ?) on conflict (name) do update set beat = excluded.beat",
            (name, now, now),
        )

    def end(self, name: str) -> None:
        """It ends in good order."""
        self._db.execute("update worker set beat = 0 where name = ?", (name,))

    def failed(self, name: str, error: str) -> None:
        """Keep why the last try failed; an empty text when it did not."""
        self._db.execute("update worker set error = ? where name = ?", (error, name))

    def all(self) -> tuple[WorkerRow, ...]:
        """Every row."""
        rows = self._db.rows("select * from worker order by name")
        return tuple(
            WorkerRow(row["name"], int(row["since"]), int(row["beat"]), row["error"]) for row in rows
        )

    def alive(self, now: int) -> bool:
        """True while some worker gives signs of life."""
        return any(now - row.beat < ALIVE for row in self.all())
