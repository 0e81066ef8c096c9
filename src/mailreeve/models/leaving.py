"""What wants to leave: who gets it, what to know before, the proposal that a person confirms."""

from dataclasses import dataclass, field
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Envelope:
    """Who writes and who gets it: the exact addresses of the final bytes, in their order."""

    from_: tuple[str, ...] = ()
    to: tuple[str, ...] = ()
    cc: tuple[str, ...] = ()
    bcc: tuple[str, ...] = ()

    @property
    def recipients(self) -> tuple[str, ...]:
        """Everyone who gets it, hidden recipients too."""
        return self.to + self.cc + self.bcc


class Weight(StrEnum):
    """What a flag asks for: nothing, a second look, or that it is not sent at all."""

    NOTE = "note"
    WARN = "warn"
    STOP = "stop"


@dataclass(frozen=True, slots=True)
class Flag:
    """Something that the person should know before it leaves, computed from the final bytes."""

    code: str
    weight: Weight
    text: str
    """One line of plain text."""


class ProposalState(StrEnum):
    """Where a proposal stands; gate/proposal.py has the table of moves."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    SCHEDULED = "scheduled"
    EXECUTING = "executing"
    DONE = "done"
    FAILED = "failed"
    UNKNOWN = "unknown"
    REJECTED = "rejected"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Proposal:
    """Something that wants to leave: exact bytes, exact recipients. Times are epoch milliseconds, 0 is none."""

    id: str
    kind: str
    """send, send_later or digest; other kinds of things that leave take a word of their own."""
    account: str
    draft_id: str
    thread_id: str
    message_id: str
    """The Message-ID header."""
    mark: str
    """The X-Mailreeve-Id header; empty for a draft that Mailreeve did not write."""
    envelope: Envelope
    subject: str
    raw: bytes = field(repr=False)
    """The exact bytes; empty once the proposal is closed."""
    body_hash: str
    """SHA-256 of what the parts hold, so that the sent message is found even under other headers."""
    flags: tuple[Flag, ...]
    digest: str
    """SHA-256 over everything that the person confirms, as hex."""
    state: ProposalState
    created_at: int
    expires_at: int
    scheduled_at: int = 0
    """When it is to leave; 0 is at once."""
    decided_at: int = 0
    decided_by: str = ""
    decided_how: str = ""
    """elicitation, page, tty, or policy."""
    executing_at: int = 0
    finished_at: int = 0
    sent_id: str = ""
    """Gmail's id of the sent message."""
    outcome: str = ""
    """What became of it, in one sentence."""
    bounce: str = ""
    """What a receiving server said afterwards: `address: reason`, several joined by semicolons."""
