"""The composition root: Config -> App -> Mailbox. The only place where parts are joined.

Everything is made when it is needed first: starting a face opens no network, no keyring and no model.
"""

import secrets
import threading
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, tzinfo
from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import quote
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from mailreeve.config import Config, GoogleConfig
from mailreeve.errors import ConfigError, InputError, LoginNeeded
from mailreeve.models import LabelSpec, SendAs
from mailreeve.store.accounts import Account, Accounts
from mailreeve.store.audit import Audit
from mailreeve.store.correspondents import Correspondents
from mailreeve.store.db import Database
from mailreeve.store.journal import Journal
from mailreeve.store.kept import Kept
from mailreeve.store.ledger import Ledger

if TYPE_CHECKING:
    from mailreeve.gate.gate import Gate
    from mailreeve.google.gmail import Gmail
    from mailreeve.google.tokens import Keyring, TokenStore
    from mailreeve.google.transport import Transport
    from mailreeve.reading.llm.client import Endpoint
    from mailreeve.reading.llm.reader import LlmReader
    from mailreeve.reading.offline.reader import OfflineReader
    from mailreeve.reading.protocol import Reader
    from mailreeve.triage.cascade import Cascade
    from mailreeve.triage.parts import Parts

AUDIT_KEY = "audit-key"
"""Name of the keyring entry that anchors the audit chain."""


class App:
    """One home folder: its settings, its store, its accounts."""

    def __init__(self, config: Config, google: Callable[[], GoogleConfig] | None = None) -> None:
        """`google` says how Google is reached, when it is needed first; without it the settings say so."""
        self.config = config
        self._google = google or (lambda: config.google)
        self._boxes: dict[str, Mailbox] = {}
        self._guard = threading.RLock()

    @cached_property
    def google(self) -> GoogleConfig:
        """How Google is reached."""
        return self._google()

    @cached_property
    def db(self) -> Database:
        """The database of this home, migrated."""
        return Database(self.config.home / "mailreeve.db")

    @cached_property
    def accounts(self) -> Accounts:
        """The accounts that the person logged in to."""
        return Accounts(self.db)

    @cached_property
    def keyring(self) -> "Keyring | None":
        """The system's keyring; None without one, and for the demo, which must leave no trace."""
        from mailreeve.google.tokens import system_keyring

        return None if self.config.demo else system_keyring()

    @cached_property
    def tokens(self) -> "TokenStore":
        """Where logins are kept."""
        from mailreeve.google.tokens import TokenStore

        return TokenStore(self.config.home / "tokens", self.keyring)

    @cached_property
    def zone(self) -> tzinfo:
        """The user's time zone."""
        name = self.config.user.timezone
        if not name:
            return datetime.now().astimezone().tzinfo or UTC
        try:
            return ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError):
            raise ConfigError(
                f"user.timezone: {name} is no time zone.", "Use a name such as Europe/Berlin."
            ) from None

    @cached_property
    def labels(self) -> tuple[LabelSpec, ...]:
        """The user's labels, or the built-in set."""
        from mailreeve.triage.labels import BUILT_IN

        own = tuple(
            LabelSpec(one.id, one.name or one.id, one.when, one.archetype, one.actions, one.rank, one.urgent)
            for one in self.config.labels
        )
        return own or BUILT_IN

    def mailbox(self, address: str = "") -> "Mailbox":
        """The mailbox of an account; without an address the default one.

        Raises LoginNeeded when there is none, InputError when it is not clear which.
        """
        with self._guard:
            account = self.account(address)
            if account.address not in self._boxes:
                self._boxes[account.address] = Mailbox(self, account)
            return self._boxes[account.address]

    def account(self, address: str = "") -> Account:
        """Which account is meant."""
        wanted = (address or self.config.account).lower()
        if self.config.demo or self.google.token:
            return self._handed_over(wanted)
        known = {account.address: account for account in self.accounts.list()}
        if wanted in known:
            return known[wanted]
        if wanted:
            raise LoginNeeded(f"There is no login for {wanted}.", f"Run `mailreeve login {wanted}`.")
        if not known:
            raise LoginNeeded(
                "No account is logged in yet.", "Run `mailreeve login`, or try `mailreeve --demo`."
            )
        if len(known) > 1:
            raise InputError(
                f"Which account: {', '.join(known)}?", "Name one, or set `account` in config.toml."
            )
        return next(iter(known.values()))

    def _handed_over(self, wanted: str) -> Account:
        """The account of a ready access token, as Gmail names it."""
        if wanted and wanted != self._token_address:
            raise InputError(f"The access token is for {self._token_address}.", "Leave the account out.")
        capabilities = tuple(self.config.policy.capabilities)
        return Account(self._token_address, self.google.base or "", (), capabilities)

    @cached_property
    def _token_address(self) -> str:
        from mailreeve.google.gmail import Gmail

        transport = self.transport(None)
        try:
            return Gmail(transport).profile().address.lower()
        finally:
            transport.close()

    def transport(self, account: Account | None) -> "Transport":
        """A line to Gmail; without an account that of the ready token, and with a bucket of its own."""
        from mailreeve.google import credentials
        from mailreeve.google.quota import PER_MINUTE
        from mailreeve.google.transport import Transport
        from mailreeve.store.quota import QuotaBucket

        google = self.google
        if google.token:
            login = credentials.ready(google.token.get_secret_value(), google.base)
        else:
            assert account is not None  # noqa: S101 -- without a token `account` found a login
            login = credentials.credentials_for(
                self.tokens, account.address, base=google.base, timeout=google.timeout_seconds
            )
        bucket = QuotaBucket(self.db, account.address, PER_MINUTE[google.quota]) if account else None
        return Transport(
            login, base=google.base, timeout=google.timeout_seconds, quota=google.quota, bucket=bucket
        )

    @property
    def endpoint(self) -> "Endpoint":
        """Where the language model is, as the settings say."""
        from mailreeve.reading.llm.client import Endpoint

        llm = self.config.llm
        key = llm.api_key.get_secret_value() if llm.api_key else ""
        return Endpoint(llm.base_url or "", llm.model, key, llm.timeout_seconds)

    def capabilities(self) -> frozenset[str]:
        """What the settings allow and some login permits; asks nobody, opens no keyring."""
        allowed = frozenset(self.config.policy.capabilities)
        if self.config.demo or self.config.google.token:
            return allowed
        granted = [frozenset(account.capabilities) for account in self.accounts.list()]
        return allowed & frozenset().union(*granted) if granted else allowed

    def audit_key(self) -> bytes:
        """The key that anchors the audit chain, made on first use; empty without a keyring."""
        from keyring.errors import KeyringError

        from mailreeve.google.tokens import SERVICE

        if self.keyring is None:
            return b""
        try:
            kept = self.keyring.get_password(SERVICE, AUDIT_KEY)
            if kept is None:
                if Audit(self.db, "").is_keyed():
                    return b""  # the key was lost: verify says so, and a new one would hide it
                kept = secrets.token_hex(32)
                self.keyring.set_password(SERVICE, AUDIT_KEY, kept)
        except KeyringError:
            return b""  # locked or broken: as without a keyring, which verify says
        return bytes.fromhex(kept)

    def close(self) -> None:
        """Close connections and files."""
        for box in self._boxes.values():
            box.close()
        if "db" in self.__dict__:
            self.db.close()


