"""Logging in and out, and leaving without a trace."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass

from mailreeve.app import App, Mailbox
from mailreeve.cancel import Cancel
from mailreeve.errors import ConfigError, InputError, MailreeveError, NotFound
from mailreeve.models import Progress
from mailreeve.service.answers import Failed
from mailreeve.store.accounts import Account


@dataclass(frozen=True, slots=True)
class LoggedIn:
    """A new login: what it may do, and what was unticked."""

    address: str
    capabilities: tuple[str, ...]
    missing: tuple[str, ...]
    kept_in: str


def login(
    app: App,
    *,
    expected: str = "",
    show: Callable[[str], object],
    open_page: Callable[[str], object],
    paste: Callable[[], str] | None,
    cancel: Cancel,
) -> LoggedIn:
    """Log in to an account; with `paste` by a browser elsewhere.

    Raises ConfigError without an OAuth client, LoginNeeded when the person said no.
    """
    from mailreeve.google import auth, scopes
    from mailreeve.google.client_file import read_client

    google = app.google
    if google.client_file is None:
        raise ConfigError(
            "There is no OAuth client yet.",
            "Make one in the Google Cloud console (docs/connect-gmail.md) and set [google] client_file.",
        )
    wished = app.config.policy.capabilities
    asked = auth.Login(
        read_client(google.client_file.expanduser()),
        scopes.wanted(wished),
        google.base,
        expected.lower(),
        google.timeout_seconds,
    )
    if paste:
        token = auth.headless(asked, show, paste, cancel)
    else:
        token = auth.in_browser(asked, show, open_page, cancel)
    app.tokens.login(token)
    able = tuple(name for name in wished if name in scopes.capabilities(token.scopes))
    app.accounts.put(Account(token.account, google.base or "", token.scopes, able))
    missing = scopes.missing(wished, token.scopes)
    return LoggedIn(token.account, able, missing, "the system's keyring" if app.keyring else "a private file")


def logout(app: App, address: str = "") -> str:
    """Take the login back at Google and forget it here; returns the address."""
    from mailreeve.google import auth

    account = app.account(address)
    if app.google.token:
        raise InputError("This account came with a ready access token.", "Unset MAILREEVE_GOOGLE_TOKEN.")
    token = app.tokens.find(account.address)
    try:
        if token:
            auth.revoke(token, base=app.google.base, timeout=app.google.timeout_seconds)
    finally:
        app.tokens.delete(account.address)
        app.accounts.remove(account.address)
    return account.address


@dataclass(frozen=True, slots=True)
class Leftovers:
    """What of ours lies in a mailbox."""

    labels: tuple[tuple[str, str], ...]
    """(id, name)."""
    drafts: tuple[str, ...]


def leftovers(box: Mailbox, cancel: Cancel) -> Leftovers:
    """Our labels, and the drafts that we wrote and nobody changed since."""
    prefix = box.config.triage.label_prefix
    gmail = box.gmail.bound(cancel)
    labels = tuple(
        (label.id, label.name)
        for label in gmail.labels()
        if not label.system and (label.name == prefix or label.name.startswith(f"{prefix}/"))
    )
    return Leftovers(labels, box.journal.open_drafts())


def uninstall(box: Mailbox, found: Leftovers, progress: Progress, cancel: Cancel) -> list[Failed]:
    """Remove our labels and unchanged drafts from Gmail, take the login back, delete the home folder.

    The folder stays when something failed, so that it can be run again.
    """
    from mailreeve.triage.undo import undo_draft

    failed: list[Failed] = []
    gmail = box.gmail.bound(cancel)
    total = len(found.labels) + len(found.drafts)
    for done, (id_, name) in enumerate(found.labels):
        progress(done, total, f"label {name}")
        failed += _tried(name, lambda id_=id_: gmail.delete_label(id_))  # type: ignore[misc]
    for done, change in enumerate(found.drafts, start=len(found.labels)):
        progress(done, total, "drafts")
        failed += _tried(change, lambda change=change: undo_draft(box, change))  # type: ignore[misc]
    if failed:
        return failed
    if not box.app.google.token:
        logout(box.app, box.address)
    home = box.config.home
    box.app.close()
    shutil.rmtree(home)
    return []


def _tried(what: str, work: Callable[[], object]) -> list[Failed]:
    try:
        work()
    except NotFound:
        pass  # gone already: that is what we want
    except MailreeveError as error:
        return [Failed(id=what, reason=str(error))]
    return []
