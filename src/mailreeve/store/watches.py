"""What is known of Gmail's watch on each mailbox, and of the notices that it led to."""

from dataclasses import dataclass, fields

from mailreeve.store.db import Database, Row

LISTENER = ""
"""The row of whoever listens for the notices of all mailboxes."""


@dataclass(frozen=True, slots=True)
class WatchRow:
    """One mailbox; times are epoch milliseconds, 0 is never."""

    account: str
    topic: str = ""
    expires: int = 0
    renewed: int = 0
    tried: int = 0
    error: str = ""
    """Why the last try to renew it failed; of the listener's row, why the last pull did."""
    noticed: int = 0
    """When the last notice came; of the listener's row, when the last pull was answered."""
    looked: int = 0
    """Notices until then were followed by a look."""
    missed: int = 0
    """Looks since the last notice that found mail which no notice had told of."""

    @property
    def is_awake(self) -> bool:
        """A notice came that no look has followed yet."""
        return self.noticed > self.looked


class Watches:
    """The rows of all mailboxes on this store."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def all(self) -> dict[str, WatchRow]:
        """Every row by its account."""
        return {row["account"]: _row(row) for row in self._db.rows("select * from watch")}

    def of(self, account: str) -> WatchRow:
        """One row, or an empty one."""
        row = self._db.row("select * from watch where account = ?", (account,))
        return _row(row) if row else WatchRow(account)

    def renewed(self, account: str, topic: str, expires: int, now: int) -> None:
        """Gmail watches the mailbox until `expires`."""
        self._write(account, topic=topic, expires=expires, renewed=now, tried=now, error="")

    def failed(self, account: str, error: str, now: int) -> None:
        """The last try failed, or with an empty text it did not."""
        self._write(account, error=error, tried=now)

    def ended(self, account: str) -> None:
        """Nobody watches the mailbox any more."""
        self._db.execute("delete from watch where account = ?", (account,))

    def noticed(self, account: str, now: int) -> None:
        """A notice came. Two in the same moment, or by clocks that differ, are still two."""
        self._write(account, missed=0)
        self._db.execute(
            "update watch set noticed = case when noticed < ? then ? else noticed + 1 end where account = ?",
            (now, now, account),
        )

    def looked(self, account: str, until: int) -> None:
        """What was noticed until then was looked at; later notices stand."""
        self._db.execute(
            "update watch set looked = ? where account = ? and looked < ?", (until, account, until)
        )

    def missed(self, account: str) -> None:
        """A look found mail that no notice had told of."""
        self._db.execute("update watch set missed = missed + 1 where account = ?", (account,))

    def _write(self, account: str, **values: str | int) -> None:
        names = ", ".join(("account", *values))
        marks = ", ".join("?" * (len(values) + 1))
        changes = ", ".join(f"{name} = excluded.{name}" for name in values)
        self._db.execute(
            f"insert into watch ({names}) values ({marks}) on conflict (account) do update set {changes}",
            (account, *values.values()),
        )


def _row(row: Row) -> WatchRow:
    return WatchRow(**{field.name: row[field.name] for field in fields(WatchRow)})
