"""The settings, a frozen record for each section of config.toml."""

import ipaddress
import re
from datetime import time, timedelta
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, model_validator

from mailreeve.config.wake import WakeConfig
from mailreeve.models import Archetype

Capability = Literal["read", "label", "draft", "send", "outbound", "contacts", "calendar"]


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _endpoint(url: str) -> str:
    """Accept https anywhere, http on loopback only; drop the trailing slash."""
    parts = urlsplit(url)
    if not parts.hostname or parts.username or parts.query or parts.fragment:
        raise ValueError("must be a plain URL such as https://host/path")
    if parts.scheme != "https" and not (parts.scheme == "http" and _is_loopback(parts.hostname)):
        raise ValueError("must be https, or http on a loopback address")
    return url.rstrip("/")


def _llm_endpoint(url: str) -> str:
    """Accept http too: local model servers on the own network seldom speak https."""
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("must be a URL such as http://127.0.0.1:11434/v1")
    return url.rstrip("/")


def _address(text: str) -> str:
    if not _ADDRESS.fullmatch(text):
        raise ValueError("must be an address such as ana@example.com")
    return text.lower()


_ADDRESS = re.compile(r"[^\s@<>,;\"]{1,64}@[^\s@<>,;\"]{1,255}")
_CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")
_SPAN = re.compile(r"(\d{1,4})([mh])")


def _times(value: object) -> tuple[time, ...]:
    """One local time such as 03:00, or a list of them."""
    found = [value] if isinstance(value, str) else value
    if not isinstance(found, list | tuple):
        raise ValueError("must be a time such as 03:00, or a list of them")  # noqa: TRY004 -- what pydantic takes
    matches = [_CLOCK.fullmatch(str(one)) for one in found]
    if not all(matches):
        raise ValueError("must be a time such as 03:00, or a list of them")
    return tuple(sorted({time(int(one[1]), int(one[2])) for one in matches if one}))


def _span(value: object) -> timedelta | None:
    """Minutes or hours such as 15m; an empty text is never."""
    match = _SPAN.fullmatch(str(value)) if value else None
    if value and match is None:
        raise ValueError("must be minutes or hours such as 15m, at least 1m")
    span = timedelta(minutes=int(match[1]) * (60 if match[2] == "h" else 1)) if match else None
    if span is not None and span < timedelta(minutes=1):
        raise ValueError("must be minutes or hours such as 15m, at least 1m")
    return span


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class GoogleConfig(_Section):
    """How Google is reached."""

    base: Annotated[str, AfterValidator(_endpoint)] | None = None
    """Root of all Google APIs; None is Google itself."""
    token: SecretStr | None = None
    """A ready access token, for a loopback base only (MAILREEVE_GOOGLE_TOKEN)."""
    client_file: Path | None = None
    """The OAuth client of type "Desktop app", as downloaded from the Google Cloud console."""
    quota: Literal["2026", "legacy", "off"] = "2026"
    timeout_seconds: float = Field(default=60, gt=0, le=600)

    @property
    def is_loopback(self) -> bool:
        """True when the base is a server on this machine."""
        return self.base is not None and _is_loopback(urlsplit(self.base).hostname or "")


class LlmConfig(_Section):
    """The language model; without base_url and model the offline reader does all reading."""

    base_url: Annotated[str, AfterValidator(_llm_endpoint)] | None = None
    api_key: SecretStr | None = None
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


class TriageConfig(_Section):
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


class NightConfig(_Section):
    """When `mailreeve worker` makes a run (docs/nightly.md)."""

    at: Annotated[tuple[time, ...], BeforeValidator(_times)] = (time(3),)
    """In the user's time zone; empty: no nights."""
    every: Annotated[timedelta | None, BeforeValidator(_span)] = None
    """How often the worker looks for new mail between the nights; None: it does not."""


class DigestConfig(_Section):
    """Where the digest goes after a run, beside the terminal (docs/digest.md)."""

    mail: tuple[Literal["daily", "weekly"], ...] = ()
    """To the account's own address; a person must have agreed with `mailreeve digest consent` too."""
    folder: Path | None = None
    """A folder of yours that gets each digest as an HTML file."""
    notify: bool = False
    """A notice on the desktop when a run is done."""
    week_ends: Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"] = (
        "sunday"
    )
    """The first run on or after this day makes the weekly digest."""


class IndexConfig(_Section):
    """The local index of the mail, made by `mailreeve sync`."""

    enabled: bool = True
    """False: none is made, none is searched."""
    first_days: int = Field(default=365, ge=1, le=36_500)
    """How far the first sync goes back."""
    keep_days: int = Field(default=0, ge=0, le=36_500)
    """Mail that is older leaves the index with the next sync; 0 keeps all."""
    fresh_minutes: int = Field(default=10, ge=0, le=10_080)
    """How long after a sync a search may trust the index without asking Gmail."""


class SemanticConfig(_Section):
    """Search by meaning, off without `model`: mail text goes to this endpoint too (docs/search.md, the extra `semantic`)."""

    model: str = ""
    """An embedding model."""
    base_url: Annotated[str, AfterValidator(_llm_endpoint)] | None = None
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


class UserConfig(_Section):
    """The person whose mail it is."""

    name: str = ""
    about: str = Field(default="", max_length=2000)
    timezone: str = ""
    """An IANA name; empty is the zone of the machine."""
    style: bool = True
    """Learn how the person writes from the mail that they send, for drafts."""


