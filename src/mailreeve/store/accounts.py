"""The accounts of this home: what a face must know without opening the keyring."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime

from mailreeve.store.db import Database, Row, now_ms


@dataclass(frozen=True, slots=True)
class Account:
    """One Google account that the person logged in to."""

    address: str
    """The verified address: what users.getProfile answered, in lower case."""
    base: str = ""
    """Root of Google's APIs; empty is Google itself."""
    scopes: tuple[str, ...] = ()
    """What the person granted, which may be less than was asked for."""
    capabilities: tuple[str, ...] = ()
    """What Mailreeve may do there: read, label, draft, send."""
    added_at: datetime | None = None
    """Set by the store; kept when the record is written again."""


class Accounts:
    """Account records; tokens are not here."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def put(self, account: Account) -> None:
        """Add an account, or replace what is known of it."""
        self._db.execute(
            "insert into account (address, base, scopes, capabilities, added_at) values (?, ?, ?, ?, ?)"
            " on conflict (address) do update set base = excluded.base, scopes = excluded.scopes,"
            " capabilities = excluded.capabilities",
            (
                account.address.lower(),
                account.base,
                json.dumps(account.scopes),
                json.dumps(account.capabilities),
                now_ms(),
            ),
        )

    def get(self, address: str) -> Account | None:
        """The record of an address, in any case."""
        row = self._db.row("select * from account where address = ?", (address.lower(),))
        return _account(row) if row else None

    def list(self) -> tuple[Account, ...]:
        """All accounts, the oldest first."""
        return tuple(
            _account(row) for row in self._db.rows("select * from account order by added_at, address")
        )

    def remove(self, address: str) -> bool:
        """Forget an account; its ledger, journal and audit stay. False when it was not known."""
        return bool(self._db.execute("delete from account where address = ?", (address.lower(),)))


def _account(row: Row) -> Account:
    return Account(
        row["address"],
        row["base"],
        tuple(json.loads(row["scopes"])),
        tuple(json.loads(row["capabilities"])),
        datetime.fromtimestamp(row["added_at"] / 1000, UTC),
    )
