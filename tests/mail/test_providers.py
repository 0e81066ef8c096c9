"""Public mail providers."""

import pytest

from mailreeve.mail.providers import is_public


@pytest.mark.parametrize(
    "domain",
    [
        "gmail.com",
        "yahoo.co.uk",
        "gmx.at",
        "hotmail.fr",
        "live.com",
        "qq.com",
        "mail.ru",
        "libero.it",
        "web.de",
    ],
)
def test_anybody_has_an_address_there(domain: str) -> None:
    """Named ones, and families with a domain in each country."""
    assert is_public(domain)


@pytest.mark.parametrize(
    "domain",
    [
        "example.org",
        "live.example.com",
        "yahoo.corp.example.com",
        "notgmail.com",
        "gmail.com.evil.example",
        "",
    ],
)
def test_a_firm_is_no_provider(domain: str) -> None:
    """Neither is a name that only begins like one."""
    assert not is_public(domain)