class PolicyConfig(_Section):
    """What Mailreeve may do; no capability implies another."""

    capabilities: tuple[Capability, ...] = ("read", "label", "draft")
    """A sandbox with a ready token has `send`, `contacts` and `calendar` too unless the file says otherwise: it
    reaches nobody. The last two are on when they stand here or the person logs in with --contacts, --calendar."""
    attach_folder: Path | None = None
    """The only folder that files are attached from; None: nothing can be attached."""
    trusted_recipients: tuple[str, ...] = ()
    sends_per_day: int = Field(default=50, ge=0, le=2000)
    review_page: bool = True
    """An MCP server may open the review page in the browser when the client cannot ask before a send."""


class PrivacyConfig(_Section):
    """What is kept here and for how long, and what clients are not shown (docs/privacy.md)."""

    show_codes_to_clients: bool = False
    """True: MCP clients see one-time codes and links that open an account."""
    decisions_days: int = Field(default=90, ge=1, le=3650)
    """What was decided about mail, how changes are undone, runs, and proposals that are closed."""
    audit_days: int = Field(default=365, ge=1, le=3650)
    drafts_days: int = Field(default=7, ge=0, le=7)
    """Earlier versions of drafts that Mailreeve changed."""


class LabelConfig(_Section):
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


class StoreConfig(_Section):
    """Where the ledger, the journal and the gate lie."""

    url: SecretStr | None = None
    """A PostgreSQL connection string for several machines; without one a file in the home folder."""


class EngineConfig(_Section):
    """What drives the runs of `mailreeve worker` (docs/nightly.md)."""

    kind: Literal["local", "dbos"] = "local"
    """dbos: workers share queues on the store's PostgreSQL, and one takes over what another left."""
    mailboxes: int = Field(default=4, ge=1, le=64)
    """At so many accounts a worker works at once (dbos)."""


class OrganizationConfig(_Section):
    """Many people's mailboxes by one service account (docs/organization.md): labels and drafts, nothing is sent."""

    service_account: Path | None = None
    """The JSON key of a service account with domain-wide delegation; None: each person logs in."""
    mailboxes: tuple[Annotated[str, AfterValidator(_address)], ...] = ()
    """Whose mail is sorted: primary addresses."""
    mailboxes_file: Path | None = None
    """More of them, one in a line; read anew in each round of the worker. `#` begins a comment."""

    @property
    def is_on(self) -> bool:
        """True when a service account acts for the people."""
        return self.service_account is not None


class TelemetryConfig(_Section):
    """Where spans and counters go: no mail text, no addresses (docs/nightly.md)."""

    endpoint: Annotated[str, AfterValidator(_endpoint)] | None = None
    """Root of an OpenTelemetry collector that takes OTLP over HTTP; None: nobody is told."""
    headers: dict[str, SecretStr] = {}
    """Sent with each report, such as an API key; env:NAME is taken from the environment."""


class StepConfig(_Section):
    """One request to a ticket system; texts are templates (docs/destinations.md)."""

    path: str = Field(min_length=1, max_length=2000)
    method: Literal["GET", "POST", "PUT", "PATCH"] = "POST"
    body: dict[str, object] | None = None
    id: str = ""
    link: str = ""


class DestinationConfig(_Section):
    """Where events may go, once a person has agreed to it."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$")
    kind: Literal["webhook", "request_tracker", "github", "http"] = "webhook"
    url: str
    kinds: tuple[
        Literal["message.decided", "draft.created", "run.finished", "rule.fired", "record.updated"], ...
    ] = ("message.decided",)
    fields: tuple[str, ...] = ("message_id", "thread_id", "sender", "subject", "label", "priority", "url")
    labels: tuple[str, ...] = ()
    """Only mail with one of these labels; empty: all mail."""
    secrets: tuple[SecretStr, ...] = Field(min_length=1)
    """Each is the secret itself, env:NAME, or keyring:NAME."""
    user: str = ""
    """With it the secret is the password of this user (Basic)."""
    private: bool = False
    """True: the host is in your own network; http is allowed then."""
    queue: str = "General"
    requester: bool = False
    """Request Tracker: the sender becomes the requestor, whom RT may write to by its own rules."""
    attachments: str = Field(default="", pattern=r"^$|^[1-9][0-9]{0,7} ?(KB|MB)$")
    """How much of a mail's files goes along with it, such as 5MB; at most 20MB, empty: none."""
    ticket_label: str | None = None
    """The Gmail label of mail that became a ticket; `{ticket}` is its number; empty: none. Default: Mailreeve/Ticket/ID."""
    headers: dict[str, str] = {}
    create: StepConfig | None = None
    find: StepConfig | None = None
    append: StepConfig | None = None
    seen: StepConfig | None = None


class TemplateConfig(_Section):
    """A mail that other software may have sent by itself, once you have agreed to it (docs/propose.md)."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$")
    system: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$")
    """Who may ask for it: a name of `mailreeve systems`."""
    to: tuple[str, ...] = Field(min_length=1, max_length=100)
    """Who may get it: addresses, or @domain."""
    subject: str = Field(min_length=1, max_length=300, pattern=r"^[^\x00-\x1f]*$")
    body: str = Field(min_length=1, max_length=20_000)
    fields: dict[Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")], str] = {}
    """What the system fills in: each name, and the pattern that the whole value has to match."""
    per_day: int = Field(default=20, ge=1, le=500)
    """So many leave without a question within 24 hours."""


class DavConfig(_Section):
    """A collection on a server that Google is kept in step with, once you have agreed to it."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$")
    url: str
    """Of the collection itself."""
    user: str = Field(min_length=1, max_length=200, pattern=r"^[^:\x00-\x1f]+$")
    secret: SecretStr
    """The password, env:NAME, or keyring:NAME."""
    private: bool = False
    """True: the host is in your own network; http is allowed then."""
    wins: Literal["google", "server"] = "google"
    """Whose version stays where both sides changed the same thing."""


class Config(_Section):
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
