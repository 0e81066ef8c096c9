"""The ledger: the only truth about what was seen, decided and done.

A row is one message at one generation; the generation rises only when a person asks to decide again.
A row goes queued -> judged -> applied -> done; a failure leaves it where it is, with the reason, and the next
run takes it up from there. Every step is a compare-and-set on the run that holds the row, so that two
processes, or a step that is repeated after a crash, cannot both do it.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime

from mailreeve.models import Coverage, Failure, Ref, Verdict
from mailreeve.store import verdicts
from mailreeve.store.db import Database, Row, now_ms
from mailreeve.store.entries import Entry, EntryState, Sight, from_row
from mailreeve.store.runs import Runs
from mailreeve.store.stories import Stories
from mailreeve.store.tombstones import Tombstones

_OPEN = "('queued', 'judged', 'applied')"
_ORDER = "attempts > 0 desc, queued_at desc, place"
_ALL = 2**62
_AT_ONCE = 500
"""Messages that one statement asks for: SQLite takes a limited number of values."""
_REOPENED = {EntryState.GONE, EntryState.OUTSIDE}
_LEFT_OUT = {EntryState.QUEUED, *_REOPENED}


@dataclass(frozen=True, slots=True)
class Cursor:
    """Gmail's history id up to which everything is in the ledger, and when that was."""

    history_id: str
    saved_at: datetime


