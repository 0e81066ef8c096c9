"""The programs that spoke MCP with this home, by the names that they give themselves."""

from dataclasses import dataclass
from datetime import UTC, datetime

from mailreeve.store.db import Database, Row, now_ms


@dataclass(frozen=True, slots=True)
class Client:
    """One program. Its name is what it says: good for a list, never for a proof."""

    name: str
    version: str
    protocol: str
    """The version of MCP that it spoke last."""
    first_seen: datetime
    last_seen: datetime
    refused: bool
    """The person said that it gets nothing any more."""


class Clients:
    """Which programs were here, and which are turned away."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def seen(self, name: str, version: str, protocol: str) -> bool:
        """Note that a program is here; False when it is to be turned away."""
        now = now_ms()
        self._db.execute(
            "insert into client (name, version, protocol, first_at, last_at) values (?, ?, ?, ?, ?)"
            " on conflict (name) do update set version = excluded.version, protocol = excluded.protocol,"
            " last_at = excluded.last_at",
            (name, version, protocol, now, now),
        )
        row = self._db.row("select refused from client where name = ?", (name,))
        return row is not None and not row["refused"]

    def list(self) -> tuple[Client, ...]:
        """All programs, the last one first."""
        return tuple(
            _client(row) for row in self._db.rows("select * from client order by last_at desc, name")
        )

    def refuse(self, name: str, *, refused: bool) -> bool:
        """Turn a program away from now on, or let it in again; False when it was never here."""
        return bool(self._db.execute("update client set refused = ? where name = ?", (refused, name)))


def _client(row: Row) -> Client:
    return Client(
        row["name"],
        row["version"],
        row["protocol"],
        datetime.fromtimestamp(row["first_at"] / 1000, UTC),
        datetime.fromtimestamp(row["last_at"] / 1000, UTC),
        bool(row["refused"]),
    )
