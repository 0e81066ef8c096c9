"""The journal: every change to the mailbox is written before it is made, with what undoes it.

Each intent and each outcome is also a row of the audit, written in the same transaction. `do` and `inverse`
hold ids and hashes only.
"""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from mailreeve.errors import GoogleRefused, InputError, MailreeveError, NotFound, OutcomeUnknown
from mailreeve.models import Change, ChangeState, Json
from mailreeve.store.audit import Audit, canonical
from mailreeve.store.db import Database, Row, now_ms


@dataclass(frozen=True, slots=True)
class Intent:
    """What is about to be done to one message, draft or label, and what undoes it (empty: final)."""

    kind: str
    target: str
    do: Json
    inverse: Json


class Journal:
    """The changes of one account. A failure to write here stops the change from being made."""

    def __init__(self, db: Database, account: str, audit: Audit) -> None:
        self._db = db
        self._account = account
        self._audit = audit

    def intend(self, run: str, kind: str, target: str, do: Json, inverse: Json) -> str:
        """Write down a change before it is made; returns its id (`c-000123`)."""
        return self.intend_all(run, [Intent(kind, target, do, inverse)])[0]

    def intend_all(self, run: str, intents: Sequence[Intent]) -> tuple[str, ...]:
        """Write down several changes in one transaction, all or none."""
        with self._db.transaction():
            last = self._db.row("select coalesce(max(seq), 0) as seq from change")
            first = int(last["seq"]) + 1 if last else 1
            ids = tuple(f"c-{seq:06}" for seq in range(first, first + len(intents)))
            self._db.many(
                'insert into change (seq, id, run, account, kind, target, "do", inverse, state, at)'
                " values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [self._row(first + place, run, intent) for place, intent in enumerate(intents)],
            )
            self._audit.append_all(
                "change.intended",
                [
                    {"change": id_, "run": run, "kind": one.kind, "target": one.target, "do": one.do}
                    for id_, one in zip(ids, intents, strict=True)
                ],
            )
        return ids

    @contextmanager
    def intending(self, run: str, intents: Sequence[Intent], *, once: bool) -> Iterator[tuple[str, ...]]:
        """Write down changes before the one call of the block makes them and, when it fails, how they ended.

        What was done is for the caller to settle. A call that goes out `once` leaves its end open only when its
        answer is lost; any other may have been done as long as Google did not refuse it.
        """
        changes = self.intend_all(run, intents)
        try:
            yield changes
        except MailreeveError as error:
            open_end = isinstance(error, OutcomeUnknown)
            if not once:
                open_end = not isinstance(error, GoogleRefused | NotFound)
            self.settle_all(changes, ChangeState.UNKNOWN if open_end else ChangeState.FAILED, error.message)
            raise

    def _row(self, seq: int, run: str, intent: Intent) -> tuple[object, ...]:
        return (
            seq,
            f"c-{seq:06}",
            run,
            self._account,
            intent.kind,
            intent.target,
            canonical(intent.do),
            canonical(intent.inverse),
            ChangeState.INTENDED.value,
            now_ms(),
        )

    def settle(
        self,
        id_: str,
        state: ChangeState,
        note: str = "",
        *,
        do: Json | None = None,
        inverse: Json | None = None,
    ) -> None:
        """Write down how a change ended.

        `do` and `inverse` replace what was intended when only the answer told the id (a new label or draft).
        """
        self.settle_all([id_], state, note, do=do, inverse=inverse)

    def settle_all(
        self,
        ids: Sequence[str],
        state: ChangeState,
        note: str = "",
        *,
        do: Json | None = None,
        inverse: Json | None = None,
    ) -> None:
        """Write down that several changes ended alike, in one transaction."""
        if not ids:
            return
        new, back = (None if one is None else canonical(one) for one in (do, inverse))
        with self._db.transaction():
            self._db.many(
                'update change set state = ?, note = ?, settled_at = ?, "do" = coalesce(?, "do"),'
                " inverse = coalesce(?, inverse) where id = ? and account = ?",
                [(state.value, note, now_ms(), new, back, id_, self._account) for id_ in ids],
            )
            told = {} if do is None else {"do": do}
            self._audit.append_all(f"change.{state.value}", [{"change": id_, **told} for id_ in ids])

    def undoing(self, ids: Sequence[str]) -> None:
        """Write down that changes are about to be taken back; until that is settled their end is not known."""
        with self._db.transaction():
            for id_ in ids:
                self._db.execute(
                    "update change set state = ?, note = ? where id = ? and account = ?",
                    (ChangeState.UNKNOWN.value, "being undone", id_, self._account),
                )
                self._audit.append("change.undoing", {"change": id_})

    def change(self, id_: str) -> Change:
        """One change. Raises InputError when there is none of that id."""
        row = self._db.row("select * from change where id = ? and account = ?", (id_, self._account))
        if row is None:
            raise InputError(f"There is no change {id_}.", "`mailreeve runs` lists the runs.")
        return _change(row)

    def changes(self, run: str) -> tuple[Change, ...]:
        """The changes of a run, in the order in which they were made."""
        return self._select("run = ?", run)

    def since(self, moment: datetime) -> tuple[Change, ...]:
        """All changes that were begun at this moment or later, oldest first."""
        return self._select("at >= ?", int(moment.timestamp() * 1000))

    def of_target(self, target: str, kind: str) -> tuple[Change, ...]:
        """The changes of one kind to one message, draft or label, oldest first."""
        return self._select("target = ? and kind = ?", target, kind)

    def targets(self, kind: str, among: Sequence[str]) -> frozenset[str]:
        """Which of these have a change of this kind, whatever became of it; ask for some hundreds at most."""
        marks = ", ".join("?" for _ in among) or "null"
        rows = self._db.rows(
            f"select distinct target from change where account = ? and kind = ? and target in ({marks})",
            (self._account, kind, *among),
        )
        return frozenset(row["target"] for row in rows)

    def unsettled(self, kind: str) -> tuple[Change, ...]:
        """Changes of one kind whose end is not known: the process died, or the answer was lost."""
        return self._select("kind = ? and state in ('intended', 'unknown')", kind)

    def standing(self, kind: str) -> tuple[Change, ...]:
        """Changes of one kind that were made and not taken back, oldest first."""
        return self._select("kind = ? and state = 'done'", kind)

    def _select(self, where: str, *values: str | int) -> tuple[Change, ...]:
        rows = self._db.rows(
            f"select * from change where account = ? and {where} order by seq", (self._account, *values)
        )
        return tuple(_change(row) for row in rows)


def _change(row: Row) -> Change:
    return Change(
        id=row["id"],
        run=row["run"],
        account=row["account"],
        kind=row["kind"],
        target=row["target"],
        do=json.loads(row["do"]),
        inverse=json.loads(row["inverse"]),
        state=ChangeState(row["state"]),
        at=datetime.fromtimestamp(row["at"] / 1000, UTC),
    )
