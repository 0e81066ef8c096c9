"""What a proposal is bound to, and the moves it can make. Pure.

A confirmation is bound to the digest: SHA-256 over everything that decides what leaves, for whom and when.
Each field is written with its kind and length, so that no two different proposals have the same encoding.

How long things hold: a proposal waits 24 hours for its answer, because a review queue is read next morning;
what was approved must start within 10 minutes, a schedule within an hour of its time. None of this weakens
the binding: the draft is read and compared again right before it leaves.
"""

import hashlib
import hmac
import secrets
from collections.abc import Iterable

from mailreeve.models import Message, Proposal
from mailreeve.models import ProposalState as State

DAY_MS = 24 * 3_600_000
PROPOSED_MS = DAY_MS
"""How long a proposal waits for a person."""
APPROVED_MS = 10 * 60_000
"""How long an approval waits for its execution, when nothing is scheduled."""
MISSED_MS = 3_600_000
"""A schedule missed by more than this asks again."""
AHEAD_MS = 2 * 60_000
"""How much earlier than its time by Google's clock a scheduled message may leave."""

MOVES: dict[State, frozenset[State]] = {
    State.PROPOSED: frozenset({State.APPROVED, State.REJECTED, State.EXPIRED}),
    State.APPROVED: frozenset({State.SCHEDULED, State.EXECUTING, State.CANCELLED, State.EXPIRED}),
    State.SCHEDULED: frozenset({State.EXECUTING, State.CANCELLED, State.EXPIRED}),
    State.EXECUTING: frozenset({State.DONE, State.FAILED, State.UNKNOWN}),
    State.UNKNOWN: frozenset({State.DONE, State.FAILED}),
    State.DONE: frozenset(),
    State.FAILED: frozenset(),
    State.REJECTED: frozenset(),
    State.EXPIRED: frozenset(),
    State.CANCELLED: frozenset(),
}
"""Every move there is. Nothing leads back to `executing`: what was tried once is never tried again.

`unknown` ends when a later look, or the person, finds out what happened.
"""

_DOMAIN = b"mailreeve proposal 1"


def may_move(old: State, new: State) -> bool:
    """True when the table has this move."""
    return new in MOVES[old]


def new_id() -> str:
    """A name for a proposal that nobody can guess; safe in a file name."""
    return secrets.token_hex(12)


def digest(proposal: Proposal) -> str:
    """What a confirmation is bound to, as 64 hex digits."""
    return hashlib.sha256(canonical(proposal)).hexdigest()


def canonical(proposal: Proposal) -> bytes:
    """The bytes under the digest: every field with its kind and its length."""
    envelope = proposal.envelope
    return b"".join((
        _one(_DOMAIN),
        _one(proposal.id.encode()),
        _one(proposal.kind.encode()),
        _one(proposal.account.encode()),
        _one(proposal.draft_id.encode()),
        _one(proposal.thread_id.encode()),
        _one(proposal.message_id.encode()),
        _one(str(proposal.scheduled_at).encode()),
        _many(envelope.from_),
        _many(envelope.to),
        _many(envelope.cc),
        _many(envelope.bcc),
        _one(proposal.raw),
    ))  # fmt: skip


def _one(value: bytes) -> bytes:
    return b"s" + len(value).to_bytes(8, "big") + value


def _many(values: Iterable[str]) -> bytes:
    items = [_one(value.encode()) for value in values]
    return b"l" + len(items).to_bytes(8, "big") + b"".join(items)


def same(left: str, right: str) -> bool:
    """Compare two digests in constant time."""
    return hmac.compare_digest(left.encode(), right.encode())


def body_hash(message: Message) -> str:
    """A hash of what a reader sees, whatever became of the headers on the way (RFC 5322 allows much)."""
    parts = [" ".join(text.split()) for text in (message.text, message.quoted, message.signature)]
    parts += [f"{file.name} {file.type} {file.size}" for file in message.attachments]
    return hashlib.sha256(_many(parts)).hexdigest()


def text_hash(text: str) -> str:
    """A hash of a text that survives new line breaks, to tell a model's own words from edited ones."""
    return hashlib.sha256(" ".join(text.split()).encode()).hexdigest()
