"""Right or wrong: what the person said about decisions on their own mail. Ids and labels, no words of mail."""

from dataclasses import dataclass

from mailreeve.store.db import Database, now_ms


@dataclass(frozen=True, slots=True)
class Mark:
    """One decision, and the label that the person says is right."""

    message: str
    given: str
    """The label that was decided; empty when nobody could decide."""
    wanted: str
    """Empty when none of the labels is right."""
    by: str
    confidence: float


class Marks:
    """The marks of one account."""

    def __init__(self, db: Database, account: str) -> None:
        self._db = db
        self._account = account.lower()

    def put(self, mark: Mark) -> None:
        """Write a mark down; a later one about the same message replaces it."""
        with self._db.transaction():
            self._db.execute(
                "delete from mark where account = ? and message = ?", (self._account, mark.message)
            )
            self._db.execute(
                "insert into mark (account, message, given, wanted, decided_by, confidence, at)"
                " values (?, ?, ?, ?, ?, ?, ?)",
                (self._account, mark.message, mark.given, mark.wanted, mark.by, mark.confidence, now_ms()),
            )

    def all(self) -> list[Mark]:
        """All marks, in the order in which they were made."""
        rows = self._db.rows(
            "select message, given, wanted, decided_by, confidence from mark where account = ? order by at, message",
            (self._account,),
        )
        return [
            Mark(row["message"], row["given"], row["wanted"], row["decided_by"], row["confidence"])
            for row in rows
        ]

    def forget(self) -> int:
        """Drop them all; returns how many there were."""
        return self._db.execute("delete from mark where account = ?", (self._account,))
