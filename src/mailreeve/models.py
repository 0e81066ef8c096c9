"""Frozen records: what the rooms hand to each other. Never a raw API dict."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

Json = dict[str, Any]
Progress = Callable[[int, int | None, str], None]
"""Called with (done, total or None, what is being done)."""


# --- mail -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Address:
    """A mailbox (RFC 5322, 3.4): display name and addr-spec, decoded, without control characters."""

    name: str
    address: str

    @property
    def domain(self) -> str:
        """The part behind the last @, in lower case; empty without one."""
        return self.address.rpartition("@")[2].lower()

    @property
    def key(self) -> str:
        """The address as it is compared: in lower case."""
        return self.address.lower()

    def __str__(self) -> str:
        return f"{self.name} <{self.address}>" if self.name else self.address


@dataclass(frozen=True, slots=True)
class Link:
    """A link of the visible text; `url` is shown, never fetched."""

    text: str
    url: str


@dataclass(frozen=True, slots=True)
class Hidden:
    """How much text a person would not see was removed, and by which means it was hidden."""

    chars: int = 0
    how: tuple[str, ...] = ()
    alarm: bool = False
    """True when hidden text looks like instructions or runs of invisible characters."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """What a message carries beside its text. `name` is as the sender wrote it, decoded: not a path."""

    name: str
    type: str
    size: int
    """Decoded size in bytes."""
    inline: bool
    part_id: str = ""
    """Gmail's partId ("1.2"), or the same numbering made from the MIME tree."""
    attachment_id: str = ""
    """Gmail's attachmentId; changes between two gets of the same message."""
    content_id: str = ""


@dataclass(frozen=True, slots=True)
class Invite:
    """The first event of a text/calendar part (RFC 5545)."""

    method: str
    uid: str
    summary: str
    start: str
    end: str
    location: str
    organizer: str


