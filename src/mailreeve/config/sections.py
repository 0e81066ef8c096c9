"""The settings, a frozen record for each section of config.toml."""

from datetime import time
from pathlib import Path
from typing import Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, model_validator

from mailreeve.config.outside import DavConfig, DestinationConfig, TemplateConfig
from mailreeve.config.values import (
    Address,
    Endpoint,
    LlmEndpoint,
    Section,
    Span,
    Times,
    UserPath,
    is_loopback,
)
from mailreeve.config.wake import WakeConfig
from mailreeve.models import Archetype

Capability = Literal["read", "label", "draft", "send", "outbound", "contacts", "calendar"]


class GoogleConfig(Section):
    """How Google is reached."""

    base: Endpoint | None = None
    """Root of all Google APIs; None is Google itself."""
    token: SecretStr | None = None
    """A ready access token, for a loopback base only (MAILREEVE_GOOGLE_TOKEN)."""
    client_file: UserPath | None = None
    """The OAuth client of type "Desktop app", as downloaded from the Google Cloud console."""
    quota: Literal["2026", "legacy", "off"] = "2026"
    timeout_seconds: float = Field(default=60, gt=0, le=600)

    @property
    def is_loopback(self) -> bool:
        """True when the base is a server on this machine."""
        return self.base is not None and is_loopback(urlsplit(self.base).hostname or "")


class LlmConfig(Section):
    """The language model; without base_url and model the offline reader does all reading."""

    base_url: LlmEndpoint | None = None
    api_key: SecretStr | None = None
    """The key itself, or env:NAME."""
    model: str = ""
    timeout_seconds: float = Field(default=60, gt=0, le=600)
    body_tokens: int = Field(default=600, ge=100, le=20_000)
    """How much of a mail's new text is shown to the model; head and tail are kept."""
    max_tokens_per_run: int = Field(default=2_000_000, ge=0)
    max_cost_per_run: float = Field(default=0.0, ge=0)
    """In the currency of the prices; 0 is no limit."""
    price_in_per_million: float = Field(default=0.0, ge=0)
    price_out_per_million: float = Field(default=0.0, ge=0)
    concurrency: int = Field(default=4, ge=1, le=64)

    @property
    def configured(self) -> bool:
        """True when there is a model to ask."""
        return bool(self.base_url and self.model)


class TriageConfig(Section):
    """The triage loop."""

    first_days: int = Field(default=3, ge=1, le=365)
    first_cap: int = Field(default=500, ge=1, le=100_000)
    label_prefix: str = Field(default="Mailreeve", min_length=1, max_length=40, pattern=r"^[^/\x00-\x1f]+$")
    drafts: bool = True
    max_drafts: int = Field(default=20, ge=0, le=500)
    offline_bar: float | None = Field(default=None, ge=0, le=1)
    """The offline reader decides alone from this confidence on, if no veto fires; None: from what its training found."""
    examples: int = Field(default=6, ge=0, le=20)
    """So many mails whose label the user corrected are shown to the model as examples; 0: none."""


class NightConfig(Section):
    """When `mailreeve worker` makes a run (docs/nightly.md)."""

    at: Times = (time(3),)
    """In the user's time zone; empty: no nights."""
    every: Span = None
    """How often the worker looks for new mail between the nights; None: it does not."""


class DigestConfig(Section):
    """Where the digest goes after a run, beside the terminal (docs/digest.md)."""

    mail: tuple[Literal["daily", "weekly"], ...] = ()
    """To the account's own address; a person must have agreed with `mailreeve digest consent` too."""
    folder: UserPath | None = None
    """A folder of yours that gets each digest as an HTML file."""
    notify: bool = False
    """A notice on the desktop when a run is done."""
    week_ends: Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"] = (
        "sunday"
    )
    """The first run on or after this day makes the weekly digest."""
    stories: int = Field(default=10, ge=0, le=500)
    """Of so many threads with several new mails a run the language model tells what changed; 0: of none."""


class IndexConfig(Section):
    """The local index of the mail, made by `mailreeve sync`."""

    enabled: bool = True
    """False: none is made, none is searched."""
    first_days: int = Field(default=365, ge=1, le=36_500)
    """How far the first sync goes back."""
    keep_days: int = Field(default=0, ge=0, le=36_500)
    """Mail that is older leaves the index with the next sync; 0 keeps all."""
    fresh_minutes: int = Field(default=10, ge=0, le=10_080)
    """How long after a sync a search may trust the index without asking Gmail."""


class SemanticConfig(Section):
    """Search by meaning, off without `model`: mail text goes to this endpoint too (docs/search.md, the extra `semantic`)."""

    model: str = ""
    """An embedding model."""
    base_url: LlmEndpoint | None = None
    """Of an OpenAI-compatible endpoint with `/embeddings`; None: that of [llm], with its key."""
    api_key: SecretStr | None = None
    """The key itself, or env:NAME."""
    timeout_seconds: float = Field(default=60, gt=0, le=600)
    max_tokens_per_sync: int = Field(default=5_000_000, ge=0)
    """A sync stops embedding at so many; the next one goes on. 0 is no limit."""
    price_per_million: float = Field(default=0.0, ge=0)

    @property
    def is_on(self) -> bool:
        """True when a model is named."""
        return bool(self.model)


