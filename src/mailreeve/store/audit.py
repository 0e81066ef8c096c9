"""The audit: append-only rows, each bound to the one before it by its hash. Ids and hashes, no mail text.

A bare chain shows edits to whoever cannot recompute it. With a key from outside the file (the keyring) a
rebuilt chain and a cut-off tail show too; a head noted elsewhere (each digest carries one) shows a whole
file that was put back to an older state.

Rows that are too old, or of an account that is erased, are emptied: their hashes stay, so the chain holds, and
a row `audit.erased` says how many there are and binds their hashes. An emptied row that no such row covers
counts as broken.
"""

import hashlib
import hmac
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from mailreeve.models import Json
from mailreeve.store.db import Database, Row, now_ms

GENESIS = "0" * 64
"""What the first row has as its predecessor, and the head of an empty chain."""
_ERASED = "audit.erased"


@dataclass(frozen=True, slots=True)
class AuditRow:
    """One event: who did what, with ids and hashes in `body`."""

    seq: int
    at: datetime
    actor: str
    account: str
    event: str
    body: Json
    hash: str


@dataclass(frozen=True, slots=True)
class Verified:
    """What `verify` found."""

    ok: bool
    rows: int
    head: str
    """Hash of the last row; 64 zeros when there is none."""
    anchor: str
    """`keyring` when the head is bound to the key, else `none`."""
    broken_at: int | None
    """The seq of the first row that does not fit; one past the last when the tail is cut off."""


class _Gone:
    """The emptied rows, as `audit.erased` tells them."""

    def __init__(self) -> None:
        self.first = 0
        self._rows = 0
        self._digest = hashlib.sha256()

    def add(self, row: Row) -> None:
        """One more, in order."""
        self.first = self.first or int(row["seq"])
        self._rows += 1
        self._digest.update(f"{row['seq']}:{row['hash']}\n".encode())

    @property
    def told(self) -> Json:
        """How many there are, and one hash of all their hashes."""
        return {"rows": self._rows, "hashes": self._digest.hexdigest()}


