"""Where Google is: its own addresses, or one root that answers for all of them (the sandbox)."""

import ipaddress
from dataclasses import dataclass
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class Endpoints:
    """The addresses that Mailreeve speaks to."""

    root: str
    """Root of the Gmail API, without a trailing slash."""
    auth: str
    token: str
    revoke: str
    certificates: str
    """What OpenID Connect tokens of Google's are checked with."""

    def root_of(self, api: str) -> str:
        """Root of one of the APIs: Google has a host for each, a sandbox one for all."""
        return ROOTS.get(api, self.root) if self is GOOGLE else self.root

    @property
    def is_loopback(self) -> bool:
        """True when all of it is a server on this machine: plain http is fine, proxies are not."""
        host = urlsplit(self.root).hostname or ""
        try:
            return ipaddress.ip_address(host).is_loopback
        except ValueError:
            return host == "localhost"


GOOGLE = Endpoints(
    root="https://gmail.googleapis.com",
    auth="https://accounts.google.com/o/oauth2/v2/auth",
    token="https://oauth2.googleapis.com/token",  # noqa: S106 - an address, not a secret
    revoke="https://oauth2.googleapis.com/revoke",
    certificates="https://www.googleapis.com/oauth2/v1/certs",
)

ROOTS = {
    "people.v1": "https://people.googleapis.com",
    "calendar.v3": "https://www.googleapis.com",
    "pubsub.v1": "https://pubsub.googleapis.com",
}
"""The hosts of the APIs that are not Gmail's."""


def endpoints(base: str | None) -> Endpoints:
    """Google itself, or everything under one root."""
    if not base:
        return GOOGLE
    root = base.rstrip("/")
    return Endpoints(
        root, f"{root}/o/oauth2/v2/auth", f"{root}/token", f"{root}/revoke", f"{root}/oauth2/v1/certs"
    )
