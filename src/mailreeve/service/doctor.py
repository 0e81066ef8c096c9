"""Looking at everything that Mailreeve needs: each finding says what is wrong and how to mend it.

Nothing is repaired and no mail is read. Nothing here raises: a check that fails, or breaks, is a finding.
"""

import os
import platform
import shlex
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from mailreeve import __version__
from mailreeve.app import App
from mailreeve.errors import MailreeveError
from mailreeve.platform import is_private
from mailreeve.service import doctor_google, doctor_model, watching, working
from mailreeve.service.answers import Check, DoctorAnswer
from mailreeve.service.finding import Finding, bad, good
from mailreeve.store.audit import GENESIS, Audit
from mailreeve.store.db import damaged, now_ms
from mailreeve.store.runs import Run, Runs, RunState

LEAST_FREE = 200_000_000
"""Bytes of free disk space below which doctor warns."""


@dataclass(slots=True)
class Findings:
    """What was found so far, without the secrets that an error could carry."""

    checks: list[Check]
    secrets: dict[str, str]
    """What must not be shown -> what is shown in its place."""

    def look(self, name: str, check: Callable[[], Finding]) -> bool:
        """Make a check; True when it is in order."""
        try:
            finding = check()
        except MailreeveError as error:
            finding = bad(error.message, error.advice)
        except Exception as error:  # noqa: BLE001 -- a check that breaks is a finding, and the others go on
            finding = bad(f"The check itself broke: {type(error).__name__}.", "Please report this as a bug.")
        detail, fix = self._shown(finding.detail), self._shown(finding.fix)
        self.checks.append(Check(name=name, ok=finding.ok, detail=detail, fix=fix))
        return finding.ok

    def _shown(self, text: str) -> str:
        for secret, shown in self.secrets.items():
            text = text.replace(secret, shown)
        return text

    def answer(self) -> DoctorAnswer:
        """All of it."""
        return DoctorAnswer(ok=all(check["ok"] for check in self.checks), checks=self.checks)


def doctor(
    home: Path, open_app: Callable[[], App], *, account: str = "", ask_model: bool = False
) -> DoctorAnswer:
    """Make all checks; with `ask_model` also ask the language model one small question, which costs tokens.

    `open_app` may raise what reading the settings raises; then only what needs no settings is looked at.
    """
    found = Findings([], {})
    found.look("python", _python)
    found.look("home", lambda: _home(home))
    found.look("disk", lambda: _disk(home))
    if not found.look("config", lambda: _config(home, open_app())):
        return found.answer()
    app = open_app()
    found.secrets = _secrets(app)
    is_sound = found.look("database", lambda: _database(app))
    found.look("keyring", lambda: _keyring(app))
    found.look("model", lambda: doctor_model.model(app, ask=ask_model))
    found.look("tokens", doctor_model.token_count)
    if app.config.semantic.is_on:
        found.look("semantic", lambda: doctor_model.semantic(app, ask=ask_model))
    accounts = doctor_google.look(app, found.look, account, has_store=is_sound and _has_store(app))
    if is_sound and _has_store(app):
        for address in accounts:
            found.look(f"last run {address}", lambda address=address: _last_run(app, address))  # type: ignore[misc]
            found.look(f"nights {address}", lambda address=address: working.health(app, address))  # type: ignore[misc]
            found.look(f"watch {address}", lambda address=address: watching.health(app, address, now_ms()))  # type: ignore[misc]
        found.look("audit", lambda: _audit(app))
    return found.answer()


def _secrets(app: App) -> dict[str, str]:
    llm, google = app.config.llm, app.config.google
    every = (llm.api_key, google.token, app.config.semantic.api_key)
    kept = [secret.get_secret_value() for secret in every if secret]
    hidden = dict.fromkeys(filter(None, kept), "(secret)")
    if llm.base_url and "@" in llm.base_url:
        hidden[llm.base_url] = doctor_model.host(llm.base_url)
    return hidden