class Audit:
    """The chain of one home; rows say to which account they belong."""

    def __init__(self, db: Database, account: str, key: bytes = b"") -> None:
        self._db = db
        self._account = account
        self._key = key

    def append(self, event: str, body: Json, actor: str = "mailreeve") -> str:
        """Add a row, in the caller's transaction if there is one; returns its hash, the new head."""
        return self._append(event, body, actor, self._account)

    def erase(self, before: int | None = None) -> int:
        """Empty the rows of all accounts that are older than a moment (epoch milliseconds), else all rows of this account.

        Returns how many were emptied.
        """
        which, value = ("account = ?", self._account) if before is None else ("at < ?", before)
        with self._db.transaction():
            emptied = self._db.execute(
                "update audit set at = 0, actor = '', account = '', event = '', body = ''"
                f" where {which} and body <> '' and event <> ?",
                (value, _ERASED),
            )
            if emptied:
                gone = _Gone()
                for row in self._all():
                    if not row["body"]:
                        gone.add(row)
                self._append(_ERASED, gone.told, "mailreeve", "")
        return emptied

    def append_all(self, event: str, bodies: Sequence[Json]) -> None:
        """Add rows of one kind, in order."""
        self._chain([(event, body) for body in bodies], "mailreeve", self._account)

    def _append(self, event: str, body: Json, actor: str, account: str) -> str:
        return self._chain([(event, body)], actor, account)

    def _chain(self, events: Sequence[tuple[str, Json]], actor: str, account: str) -> str:
        """Add rows behind the last one, whose seq and hash are read once; returns the new head."""
        rows: list[tuple[object, ...]] = []
        keyed = int(bool(self._key))
        with self._db.transaction():
            last = self._db.row("select seq, hash from audit order by seq desc limit 1")
            seq, digest = (int(last["seq"]), str(last["hash"])) if last else (0, GENESIS)
            for event, body in events:
                seq += 1
                fields = (seq, now_ms(), actor, account, event, canonical(body), keyed, digest)
                digest = self._mac(fields, keyed=bool(keyed))
                rows.append((*fields, digest))
            self._db.many(
                "insert into audit (seq, at, actor, account, event, body, keyed, prev, hash)"
                " values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                rows,
            )
            self._db.execute(
                "insert into audit_head (one, seq, keyed, mac) values (1, ?, ?, ?)"
                " on conflict (one) do update"
                " set seq = excluded.seq, keyed = excluded.keyed, mac = excluded.mac",
                (seq, keyed, self._mac(("head", seq, digest), keyed=bool(keyed))),
            )
        return digest

    def head(self) -> str:
        """The hash of the last row."""
        row = self._db.row("select hash from audit order by seq desc limit 1")
        return str(row["hash"]) if row else GENESIS

    def is_keyed(self) -> bool:
        """True when the head is bound to a key."""
        row = self._db.row("select keyed from audit_head")
        return bool(row and row["keyed"])

    def rows(self, limit: int = 100, before: int = 0) -> tuple[AuditRow, ...]:
        """The newest rows of this account, newest first; `before` is the seq above which a page ends, 0 for none."""
        found = self._db.rows(
            "select * from audit where account = ? and (? = 0 or seq < ?) order by seq desc limit ?",
            (self._account, before, before, limit),
        )
        return tuple(_row(row) for row in found)

    def events(self, *names: str) -> Iterator[AuditRow]:
        """All rows of this account with one of these events, oldest first."""
        marks = ", ".join("?" for _ in names)
        found = self._db.rows(
            f"select * from audit where account = ? and event in ({marks}) order by seq",
            (self._account, *names),
        )
        return (_row(row) for row in found)

    def verify(self, noted: str = "") -> Verified:
        """Recompute the whole chain.

        `noted` is a head that was kept elsewhere, such as in a digest: it must be part of the chain.
        Keyed rows cannot be checked without the key; they then count as broken.
        """
        prev, count, broken, seen = GENESIS, 0, None, not noted
        gone, covered = _Gone(), _Gone().told
        with self._db.transaction():
            for row in self._all():
                count += 1
                if broken is None and not self._fits(row, prev):
                    broken = int(row["seq"])
                prev = str(row["hash"])
                seen = seen or prev == noted
                if not row["body"]:
                    gone.add(row)
                elif row["event"] == _ERASED:
                    covered = json.loads(row["body"])
            anchored, fits = self._check_head(count, prev)
        if broken is None and gone.told != covered:
            broken = gone.first or count
        if broken is None and not (fits and seen):
            broken = count + 1
        return Verified(broken is None, count, prev, "keyring" if anchored else "none", broken)

    def _all(self) -> Iterator[Row]:
        """Every row in order, a few thousand at a time, so that a long chain fits in memory."""
        after = -1
        while page := self._db.rows("select * from audit where seq > ? order by seq limit 5000", (after,)):
            yield from page
            after = page[-1]["seq"]

    def _fits(self, row: Row, prev: str) -> bool:
        if not row["body"]:  # emptied: whether it was to be is told by the last `audit.erased`
            return bool(row["prev"] == prev)
        fields = tuple(
            row[name] for name in ("seq", "at", "actor", "account", "event", "body", "keyed", "prev")
        )
        if row["prev"] != prev:
            return False
        return hmac.compare_digest(self._mac(fields, keyed=bool(row["keyed"])), str(row["hash"]))

    def _check_head(self, count: int, last: str) -> tuple[bool, bool]:
        """Whether the head row is bound to the key, and whether it names the last row."""
        row = self._db.row("select * from audit_head")
        if row is None:
            return False, count == 0
        keyed = bool(row["keyed"])
        if keyed and not self._key:
            return False, False
        mac = self._mac(("head", count, last), keyed=keyed)
        return keyed, hmac.compare_digest(mac, str(row["mac"]))

    def _mac(self, fields: tuple[object, ...], *, keyed: bool) -> str:
        text = json.dumps(fields, ensure_ascii=False, separators=(",", ":")).encode()
        if keyed:
            return hmac.new(self._key, text, hashlib.sha256).hexdigest()
        return hashlib.sha256(text).hexdigest()


def canonical(body: Json) -> str:
    """JSON with sorted keys and no spaces: the same record is always the same text."""
    return json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _row(row: Row) -> AuditRow:
    return AuditRow(
        int(row["seq"]),
        datetime.fromtimestamp(row["at"] / 1000, UTC),
        row["actor"],
        row["account"],
        row["event"],
        json.loads(row["body"]),
        row["hash"],
    )
