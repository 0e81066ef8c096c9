"""Links for the eye."""

import pytest

from mailreeve.mail import links
from mailreeve.models import Link


@pytest.mark.parametrize(
    ("text", "urls"),
    [
        ("see https://x.example/a.", ["https://x.example/a"]),
        ("(https://x.example/a_(b)) and <http://y.example>", ["https://x.example/a_(b)", "http://y.example"]),
        ("twice https://x.example https://x.example", ["https://x.example"]),
        ("ftp://x.example www.x.example", []),
    ],
)
def test_urls_of_plain_text_are_found(text: str, urls: list[str]) -> None:
    """Without the punctuation around them."""
    assert [Link(url, url) for url in urls] == list(links.in_text(text))


@pytest.mark.parametrize(
    ("url", "clean"),
    [
        ("https://x.example/a?utm_source=n&id=3&fbclid=9", "https://x.example/a?id=3"),
        ("https://x.example/a?utm_source=n", "https://x.example/a"),
        ("https://click.example/r?url=https%3A%2F%2Fx.example%2Fa%3Futm_medium%3De", "https://x.example/a"),
        ("https://click.example/r?u=abcdef", "https://click.example/r?u=abcdef"),
        ("https://x.example/a?b=c;d", "https://x.example/a?b=c;d"),
        ("https://[broken", "https://[broken"),
    ],
)
def test_tracking_is_taken_off(url: str, clean: str) -> None:
    """Parameters that only follow people go; a redirector's target is taken when the URL names it."""
    assert clean == links.clean(url)


def test_redirectors_in_redirectors_end() -> None:
    """Three deep, not for ever."""
    url = "https://a.example/?u=https://b.example/?u=https://c.example/?u=https://d.example/"
    assert links.clean(url).startswith("https://")


@pytest.mark.parametrize(
    ("url", "short"),
    [
        ("https://www.x.example/", "x.example"),
        ("https://x.example/a?utm_source=n", "x.example/a"),
        ("https://x.example/" + "a" * 90, "x.example/" + "a" * 51 + "…"),
        ("https://x.example/path?q=" + "a" * 90, "x.example/path…"),
    ],
)
def test_urls_are_shown_short(url: str, short: str) -> None:
    """The host is never cut."""
    assert short == links.short(url)


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://X.example./a", "x.example"),
        ("https://bank.example@evil.example/", "evil.example"),
        ("mailto:a@X.example?subject=x", "x.example"),
        ("tel:+1", ""),
        ("https://[broken", ""),
    ],
)
def test_hosts_are_those_that_would_be_asked(url: str, host: str) -> None:
    """User names in URLs deceive nobody."""
    assert host == links.host(url)
