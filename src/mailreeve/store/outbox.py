"""What waits for destinations: rows in order, each taken by one process at a time, kept until taken or given up."""

import hashlib
import secrets
from collections.abc import Collection
from contextlib import AbstractContextManager
from dataclasses import dataclass
from enum import StrEnum

from mailreeve.errors import InputError
from mailreeve.store.db import Database, Row

LEASE_MS = 120_000
"""How long a row belongs to who took it; several times what a delivery may last."""


class RowState(StrEnum):
    """Where a row stands."""

    PENDING = "pending"
    DELIVERING = "delivering"
    DELIVERED = "delivered"
    DEAD = "dead"
    """Given up; a person can have it tried again while its bytes are kept."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """One event for one destination."""

    seq: int
    destination: str
    event: str
    """Its id; unique for a destination, the same at every attempt."""
    kind: str
    terms: str
    """The terms of the consent that it was made under."""
    state: RowState
    attempts: int
    created_at: int
    first_at: int
    """The first attempt; 0 before it."""
    next_at: int
    error: str
    digest: str
    """SHA-256 of the payload, in hex."""
    payload: bytes
    lease: str
    """The key of who is delivering it."""
    thread: str
    """What it is about: events of one thread go to one ticket."""
    rule: str
    """The rule that wants it, with its version; empty for what every decided mail tells."""
    message: str
    """Gmail's id of the mail that the rule fired for, or that goes to a ticket."""


