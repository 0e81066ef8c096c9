"""What is done to a mailbox: actions, journalled changes, and what became of a run."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from mailreeve.models.plain import Json


@dataclass(frozen=True, slots=True)
class Action:
    """Something that a decision wants done to one message: kind and its argument."""

    kind: str
    """label, archive, read, star, notify; outside: webhook, ticket, task (a destination's id); forward, draft, event, contact."""
    value: str = ""
    rule: str = ""
    """Which rule wants it, with its version: `invoices@3f2a9c01d4e5`."""


class ChangeState(StrEnum):
    """Where a journalled change stands."""

    INTENDED = "intended"
    DONE = "done"
    FAILED = "failed"
    UNKNOWN = "unknown"
    UNDONE = "undone"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Change:
    """One change to the mailbox: what was done, and what undoes it."""

    id: str
    run: str
    """The run, or the tool call, that it belongs to."""
    account: str
    kind: str
    """labels, draft_create, draft_update, label_create, send, trash."""
    target: str
    """Gmail's id of the message, draft or label."""
    do: Json
    inverse: Json
    """Empty when the change is final."""
    state: ChangeState
    at: datetime


@dataclass(frozen=True, slots=True)
class Failure:
    """A message that could not be handled; it is tried again by the next run."""

    id: str
    reason: str


@dataclass(frozen=True, slots=True)
class Coverage:
    """What became of every message of a run: seen = already + decided + needs_human + failed."""

    seen: int = 0
    already: int = 0
    decided: dict[str, int] = field(default_factory=lambda: {"rule": 0, "pattern": 0, "offline": 0, "llm": 0})
    needs_human: tuple[str, ...] = ()
    failed: tuple[Failure, ...] = ()

    @property
    def complete(self) -> bool:
        """True when nothing failed."""
        return not self.failed
