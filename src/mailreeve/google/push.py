"""Whether a push comes from our own Pub/Sub subscription: its OpenID Connect token, checked with Google's certificates.

Source: docs.cloud.google.com/pubsub/docs/authenticate-push-subscriptions.
"""

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mailreeve.errors import GoogleUnavailable
from mailreeve.google.endpoints import Endpoints, endpoints
from mailreeve.google.wire import no_surprises

KEPT = 3600.0
"""Seconds that the certificates are kept: forged pushes cannot make us ask Google for each of them."""
LONGEST = 8_000
"""Characters of a token at most."""
SKEW = 10
"""Seconds by which the clocks may differ."""


class Doorkeeper:
    """Lets in pushes with a token for this audience that Google made out to this service account."""

    def __init__(self, audience: str, email: str, *, base: str | None = None, timeout: float = 60.0) -> None:
        self._audience, self._email = audience, email.lower()
        self._certificates = _Certificates(endpoints(base), timeout)

    def lets_in(self, authorization: str) -> bool:
        """False for a token that is missing, forged, expired, or for somebody else.

        Raises GoogleUnavailable when the certificates cannot be had.
        """
        from google.auth.exceptions import GoogleAuthError
        from google.oauth2 import id_token

        kind, _, token = authorization.partition(" ")
        if kind.lower() != "bearer" or not token or len(token) > LONGEST or not self._audience:
            return False
        try:
            claims = id_token.verify_oauth2_token(
                token, self._certificates, audience=self._audience, clock_skew_in_seconds=SKEW
            )
        except (GoogleAuthError, ValueError):
            return False
        return claims.get("email_verified") is True and str(claims.get("email", "")).lower() == self._email


@dataclass(frozen=True, slots=True)
class _Response:
    """What google.auth looks at."""

    status: int
    data: bytes
    headers: Mapping[str, str]


class _Certificates:
    """google.auth's way to ask for a page: it gets the certificates, from where the settings say, and not each time."""

    def __init__(self, addresses: Endpoints, timeout: float) -> None:
        self._addresses, self._timeout = addresses, timeout
        self._guard = threading.Lock()
        self._known: _Response | None = None
        self._until = 0.0

    def __call__(self, *_: Any, **__: Any) -> _Response:
        """The certificates as Google gives them."""
        with self._guard:
            if self._known is None or time.monotonic() >= self._until:
                self._known, self._until = self._asked(), time.monotonic() + KEPT
            return self._known

    def _asked(self) -> _Response:
        import requests

        try:
            with requests.Session() as session:
                no_surprises(session, self._addresses)
                answer = session.get(
                    self._addresses.certificates, timeout=self._timeout, allow_redirects=False
                )
                is_sound = answer.status_code == 200 and isinstance(answer.json(), dict)
        except (requests.RequestException, ValueError):
            is_sound = False
        if not is_sound:
            raise GoogleUnavailable("Google's certificates could not be had, so no push can be checked.")
        return _Response(200, answer.content, {})
