"""Doctor's look at Google: the way there, the clock, the OAuth client, and each account's login."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from mailreeve.app import App
from mailreeve.cancel import Cancel
from mailreeve.errors import Cancelled
from mailreeve.service.finding import Finding, bad, good
from mailreeve.store.accounts import Account

if TYPE_CHECKING:
    from mailreeve.google.gmail import Gmail
    from mailreeve.google.reach import Reached

PATIENCE = 10.0
"""Seconds to wait for each answer of Google."""
MOST_SKEW = 120.0
"""Seconds by which the clocks may differ: with more, logins and certificates begin to fail."""

Look = Callable[[str, Callable[[], Finding]], bool]
"""Makes a named check; True when it is in order."""


def look(app: App, check: Look, wanted: str, *, has_store: bool) -> tuple[str, ...]:
    """Make all checks that concern Google; returns the addresses of the accounts that were looked at.

    Without a store there can be no login, except one that comes as a ready token.
    """
    way = _Way(app)
    is_reached = check("google", way.reach)
    if way.reached:
        check("clock", way.clock)
    check("quota", partial(_quota, app))
    if not app.config.google.token and not app.config.demo:
        check("oauth client", partial(_client, app, has_store=has_store))
    found: list[Account] = []
    check("account", partial(_accounts, app, wanted, found, has_store=has_store, is_reached=is_reached))
    for account in found:
        _Patient(app, account).look(check, is_reached=is_reached)
    return tuple(account.address for account in found)


class _Way:
    """The way to Google; what it found about the clock is kept for the check after it."""

    def __init__(self, app: App) -> None:
        self._app = app
        self.reached: Reached | None = None

    def reach(self) -> Finding:
        from mailreeve.google.endpoints import endpoints
        from mailreeve.google.reach import reach

        google = self._app.google
        self.reached = reach(google.base, min(PATIENCE, google.timeout_seconds))
        where = endpoints(google.base).root
        own = (
            ""
            if google.base is None
            else ", not Google itself: MAILREEVE_GOOGLE_BASE or [google] base is set"
        )
        if self._app.config.demo:
            own = ", the demo's own mailbox: nothing leaves this machine"
        return good(f"{where} answered in {self.reached.milliseconds} ms{own}")

    def clock(self) -> Finding:
        ahead = self.reached.ahead if self.reached else None
        if ahead is None:
            return good("the server did not tell the time, so it could not be compared")
        told = f"{abs(ahead):.0f} s {'ahead of' if ahead > 0 else 'behind'} Google's"
        if abs(ahead) <= MOST_SKEW:
            return good(told)
        fix = "Set this machine's clock (turn on network time): logins and deadlines go wrong with it."
        return bad(f"This machine's clock is {told}.", fix)


def _quota(app: App) -> Finding:
    from mailreeve.google.quota import PER_MINUTE, cost

    profile = app.google.quota
    if profile == "off":
        return good("off: Mailreeve does not limit itself ([google] quota)")
    each = cost("messages.get", profile)
    return good(f"{profile}: {PER_MINUTE[profile]} units a minute, {each} for a message ([google] quota)")


def _client(app: App, *, has_store: bool) -> Finding:
    from mailreeve.google.client_file import read_client

    if app.config.organization.is_on:
        from mailreeve.app import organization

        key = organization.key(app.config)
        return good(f"service account {key.email}, client id {key.client_id}")
    file = app.config.google.client_file
    if file is None:
        if has_store and app.accounts.list():
            return good("none set; the next `mailreeve login` needs one")
        fix = "Make one in the Google Cloud console (docs/connect-gmail.md) and set [google] client_file."
        return bad("There is no OAuth client yet.", fix)
    read_client(file)
    return good(str(file))


def _accounts(app: App, wanted: str, found: list[Account], *, has_store: bool, is_reached: bool) -> Finding:
    """Which accounts there are; fills `found`."""
    if app.config.demo or app.google.token:
        if not is_reached:
            return bad("Whose access token it is could not be asked.", "Mend what `google` says first.")
        found.append(app.account(wanted))
        return good(f"{found[0].address}, by a ready access token")
    if wanted:
        found.append(app.account(wanted))
    elif app.config.organization.is_on:
        every = app.logins
        found.append(every[0])
        return good(
            f"{len(every)} in the organization; looked at {found[0].address} (--account names another)"
        )
    elif has_store:
        found.extend(app.logins)
    if not found:
        return bad("No account is logged in yet.", "Run `mailreeve login`, or try `mailreeve --demo`.")
    return good(", ".join(account.address for account in found))


class _Patient:
    """One account."""

    def __init__(self, app: App, account: Account) -> None:
        self._app = app
        self._account = account

    def look(self, check: Look, *, is_reached: bool) -> None:
        address = self._account.address
        is_ready = bool(self._app.google.token) or self._app.config.organization.is_on
        if not is_ready:
            if not check(f"login {address}", self._login):
                return
            check(f"permissions {address}", self._permissions)
        if not is_reached:
            check(f"mailbox {address}", lambda: bad("Not asked.", "Mend what `google` says first."))
        elif check(f"mailbox {address}", self._mailbox):
            check(f"labels {address}", self._labels)

    def _login(self) -> Finding:
        place = self._app.tokens.place(self._account.address)
        if not place:
            fix = f"Run `mailreeve login {self._account.address}`."
            return bad("The login is neither in the keyring nor in a file.", fix)
        return good("kept in the system's keyring" if place == "keyring" else f"kept in {place}")

    def _permissions(self) -> Finding:
        from mailreeve.google import scopes

        granted = self._app.tokens.load(self._account.address).scopes
        missing = scopes.missing(self._app.config.policy.capabilities, granted)
        if missing:
            fix = f"Run `mailreeve login {self._account.address}` and leave the boxes ticked"
            return bad(
                f"Not granted: {', '.join(missing)}.",
                f"{fix}, or take it out of [policy] capabilities.",
            )
        return good("; ".join(scopes.in_words(scope) for scope in granted))

    def _mailbox(self) -> Finding:
        """The login is renewed, and Gmail says whose it is."""
        from mailreeve.google.reach import profile_once

        transport = self._app.transport(self._account)
        try:
            profile = profile_once(transport.bound(Cancel(PATIENCE)))
        except Cancelled:
            return bad(f"No units of the quota were free for {PATIENCE:g} s.", "Wait until other work ends.")
        finally:
            transport.close()
        if profile.address.lower() != self._account.address:
            fix = f"Run `mailreeve logout {self._account.address}`, then `mailreeve login`."
            return bad(f"Gmail says that this is the login of {profile.address}.", fix)
        return good(f"Gmail took the login: {profile.messages_total} messages")

    def _labels(self) -> Finding:
        from mailreeve.google.gmail import Gmail

        transport = self._app.transport(self._account)
        try:
            return self._counted(Gmail(transport.bound(Cancel(PATIENCE))))
        except Cancelled:
            return bad(f"Gmail did not list the labels within {PATIENCE:g} s.", "Run it again later.")
        finally:
            transport.close()

    def _counted(self, gmail: "Gmail") -> Finding:
        from mailreeve.triage.labels import NEEDS_HUMAN_NAME, gmail_name

        prefix = self._app.config.triage.label_prefix
        wanted = {gmail_name(prefix, spec).casefold() for spec in self._app.labels}
        wanted.add(f"{prefix}/{NEEDS_HUMAN_NAME}".casefold())
        there = wanted & {label.name.casefold() for label in gmail.labels()}
        return good(f"{len(there)} of {len(wanted)} are in Gmail; triage makes each when it is first needed")
