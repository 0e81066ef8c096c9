"""The bytes of drafts as they were before we changed them, kept for a week so that the change can be undone."""

import zlib

from mailreeve.store.db import Database, now_ms

KEPT_MS = 7 * 86_400_000


class Kept:
    """The earlier versions of one account's drafts, by the id of the change."""

    def __init__(self, db: Database, account: str) -> None:
        self._db = db
        self._account = account

    def keep(self, change: str, raw: bytes) -> None:
        """Keep a version, and forget those that are older than a week."""
        with self._db.transaction():
            self._db.execute("delete from kept where at < ?", (now_ms() - KEPT_MS,))
            self._db.execute(
                "insert into kept (account, change, at, raw) values (?, ?, ?, ?)",
                (self._account, change, now_ms(), zlib.compress(raw)),
            )

    def get(self, change: str) -> bytes | None:
        """The version before a change; None when it is forgotten."""
        row = self._db.row("select raw from kept where account = ? and change = ?", (self._account, change))
        return zlib.decompress(row["raw"]) if row else None

    def forget(self, change: str) -> None:
        """Drop a version that is not needed any more."""
        self._db.execute("delete from kept where account = ? and change = ?", (self._account, change))