class UserConfig(Section):
    """The person whose mail it is."""

    name: str = ""
    about: str = Field(default="", max_length=2000)
    timezone: str = ""
    """An IANA name; empty is the zone of the machine."""
    style: bool = True
    """Learn how the person writes from the mail that they send, for drafts."""


class PolicyConfig(Section):
    """What Mailreeve may do; no capability implies another."""

    capabilities: tuple[Capability, ...] = ("read", "label", "draft")
    """A sandbox with a ready token has `send`, `contacts` and `calendar` too unless the file says otherwise: it
    reaches nobody. The last two are on when they stand here or the person logs in with --contacts, --calendar."""
    attach_folder: UserPath | None = None
    """The only folder that files are attached from; None: nothing can be attached."""
    trusted_recipients: tuple[str, ...] = ()
    sends_per_day: int = Field(default=50, ge=0, le=2000)
    review_page: bool = True
    """An MCP server may open the review page in the browser when the client cannot ask before a send."""


class PrivacyConfig(Section):
    """What is kept here and for how long, and what clients are not shown (docs/privacy.md)."""

    show_codes_to_clients: bool = False
    """True: MCP clients see one-time codes and links that open an account."""
    decisions_days: int = Field(default=90, ge=1, le=3650)
    """What was decided about mail, how changes are undone, runs, and proposals that are closed."""
    audit_days: int = Field(default=365, ge=1, le=3650)
    drafts_days: int = Field(default=7, ge=0, le=7)
    """Earlier versions of drafts that Mailreeve changed."""


class LabelConfig(Section):
    """One of the user's labels."""

    id: str = Field(min_length=1, max_length=60, pattern=r"^[A-Za-z0-9][A-Za-z0-9 _.-]*$")
    name: str = Field(default="", max_length=100, pattern=r"^[^\x00-\x1f]*$")
    when: str = Field(min_length=3, max_length=500)
    archetype: Archetype | None = None
    actions: tuple[Literal["archive", "star", "read"], ...] = ()
    rank: int | None = None
    urgent: bool = False

    @model_validator(mode="after")
    def _suspicious_mail_stays(self) -> Self:
        if self.archetype is Archetype.SUSPICIOUS and {"archive", "read"} & set(self.actions):
            raise ValueError(
                "mail called suspicious by mistake must not be hidden: take archive and read out"
            )
        return self


class StoreConfig(Section):
    """Where the ledger, the journal and the gate lie."""

    url: SecretStr | None = None
    """A PostgreSQL connection string for several machines; without one a file in the home folder."""


class EngineConfig(Section):
    """What drives the runs of `mailreeve worker` (docs/nightly.md)."""

    kind: Literal["local", "dbos"] = "local"
    """dbos: workers share queues on the store's PostgreSQL, and one takes over what another left."""
    mailboxes: int = Field(default=4, ge=1, le=64)
    """At so many accounts a worker works at once (dbos)."""


class OrganizationConfig(Section):
    """Many people's mailboxes by one service account (docs/organization.md): labels and drafts, nothing is sent."""

    service_account: UserPath | None = None
    """The JSON key of a service account with domain-wide delegation; None: each person logs in."""
    mailboxes: tuple[Address, ...] = ()
    """Whose mail is sorted: primary addresses."""
    mailboxes_file: UserPath | None = None
    """More of them, one in a line; read anew in each round of the worker. `#` begins a comment."""

    @property
    def is_on(self) -> bool:
        """True when a service account acts for the people."""
        return self.service_account is not None


class TelemetryConfig(Section):
    """Where spans and counters go: no mail text, no addresses (docs/nightly.md)."""

    endpoint: Endpoint | None = None
    """Root of an OpenTelemetry collector that takes OTLP over HTTP; None: nobody is told."""
    headers: dict[str, SecretStr] = Field(default_factory=dict)
    """Sent with each report, such as an API key; env:NAME is taken from the environment."""


class Config(Section):
    """All settings, read once at start."""

    home: Path
    account: str = ""
    """The default account; empty is the only one there is."""
    google: GoogleConfig = GoogleConfig()
    llm: LlmConfig = LlmConfig()
    triage: TriageConfig = TriageConfig()
    night: NightConfig = NightConfig()
    digest: DigestConfig = DigestConfig()
    index: IndexConfig = IndexConfig()
    semantic: SemanticConfig = SemanticConfig()
    user: UserConfig = UserConfig()
    policy: PolicyConfig = PolicyConfig()
    privacy: PrivacyConfig = PrivacyConfig()
    store: StoreConfig = StoreConfig()
    telemetry: TelemetryConfig = TelemetryConfig()
    engine: EngineConfig = EngineConfig()
    organization: OrganizationConfig = OrganizationConfig()
    wake: WakeConfig = WakeConfig()
    labels: tuple[LabelConfig, ...] = ()
    """Empty is the built-in set (triage/labels.py)."""
    destination: tuple[DestinationConfig, ...] = ()
    template: tuple[TemplateConfig, ...] = ()
    address_book: tuple[DavConfig, ...] = ()
    """CardDAV servers for your contacts (docs/contacts.md)."""
    calendar_server: tuple[DavConfig, ...] = ()
    """CalDAV servers for your calendar (docs/calendar.md)."""
    demo: bool = False
    """True when everything runs on the built-in demo mailbox."""
