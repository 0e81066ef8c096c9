"""Which addresses may be reached, against what the standard library knows of them."""

import ipaddress

from hypothesis import given
from hypothesis import strategies as st

from mailreeve.outbound import reach

SPECIAL = [
    *(
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.168.0.0/16",
    ),
    *(
        "198.18.0.0/15",
        "224.0.0.0/4",
        "240.0.0.0/4",
        "::ffff:0:0/96",
        "64:ff9b::/96",
        "2001::/23",
        "2002::/16",
    ),
    *("2001:db8::/32", "fc00::/7", "fe80::/10", "ff00::/8", "::/96"),
]


@given(st.ip_addresses())
def test_what_may_be_reached_is_global_for_the_standard_library_too(address: reach.Address) -> None:
    """Our lists never allow what Python's own tables hold back."""
    if reach.allowed(str(address), private=False):
        assert address.is_global
        assert (False, False) == (address.is_multicast, address.is_reserved)


@given(st.data(), st.sampled_from(SPECIAL))
def test_no_address_of_a_special_network_is_public(data: st.DataObject, network: str) -> None:
    """Anywhere in each of them, not only at their first addresses."""
    whole = ipaddress.ip_network(network)
    number = data.draw(st.integers(0, whole.num_addresses - 1))
    assert not reach.allowed(str(whole[number]), private=False)


def test_public_addresses_pass() -> None:
    """The guard is no wall: ordinary servers, and with `private` those of the house."""
    assert all(reach.allowed(one, private=False) for one in ("93.184.216.34", "8.8.8.8", "2606:4700::1111"))
    assert all(
        reach.allowed(one, private=True)
        for one in ("127.0.0.1", "192.168.1.5", "100.101.1.1", "fd12::1", "::1")
    )