class Mailbox:
    """One account: what the use cases work with."""

    def __init__(self, app: App, account: Account) -> None:
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

    @cached_property
    def gmail(self) -> "Gmail":
        """The mailbox at Google; `bound(cancel)` gives the same one for one piece of work."""
        from mailreeve.google.gmail import Gmail

        return Gmail(self._transport)

    @cached_property
    def send_as(self) -> "tuple[SendAs, ...]":
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
    def kept(self) -> Kept:
        """Drafts as they were before we changed them."""
        return Kept(self.app.db, self.address)

    @cached_property
    def gate(self) -> "Gate":
        """The only door for anything that leaves; the sender is handed to it alone."""
        from mailreeve.gate.gate import Gate
        from mailreeve.gate.policy import Policy
        from mailreeve.google.sending import Sender
        from mailreeve.store.proposals import Proposals

        settings = self.config.policy
        rules = Policy(
            send="send" in settings.capabilities,
            sends_per_day=settings.sends_per_day,
            trusted_recipients=settings.trusted_recipients,
            own_addresses=tuple(sorted(self.own)),
        )
        return Gate(
            Proposals(self.app.db, self.address),
            self.gmail,
            Sender(self._transport),
            self.audit,
            rules,
            self.config.home / "locks",
        )

    def llm(self) -> "LlmReader | None":
        """A reader with a budget of its own; None when no model is configured."""
        settings = self.config.llm
        if not settings.configured:
            return None
        from mailreeve.reading.llm.budget import Budget, Limits
        from mailreeve.reading.llm.client import ChatClient
        from mailreeve.reading.llm.reader import LlmReader

        limits = Limits(
            settings.max_tokens_per_run,
            settings.max_cost_per_run,
            settings.price_in_per_million,
            settings.price_out_per_million,
        )
        about = " ".join(filter(None, (self.name, f"<{self.address}>", self.config.user.about)))
        return LlmReader(
            ChatClient(self.app.endpoint), Budget(limits), about=about, body_tokens=settings.body_tokens
        )

    @cached_property
    def correspondents(self) -> Correspondents:
        """Whom the person writes to, as far as their sent mail was looked through."""
        return Correspondents(self.app.db, self.address)

    def offline(self) -> "OfflineReader":
        """The built-in reader, which knows whom the person writes to."""
        from mailreeve.reading.offline.reader import OfflineReader

        return OfflineReader(self.correspondents.known(), self.own, name=self.name, zone=self.zone)

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

        return Cascade(
            self.labels,
            self.offline(),
            self.llm(),
            bar=self.config.triage.offline_bar,
            own=self.own,
            known=self.correspondents.known(),
        )

    def parts(self) -> "Parts":
        """What the triage of this account works with, with a reader's budget of its own."""
        from mailreeve.google.quota import PER_MINUTE, cost
        from mailreeve.triage.parts import Parts, Settings

        triage, llm = self.config.triage, self.config.llm
        settings = Settings(
            label_prefix=triage.label_prefix,
            may_label="label" in self.config.policy.capabilities,
            drafts=triage.drafts and "draft" in self.config.policy.capabilities,
            max_drafts=triage.max_drafts,
            first_days=triage.first_days,
            first_cap=triage.first_cap,
            offline_bar=triage.offline_bar,
            concurrency=llm.concurrency,
            units_per_minute=PER_MINUTE[self.app.google.quota],
            units_per_get=cost("messages.get", self.app.google.quota),
            price_per_million=max(llm.price_in_per_million, llm.price_out_per_million),
        )
        return Parts(
            account=self.address,
            home=self.config.home,
            gmail=self.gmail,
            offline=self.offline(),
            llm=self.llm(),
            ledger=self.ledger,
            journal=self.journal,
            audit=self.audit,
            labels=self.labels,
            zone=self.zone,
            settings=settings,
            own=self.own,
            send_as=self.send_as,
            known=self.correspondents.known(),
            kept=self.kept,
        )

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
