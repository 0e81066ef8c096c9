"""What the ledger and the observations say about many mails at once: counts for a person, no ids and no text."""

import json
from dataclasses import dataclass

from mailreeve.store.db import Database, Row


@dataclass(frozen=True, slots=True)
class Decided:
    """One mail, as its last decision has it."""

    received: int
    """Epoch milliseconds."""
    by: str
    """Who decided; empty when nobody could, or has so far."""
    label: str
    """The id of the label; empty likewise."""
    needs_human: bool
    failed: bool
    """Its last try failed; the next run tries again."""


class Figures:
    """The counts of one account."""

    def __init__(self, db: Database, account: str) -> None:
        self._db = db
        self._account = account

    def decided(self, since: int) -> tuple[Decided, ...]:
        """All mail received since a time in epoch milliseconds, each once."""
        rows = self._db.rows(
            "select message, received_at, error, verdict from ledger where account = ?"
            " and received_at >= ? order by generation",
            (self._account, since),
        )
        last = {row["message"]: row for row in rows}
        return tuple(_decided(row) for row in last.values())

    def answered(self, since: int) -> tuple[int, ...]:
        """For each mail received since then that the person answered: milliseconds until a run saw the answer."""
        rows = self._db.rows(
            "select max(l.received_at) as received, max(o.at) as at from observation o join ledger l"
            " on l.account = o.account and l.message = o.message"
            " where o.account = ? and o.source = 'replied' and l.received_at >= ? group by o.message",
            (self._account, since),
        )
        return tuple(max(0, int(row["at"]) - int(row["received"])) for row in rows)


def _decided(row: Row) -> Decided:
    told = json.loads(row["verdict"]) if row["verdict"] else {}
    human = bool(told.get("needs_human"))
    by = "" if human else str(told.get("by", ""))
    return Decided(int(row["received_at"]), by, str(told.get("label", "")), human, bool(row["error"]))
