"""Acting for the people of an organization: a service account with domain-wide delegation.

Google's administrator authorizes the service account's client id for scopes, and it then gets access tokens for
one person at a time. Source: developers.google.com/identity/protocols/oauth2/service-account.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from mailreeve.errors import ConfigError, LoginNeeded
from mailreeve.google import json_file
from mailreeve.google.credentials import SHORTEST, with_timeout
from mailreeve.google.endpoints import Endpoints, endpoints
from mailreeve.google.wire import no_surprises
from mailreeve.platform import is_private

_HOW = (
    "In the Google Cloud console make a service account and a JSON key for it, and set"
    " [organization] service_account to its path (docs/organization.md)."
)
_DELEGATION = "admin.google.com > Security > API controls > Domain-wide delegation"


@dataclass(frozen=True, slots=True)
class ServiceKey:
    """The key of a service account. Where to ask for tokens is never taken from the file."""

    email: str
    client_id: str
    """The number that the administrator authorizes."""
    content: dict[str, Any] = field(repr=False)


def read_key(file: Path) -> ServiceKey:
    """Read a key file. Raises ConfigError saying what is wrong with it."""
    content = json_file.read(file, "key of a service account", _HOW)
    if not isinstance(content, dict) or content.get("type") != "service_account":
        raise ConfigError(f"{file} is not the key of a service account.", _HOW)
    for name in ("client_email", "client_id", "private_key", "private_key_id"):
        if not isinstance(content.get(name), str) or not content[name]:
            raise ConfigError(f"{file} lacks {name}.", _HOW)
    if not is_private(file):
        raise ConfigError(
            f"Other users of this machine can read {file}: with it they can read every mailbox.",
            "Make a new key in the Google Cloud console, delete this one there, and keep the file to its owner"
            " (chmod 600).",
        )
    return ServiceKey(content["client_email"], content["client_id"], content)


def delegated(
    key: ServiceKey,
    person: str | None,
    scopes: tuple[str, ...],
    *,
    base: str | None = None,
    timeout: float = 60.0,
) -> Any:
    """Credentials that act for one person, or with None for the service account itself; they renew themselves.

    Raises ConfigError for a key that is no key.
    """
    from google.oauth2 import service_account
    from google.oauth2.credentials import Credentials

    addresses = endpoints(base)
    info = {**key.content, "token_uri": addresses.token}
    try:
        account = service_account.Credentials.from_service_account_info(
            info, scopes=list(scopes), subject=person
        )
    except ValueError:
        raise ConfigError("The private key of the service account cannot be used.", _HOW) from None
    return Credentials(
        None, scopes=list(scopes), refresh_handler=_Assertion(account, key, person, addresses, timeout)
    )


class _Assertion:
    """google.auth's hook for a new access token: signs who is meant, and asks."""

    def __init__(
        self, account: Any, key: ServiceKey, person: str | None, addresses: Endpoints, timeout: float
    ) -> None:
        self._account = account
        self._key = key
        self._person = person
        self._addresses = addresses
        self._timeout = timeout

    def __call__(self, request: Any, scopes: Any) -> tuple[str, datetime]:
        """A new access token and when it expires (UTC without a zone, as google.auth wants it).

        Raises LoginNeeded when Google says that the service account may not act for this person.
        """
        from google.auth.exceptions import RefreshError, TransportError
        from google.auth.transport.requests import Request
        from requests import Session

        with Session() as session:
            no_surprises(session, self._addresses)
            try:
                self._account.refresh(with_timeout(Request(session), self._timeout))
            except RefreshError as error:
                refusal = self._refusal(error)
                if refusal:
                    raise refusal from None
                raise
            except (TypeError, ValueError):  # what google.auth makes of a page in place of JSON
                raise TransportError("the answer makes no sense") from None
        earliest = datetime.now(UTC).replace(tzinfo=None) + SHORTEST
        expiry = self._account.expiry or earliest
        return str(self._account.token), max(expiry, earliest)

    def _refusal(self, error: Any) -> LoginNeeded | None:
        data = next((item for item in error.args if isinstance(item, dict)), {})
        if self._person is None and data.get("error") in {"unauthorized_client", "invalid_grant"}:
            return LoginNeeded(
                f"Google does not take the key of the service account ({data['error']}).",
                "Check that the key still exists in the Google Cloud console, and that this machine's clock is right.",
            )
        if data.get("error") == "unauthorized_client":
            return LoginNeeded(
                f"The service account may not act for {self._person}.",
                f"An administrator authorizes client id {self._key.client_id} for"
                f" {', '.join(self._account.scopes)} at {_DELEGATION}.",
            )
        if data.get("error") == "invalid_grant":
            return LoginNeeded(
                f"Google does not let the service account act for {self._person} (invalid_grant).",
                "Check that this is the primary address of a person in your organization, that the key of the"
                " service account still exists, and that this machine's clock is right.",
            )
        return None
