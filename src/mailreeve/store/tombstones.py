"""Labels that the person took off a message: they are never set there again."""

from collections.abc import Iterable, Sequence

from mailreeve.store.db import Database, now_ms


class Tombstones:
    """Those of one account."""

    def __init__(self, db: Database, account: str) -> None:
        self._db = db
        self._account = account

    def bury(self, message: str, labels: Iterable[str]) -> None:
        """Remember that the person took these labels off this message."""
        with self._db.transaction():
            for label in labels:
                self._db.execute(
                    "insert into tombstone (account, message, label, at) values (?, ?, ?, ?)"
                    " on conflict (account, message, label) do nothing",
                    (self._account, message, label, now_ms()),
                )

    def among(self, messages: Sequence[str]) -> frozenset[str]:
        """Which of these messages the person took a label off; ask for some hundreds at most."""
        marks = ", ".join("?" for _ in messages) or "null"
        rows = self._db.rows(
            f"select distinct message from tombstone where account = ? and message in ({marks})",
            (self._account, *messages),
        )
        return frozenset(row["message"] for row in rows)

    def on(self, message: str) -> frozenset[str]:
        """The labels that the person took off this message."""
        rows = self._db.rows(
            "select label from tombstone where account = ? and message = ?", (self._account, message)
        )
        return frozenset(row["label"] for row in rows)
