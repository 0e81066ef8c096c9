"""The addresses that an account has written to, how often, and how far its sent mail was looked through."""

from collections.abc import Mapping

from mailreeve.store.db import Database


class Correspondents:
    """Addresses of one account, in lower case; no names, no text."""

    def __init__(self, db: Database, account: str) -> None:
        self._db = db
        self._account = account

    def seen_until(self) -> int:
        """Sent mail up to this moment (epoch milliseconds) is counted; 0 before the first look."""
        row = self._db.row("select at from correspondents_seen where account = ?", (self._account,))
        return int(row["at"]) if row else 0

    def add(self, written: Mapping[str, int], until: int) -> None:
        """Add how often each address was written to, and note up to when that counts."""
        with self._db.transaction():
            for address, times in written.items():
                self._db.execute(
                    "insert into correspondent (account, address, written) values (?, ?, ?)"
                    " on conflict (account, address) do update set written = correspondent.written + excluded.written",
                    (self._account, address.lower(), times),
                )
            self._db.execute(
                "insert into correspondents_seen (account, at) values (?, ?)"
                " on conflict (account) do update set at = excluded.at",
                (self._account, until),
            )

    def known(self) -> frozenset[str]:
        """Everyone who was written to."""
        rows = self._db.rows("select address from correspondent where account = ?", (self._account,))
        return frozenset(row["address"] for row in rows)