@dataclass(frozen=True, slots=True)
class Message:
    """One message, parsed once. Fields of Gmail are empty when it came from a file."""

    # identity
    id: str = ""
    thread_id: str = ""
    labels: tuple[str, ...] = ()
    history_id: str = ""
    internal_date: int = 0
    """When Google accepted it, in epoch milliseconds; sort by this, not by `date`."""
    size: int = 0
    # headers
    message_id: str = ""
    in_reply_to: str = ""
    references: tuple[str, ...] = ()
    subject: str = ""
    from_: tuple[Address, ...] = ()
    sender: Address | None = None
    to: tuple[Address, ...] = ()
    cc: tuple[Address, ...] = ()
    bcc: tuple[Address, ...] = ()
    reply_to: tuple[Address, ...] = ()
    date: datetime | None = None
    """The Date header with its zone; None when absent or unreadable."""
    list_id: str = ""
    list_unsubscribe: str = ""
    list_unsubscribe_post: str = ""
    authentication_results: str = ""
    """The topmost Authentication-Results header: the receiving server's own."""
    headers: tuple[tuple[str, str], ...] = ()
    """All headers in order, decoded and bounded; names as written."""
    # text
    text: str = ""
    """What a person sees of the new text."""
    quoted: str = ""
    signature: str = ""
    html: bool = False
    """True when the text was made from HTML."""
    hidden: Hidden = field(default_factory=Hidden)
    links: tuple[Link, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    invite: Invite | None = None
    defects: tuple[str, ...] = ()
    """What was malformed and how it was read; empty for a well-formed message."""

    @property
    def author(self) -> Address:
        """The first From address; an empty one when there is none."""
        return self.from_[0] if self.from_ else Address("", "")

    def header(self, name: str) -> str:
        """The first value of a header, or an empty string; the name in any case."""
        low = name.lower()
        return next((value for key, value in self.headers if key.lower() == low), "")


@dataclass(frozen=True, slots=True)
class Thread:
    """The messages of a thread, oldest first."""

    id: str
    messages: tuple[Message, ...]


@dataclass(frozen=True, slots=True)
class Draft:
    """A draft as it lies in Gmail: its id is stable, the id of the message inside is not."""

    id: str
    message_id: str
    """Gmail's id of the message inside, not the Message-ID header."""
    thread_id: str
    raw: bytes = b""
    """The exact RFC 5322 bytes, empty when only ids were asked for."""


@dataclass(frozen=True, slots=True)
class SentMail:
    """What Gmail answered to a send."""

    id: str
    thread_id: str
    labels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Label:
    """A Gmail label."""

    id: str
    name: str
    system: bool = False


@dataclass(frozen=True, slots=True)
class SendAs:
    """An address that the account may write from (users.settings.sendAs)."""

    address: Address
    signature_html: str = ""
    default: bool = False
    reply_to: str = ""


@dataclass(frozen=True, slots=True)
class Profile:
    """users.getProfile."""

    address: str
    history_id: str
    messages_total: int
    threads_total: int


@dataclass(frozen=True, slots=True)
class Ref:
    """A message by its ids."""

    id: str
    thread_id: str
    labels: tuple[str, ...] = ()
    """Label ids, where the list told them; empty is unknown."""


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list; `next` is empty on the last page."""

    items: tuple[Ref, ...]
    next: str = ""
    total: int = 0
    """Google's estimate of all results."""


@dataclass(frozen=True, slots=True)
class HistoryPage:
    """What changed since a history id: added messages with their labels, deleted ids, label changes."""

    added: tuple[Ref, ...]
    deleted: tuple[str, ...]
    relabelled: tuple[str, ...]
    history_id: str
    """The cursor to save once the work on this page is durable."""
    next: str = ""
    arrived: tuple[Ref, ...] = ()
    """Messages that this page leaves in the inbox and that were not there before: added or moved in."""
    left: tuple[str, ...] = ()
    """Ids that this page takes out of the inbox: archived, trashed, deleted."""


@dataclass(frozen=True, slots=True)
class DraftPage:
    """One page of drafts, by their ids; `next` is empty on the last page."""

    items: tuple[Draft, ...]
    next: str = ""


# --- reading --------------------------------------------------------------------------------------


class Archetype(StrEnum):
    """What a user's label means, so that the offline reader can use it."""

    URGENT = "urgent"
    TO_REPLY = "to_reply"
    WAITING = "waiting"
    FYI = "fyi"
    NEWSLETTER = "newsletter"
    PROMOTION = "promotion"
    RECEIPT = "receipt"
    NOTIFICATION = "notification"
    CALENDAR = "calendar"
    PERSONAL = "personal"
    COLD = "cold"
    SUSPICIOUS = "suspicious"


@dataclass(frozen=True, slots=True)
class LabelSpec:
    """One of the user's labels: the closed set that a verdict chooses from."""

    id: str
    name: str
    when: str
    """A sentence: when a mail gets this label."""
    archetype: Archetype | None = None
    actions: tuple[str, ...] = ()
    """What is done besides labelling: archive, read, star."""
    rank: int | None = None
    """Place among ordered buckets; None when the labels have no order."""
    urgent: bool = False


class Priority(StrEnum):
    """How soon a person should look."""

    URGENT = "urgent"
    HIGH = "high"
    NORMAL = "normal"
    LOW = "low"


class DecidedBy(StrEnum):
    """Who decided; the digest and every list say so."""

    RULE = "rule"
    PATTERN = "pattern"
    OFFLINE = "offline"
    LLM = "llm"
    PERSON = "person"


@dataclass(frozen=True, slots=True)
class ActionItem:
    """Something that somebody is asked or promises to do."""

    what: str
    who: str = ""
    due: str = ""
    """ISO 8601 date or date-time; empty when the mail names none."""
    message_id: str = ""
    """Gmail's id of the message that says so."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was decided about one message, by whom, and why."""

    id: str
    label: str
    """The id of one of the user's labels; empty only with `needs_human`."""
    priority: Priority
    needs_reply: bool
    summary: str
    confidence: float
    """From 0 to 1."""
    reason: str
    by: DecidedBy
    deadline: str = ""
    """ISO 8601; empty when there is none."""
    actions: tuple[ActionItem, ...] = ()
    needs_human: bool = False
    """True when nobody could decide: the label `needs-human` is set and nothing else is done."""
    evidence: tuple[str, ...] = ()
    """What each stage of the cascade saw, in order."""


@dataclass(frozen=True, slots=True)
class Summary:
    """What a thread says."""

    thread_id: str
    gist: str
    decisions: tuple[str, ...] = ()
    actions: tuple[ActionItem, ...] = ()
    questions: tuple[str, ...] = ()
    by: DecidedBy = DecidedBy.OFFLINE


@dataclass(frozen=True, slots=True)
class ReplyText:
    """The body of a proposed reply: plain text; unknown facts are visible blanks `[ ]`."""

    body: str
    by: DecidedBy
    note: str = ""
    """What the reader wants the person to check."""


@dataclass(frozen=True, slots=True)
class Usage:
    """What reading cost."""

    calls: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    cost: float = 0.0
    """In the currency of the configured prices; 0 when no price is configured."""

    def __add__(self, other: "Usage") -> "Usage":
        return Usage(
            self.calls + other.calls,
            self.tokens_in + other.tokens_in,
            self.tokens_out + other.tokens_out,
            self.cost + other.cost,
        )


# --- doing ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Action:
    """Something that a decision wants done to one message: kind and its argument."""

    kind: str
    """label, archive, read, star, draft."""
    value: str = ""


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


# --- leaving --------------------------------------------------------------------------------------


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
