"""A row of the ledger as a record: one message at one generation."""

import json
from dataclasses import dataclass
from enum import StrEnum

from mailreeve.models import Verdict
from mailreeve.store import verdicts
from mailreeve.store.db import Row


class EntryState(StrEnum):
    """How far a message has come."""

    QUEUED = "queued"
    JUDGED = "judged"
    APPLIED = "applied"
    """Its labels are set; a draft is still due."""
    DONE = "done"
    NEEDS_HUMAN = "needs_human"
    GONE = "gone"
    """It is no longer in Gmail."""
    OUTSIDE = "outside"
    """It left the inbox before it was read; it is queued again when it is seen there again."""
    UNDONE = "undone"
    """A person undid it; only a new generation takes it up again."""


@dataclass(frozen=True, slots=True)
class Sight:
    """What was seen of a message when it was read: no body."""

    sender: str = ""
    subject: str = ""
    received_at: int = 0
    """Epoch milliseconds."""
    labels: tuple[str, ...] = ()
    """Its label ids then."""
    history_id: str = ""
    """The mailbox's history id just before: what changed since can be asked for."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of the ledger."""

    message: str
    thread: str
    generation: int
    state: EntryState
    run: str
    attempts: int
    error: str
    """Why it failed in its run; empty when it did not."""
    verdict: Verdict | None
    sight: Sight
    draft: str
    """Gmail's id of the draft that was made for it."""
    note: str
    """What the person should check in the draft, or why there is none."""


def from_row(row: Row, *, run: str | None = None, error: str | None = None) -> Entry:
    """The record of a row; `run` and `error` where they are newer than the row."""
    return Entry(
        row["message"],
        row["thread"],
        int(row["generation"]),
        EntryState(row["state"]),
        row["run"] if run is None else run,
        int(row["attempts"]),
        row["error"] if error is None else error,
        verdicts.from_text(row["verdict"]) if row["verdict"] else None,
        Sight(
            row["sender"],
            row["subject"],
            int(row["received_at"]),
            tuple(json.loads(row["labels"])),
            row["history_id"],
        ),
        row["draft"],
        row["note"],
    )
