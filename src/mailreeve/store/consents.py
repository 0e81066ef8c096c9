"""A person's standing consent to a destination: to its exact terms, until any of them changes."""

from dataclasses import dataclass
from datetime import UTC, datetime

from mailreeve.store.db import Database, now_ms


@dataclass(frozen=True, slots=True)
class Consent:
    """Who agreed to what, and when."""

    destination: str
    terms: str
    """SHA-256 over address, events, fields and schema."""
    by: str
    how: str
    """Where the person answered, such as `terminal`."""
    at: datetime


class Consents:
    """The consents of one account."""

    def __init__(self, db: Database, account: str) -> None:
        self._db = db
        self._account = account

    def give(self, destination: str, terms: str, by: str, how: str) -> None:
        """Write it down; it takes the place of an earlier one."""
        self._db.execute(
            "insert into consent (account, destination, terms, given_by, how, at) values (?, ?, ?, ?, ?, ?)"
            " on conflict (account, destination) do update set"
            " terms = excluded.terms, given_by = excluded.given_by, how = excluded.how, at = excluded.at",
            (self._account, destination, terms, by, how, now_ms()),
        )

    def stands(self, destination: str, terms: str) -> bool:
        """True when a person agreed to exactly these terms."""
        found = self.get(destination)
        return found is not None and found.terms == terms

    def get(self, destination: str) -> Consent | None:
        """What was agreed to, whether the terms are still the same or not."""
        row = self._db.row(
            "select * from consent where account = ? and destination = ?", (self._account, destination)
        )
        if row is None:
            return None
        at = datetime.fromtimestamp(row["at"] / 1000, UTC)
        return Consent(row["destination"], row["terms"], row["given_by"], row["how"], at)

    def revoke(self, destination: str) -> bool:
        """Take it back; False when there was none."""
        return bool(
            self._db.execute(
                "delete from consent where account = ? and destination = ?", (self._account, destination)
            )
        )
