"""google.auth credentials: from a stored login that renews itself, or from a ready access token."""

from datetime import UTC, datetime, timedelta
from typing import Any

from mailreeve.errors import ConfigError
from mailreeve.google.endpoints import Endpoints, endpoints
from mailreeve.google.tokens import TokenStore
from mailreeve.google.wire import no_surprises

SHORTEST = timedelta(minutes=5)
"""google.auth takes an access token for expired 3:45 minutes early; a shorter life would never start."""


def credentials_for(
    store: TokenStore, account: str, *, base: str | None = None, timeout: float = 60.0
) -> Any:
    """Credentials of a stored login; they renew themselves without asking. Raises LoginNeeded."""
    from google.oauth2.credentials import Credentials

    token = store.load(account)
    renew = _Renewal(store, account, endpoints(base), timeout)
    return Credentials(None, scopes=list(token.scopes), refresh_handler=renew)


def ready(token: str, base: str | None) -> Any:
    """Credentials of an access token that somebody hands over; for a server on this machine only."""
    if not endpoints(base).is_loopback or not base:
        raise ConfigError(
            "A ready access token is taken for a loopback address only.",
            "For a real account run `mailreeve login`.",
        )
    return passing(token)


def passing(token: str) -> Any:
    """Credentials of an access token that cannot be renewed."""
    from google.oauth2.credentials import Credentials

    return Credentials(token, refresh_handler=_refuse)


def _refuse(*_: Any, **__: Any) -> Any:
    from google.auth.exceptions import RefreshError

    raise RefreshError("this access token cannot be renewed", {"error": "invalid_token"})


class _Renewal:
    """google.auth's hook for a new access token."""

    def __init__(self, store: TokenStore, account: str, addresses: Endpoints, timeout: float) -> None:
        self._store = store
        self._account = account
        self._addresses = addresses
        self._timeout = timeout

    def __call__(self, request: Any, scopes: Any) -> tuple[str, datetime]:
        """A new access token and when it expires (UTC without a zone, as google.auth wants it).

        Asks with the newest refresh token of any process, and keeps the one that comes in its place.
        """
        from google.auth.exceptions import TransportError
        from google.auth.transport.requests import Request
        from google.oauth2.credentials import Credentials
        from requests import Session

        with self._store.locked(self._account), Session() as session:
            no_surprises(session, self._addresses)
            token = self._store.load(self._account)
            grant = Credentials(
                None,
                refresh_token=token.refresh_token,
                token_uri=self._addresses.token,
                client_id=token.client_id,
                client_secret=token.client_secret,
            )
            try:
                grant.refresh(with_timeout(Request(session), self._timeout))
            except (TypeError, ValueError):  # what google.auth makes of a page in place of JSON
                raise TransportError("the answer makes no sense") from None
            if grant.refresh_token and grant.refresh_token != token.refresh_token:
                self._store.rotated(token, grant.refresh_token)
        earliest = datetime.now(UTC).replace(tzinfo=None) + SHORTEST
        return str(grant.token), max(grant.expiry or earliest, earliest)


def with_timeout(request: Any, timeout: float) -> Any:
    """google.auth's request with a limit in seconds, which follows no redirect."""

    def call(**options: Any) -> Any:
        return request(**{"timeout": timeout, "allow_redirects": False, **options})

    return call
