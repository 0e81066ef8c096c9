"""Login: the person says yes in the browser, and Mailreeve gets a refresh token.

OAuth 2.0 for desktop apps: loopback redirect (RFC 8252), PKCE with S256 (RFC 7636), state checked.
Source: developers.google.com/identity/protocols/oauth2/native-app.
"""

import hmac
import logging
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from mailreeve.cancel import Cancel
from mailreeve.errors import GoogleUnavailable, InputError, LoginNeeded
from mailreeve.google import border
from mailreeve.google.client_file import OAuthClient
from mailreeve.google.credentials import passing
from mailreeve.google.endpoints import Endpoints, endpoints
from mailreeve.google.gmail import Gmail
from mailreeve.google.loopback import Receiver, answer_in
from mailreeve.google.tokens import StoredToken
from mailreeve.google.transport import Transport
from mailreeve.google.wire import no_surprises

NOBODY_LISTENS = "http://127.0.0.1:53682/"
"""The redirect of a headless login: the browser fails to open it, and its address bar holds the answer."""
PATIENCE = 300.0
_CODE = re.compile(r"[A-Za-z0-9/_.~%+-]{8,1024}")


@dataclass(frozen=True, slots=True)
class Login:
    """What is asked for, and of whom."""

    client: OAuthClient
    scopes: tuple[str, ...]
    base: str | None = None
    expected: str = ""
    """The address that the login must be for; empty is any."""
    timeout: float = 60.0
    """Seconds per request."""

    @property
    def endpoints(self) -> Endpoints:
        """Where to ask."""
        return endpoints(self.base)


def in_browser(
    login: Login,
    show: Callable[[str], object],
    open_page: Callable[[str], object],
    cancel: Cancel,
    patience: float = PATIENCE,
) -> StoredToken:
    """Log in with a browser on this machine.

    `show` gets the address for the person to see, `open_page` opens it; nothing is printed here.
    Raises LoginNeeded (refused, no answer, other account), ScopeMissing, GoogleUnavailable, Cancelled.
    """
    state = secrets.token_urlsafe(32)
    with Receiver(state) as receiver:
        flow, address = _flow(login, receiver.redirect_uri, state)
        show(address)
        open_page(address)
        answer = receiver.wait(cancel, patience)
    return _finish(login, flow, _code(answer), cancel)


def headless(
    login: Login, show: Callable[[str], object], paste: Callable[[], str], cancel: Cancel
) -> StoredToken:
    """Log in with a browser on another machine.

    `show` gets the address to open there; `paste` returns the address that the browser ends at, or just
    the code in it. A bare code has no state to check; PKCE still binds it to this login.
    """
    state = secrets.token_urlsafe(32)
    flow, address = _flow(login, NOBODY_LISTENS, state)
    show(address)
    pasted = paste().strip()
    cancel.check()
    return _finish(login, flow, _pasted_code(pasted, state), cancel)


def revoke(token: StoredToken, *, base: str | None = None, timeout: float = 60.0) -> bool:
    """Take the login back at Google; False when it was dead already. Raises GoogleUnavailable."""
    import requests

    addresses = endpoints(base)
    try:
        with requests.Session() as session:
            no_surprises(session, addresses)
            response = session.post(
                addresses.revoke, data={"token": token.refresh_token}, timeout=timeout, allow_redirects=False
            )
    except requests.RequestException as error:
        raise border.broken(error, "revoke").error from None
    if response.status_code in {200, 400}:
        return response.status_code == 200
    raise GoogleUnavailable(f"Google did not take the login back (HTTP {response.status_code}).")


def _flow(login: Login, redirect: str, state: str) -> tuple[Any, str]:
    """google-auth-oauthlib's flow, which makes the PKCE verifier, and the address for the browser."""
    from google_auth_oauthlib.flow import InstalledAppFlow

    for chatty in ("requests_oauthlib", "oauthlib"):  # they log tokens at DEBUG
        logging.getLogger(chatty).setLevel(logging.WARNING)
    installed = {
        "client_id": login.client.id,
        "client_secret": login.client.secret,
        "auth_uri": _https(login.endpoints.auth),
        "token_uri": _https(login.endpoints.token),
    }
    flow = InstalledAppFlow.from_client_config(
        {"installed": installed}, list(login.scopes), redirect_uri=redirect, autogenerate_code_verifier=True
    )
    hint = {"login_hint": login.expected} if login.expected else {}
    address, _ = flow.authorization_url(state=state, access_type="offline", prompt="consent", **hint)
    return flow, login.endpoints.auth + address.removeprefix(_https(login.endpoints.auth))


