"""Which addresses may be connected to. Pure; explicit lists, so that no Python version decides.

Sources: IANA's IPv4 and IPv6 special-purpose address registries (RFC 6890), the clouds' metadata services.
"""

import ipaddress

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def _networks(text: str) -> tuple[Network, ...]:
    return tuple(ipaddress.ip_network(one) for one in text.split())


_METADATA = _networks(
    "169.254.169.254/32 100.100.100.200/32 168.63.129.16/32 192.0.0.192/32 fd00:ec2::254/128"
)
"""Cloud metadata services: never, whatever the configuration says."""
_PRIVATE = _networks("127.0.0.0/8 10.0.0.0/8 172.16.0.0/12 192.168.0.0/16 100.64.0.0/10 ::1/128 fc00::/7")
"""This machine and its networks: only for a host that the configuration marks as private."""
_SPECIAL = _networks(
    "0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24"
    " 192.31.196.0/24 192.52.193.0/24 192.88.99.0/24 192.168.0.0/16 192.175.48.0/24 198.18.0.0/15"
    " 198.51.100.0/24 203.0.113.0/24 224.0.0.0/4 240.0.0.0/4"
    # inside 2000::/3: Teredo and other protocol assignments, documentation, 6to4, AS112
    " 2001::/23 2001:db8::/32 2002::/16 2620:4f:8000::/48 3fff::/20"
)
_UNICAST = ipaddress.IPv6Network("2000::/3")
"""All of IPv6 that is routed; outside lie mapped and compatible IPv4, NAT64, local, site-local, multicast."""


def allowed(text: str, *, private: bool) -> bool:
    """True for a public unicast address, and with `private` for one of this machine or its networks."""
    address = parsed(text)
    if address is None or _in(address, _METADATA):
        return False
    return is_public(address) or (private and is_private(address))


def parsed(text: str) -> Address | None:
    """The address in its one usual spelling; None for octal, hex, short or scoped ones, and for names."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    return None if getattr(address, "scope_id", None) else address


def is_private(address: Address) -> bool:
    """This machine, or a network of the house."""
    return _in(address, _PRIVATE)


def is_public(address: Address) -> bool:
    """Reached over the internet, and one host only."""
    return (address.version == 4 or address in _UNICAST) and not _in(address, _SPECIAL)


def _in(address: Address, networks: tuple[Network, ...]) -> bool:
    return any(address.version == one.version and address in one for one in networks)
