"""What the triage of one account works with; joined in app/."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from typing import TYPE_CHECKING

from mailreeve.cancel import Cancel
from mailreeve.models import Draft, EventRequest, LabelSpec, Message, SendAs
from mailreeve.reading.protocol import ModelReader
from mailreeve.store.audit import Audit
from mailreeve.store.journal import Journal
from mailreeve.store.kept import Kept
from mailreeve.store.ledger import Ledger
from mailreeve.store.patterns import Learned
from mailreeve.triage.hand import Hand
from mailreeve.triage.nights import Plan
from mailreeve.triage.ruling import Ruling

if TYPE_CHECKING:
    from mailreeve.gate.diary import Agenda
    from mailreeve.gate.outbox import Outlet
    from mailreeve.google.gmail import Gmail
    from mailreeve.people.book import Book
    from mailreeve.reading.offline.reader import OfflineReader


@dataclass(frozen=True, slots=True)
class Settings:
    """How the triage behaves, as plain values."""

    label_prefix: str = "Mailreeve"
    may_label: bool = True
    """False: decide and report, leave the labels alone."""
    drafts: bool = True
    max_drafts: int = 20
    """At most so many drafts a run."""
    stories: int = 10
    """The model tells what changed in at most so many threads a run; 0 is none."""
    first_days: int = 3
    first_cap: int = 500
    """How far the first run looks back, and how many messages it takes."""
    offline_bar: float | None = None
    """The offline reader decides alone from this confidence on, if no veto fires; None: from what its training found."""
    concurrency: int = 4
    """How many mails are read at once."""
    units_per_minute: int = 6_000
    """Gmail's limit; 0 is none. For the estimate."""
    units_per_get: int = 20
    tokens_per_mail: int = 1_600
    """What one classification costs with its instructions, in and out together. For the estimate."""
    price_per_million: float = 0.0
    """Of those tokens, in the currency of the prices."""
    seconds_per_call: float = 3.0
    """What one model call takes. For the estimate."""
    settle_seconds: float = 90.0
    """So long after it began, a request whose process died can no longer be under way."""


def _utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Parts:
    """One account: its mailbox, its readers, its place in the store."""

    account: str
    gmail: "Gmail"
    offline: "OfflineReader"
    llm: ModelReader | None
    """A reader with the budget of one run; None when no model is configured."""
    ledger: Ledger
    journal: Journal
    audit: Audit
    labels: tuple[LabelSpec, ...]
    zone: tzinfo
    settings: Settings = field(default_factory=Settings)
    own: Collection[str] = ()
    """The account's own addresses, in lower case."""
    send_as: tuple[SendAs, ...] = ()
    """The identities that the account may write as."""
    kept: Kept | None = None
    """Earlier versions of drafts, which undo restores."""
    book: "Book | None" = None
    """The contacts, whose merges undo takes back; None while they are not turned on."""
    agenda: "Callable[[Cancel], Agenda] | None" = None
    """The calendar as a CalDAV server writes to it, which undo takes back; None while it is not turned on."""
    times: Callable[[Message, Cancel], str] | None = None
    """Tells when the owner is free, for a mail that asks for a meeting; None without a calendar or a model."""
    remember: Callable[[Sequence[Message]], None] | None = None
    """Told of the messages that were fetched; None when nobody keeps them."""
    learned: Learned | None = None
    """What the person did with decided mail; None: nothing is learned and no pattern is asked."""
    ruling: Ruling | None = None
    """The user's rules; None when there are none."""
    now: Callable[[], datetime] = _utc_now
    plan: Plan | None = None
    """The nights that are expected; None when none are."""
    propose: Callable[[str], None] | None = None
    """Puts a draft before a person, once, as a question at the gate."""
    schedule: Callable[[EventRequest, str], str] | None = None
    """Puts a new event, of the invitation with this UID if it is of one, before a person, once; returns what to tell
    them. None without a calendar."""
    note_draft: Callable[[Draft, str], None] | None = None
    """Told of each draft that was written, and by whom; None when nobody remembers it."""
    outlet: "Outlet | None" = None
    """Takes what rules want done outside; None when no rule does."""
    hand: Hand = field(default_factory=Hand)
    """What this run has read and may need again."""
