"""The runs of the triage: when they began, how they ended, and what they answered."""

import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from mailreeve.errors import InputError
from mailreeve.models import Json
from mailreeve.store.db import Database, Row, now_ms


class RunState(StrEnum):
    """How a run stands."""

    RUNNING = "running"
    DONE = "done"
    PARTIAL = "partial"
    """It went through to the end, and some messages failed."""
    INTERRUPTED = "interrupted"
    """It was stopped, or its process died."""
    UNDONE = "undone"


@dataclass(frozen=True, slots=True)
class Run:
    """One run; `result` holds the keys that the outer face prints."""

    id: str
    account: str
    state: RunState
    started: datetime
    finished: datetime | None
    result: Json


class Runs:
    """The runs of one account."""

    def __init__(self, db: Database, account: str) -> None:
        self._db = db
        self._account = account

    def begin(self) -> str:
        """Open a run; returns its id: the time in UTC and two random bytes (`r-20261123-0301-ab12`)."""
        while True:
            id_ = f"r-{datetime.now(UTC):%Y%m%d-%H%M}-{secrets.token_hex(2)}"
            added = self._db.execute(
                "insert into run (id, account, state, started_at, result) values (?, ?, ?, ?, '{}')"
                " on conflict (id) do nothing",
                (id_, self._account, RunState.RUNNING.value, now_ms()),
            )
            if added:
                return id_

    def running(self) -> tuple[Run, ...]:
        """Runs that were not closed: one may be alive, the processes of the others died."""
        rows = self._db.rows(
            "select * from run where account = ? and state = ?", (self._account, RunState.RUNNING.value)
        )
        return tuple(_run(row) for row in rows)

    def reopen(self, id_: str) -> Run | None:
        """A run that just began, or that a process left before its end, to go on with; None when it is over."""
        changed = self._db.execute(
            "update run set state = ?, finished_at = null where id = ? and account = ? and state in (?, ?)",
            (RunState.RUNNING.value, id_, self._account, RunState.RUNNING.value, RunState.INTERRUPTED.value),
        )
        return self.get(id_) if changed else None

    def close_dead(self, result: Callable[[Run], Json]) -> tuple[str, ...]:
        """Close runs whose process died; the caller holds the lock, so no other run is alive."""
        dead = self.running()
        for run in dead:
            self.finish(run.id, RunState.INTERRUPTED, result(run))
        return tuple(run.id for run in dead)

    def save(self, id_: str, result: Json) -> None:
        """Keep what a run that still goes on has to tell."""
        self._db.execute(
            "update run set result = ? where id = ? and account = ?",
            (json.dumps(result, ensure_ascii=False), id_, self._account),
        )

    def finish(self, id_: str, state: RunState, result: Json | None = None) -> None:
        """Close a run, or change how it ended; without a result the one it has stays."""
        self._db.execute(
            "update run set state = ?, finished_at = coalesce(finished_at, ?), result = coalesce(?, result)"
            " where id = ? and account = ?",
            (
                state.value,
                now_ms(),
                None if result is None else json.dumps(result, ensure_ascii=False),
                id_,
                self._account,
            ),
        )

    def get(self, id_: str) -> Run:
        """One run. Raises InputError when there is none of that id."""
        row = self._db.row("select * from run where id = ? and account = ?", (id_, self._account))
        if row is None:
            raise InputError(f"There is no run {id_}.", "`mailreeve runs` lists them.")
        return _run(row)

    def latest(self, limit: int = 20) -> tuple[Run, ...]:
        """The newest runs, newest first."""
        rows = self._db.rows(
            "select * from run where account = ? order by started_at desc, id desc limit ?",
            (self._account, limit),
        )
        return tuple(_run(row) for row in rows)

    def since(self, moment: int) -> tuple[Run, ...]:
        """Those that began since a time in epoch milliseconds, oldest first."""
        rows = self._db.rows(
            "select * from run where account = ? and started_at >= ? order by started_at, id",
            (self._account, moment),
        )
        return tuple(_run(row) for row in rows)


def _run(row: Row) -> Run:
    finished = row["finished_at"]
    return Run(
        row["id"],
        row["account"],
        RunState(row["state"]),
        datetime.fromtimestamp(row["started_at"] / 1000, UTC),
        None if finished is None else datetime.fromtimestamp(finished / 1000, UTC),
        json.loads(row["result"]),
    )
