"""A URL of the configuration as the one place it stands for. One grammar, so that no two parsers can differ."""

import re
from dataclasses import dataclass

from mailreeve.errors import InputError
from mailreeve.outbound import reach

_LABEL = r"(?!-)[a-z0-9-]{1,63}(?<!-)"
_URL = re.compile(
    rf"(?P<scheme>https?)://(?:(?P<name>{_LABEL}(?:\.{_LABEL})*)|\[(?P<six>[0-9a-f:.]{{2,45}})\])"
    r"(?::(?P<port>[1-9][0-9]{0,4}))?"
    r"(?P<path>/[A-Za-z0-9._~!$&'()*+,;=:@%/-]*(?:\?[A-Za-z0-9._~!$&'()*+,;=:@%/?-]*)?)?"
)
_NUMERIC = re.compile(r"(?:.*\.)?(?:[0-9]+|0x[0-9a-f]*)")
"""A last label that resolvers read as a number: the whole host is then an IPv4 address in some spelling."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a destination lies."""

    scheme: str
    host: str
    """In lower case, ASCII (RFC 5890 A-labels), without a trailing dot; an IPv6 address without brackets."""
    port: int
    path: str
    private: bool = False
    """The person said that this host is their own: http and private addresses are allowed for it."""

    @property
    def authority(self) -> str:
        """Host and port as the Host header has them."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _DEFAULT[self.scheme] else f"{host}:{self.port}"


_DEFAULT = {"https": 443, "http": 80}
_ADVICE = "Write it as https://host/path, with private = true for a server of your own network."


def place(url: str, *, private: bool = False) -> Place:
    """Parse a URL. Raises InputError for user names, odd spellings, http to strangers, ports of other services."""
    found = _URL.fullmatch(url) if len(url) <= 2000 else None
    if not found:
        raise InputError("The address of a destination is no plain https URL.", _ADVICE)
    host = found["name"] or found["six"]
    address = reach.parsed(host)
    if len(host) > 253 or (address is None and (found["six"] or _NUMERIC.fullmatch(host))):
        raise InputError(f"{host[:80]!r} is no host name.", _ADVICE)
    if address is not None and not reach.allowed(host, private=private):
        raise InputError(f"{host} is no address that may be reached.", _ADVICE)
    if found["scheme"] == "http" and not private:
        raise InputError("http is not protected: anybody on the way could read it.", _ADVICE)
    port = int(found["port"] or _DEFAULT[found["scheme"]])
    if port > 65_535 or (port < 1024 and port not in {80, 443}):
        raise InputError(f"Port {port} belongs to another service.", _ADVICE)
    return Place(found["scheme"], str(address) if address else host, port, found["path"] or "/", private)