class Outbox:
    """The rows of one account."""

    def __init__(self, db: Database, account: str) -> None:
        self._db = db
        self._account = account

    @property
    def account(self) -> str:
        """Whose rows these are."""
        return self._account

    def add(
        self,
        destination: str,
        event: str,
        kind: str,
        terms: str,
        payload: bytes,
        now: int,
        thread: str = "",
        rule: str = "",
        message: str = "",
        placed: int = 0,
    ) -> bool:
        """Put an event into its destination's queue; False when it is there already.

        It stands behind what was `placed` earlier (epoch milliseconds; 0 is now).
        """
        last = "(select coalesce(max(seq), 0) + 1 from outbox)"
        with self._db.transaction():
            return bool(
                self._db.execute(
                    "insert into outbox (seq, account, destination, event, kind, terms, payload, digest, created_at, next_at,"
                    f" thread, rule, message, placed) values ({last}, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict (account, destination, event) do nothing",
                    (
                        self._account,
                        destination,
                        event,
                        kind,
                        terms,
                        payload,
                        hashlib.sha256(payload).hexdigest(),
                        now,
                        now,
                        thread,
                        rule,
                        message,
                        placed or now,
                    ),
                )
            )

    def take(self, destinations: Collection[str], now: int, agreed: Collection[str] = ()) -> Waiting | None:
        """The oldest row that is due and whose destination owes nothing older; it is the caller's for LEASE_MS.

        What a rule wants waits until its terms are among those that are `agreed`. A row whose holder died is
        taken over when its lease is over.
        """
        lease = secrets.token_hex(16)
        with self._db.transaction():
            heads = filter(None, (self._head(one) for one in destinations))
            due = [
                one for one in heads if one["next_at"] <= now and (not one["rule"] or one["terms"] in agreed)
            ]
            if not due:
                return None
            row = min(due, key=lambda one: (one["placed"], one["seq"]))
            taken = self._db.execute(
                "update outbox set state = 'delivering', lease = ?, attempts = attempts + 1, next_at = ?,"
                " first_at = case when first_at = 0 then ? else first_at end"
                " where seq = ? and state = ? and lease = ?",
                (lease, now + LEASE_MS, now, row["seq"], row["state"], row["lease"]),
            )
            return self._one(row["seq"]) if taken else None

    def _head(self, destination: str) -> Row | None:
        """What the destination gets next."""
        return self._db.row(
            "select * from outbox where account = ? and destination = ? and state in ('pending', 'delivering')"
            " order by placed, seq limit 1",
            (self._account, destination),
        )

    def delivered(self, row: Waiting, now: int, *, label: bool = False) -> bool:
        """Close it and wipe its bytes; False when another process holds it by now. `label`: its mail is to bear one."""
        change = "state = 'delivered', payload = ?, error = '', settled_at = ?, unlabelled = ?"
        return self._settle(row, change, b"", now, int(label and bool(row.message)))

    def unlabelled(self, limit: int = 1_000) -> tuple[Waiting, ...]:
        """What was delivered and whose mail is to bear a label, oldest first."""
        sql = "select * from outbox where account = ? and unlabelled = 1 order by seq limit ?"
        return tuple(_waiting(row) for row in self._db.rows(sql, (self._account, limit)))

    def labelled(self, seqs: Collection[int]) -> None:
        """They bear it, or never will."""
        values = [(self._account, seq) for seq in seqs]
        self._db.many("update outbox set unlabelled = 0 where account = ? and seq = ?", values)

    def again(self, row: Waiting, at: int, error: str) -> bool:
        """Try it later; False when another process holds it by now."""
        return self._settle(row, "state = 'pending', next_at = ?, error = ?", at, error)

    def give_up(self, row: Waiting, error: str, now: int) -> bool:
        """Put it aside for a person; False when another process holds it by now."""
        return self._settle(row, "state = 'dead', error = ?, settled_at = ?", error, now)

    def _settle(self, row: Waiting, change: str, *values: object) -> bool:
        sql = f"update outbox set {change}, lease = '' where seq = ? and state = 'delivering' and lease = ?"
        return bool(self._db.execute(sql, (*values, row.seq, row.lease)))

    def retry(self, seq: int, now: int) -> bool:
        """Try a row that was given up again, from the beginning; False when it is none or its bytes are gone."""
        return bool(
            self._db.execute(
                "update outbox set state = 'pending', attempts = 0, first_at = 0, next_at = ?, settled_at = 0"
                " where account = ? and seq = ? and state = 'dead' and payload <> ?",
                (now, self._account, seq, b""),
            )
        )

    def listed(self, *states: RowState, limit: int = 100) -> tuple[Waiting, ...]:
        """Rows in these states, oldest first."""
        marks = ", ".join("?" * len(states))
        rows = self._db.rows(
            f"select * from outbox where account = ? and state in ({marks}) order by seq limit ?",
            (self._account, *states, limit),
        )
        return tuple(_waiting(row) for row in rows)

    def transaction(self) -> AbstractContextManager[None]:
        """Several steps as one: all or nothing."""
        return self._db.transaction()

    def find(self, destination: str, event: str) -> Waiting | None:
        """The row of an event, or None."""
        row = self._db.row(
            "select * from outbox where account = ? and destination = ? and event = ?",
            (self._account, destination, event),
        )
        return _waiting(row) if row else None

    def get(self, seq: int) -> Waiting:
        """One row. Raises InputError when there is none of this number."""
        row = self._db.row("select * from outbox where account = ? and seq = ?", (self._account, seq))
        if row is None:
            raise InputError(f"There is no delivery {seq}.", "`mailreeve destinations` lists them.")
        return _waiting(row)

    def count(self, state: RowState, since: int = 0) -> int:
        """How many rows are in a state, settled since then."""
        row = self._db.row(
            "select count(*) as n from outbox where account = ? and state = ? and settled_at >= ?",
            (self._account, state, since),
        )
        return int(row["n"]) if row else 0

    def not_offered(self, destination: str, since: int) -> tuple[tuple[str, int], ...]:
        """Messages (id and generation) that were decided since then and are not queued for it, oldest mail first."""
        rows = self._db.rows(
            "select message, generation from ledger as l where account = ? and updated_at >= ? and error = ''"
            " and verdict is not null and state in ('applied', 'done', 'needs_human') and not exists (select 1"
            " from outbox as o where o.account = l.account and o.destination = ?"
            " and (o.event = 'm_' || l.message || '_' || cast(l.generation as text) or o.message = l.message))"
            " order by received_at, place",
            (self._account, since, destination),
        )
        return tuple((row["message"], int(row["generation"])) for row in rows)

    def not_told(self, destination: str, since: int) -> tuple[tuple[str, int], ...]:
        """The same for messages that got a draft since then."""
        rows = self._db.rows(
            "select message, generation from ledger as l where account = ? and updated_at >= ? and draft <> ''"
            " and not exists (select 1 from outbox as o where o.account = l.account and o.destination = ?"
            " and o.event = 'd_' || l.message || '_' || cast(l.generation as text)) order by received_at, place",
            (self._account, since, destination),
        )
        return tuple((row["message"], int(row["generation"])) for row in rows)

    def ordered(self, destination: str, but: str) -> tuple[Waiting, ...]:
        """What rules want of a destination and what was made under other terms than these, oldest first."""
        rows = self._db.rows(
            "select * from outbox where account = ? and destination = ? and rule <> '' and state = 'pending'"
            " and terms <> ? order by seq",
            (self._account, destination, but),
        )
        return tuple(_waiting(row) for row in rows)

    def renew(self, row: Waiting, terms: str, payload: bytes) -> bool:
        """Give a row that nobody delivers the bytes that it has under new terms."""
        return bool(
            self._db.execute(
                "update outbox set terms = ?, payload = ?, digest = ? where seq = ? and state = 'pending' and terms = ?",
                (terms, payload, hashlib.sha256(payload).hexdigest(), row.seq, row.terms),
            )
        )

    def drop(self, row: Waiting, error: str, now: int) -> bool:
        """Put a row aside that nobody delivers."""
        return bool(
            self._db.execute(
                "update outbox set state = 'dead', error = ?, settled_at = ? where seq = ? and state = 'pending'",
                (error, now, row.seq),
            )
        )

    def forget(self, before: int) -> int:
        """Wipe the bytes of rows that were given up before then; returns how many.

        The rows stay, so that an event is never queued a second time.
        """
        return self._db.execute(
            "update outbox set payload = ? where account = ? and state = 'dead' and settled_at < ? and payload <> ?",
            (b"", self._account, before, b""),
        )

    def _one(self, seq: int) -> Waiting:
        return _waiting(self._db.rows("select * from outbox where seq = ?", (seq,))[0])


def _waiting(row: Row) -> Waiting:
    values = {name: row[name] for name in Waiting.__dataclass_fields__}
    return Waiting(**{**values, "state": RowState(row["state"]), "payload": bytes(row["payload"])})