def _https(address: str) -> str:
    """As https: oauthlib takes nothing else, and a server on this machine has no certificate (see `_plain`)."""
    return address.replace("http://", "https://", 1)


def _code(answer: dict[str, str]) -> str:
    """The code of a redirect whose state was right."""
    if answer.get("error") == "access_denied":
        raise LoginNeeded("The permission was not given.", "Run `mailreeve login` when you want to give it.")
    if answer.get("error"):
        raise border.login_refused(answer["error"])
    return answer["code"]


def _pasted_code(pasted: str, state: str) -> str:
    if "=" in pasted or "://" in pasted:
        answer = answer_in(pasted.partition("#")[0].rpartition("?")[2], state)
        if answer is None:
            raise InputError(
                "This address is not the answer to this login.",
                "Paste the whole address that the browser ended at, from the login that runs now.",
            )
        return _code(answer)
    if not _CODE.fullmatch(pasted):
        raise InputError("That is neither an address nor a code.", "Run `mailreeve login` again.")
    return unquote(pasted)


def _finish(login: Login, flow: Any, code: str, cancel: Cancel) -> StoredToken:
    """Exchange the code, and ask Gmail whose login it is."""
    answer = _exchanged(login, flow, code)
    access, refresh = answer.get("access_token"), answer.get("refresh_token")
    if not isinstance(access, str) or not isinstance(refresh, str) or not access or not refresh:
        raise LoginNeeded(
            "Google gave no lasting login.",
            "Remove Mailreeve at https://myaccount.google.com/connections and run `mailreeve login` again.",
        )
    scope = answer.get("scope") or login.scopes
    granted = tuple(scope.split() if isinstance(scope, str) else scope)
    account = _account(login, access, cancel)
    if login.expected and not hmac.compare_digest(account.encode(), login.expected.lower().encode()):
        raise LoginNeeded(
            f"You signed in as {account}, not as {login.expected}.",
            "Run `mailreeve login` again and choose the other account.",
        )
    return StoredToken(account, refresh, login.client.id, login.client.secret, granted)


def _exchanged(login: Login, flow: Any, code: str) -> dict[str, Any]:
    from oauthlib.oauth2.rfc6749.errors import MissingTokenError, OAuth2Error
    from requests import RequestException

    session = flow.oauth2session
    if login.endpoints.root.startswith("http://"):
        session.mount("https://", _plain())
    no_surprises(session, login.endpoints)
    session.max_redirects = 0
    try:
        with session:
            return dict(_fetched(flow, code, login.timeout))
    except MissingTokenError:
        raise GoogleUnavailable("The answer of Google's login server makes no sense.") from None
    except OAuth2Error as error:
        raise border.login_refused(str(error.error)) from None
    except RequestException as error:
        raise border.broken(error, "login").error from None
    except (ValueError, TypeError, AttributeError):  # what oauthlib makes of JSON that is no object
        raise GoogleUnavailable("The answer of Google's login server makes no sense.") from None


def _fetched(flow: Any, code: str, timeout: float) -> dict[str, Any]:
    """Fetch the token; fewer scopes than asked for are the person's right, not an error.

    oauthlib raises them as a Warning that carries the token, unless a variable of the whole process is set.
    """
    try:
        token: dict[str, Any] = flow.fetch_token(code=code, timeout=timeout)
    except Warning as fewer:
        token = fewer.token  # type: ignore[attr-defined]  # set by oauthlib, see above
    return token


def _plain() -> Any:
    """An adapter for a server on this machine that speaks http."""
    from requests.adapters import HTTPAdapter

    class Plain(HTTPAdapter):
        def send(self, request: Any, **options: Any) -> Any:  # type: ignore[override]  # passes all on
            request.url = request.url.replace("https://", "http://", 1)
            return super().send(request, **options)

    return Plain()


def _account(login: Login, access: str, cancel: Cancel) -> str:
    """The address behind an access token, as Gmail says it."""
    transport = Transport(passing(access), base=login.base, timeout=login.timeout).bound(cancel)
    try:
        account = Gmail(transport).profile().address.lower()
    finally:
        transport.close()
    if "@" not in account:
        raise GoogleUnavailable("Gmail did not say whose login this is.")
    return account
