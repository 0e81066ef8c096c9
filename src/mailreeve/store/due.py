"""What is due, over all accounts at once: one query each, however many accounts there are."""

from collections.abc import Collection

from mailreeve.models import ProposalState
from mailreeve.store.db import Database
from mailreeve.store.runs import RunState

FINISHED = (RunState.DONE, RunState.PARTIAL, RunState.UNDONE)
"""A run in one of these states served its night."""


class Due:
    """The accounts of this store for which something is due."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def last_runs(self) -> dict[str, int]:
        """When the last run that came to its end began, by account, in epoch milliseconds."""
        states = ", ".join(f"'{state.value}'" for state in FINISHED)
        rows = self._db.rows(
            f"select account, max(started_at) as at from run where state in ({states}) group by account"
        )
        return {row["account"]: int(row["at"]) for row in rows}

    def sends(self, now: int) -> set[str]:
        """Accounts with confirmed mail whose time has come."""
        state = ProposalState.SCHEDULED.value
        rows = self._db.rows(
            "select distinct account from proposal where state = ? and scheduled_at <= ?", (state, now)
        )
        return {row["account"] for row in rows}

    def events(self, now: int, destinations: Collection[str]) -> set[str]:
        """Accounts with events for these destinations that can be taken: due, or of a dead holder, nothing older before."""
        marks = ", ".join("?" * len(destinations))
        rows = self._db.rows(
            "select distinct account from outbox as o where state in ('pending', 'delivering') and next_at <= ?"
            f" and destination in ({marks}) and not exists (select 1 from outbox as p where p.account = o.account"
            " and p.destination = o.destination and p.seq < o.seq and p.state in ('pending', 'delivering'))",
            (now, *destinations),
        )
        return {row["account"] for row in rows}
