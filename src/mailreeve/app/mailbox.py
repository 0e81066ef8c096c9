"""One account: everything that a use case works with, made when it is needed first."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import quote

from mailreeve.app.indexing import LocalIndex
from mailreeve.cancel import Cancel
from mailreeve.config import Config
from mailreeve.errors import GoogleError, ScopeMissing
from mailreeve.models import Draft, Message, SendAs
from mailreeve.store.accounts import Account
from mailreeve.store.audit import Audit
from mailreeve.store.correspondents import Correspondents
from mailreeve.store.db import now_ms
from mailreeve.store.journal import Journal
from mailreeve.store.kept import Kept
from mailreeve.store.ledger import Ledger
from mailreeve.store.owed import OwedList
from mailreeve.store.patterns import Learned
from mailreeve.store.style import Styles

if TYPE_CHECKING:
    from mailreeve.app.home import App
    from mailreeve.gate.diary import Agenda
    from mailreeve.gate.events import Appointments
    from mailreeve.gate.gate import Gate
    from mailreeve.gate.mirror import Mirror
    from mailreeve.gate.outbox import Outlet
    from mailreeve.gate.standing import Standing
    from mailreeve.google.calendar import Calendar
    from mailreeve.google.gmail import Gmail
    from mailreeve.google.transport import Transport
    from mailreeve.models import Contact, Entry
    from mailreeve.outbound.destination import Destination
    from mailreeve.people.book import Book
    from mailreeve.people.diary import Diary
    from mailreeve.reading.llm.reader import LlmReader
    from mailreeve.reading.offline.reader import OfflineReader
    from mailreeve.reading.protocol import Reader
    from mailreeve.store.contacts import Contacts
    from mailreeve.store.index import Index
    from mailreeve.store.proposals import Proposals
    from mailreeve.triage.cascade import Cascade
    from mailreeve.triage.parts import Parts
    from mailreeve.triage.ruling import Ruling


class Mailbox:
    """One account: what the use cases work with."""

    def __init__(self, app: "App", account: Account) -> None:
        self.app = app
        self.account = account
        self.address = account.address
        self.zone = app.zone
        self.labels = app.labels
        self._names: dict[str, str] = {}

    @property
    def config(self) -> Config:
        """The settings."""
        return self.app.config

    @cached_property
    def _transport(self) -> "Transport":
        return self.app.transport(self.account)

    def close(self) -> None:
        """Close idle connections."""
        if "_transport" in self.__dict__:
            self._transport.close()
        if "local" in self.__dict__:
            self.local.close()

    @contextmanager
    def unattended(self) -> "Iterator[None]":
        """Until it ends, calls count as background: a run's own look-ups must not look like a person at work."""
        before, self._transport.interactive = self._transport.interactive, False
        try:
            yield
        finally:
            self._transport.interactive = before

    @cached_property
    def gmail(self) -> "Gmail":
        """The mailbox at Google; `bound(cancel)` gives the same one for one piece of work."""
        from mailreeve.google.gmail import Gmail

        return Gmail(self._transport)

    @property
    def settle_seconds(self) -> float:
        """So long after it began, a request whose process died can no longer be under way: longer than we wait ourselves."""
        return 1.5 * self.app.google.timeout_seconds

    @cached_property
    def send_as(self) -> tuple[SendAs, ...]:
        """The addresses that the account may write from, as Gmail lists them."""
        return self.gmail.send_as()

    @cached_property
    def own(self) -> frozenset[str]:
        """The account's own addresses, in lower case."""
        return frozenset({self.address, *(one.address.key for one in self.send_as)})

    @cached_property
    def audit(self) -> Audit:
        """The audit log, anchored in the keyring where there is one."""
        return Audit(self.app.db, self.address, self.app.audit_key())

    @cached_property
    def journal(self) -> Journal:
        """Every change to the mailbox and what undoes it."""
        return Journal(self.app.db, self.address, self.audit)

    @cached_property
    def ledger(self) -> Ledger:
        """What was seen, decided and done."""
        return Ledger(self.app.db, self.address)

    @cached_property
    def learned(self) -> Learned:
        """What the person did with decided mail, and what they said of patterns."""
        return Learned(self.app.db, self.address)

    @cached_property
    def styles(self) -> Styles:
        """How the person writes."""
        return Styles(self.app.db, self.address)

    def note_draft(self, draft: Draft, by: str) -> None:
        """Remember whose words a draft holds: the person is told before it leaves, and what they make of it teaches."""
        from mailreeve.gate.proposal import text_hash
        from mailreeve.mail import mime
        from mailreeve.store.proposals import Proposals

        message = mime.from_bytes(draft.raw)
        Proposals(self.app.db, self.address).note_text(draft.id, text_hash(message.text), by, now_ms())
        if self.config.user.style:
            self.styles.note_draft(message.header("X-Mailreeve-Id"), draft.thread_id, message.text)

    @cached_property
    def owed(self) -> OwedList:
        """What still waits for an answer, as the last look found it."""
        return OwedList(self.app.db, self.address)

    @cached_property
    def kept(self) -> Kept:
        """Drafts as they were before we changed them."""
        return Kept(self.app.db, self.address)

    @cached_property
    def gate(self) -> "Gate":
        """The only door for anything that leaves; the sender is handed to it alone."""
        from mailreeve.app import outside
        from mailreeve.gate.gate import Gate
        from mailreeve.gate.policy import Policy
        from mailreeve.google.sending import Sender
        from mailreeve.store.proposals import Proposals

        self.app.db.demand_sound()  # it remembers what was sent: from a damaged file nothing may leave
        settings = self.config.policy
        rules = Policy(
            send="send" in settings.capabilities,
            sends_per_day=settings.sends_per_day,
            trusted_recipients=settings.trusted_recipients,
            own_addresses=tuple(sorted(self.own)),
            account=self.address,
            digest_to_self=self.mails_digest,
            standing=lambda kind: outside.standing(self, kind),
        )
        proposals = Proposals(self.app.db, self.address)
        proposals.forget(now_ms() - self.config.privacy.decisions_days * 86_400_000)
        made = Gate(
            proposals,
            self.gmail,
            Sender(self._transport),
            self.audit,
            rules,
            self.config.home / "locks",
            contacts=self.acquainted,
            appointments=self._appointments(proposals) if self.may("calendar") else None,
            cancellations=outside.cancellations(self, proposals),
        )
        made.recover()  # what a crash left open is found out before anything new begins
        return made

    def may(self, capability: str) -> bool:
        """True when contacts or calendar are turned on for this account: the person granted them at login."""
        return capability in self.account.capabilities

    @cached_property
    def contacts(self) -> "Contacts":
        """The address book as it was seen last."""
        from mailreeve.store.contacts import Contacts

        return Contacts(self.app.db, self.address)

    @property
    def book(self) -> "Book":
        """The address book here and at Google. Raises ScopeMissing while contacts are not turned on."""
        from mailreeve.google.people import People
        from mailreeve.people.book import Book

        self._demand("contacts")
        return Book(People(self._transport), self.contacts)

    def acquainted(self) -> frozenset[str]:
        """Addresses that the person knows from elsewhere: written to, or in the address book."""
        return self.correspondents.known() | {key for one in self.contacts.all(own=True) for key in one.keys}

    @property
    def calendar(self) -> "Calendar":
        """The calendar at Google, to look at. Raises ScopeMissing while it is not turned on."""
        from mailreeve.google.calendar import Calendar

        self._demand("calendar")
        return Calendar(self._transport)

    @property
    def diary(self) -> "Diary":
        """The calendar as it was seen last, and at Google. Raises ScopeMissing while it is not turned on."""
        from mailreeve.people.diary import Diary
        from mailreeve.store.diary import DiaryItems

        return Diary(self.calendar, DiaryItems(self.app.db, self.address))

    def agenda(self, diary: "Diary", act: str = "") -> "Agenda":
        """What a CalDAV server may write to the calendar; `act` joins what one sync did."""
        from mailreeve.gate.diary import Agenda
        from mailreeve.google.scheduling import Scheduler

        return Agenda(diary, Scheduler(self._transport), self.journal, self.kept, act)

    def times(self, message: Message, cancel: Cancel) -> str:
        """What a reader is told of the person's time when a mail asks for a meeting; empty when it does not.

        A calendar that cannot be asked stops no draft.
        """
        from mailreeve.people import meetings

        if not self.may("calendar") or not meetings.asks(message):
            return ""
        try:
            return meetings.offered(self.calendar, self.zone, datetime.now(UTC), cancel)
        except GoogleError:
            return ""

    def _appointments(self, proposals: "Proposals") -> "Appointments":
        """What changes the calendar; the scheduler is handed to the gate alone."""
        from mailreeve.gate.events import Appointments
        from mailreeve.gate.ports import SystemClock
        from mailreeve.google.scheduling import Scheduler

        scheduler, locks = Scheduler(self._transport), self.config.home / "locks"
        return Appointments(proposals, self.calendar, scheduler, self.audit, SystemClock(), locks)

    def _demand(self, capability: str) -> None:
        if not self.may(capability):
            raise ScopeMissing(
                f"The {capability} of {self.address} are not connected.",
                f"Run `mailreeve login --{capability}` and leave the box for it ticked.",
            )

    def mails_digest(self) -> bool:
        """True while a person's consent to digests by mail stands."""
        from mailreeve.gate import policy
        from mailreeve.store.consents import Consents

        terms = policy.digest_terms(self.address)
        return Consents(self.app.db, self.address).stands(policy.DIGEST, terms)

    @property
    def may_leave(self) -> bool:
        """True when the settings allow destinations at all."""
        return "outbound" in self.config.policy.capabilities

    @cached_property
    def destinations(self) -> "tuple[Destination, ...]":
        """Where events may go, as the settings say; each still needs a person's consent. Raises ConfigError."""
        from mailreeve.app import outside

        return outside.destinations(self)

    @cached_property
    def calendar_mirrors(self) -> "tuple[Mirror[Entry], ...]":
        """The CalDAV servers of the settings; each still needs a person's consent. Raises ConfigError."""
        from mailreeve.app import outside

        return outside.calendar_mirrors(self)

    @property
    def templates(self) -> "tuple[Standing, ...]":
        """Mails that other software may have sent by itself, as the settings and its keys are now. Raises ConfigError."""
        from mailreeve.app import outside

        return outside.templates(self)

    @cached_property
    def mirrors(self) -> "tuple[Mirror[Contact], ...]":
        """The CardDAV servers of the settings; each still needs a person's consent. Raises ConfigError."""
        from mailreeve.app import outside

        return outside.mirrors(self)

    @cached_property
    def outlet(self) -> "Outlet":
        """The only door for events; the wire is handed to it alone."""
        from mailreeve.app import outside

        return outside.outlet(self)

    def ruling(self) -> "Ruling | None":
        """The user's rules as the file has them now; None without any. Raises ConfigError for a wrong one."""
        from mailreeve.app import rulebook

        return rulebook.of(self)

    def llm(self, ruling: "Ruling | None" = None) -> "LlmReader | None":
        """A reader with a budget of its own, which judges the rules' conditions too; None without a model."""
        from mailreeve.app import readers

        return readers.llm(self, ruling)

    @cached_property
    def correspondents(self) -> Correspondents:
        """Whom the person writes to, as far as their sent mail was looked through."""
        return Correspondents(self.app.db, self.address)

    def offline(self) -> "OfflineReader":
        """The built-in reader, which knows whom the person writes to."""
        from mailreeve.app import readers

        return readers.offline(self)

    @property
    def name(self) -> str:
        """What the person is called: the settings say, or the default identity in Gmail."""
        default = (one.address.name for one in self.send_as if one.default)
        return self.config.user.name or next(default, "")

    def reader(self) -> "Reader":
        """The model if one is configured, else the offline reader."""
        return self.llm() or self.offline()

    def cascade(self) -> "Cascade":
        """The stages of the decision, with a reader's budget of its own."""
        from mailreeve.triage.cascade import Cascade
        from mailreeve.triage.learn import patterns_of

        ruling = self.ruling()
        return Cascade(
            self.labels,
            self.offline(),
            self.llm(ruling),
            ruling=ruling,
            bar=self.config.triage.offline_bar,
            patterns=patterns_of(self.learned),
        )

    def parts(self, ruling: "Ruling | None" = None) -> "Parts":
        """What the triage of this account works with, with a reader's budget of its own.

        `ruling` are the rules that a run obeys: only a run is stopped by rules that cannot be read.
        """
        from mailreeve.app import parts

        return parts.of(self, ruling)

    @cached_property
    def local(self) -> LocalIndex:
        """The local index of the account, whether it is there or not."""
        return LocalIndex(self.config, self.address)

    @property
    def index(self) -> "Index | None":
        """The local index; None when it is turned off or was never made."""
        return self.local.made

    def label_names(self, ids: Sequence[str]) -> list[str]:
        """Label ids as the names that a person sees."""
        if any(id_ not in self._names for id_ in ids):
            self._names = {label.id: label.name for label in self.gmail.labels()}
        return [self._names.get(id_, id_) for id_ in ids]

    def url(self, thread_id: str) -> str:
        """Where the thread is in Gmail's web page."""
        return f"https://mail.google.com/mail/?authuser={quote(self.address)}#all/{thread_id}"

    def local_time(self, ms: int) -> datetime:
        """Epoch milliseconds as the user's local time."""
        return datetime.fromtimestamp(ms / 1000, self.zone)
