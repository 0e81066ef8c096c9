"""The person's contacts as they were seen last at Google, and how far that goes."""

import json
from collections.abc import Iterable
from dataclasses import asdict

from mailreeve.models import Contact, Labelled
from mailreeve.store.db import Database, Row, now_ms


class Contacts:
    """The address book of one account; `own` tells kept contacts from those that Google noted from mail."""

    def __init__(self, db: Database, account: str) -> None:
        self._db = db
        self._account = account

    def token(self, *, own: bool) -> str:
        """Where the next look goes on; empty: from the start."""
        row = self._db.row(
            "select token from contact_cursor where account = ? and own = ?", (self._account, int(own))
        )
        return str(row["token"]) if row else ""

    def seen_at(self) -> int:
        """When the kept contacts were looked at last (epoch milliseconds); 0 is never."""
        row = self._db.row("select at from contact_cursor where account = ? and own = 1", (self._account,))
        return int(row["at"]) if row else 0

    def replace(self, contacts: Iterable[Contact], token: str, *, own: bool) -> None:
        """All that there is, in one transaction with the token: what is not among them is forgotten."""
        with self._db.transaction():
            self._db.execute("delete from contact where account = ? and own = ?", (self._account, int(own)))
            self.apply(contacts, token, own=own)

    def apply(self, contacts: Iterable[Contact], token: str = "", *, own: bool = True) -> None:
        """What changed, in one transaction with the token; without a token the next look starts where it did."""
        with self._db.transaction():
            for one in contacts:
                self._db.execute("delete from contact where account = ? and id = ?", (self._account, one.id))
                if not one.gone:
                    self._db.execute(
                        "insert into contact (account, id, own, name, keys, body) values (?, ?, ?, ?, ?, ?)",
                        (
                            self._account,
                            one.id,
                            int(own),
                            one.name,
                            " ".join(one.keys),
                            json.dumps(asdict(one)),
                        ),
                    )
            if token:
                self._db.execute(
                    "insert into contact_cursor (account, own, token, at) values (?, ?, ?, ?)"
                    " on conflict (account, own) do update set token = excluded.token, at = excluded.at",
                    (self._account, int(own), token, now_ms()),
                )

    def forget(self, id_: str) -> None:
        """A contact that is gone."""
        self._db.execute("delete from contact where account = ? and id = ?", (self._account, id_))

    def forget_all(self) -> None:
        """The whole address book, as if it had never been looked at; what lies on servers stays there."""
        with self._db.transaction():
            for table in ("contact", "contact_cursor"):
                self._db.execute(f"delete from {table} where account = ?", (self._account,))

    def get(self, id_: str) -> Contact | None:
        """One contact, or None."""
        row = self._db.row("select body from contact where account = ? and id = ?", (self._account, id_))
        return _contact(row) if row else None

    def all(self, *, own: bool | None = None) -> tuple[Contact, ...]:
        """All contacts by name; `own` picks one kind."""
        rows = self._db.rows(
            "select body from contact where account = ? and (? = 1 or own = ?) order by lower(name), id",
            (self._account, int(own is None), int(bool(own))),
        )
        return tuple(_contact(row) for row in rows)


def _contact(row: Row) -> Contact:
    body = json.loads(row["body"])
    for name in ("emails", "phones"):
        body[name] = tuple(Labelled(**one) for one in body[name])
    return Contact(**body)