class Ledger:
    """The rows of one account."""

    def __init__(self, db: Database, account: str) -> None:
        self._db = db
        self._account = account
        self.runs = Runs(db, account)
        self.stories = Stories(db, account)
        self.tombstones = Tombstones(db, account)

    def transaction(self) -> AbstractContextManager[None]:
        """Several steps, of the journal too, as one: all or nothing, and one write to the disk."""
        return self._db.transaction()

    def alone(self, what: str) -> AbstractContextManager[None]:
        """Work on the account while no other run, undo or purge does, on any machine that shares the store.

        Raises AlreadyRunning. A holder that dies frees it.
        """
        name = hashlib.sha256(self._account.encode()).hexdigest()[:16]
        return self._db.alone(f"triage-{name}", what)

    def demand_sound(self) -> None:
        """Raise StoreError when the file under it is damaged."""
        self._db.demand_sound()

    # --- the queue

    def enqueue(self, refs: Iterable[Ref], *, again: bool = False) -> tuple[int, int]:
        """Queue what is not decided yet; returns (to do, already decided), counting each message once.

        `again` gives decided ones a new generation.
        """
        todo = already = 0
        now = now_ms()  # one moment for all: within it the place decides
        unique = {ref.id: ref for ref in refs}
        new: list[tuple[str | int, ...]] = []
        with self._db.transaction():
            known = self._latest_of(unique)
            for place, ref in enumerate(unique.values()):
                row = known.get(ref.id)
                if row is not None and not again and _is_decided(row):
                    already += 1
                    continue
                todo += 1
                if row is None or (again and _is_decided(row)):
                    generation = int(row["generation"]) + 1 if row else 1
                    new.append((self._account, ref.id, generation, ref.thread_id, now, place, now))
                elif row["state"] in _REOPENED:
                    self._requeue(ref.id, int(row["generation"]))
            self._db.many(
                "insert into ledger (account, message, generation, thread, state, queued_at, place, updated_at)"
                " values (?, ?, ?, ?, 'queued', ?, ?, ?)",
                new,
            )
        return todo, already

    def _requeue(self, message: str, generation: int) -> None:
        self._db.execute(
            "update ledger set state = 'queued', run = '', attempts = 0, error = '', updated_at = ?"
            " where account = ? and message = ? and generation = ?",
            (now_ms(), self._account, message, generation),
        )

    def _latest(self, message: str) -> Row | None:
        return self._db.row(
            "select * from ledger where account = ? and message = ? order by generation desc limit 1",
            (self._account, message),
        )

    def _latest_of(self, ids: Iterable[str]) -> dict[str, Row]:
        """The latest rows of many messages."""
        wanted, found = list(ids), dict[str, Row]()
        for start in range(0, len(wanted), _AT_ONCE):
            some = wanted[start : start + _AT_ONCE]
            marks = ", ".join("?" for _ in some)
            rows = self._db.rows(
                "select message, generation, thread, state from ledger"
                f" where account = ? and message in ({marks}) order by generation",
                (self._account, *some),
            )
            found.update((row["message"], row) for row in rows)
        return found

    def threads(self, ids: Iterable[str]) -> dict[str, str]:
        """The thread of each message that is known, by the message's id."""
        return {id_: str(row["thread"]) for id_, row in self._latest_of(ids).items()}

    def decided(self, ids: Iterable[str]) -> set[str]:
        """Which of the messages need nothing more at their generation."""
        return {id_ for id_, row in self._latest_of(ids).items() if _is_decided(row)}

    def claim(self, run: str, limit: int | None = None) -> tuple[Entry, ...]:
        """Give the run all that is open, failed ones first, then the newest, at most `limit`.

        A run that still held them loses them: its next step on them has no effect.
        """
        with self._db.transaction():
            rows = self._db.rows(
                f"select * from ledger where account = ? and state in {_OPEN} order by {_ORDER} limit ?",
                (self._account, _ALL if limit is None else limit),
            )
            self._db.many(
                "update ledger set run = ?, error = '' where account = ? and message = ? and generation = ?",
                [(run, self._account, row["message"], row["generation"]) for row in rows],
            )
        return tuple(from_row(row, run=run, error="") for row in rows)

    def open(self) -> tuple[Entry, ...]:
        """What the next run takes up, in its order."""
        rows = self._db.rows(
            f"select * from ledger where account = ? and state in {_OPEN} order by {_ORDER}", (self._account,)
        )
        return tuple(from_row(row) for row in rows)

    def held(self, run: str, state: EntryState) -> tuple[Entry, ...]:
        """What a run holds in one state and has not failed on, in its order."""
        rows = self._db.rows(
            f"select * from ledger where account = ? and run = ? and state = ? and error = '' order by {_ORDER}",
            (self._account, run, state.value),
        )
        return tuple(from_row(row) for row in rows)

    def left(self) -> int:
        """How many messages are open and not failed: queued for the next run."""
        row = self._db.row(
            f"select count(*) as n from ledger where account = ? and state in {_OPEN} and error = ''",
            (self._account,),
        )
        return int(row["n"]) if row else 0

    # --- the steps

    def save_verdict(self, run: str, message: str, verdict: Verdict, sight: Sight) -> bool:
        """Queued -> judged. False when another run holds the message, or it was judged before."""
        return self._step(
            run,
            message,
            EntryState.QUEUED,
            EntryState.JUDGED,
            verdict=verdicts.to_text(verdict),
            decided_by=verdict.by.value,
            sender=sight.sender,
            subject=sight.subject,
            received_at=sight.received_at,
            labels=json.dumps(sight.labels),
            history_id=sight.history_id,
        )

    def mark_applied(self, run: str, then: Mapping[str, EntryState]) -> None:
        """Judged -> applied (a draft is due), done or needs_human; what another run holds by now, or was applied before, stays."""
        with self._db.transaction():
            self._db.many(
                "update ledger set state = ?, error = '', updated_at = ?"
                " where account = ? and message = ? and run = ? and state = 'judged'",
                [(state.value, now_ms(), self._account, message, run) for message, state in then.items()],
            )

    def mark_drafted(self, run: str, message: str, draft: str = "", note: str = "") -> bool:
        """Applied -> done, with the draft if one was made; the note says what to check, or why there is none."""
        return self._step(run, message, EntryState.APPLIED, EntryState.DONE, draft=draft, note=note)

    def close(self, run: str, message: str, state: EntryState, reason: str = "") -> bool:
        """End a row early: the message is gone, or outside the inbox."""
        return self._set(run, message, f"state in {_OPEN}", state=state.value, error=reason)

    def fail(self, run: str, message: str, reason: str) -> bool:
        """Note why it failed; it stays open and is tried again."""
        with self._db.transaction():
            row = self._latest(message)
            attempts = int(row["attempts"]) + 1 if row else 1
            return self._set(run, message, f"state in {_OPEN}", error=reason, attempts=attempts)

    def undo(self, messages: Iterable[str]) -> None:
        """A person undid what was done: only `again` takes these messages up again."""
        with self._db.transaction():
            for message in messages:
                row = self._latest(message)
                if row is not None:
                    self._db.execute(
                        "update ledger set state = 'undone', error = '', updated_at = ?"
                        " where account = ? and message = ? and generation = ?",
                        (now_ms(), self._account, message, row["generation"]),
                    )

    def _step(
        self, run: str, message: str, before: EntryState, after: EntryState, **values: str | int
    ) -> bool:
        return self._set(run, message, f"state = '{before.value}'", state=after.value, error="", **values)

    def _set(self, run: str, message: str, where: str, **values: str | int) -> bool:
        columns = ", ".join(f"{name} = ?" for name in values)
        changed = self._db.execute(
            f"update ledger set {columns}, updated_at = ? where account = ? and message = ? and run = ? and {where}",
            (*values.values(), now_ms(), self._account, message, run),
        )
        return changed == 1

    # --- what it knows

    def entry(self, message: str) -> Entry | None:
        """The row of a message at its latest generation."""
        row = self._latest(message)
        return from_row(row) if row else None

    def verdict(self, message: str) -> Verdict | None:
        """The latest verdict on a message."""
        row = self._db.row(
            "select verdict from ledger where account = ? and message = ? and verdict is not null"
            " order by generation desc limit 1",
            (self._account, message),
        )
        return verdicts.from_text(row["verdict"]) if row else None

    def latest_in(self, thread: str) -> Entry | None:
        """The row of a thread that a draft was made for, else that of its newest message."""
        row = self._db.row(
            "select * from ledger where account = ? and thread = ?"
            " order by draft <> '' desc, received_at desc, generation desc limit 1",
            (self._account, thread),
        )
        return from_row(row) if row else None

    def entries(self, runs: Sequence[str]) -> tuple[Entry, ...]:
        """The rows that these runs worked on last, newest mail first."""
        # `+ 0`: found by their runs and then sorted; in the order of the index of received_at all mail would be read.
        marks = ", ".join("?" for _ in runs)
        rows = self._db.rows(
            f"select * from ledger where account = ? and run in ({marks})"
            " order by received_at + 0 desc, place",
            (self._account, *runs),
        )
        return tuple(from_row(row) for row in rows)

    def coverage(self, run: str, already: int = 0, entries: Sequence[Entry] | None = None) -> Coverage:
        """What became of the messages of a run; those that it did not come to are in no count.

        `entries` are its rows, when the caller has them.
        A message counts as decided from its verdict on, also while its labels or its draft are still due.
        """
        decided = dict(Coverage().decided)
        human: list[str] = []
        failed: list[Failure] = []
        for entry in self.entries([run]) if entries is None else entries:
            if entry.error:
                failed.append(Failure(entry.message, entry.error))
            elif entry.verdict is None or entry.state in _LEFT_OUT:
                continue
            elif entry.verdict.needs_human:
                human.append(entry.message)
            else:
                decided[entry.verdict.by.value] = decided.get(entry.verdict.by.value, 0) + 1
        seen = already + sum(decided.values()) + len(human) + len(failed)
        return Coverage(seen, already, decided, tuple(human), tuple(failed))

    # --- the cursor

    def cursor(self) -> Cursor | None:
        """Where the next page of history starts; None before the first run."""
        row = self._db.row("select * from cursor where account = ?", (self._account,))
        return Cursor(row["history_id"], datetime.fromtimestamp(row["saved_at"] / 1000, UTC)) if row else None

    def newest(self) -> int:
        """When the newest known mail arrived, by Gmail's clock, in epoch milliseconds; 0 before the first."""
        row = self._db.row("select max(received_at) as at from ledger where account = ?", (self._account,))
        return int(row["at"] or 0) if row else 0

    def save_cursor(self, history_id: str) -> None:
        """Move on; call it only after everything up to there is enqueued."""
        self._db.execute(
            "insert into cursor (account, history_id, saved_at) values (?, ?, ?) on conflict (account)"
            " do update set history_id = excluded.history_id, saved_at = excluded.saved_at",
            (self._account, history_id, now_ms()),
        )


def _is_decided(row: Row) -> bool:
    return row["state"] in {EntryState.DONE, EntryState.NEEDS_HUMAN, EntryState.UNDONE}
