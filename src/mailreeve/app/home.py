"""One home folder: its settings, its store, its accounts.

Everything is made when it is needed first: starting a face opens no network, no keyring and no model.
"""

import secrets
import threading
from collections.abc import Callable
from datetime import UTC, datetime, tzinfo
from functools import cached_property
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from mailreeve.app.collector import start
from mailreeve.app.mailbox import Mailbox
from mailreeve.config import Config, GoogleConfig
from mailreeve.errors import ConfigError, InputError, LoginNeeded
from mailreeve.models import LabelSpec
from mailreeve.store.accounts import Account, Accounts
from mailreeve.store.audit import Audit
from mailreeve.store.db import Database

if TYPE_CHECKING:
    from mailreeve.app.organization import People
    from mailreeve.google.pubsub import Subscription
    from mailreeve.google.push import Doorkeeper
    from mailreeve.google.tokens import Keyring, TokenStore
    from mailreeve.google.transport import Transport
    from mailreeve.reading.llm.budget import Limits
    from mailreeve.reading.llm.client import Endpoint
    from mailreeve.triage.nights import Plan

AUDIT_KEY = "audit-key"
"""Name of the keyring entry that anchors the audit chain."""


class App:
    """One home folder: its settings, its store, its accounts."""

    def __init__(
        self, config: Config, google: Callable[[], GoogleConfig] | None = None, only: str = ""
    ) -> None:
        """`google` says how Google is reached, when it is needed first; without it the settings say so.

        With `only` no other account can be reached through this App.
        """
        self.config = config
        self.only = only.lower()
        self._google = google or (lambda: config.google)
        self._collector = start(config.telemetry)
        self._boxes: dict[str, Mailbox] = {}
        self._guard = threading.RLock()

    @cached_property
    def google(self) -> GoogleConfig:
        """How Google is reached."""
        return self._google()

    @cached_property
    def db(self) -> Database:
        """The database of this home, migrated."""
        url = self.config.store.url
        if url is None or self.config.demo:
            return Database(self.config.home / "mailreeve.db")
        from mailreeve.store.postgres import PostgresDatabase

        return PostgresDatabase(url.get_secret_value())

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

    @property
    def plan(self) -> "Plan":
        """The nights as the settings name them."""
        from mailreeve.triage.nights import Plan

        return Plan(self.config.night.at, self.zone if self.config.user.timezone else None)

    @property
    def is_planned(self) -> bool:
        """True when nights are expected: the settings name them, or a worker was started once."""
        from mailreeve.store.workers import Workers

        return "night" in self.config.model_fields_set or bool(Workers(self.db).all())

    def forget(self, address: str) -> None:
        """Close what was opened for an account; it is opened anew when it is asked for."""
        with self._guard:
            box = self._boxes.pop(address, None)
        if box:
            box.close()

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
        wanted = (address or self.only or self.config.account).lower()
        if self.only and wanted != self.only:
            raise InputError(f"This was started for {self.only} alone.", "Leave the account out.")
        if self.config.demo or self.google.token:
            return self._handed_over(wanted)
        if self.config.organization.is_on:
            one = self._people.get(wanted)
            if one is None:
                raise InputError(*_in_organization(wanted))
            return one
        known = {account.address: account for account in self.logins}
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

    @property
    def logins(self) -> tuple[Account, ...]:
        """The accounts that there are: by login, by a ready token, or by the organization's service account."""
        if self.config.demo or self.google.token:
            return (self.account(),)
        every = self._people.all() if self.config.organization.is_on else self.accounts.list()
        return tuple(one for one in every if one.address == self.only) if self.only else every

    @cached_property
    def _people(self) -> "People":
        from mailreeve.app.organization import People

        return People(self.config)

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
        elif self.config.organization.is_on:
            from mailreeve.app import organization
            from mailreeve.google.delegation import delegated

            assert account is not None  # noqa: S101 -- `account` found one
            login = delegated(
                organization.key(self.config),
                account.address,
                account.scopes,
                base=google.base,
                timeout=google.timeout_seconds,
            )
        else:
            assert account is not None  # noqa: S101 -- without a token `account` found a login
            login = credentials.credentials_for(
                self.tokens, account.address, base=google.base, timeout=google.timeout_seconds
            )
        bucket = QuotaBucket(self.db, account.address, PER_MINUTE[google.quota]) if account else None
        return Transport(
            login, base=google.base, timeout=google.timeout_seconds, quota=google.quota, bucket=bucket
        )

    def subscription(self) -> "Subscription":
        """What notices of new mail are pulled from; [wake] subscription is set. Raises ConfigError."""
        from mailreeve.app import organization
        from mailreeve.google import credentials, pubsub
        from mailreeve.google.delegation import delegated
        from mailreeve.google.transport import Transport

        google, wake = self.google, self.config.wake
        patience = max(google.timeout_seconds, pubsub.PATIENCE)
        if google.token:
            login = credentials.ready(google.token.get_secret_value(), google.base)
        else:
            key = organization.key(self.config, wake.service_account)
            login = delegated(key, None, (pubsub.SCOPE,), base=google.base, timeout=google.timeout_seconds)
        line = Transport(login, base=google.base, timeout=patience, quota=google.quota)
        return pubsub.Subscription(line, wake.subscription)

    @cached_property
    def doorkeeper(self) -> "Doorkeeper":
        """Who may push notices; [wake] push_audience and push_account are set."""
        from mailreeve.google.push import Doorkeeper

        google, wake = self.google, self.config.wake
        return Doorkeeper(
            wake.push_audience, wake.push_account, base=google.base, timeout=google.timeout_seconds
        )

    @property
    def endpoint(self) -> "Endpoint":
        """Where the language model is, as the settings say."""
        from mailreeve.reading.llm.client import Endpoint

        llm = self.config.llm
        key = llm.api_key.get_secret_value() if llm.api_key else ""
        return Endpoint(llm.base_url or "", llm.model, key, llm.timeout_seconds)

    @property
    def limits(self) -> "Limits":
        """What one run may spend on the language model."""
        from mailreeve.reading.llm.budget import Limits

        llm = self.config.llm
        return Limits(
            llm.max_tokens_per_run,
            llm.max_cost_per_run,
            llm.price_in_per_million,
            llm.price_out_per_million,
        )

    def capabilities(self) -> frozenset[str]:
        """What the settings allow and some login permits; asks nobody, opens no keyring."""
        allowed = frozenset(self.config.policy.capabilities)
        if self.config.demo or self.config.google.token or self.config.organization.is_on:
            return allowed
        allowed |= {"contacts", "calendar"}  # asked for at login, one by one
        granted = [frozenset(account.capabilities) for account in self.accounts.list()]
        return allowed & frozenset().union(*granted) if granted else allowed - {"contacts", "calendar"}

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
        if self._collector:
            self._collector.close()


def _in_organization(wanted: str) -> tuple[str, str]:
    """Why it is not clear whose mailbox is meant: the others' addresses are not told."""
    if wanted:
        return (
            f"{wanted} is none of the organization's mailboxes.",
            "Add it to [organization] in config.toml.",
        )
    return "Whose mailbox is meant?", "Name it: `mailreeve --account ana@example.com ...`."
