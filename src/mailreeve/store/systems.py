"""Other software that may ask for a mail: who it is, by the hash of its key, and what it asked for."""

import hashlib
import hmac
from dataclasses import dataclass

from mailreeve.store.db import Database, now_ms


@dataclass(frozen=True, slots=True)
class System:
    """One that may ask."""

    id: str
    at: int
    """When a person let it in, in epoch milliseconds."""


@dataclass(frozen=True, slots=True)
class Wish:
    """One mail that it asked for."""

    digest: str
    """SHA-256 of what it asked for: the same key with other words is another thing."""
    draft: str
    """Gmail's id; empty while it is being written."""
    proposal: str


def hashed(key: str) -> str:
    """A key has 256 random bits, so its SHA-256 needs no salt and no stretching."""
    return hashlib.sha256(key.encode()).hexdigest()


class Systems:
    """Those of one account."""

    def __init__(self, db: Database, account: str) -> None:
        self._db = db
        self._account = account

    def put(self, id_: str, key: str) -> None:
        """Let one in; a new key takes the place of its old one."""
        self._db.execute(
            "insert into system (account, id, key_hash, at) values (?, ?, ?, ?)"
            " on conflict (account, id) do update set key_hash = excluded.key_hash, at = excluded.at",
            (self._account, id_, hashed(key), now_ms()),
        )

    def remove(self, id_: str) -> bool:
        """Shut one out; False when there was none."""
        return bool(self._db.execute("delete from system where account = ? and id = ?", (self._account, id_)))

    def all(self) -> tuple[System, ...]:
        """By their names."""
        rows = self._db.rows("select id, at from system where account = ? order by id", (self._account,))
        return tuple(System(row["id"], int(row["at"])) for row in rows)

    def key_hash(self, id_: str) -> str:
        """The hash of a system's key; empty when it is not let in."""
        row = self._db.row("select key_hash from system where account = ? and id = ?", (self._account, id_))
        return str(row["key_hash"]) if row else ""

    def of_key(self, key: str) -> str:
        """Whose key this is; empty when it is nobody's."""
        found, wanted = "", hashed(key)
        for row in self._db.rows("select id, key_hash from system where account = ?", (self._account,)):
            if hmac.compare_digest(row["key_hash"], wanted):
                found = row["id"]
        return found

    def wish(self, id_: str, key: str) -> Wish | None:
        """What a system asked for under its own key against doubles."""
        row = self._db.row(
            "select * from asked where account = ? and system = ? and name = ?", (self._account, id_, key)
        )
        return Wish(row["digest"], row["draft"], row["proposal"]) if row else None

    def begin(self, id_: str, key: str, digest: str) -> None:
        """Write a wish down before anything is done about it."""
        self._db.execute(
            "insert into asked (account, system, name, digest, at) values (?, ?, ?, ?, ?)"
            " on conflict (account, system, name) do nothing",
            (self._account, id_, key, digest, now_ms()),
        )

    def settle(self, id_: str, key: str, draft: str, proposal: str) -> None:
        """Which draft and which proposal came of it."""
        self._db.execute(
            "update asked set draft = ?, proposal = ? where account = ? and system = ? and name = ?",
            (draft, proposal, self._account, id_, key),
        )

    def count(self, id_: str, since: int) -> int:
        """How much it asked for since a moment (epoch milliseconds)."""
        row = self._db.row(
            "select count(*) as n from asked where account = ? and system = ? and at >= ?",
            (self._account, id_, since),
        )
        return int(row["n"]) if row else 0
