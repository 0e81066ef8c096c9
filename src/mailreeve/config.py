"""Settings: config.toml in MAILREEVE_HOME and MAILREEVE_* -> one frozen Config. The only reader of either.

`DATABASE_URL` and `OPENAI_*` are ignored on purpose: mail must not go to a provider that the user did not
name here.
"""

import ipaddress
import os
import re
import tomllib
from collections.abc import Mapping
from datetime import time, timedelta
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, ValidationError

from mailreeve.errors import ConfigError
from mailreeve.models import Archetype
from mailreeve.platform import default_home

Capability = Literal["read", "label", "draft", "send", "outbound"]


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
    offline_bar: float = Field(default=0.85, ge=0, le=1)
    """The offline reader decides alone from this confidence on, if no veto fires."""


class NightConfig(_Section):
    """When `mailreeve worker` makes a run (docs/nightly.md)."""

    at: Annotated[tuple[time, ...], BeforeValidator(_times)] = (time(3),)
    """In the user's time zone; empty: no nights."""
    every: Annotated[timedelta | None, BeforeValidator(_span)] = None
    """How often the worker looks for new mail between the nights; None: it does not."""


class IndexConfig(_Section):
    """The local index of the mail, made by `mailreeve sync`."""

    enabled: bool = True
    """False: none is made, none is searched."""
    first_days: int = Field(default=365, ge=1, le=36_500)
    """How far the first sync goes back."""
    fresh_minutes: int = Field(default=10, ge=0, le=10_080)
    """How long after a sync a search may trust the index without asking Gmail."""


class UserConfig(_Section):
    """The person whose mail it is."""

    name: str = ""
    about: str = Field(default="", max_length=2000)
    timezone: str = ""
    """An IANA name; empty is the zone of the machine."""


class PolicyConfig(_Section):
    """What Mailreeve may do; no capability implies another."""

    capabilities: tuple[Capability, ...] = ("read", "label", "draft")
    """A sandbox with a ready token has `send` too unless the file says otherwise: it reaches nobody."""
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


class StoreConfig(_Section):
    """Where the ledger, the journal and the gate lie."""

    url: SecretStr | None = None
    """A PostgreSQL connection string for several machines; without one a file in the home folder."""


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
    kinds: tuple[Literal["message.decided", "draft.created", "run.finished"], ...] = ("message.decided",)
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
    headers: dict[str, str] = {}
    create: StepConfig | None = None
    find: StepConfig | None = None
    append: StepConfig | None = None
    seen: StepConfig | None = None


class Config(_Section):
    """All settings, read once at start."""

    home: Path
    account: str = ""
    """The default account; empty is the only one there is."""
    google: GoogleConfig = GoogleConfig()
    llm: LlmConfig = LlmConfig()
    triage: TriageConfig = TriageConfig()
    night: NightConfig = NightConfig()
    index: IndexConfig = IndexConfig()
    user: UserConfig = UserConfig()
    policy: PolicyConfig = PolicyConfig()
    privacy: PrivacyConfig = PrivacyConfig()
    store: StoreConfig = StoreConfig()
    labels: tuple[LabelConfig, ...] = ()
    """Empty is the built-in set (triage/labels.py)."""
    destination: tuple[DestinationConfig, ...] = ()
    demo: bool = False
    """True when everything runs on the built-in demo mailbox."""


_ENVIRONMENT = {
    "MAILREEVE_GOOGLE_BASE": ("google", "base"),
    "MAILREEVE_GOOGLE_TOKEN": ("google", "token"),
    "MAILREEVE_LLM_BASE_URL": ("llm", "base_url"),
    "MAILREEVE_LLM_API_KEY": ("llm", "api_key"),
    "MAILREEVE_LLM_MODEL": ("llm", "model"),
    "MAILREEVE_DATABASE_URL": ("store", "url"),
}


def home_folder(environ: Mapping[str, str] = os.environ) -> Path:
    """The one folder that holds config, tokens, databases and logs."""
    chosen = environ.get("MAILREEVE_HOME")
    return Path(chosen).expanduser().absolute() if chosen else default_home()


def load(environ: Mapping[str, str] = os.environ, home: Path | None = None) -> Config:
    """Read config.toml and the environment.

    Raises ConfigError naming the key and what it should be.
    """
    folder = home or home_folder(environ)
    file = folder / "config.toml"
    values = _read_toml(file)
    if "home" in values or "demo" in values:
        raise ConfigError(f"{file}: home and demo cannot be set there.", "Use MAILREEVE_HOME and --demo.")
    for variable, (section, key) in _ENVIRONMENT.items():
        if environ.get(variable):
            values.setdefault(section, {})[key] = environ[variable]
    try:
        config = Config.model_validate({**values, "home": folder})
    except ValidationError as error:
        raise ConfigError(_explain(error, file), "Compare it with config.example.toml.") from None
    if config.google.token and not config.google.is_loopback:
        raise ConfigError(
            "MAILREEVE_GOOGLE_TOKEN is taken only together with a loopback MAILREEVE_GOOGLE_BASE.",
            "For a real account run `mailreeve login`.",
        )
    attach = config.policy.attach_folder
    if attach and attach.expanduser().resolve().is_relative_to(folder.resolve()):
        raise ConfigError(
            f"{file}: policy.attach_folder lies in {folder}, beside tokens and settings.",
            "Set a folder of its own, elsewhere.",
        )
    if config.google.token and "capabilities" not in values.get("policy", {}):
        every = config.policy.model_copy(update={"capabilities": (*config.policy.capabilities, "send")})
        config = config.model_copy(update={"policy": every})
    names = [one.id for one in config.destination]
    if len(names) != len(set(names)):
        raise ConfigError(f"{file}: two destinations have the same id.", "Give each its own id.")
    config = _with_secrets(config, environ)
    ids = [label.id for label in config.labels]
    if len(ids) != len(set(ids)):
        raise ConfigError(f"{file}: two labels have the same id.", "Give each label its own id.")
    return config


def _with_secrets(config: Config, environ: Mapping[str, str]) -> Config:
    """Secrets of destinations that stand in the environment; one that is not there names its destination."""

    def found(one: SecretStr, destination: str) -> SecretStr:
        scheme, colon, name = one.get_secret_value().partition(":")
        if not colon or scheme != "env":
            return one
        if not environ.get(name):
            raise ConfigError(f"destination {destination}: {name} is not in the environment.", "Set it.")
        return SecretStr(environ[name])

    every = tuple(
        one.model_copy(update={"secrets": tuple(found(secret, one.id) for secret in one.secrets)})
        for one in config.destination
    )
    return config.model_copy(update={"destination": every})


def _read_toml(file: Path) -> dict[str, dict[str, object]]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{file} is not valid TOML: {error}.", "Correct that line.") from None
    except OSError as error:
        raise ConfigError(f"{file} cannot be read: {error.strerror}.", "Check its permissions.") from None


def _explain(error: ValidationError, file: Path) -> str:
    """One line per wrong key; the value is not echoed, because it may be a secret."""
    lines = []
    for problem in error.errors(include_input=False, include_url=False):
        key = ".".join(str(part) for part in problem["loc"])
        text = "unknown key" if problem["type"] == "extra_forbidden" else problem["msg"]
        lines.append(f"{key}: {text}")
    return f"Wrong settings ({file.name} or MAILREEVE_*): " + "; ".join(lines) + "."
