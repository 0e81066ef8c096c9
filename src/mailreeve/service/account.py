"""Logging in and out."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from typing_extensions import TypedDict

from mailreeve.app import App
from mailreeve.cancel import Cancel
from mailreeve.errors import ConfigError, InputError, MailreeveError
from mailreeve.service import watching
from mailreeve.store.accounts import Account
from mailreeve.store.audit import Audit
from mailreeve.store.contacts import Contacts
from mailreeve.store.diary import DiaryItems
from mailreeve.store.index_schema import files, location

if TYPE_CHECKING:
    from mailreeve.google.auth import Login

CONNECTIONS = "https://myaccount.google.com/connections"
"""Where a person takes a login back at Google."""

_PATIENCE = 10.0
"""Seconds for what a logout asks of Google beside the login itself."""

DISABLED = {
    "read": "searching, reading, summaries and triage",
    "label": "labels, archiving and the labels of triage",
    "draft": "drafts of replies",
    "send": "sending",
    "contacts": "address book",
    "calendar": "calendar",
}
"""Capability -> what does not work without it."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What a login will ask for: told to the person before the browser opens."""

    permissions: tuple[str, ...]
    """In words."""
    may_send: bool
    """Google's permission allows sending too, whatever the settings say."""
    send: bool
    """The settings have sending on."""
    model: str
    """Name and address of the language model that mail is shown to; empty: none."""


class LoginAnswer(TypedDict):
    """A new login; `missing` was wished for by the settings and not granted."""

    account: str
    capabilities: list[str]
    missing: list[str]
    kept_in: str
    granted: list[str]


class LogoutAnswer(TypedDict):
    """What became of a login; `at_google` is revoked, dead (it was already) or unknown."""

    account: str
    at_google: str
    advice: str


def wish(app: App, more: Sequence[str] = (), expected: str = "") -> Wish:
    """What `login` will ask for; `more` are contacts or calendar, turned on by this login. Raises ConfigError when there is no OAuth client to ask with."""
    from mailreeve.google import scopes

    asked = _asked(app, expected, more)
    llm = app.config.llm
    return Wish(
        tuple(scopes.in_words(scope) for scope in asked.scopes),
        "send" in scopes.capabilities(asked.scopes),
        "send" in app.config.policy.capabilities,
        f"{llm.model} at {urlsplit(llm.base_url or '').hostname}" if llm.configured else "",
    )


def login(
    app: App,
    *,
    expected: str = "",
    show: Callable[[str], object],
    open_page: Callable[[str], object],
    paste: Callable[[], str] | None,
    cancel: Cancel,
    more: Sequence[str] = (),
) -> LoginAnswer:
    """Log in to an account; with `paste` by a browser elsewhere. `more` turns on contacts or calendar.

    `show` gets the address for the person to see. Raises ConfigError without an OAuth client, LoginNeeded
    when the person said no, did not answer or signed in as somebody else than `expected`.
    """
    from mailreeve.google import auth, scopes

    asked = _asked(app, expected, more)
    _ = app.db  # a store that cannot be written shows before the person goes through the consent page
    if paste:
        token = auth.headless(asked, show, paste, cancel)
    else:
        token = auth.in_browser(asked, show, open_page, cancel)
    app.tokens.login(token)
    wished = _wished(app, expected, more)
    able = tuple(name for name in wished if name in scopes.capabilities(token.scopes))
    app.accounts.put(Account(token.account, app.google.base or "", token.scopes, able))
    _noted(app, token.account, "account.login", scopes=list(token.scopes))
    return LoginAnswer(
        account=token.account,
        capabilities=list(able),
        missing=list(scopes.missing(wished, token.scopes)),
        kept_in=app.tokens.place(token.account),
        granted=[scopes.in_words(scope) for scope in token.scopes],
    )


def _wished(app: App, expected: str, more: Sequence[str]) -> tuple[str, ...]:
    """What the settings name, what this login turns on, and what an earlier one turned on."""
    known = app.accounts.list()
    before = [one for one in known if one.address == expected.lower() or (not expected and len(known) == 1)]
    had = [name for one in before for name in one.capabilities if name in {"contacts", "calendar"}]
    return tuple(dict.fromkeys((*app.config.policy.capabilities, *more, *had)))


def _asked(app: App, expected: str, more: Sequence[str] = ()) -> "Login":
    from mailreeve.google import auth, scopes
    from mailreeve.google.client_file import read_client

    google = app.google
    if google.token:
        raise InputError(
            "An access token is set already, so there is nothing to log in to.",
            "Leave --demo out, and unset MAILREEVE_GOOGLE_TOKEN, to log in to a mailbox of your own.",
        )
    if app.config.organization.is_on:
        raise InputError(
            "The organization's service account acts for its people, so nobody logs in here.",
            "Take [organization] service_account out of config.toml to log in to a mailbox of your own.",
        )
    if expected and "@" not in expected:
        raise InputError(f"{expected} is no e-mail address.", "Name the account as ana@example.com.")
    if google.client_file is None:
        raise ConfigError(
            "There is no OAuth client yet.",
            "Make one in the Google Cloud console (docs/connect-gmail.md) and set [google] client_file in"
            f" {app.config.home / 'config.toml'}.",
        )
    client = read_client(google.client_file)
    wanted = scopes.wanted(_wished(app, expected, more))
    return auth.Login(client, wanted, google.base, expected.lower(), google.timeout_seconds)


def logout(app: App, address: str = "") -> LogoutAnswer:
    """Take the login back at Google and forget it here, which is done even when Google cannot be reached."""
    account = app.account(address)
    if app.google.token:
        raise InputError(
            "This account came with a ready access token, so there is no login to take back.",
            "Leave --demo out, or unset MAILREEVE_GOOGLE_TOKEN.",
        )
    if app.config.organization.is_on:
        raise InputError(
            "There is no login to take back: the organization's service account acts for this person.",
            "Take the address out of [organization] in config.toml.",
        )
    with suppress(MailreeveError):  # else Gmail's watch ends by itself within a week
        watching.stop(app, account.address, Cancel(_PATIENCE))
    try:
        at_google, advice = ("revoked" if revoke(app, account.address) else "dead"), ""
    except MailreeveError as error:
        by_hand = f"Remove Mailreeve at {CONNECTIONS} by hand: until then Google still knows this login."
        at_google, advice = "unknown", f"{error.message} {by_hand}"
    forget(app, account.address)
    _noted(app, account.address, "account.logout", at_google=at_google)
    return LogoutAnswer(account=account.address, at_google=at_google, advice=advice)


def revoke(app: App, address: str) -> bool:
    """Take a login back at Google; False when it was dead already.

    Raises GoogleUnavailable; LoginNeeded or ConfigError when it is not here or cannot be read.
    """
    from mailreeve.google import auth

    return auth.revoke(app.tokens.load(address), base=app.google.base, timeout=app.google.timeout_seconds)


def forget(app: App, address: str) -> None:
    """Delete a login from this machine. Raises StoreError when the keyring does not let go of it."""
    for file in files(location(app.config.home, address)):  # the words of the mail go with the login
        file.unlink(missing_ok=True)
    Contacts(app.db, address).forget_all()
    DiaryItems(app.db, address).forget_all()
    app.tokens.delete(address)
    app.accounts.remove(address)


def _noted(app: App, address: str, event: str, **body: object) -> None:
    Audit(app.db, address, app.audit_key()).append(event, dict(body), actor="person")