def _has_store(app: App) -> bool:
    """Opening a file that is not there would make it, and doctor makes nothing."""
    return app.config.store.url is not None or (app.config.home / "mailreeve.db").is_file()


def _python() -> Finding:
    system = f"{platform.system()} {platform.machine()}"
    return good(f"Mailreeve {__version__} on Python {platform.python_version()}, {system}")


def _home(home: Path) -> Finding:
    if not home.exists():
        return good(f"{home} is not there yet; the first command that needs it makes it")
    if not home.is_dir():
        return bad(f"{home} is not a folder.", "Move it away, or point MAILREEVE_HOME to a folder.")
    if not is_private(home):
        return bad(
            f"Other users of this machine can look into {home}.", f"Run: chmod 700 {shlex.quote(str(home))}"
        )
    if not os.access(home, os.R_OK | os.W_OK | os.X_OK):
        return bad(f"{home} cannot be read and written by you.", "Make yourself its owner again.")
    return good(f"{home}, for you only")


def _disk(home: Path) -> Finding:
    there = next(folder for folder in (home, *home.parents) if folder.exists())
    free = shutil.disk_usage(there).free
    told = f"{free / 1e9:.1f} GB free at {there}"
    return good(told) if free >= LEAST_FREE else bad(told, "Free some space.")


def _config(home: Path, app: App) -> Finding:
    """Reading the settings checks them; the zone is looked up here."""
    file = home / "config.toml"
    told = str(file) if file.exists() else f"no {file}: every setting has its default"
    may = ", ".join(app.config.policy.capabilities) or "nothing"
    if app.config.demo:
        may += " (send: to the sandbox only)"
    return good(f"{told}; time zone {app.zone}; allowed: {may}")


def _database(app: App) -> Finding:
    if not _has_store(app):
        return good("none yet; the first command that needs it makes it")
    damage = app.db.damage()
    if damage:
        told = damaged(f"{app.db.place} ({damage[0].splitlines()[-1]})")
        return bad(told.message, told.advice)
    return good(f"{app.db.place}, sound")


def _keyring(app: App) -> Finding:
    from mailreeve.google.tokens import SERVICE

    if app.config.demo:
        return good("not used by the demo")
    if app.keyring is None:
        return good(f"none here: logins lie in {app.config.home / 'tokens'}, readable by you only")
    name = type(app.keyring).__module__.removeprefix("keyring.backends.")
    from keyring.errors import KeyringError

    try:
        app.keyring.get_password(SERVICE, "doctor")
    except KeyringError as error:
        detail = f"The keyring ({name}) does not open: {type(error).__name__}."
        return bad(detail, "Unlock it, or log in again: the login is then kept in a private file.")
    return good(f"{name} opens")


def _last_run(app: App, address: str) -> Finding:
    runs = Runs(app.db, address).latest(1)
    if not runs:
        return good("none yet: `mailreeve triage --dry-run` shows what one would do")
    run = runs[0]
    told = f"{run.id}, {run.started.astimezone(app.zone):%Y-%m-%d %H:%M}, {run.state.value}{_coverage(run)}"
    if run.state in {RunState.INTERRUPTED, RunState.PARTIAL}:
        return bad(told, "Run `mailreeve triage`: what failed or was not reached is tried again.")
    return good(told)


def _coverage(run: Run) -> str:
    seen = run.result.get("seen")
    if seen is None:
        return ""
    failed, waiting = len(run.result.get("failed", ())), len(run.result.get("needs_human", ()))
    return f": {seen} seen, {waiting} need you, {failed} failed"


def _audit(app: App) -> Finding:
    if Audit(app.db, "").head() == GENESIS:
        return good("empty so far")
    found = Audit(app.db, "", app.audit_key()).verify()
    if found.ok:
        return good(f"{found.rows} rows, unbroken; anchor: {found.anchor}")
    where = f"broken at row {found.broken_at} of {found.rows}; anchor: {found.anchor}"
    advice = "Something changed the log, or its key is gone from the keyring. Keep a copy of mailreeve.db."
    return bad(where, advice)
