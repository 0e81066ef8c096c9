"""Reads config.toml and MAILREEVE_* into one Config."""

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path

from pydantic import SecretStr, ValidationError

from mailreeve.config.sections import Config
from mailreeve.errors import ConfigError
from mailreeve.platform import default_home

_ENVIRONMENT = {
    "MAILREEVE_GOOGLE_BASE": ("google", "base"),
    "MAILREEVE_GOOGLE_TOKEN": ("google", "token"),
    "MAILREEVE_LLM_BASE_URL": ("llm", "base_url"),
    "MAILREEVE_LLM_API_KEY": ("llm", "api_key"),
    "MAILREEVE_LLM_MODEL": ("llm", "model"),
    "MAILREEVE_DATABASE_URL": ("store", "url"),
}
_IN_SANDBOX = ("send", "contacts", "calendar")


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
    if attach and attach.resolve().is_relative_to(folder.resolve()):
        raise ConfigError(
            f"{file}: policy.attach_folder lies in {folder}, beside tokens and settings.",
            "Set a folder of its own, elsewhere.",
        )
    if config.google.token and "capabilities" not in values.get("policy", {}):
        every = config.policy.model_copy(update={"capabilities": (*config.policy.capabilities, *_IN_SANDBOX)})
        config = config.model_copy(update={"policy": every})
    _check_organization(config, file)
    _check_engine(config, file)
    _check_wake(config, file)
    _check_ids(config, file)
    _check_semantic(config, file)
    return _with_secrets(config, environ)


def _check_ids(config: Config, file: Path) -> None:
    for what, named in (
        ("destination", config.destination),
        ("label", config.labels),
        ("template", config.template),
        ("address_book", config.address_book),
        ("calendar_server", config.calendar_server),
    ):
        if len(named) != len({one.id for one in named}):
            raise ConfigError(f"{file}: two {what}s have the same id.", f"Give each {what} its own id.")


def _check_semantic(config: Config, file: Path) -> None:
    if config.semantic.is_on and not (config.semantic.base_url or config.llm.base_url):
        raise ConfigError(
            f"{file}: [semantic] has a model and no endpoint.",
            "Set [semantic] base_url, or base_url under [llm] if that endpoint has `/embeddings`.",
        )


def _check_engine(config: Config, file: Path) -> None:
    if config.engine.kind == "dbos" and config.store.url is None:
        raise ConfigError(
            f'{file}: [engine] kind = "dbos" keeps its queues on PostgreSQL, and [store] url is not set.',
            "Set [store] url or MAILREEVE_DATABASE_URL, or take the line out.",
        )


def _check_wake(config: Config, file: Path) -> None:
    key = config.wake.service_account or config.organization.service_account
    if config.wake.subscription and not key and not config.google.token:
        raise ConfigError(
            f"{file}: [wake] subscription is pulled by a service account, and there is no key of one.",
            "Set [wake] service_account to the path of its JSON key (docs/wake.md).",
        )


def _check_organization(config: Config, file: Path) -> None:
    """Nothing leaves there: nobody on that machine is the person whose mail it is."""
    if not config.organization.is_on:
        return
    forbidden = sorted(set(config.policy.capabilities) - {"read", "label", "draft"})
    if forbidden:
        raise ConfigError(
            f"{file}: [organization] only labels and drafts, and policy.capabilities has {', '.join(forbidden)}.",
            "Take that out: each person sends their drafts in Gmail.",
        )
    if config.google.token:
        raise ConfigError(
            "MAILREEVE_GOOGLE_TOKEN and [organization] service_account are both set.", "Unset one of them."
        )


def _with_secrets(config: Config, environ: Mapping[str, str]) -> Config:
    """Secrets that stand in the environment; one that is not there names what it is for."""

    def found(one: SecretStr, owner: str) -> SecretStr:
        scheme, colon, name = one.get_secret_value().partition(":")
        if not colon or scheme != "env":
            return one
        if not environ.get(name):
            raise ConfigError(f"{owner}: {name} is not in the environment.", "Set it.")
        return SecretStr(environ[name])

    every = tuple(
        one.model_copy(
            update={"secrets": tuple(found(secret, f"destination {one.id}") for secret in one.secrets)}
        )
        for one in config.destination
    )
    headers = {name: found(secret, "telemetry.headers") for name, secret in config.telemetry.headers.items()}
    telemetry = config.telemetry.model_copy(update={"headers": headers})
    models = {
        name: one.model_copy(update={"api_key": one.api_key and found(one.api_key, f"{name}.api_key")})
        for name, one in (("llm", config.llm), ("semantic", config.semantic))
    }
    servers = {
        name: tuple(one.model_copy(update={"secret": found(one.secret, f"{name} {one.id}")}) for one in named)
        for name, named in (
            ("address_book", config.address_book),
            ("calendar_server", config.calendar_server),
        )
    }
    return config.model_copy(update={"destination": every, "telemetry": telemetry, **models, **servers})


def _read_toml(file: Path) -> dict[str, dict[str, object]]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{file} is not valid TOML: {error}.", "Correct that line.") from None
    except OSError as error:
        advice = "MAILREEVE_HOME has to name a folder." if file.parent.is_file() else "Check its permissions."
        raise ConfigError(f"{file} cannot be read: {error.strerror}.", advice) from None


def _explain(error: ValidationError, file: Path) -> str:
    """One line per wrong key; the value is not echoed, because it may be a secret."""
    lines = []
    for problem in error.errors(include_input=False, include_url=False):
        key = ".".join(str(part) for part in problem["loc"])
        text = "unknown key" if problem["type"] == "extra_forbidden" else problem["msg"]
        lines.append(f"{key}: {text}")
    return f"Wrong settings ({file.name} or MAILREEVE_*): " + "; ".join(lines) + "."
