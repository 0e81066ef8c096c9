"""Facts about senders."""

import pytest

from mailreeve.mail import senders
from mailreeve.models import Address, Link, Message

PASS = "mx.google.com; dkim=pass header.i=@x.example; dmarc=pass header.from=x.example"


def message(**more: object) -> Message:
    values = {"from_": (Address("Ann", "ann@x.example"),), "authentication_results": PASS, **more}
    return Message(**values)  # type: ignore[arg-type] # the test names the fields


def test_an_ordinary_sender_has_nothing_against_it() -> None:
    """Known and authenticated."""
    found = senders.facts(message(), {"Ann@X.example"})
    assert senders.SenderFacts(dkim="pass", dmarc="pass", aligned=True) == found


def test_the_first_contact_is_told() -> None:
    """Nobody of the known ones."""
    assert senders.facts(message(), {"bob@x.example"}).first_contact


def test_imitations_are_told() -> None:
    """Of a known domain."""
    found = senders.facts(message(from_=(Address("Ann", "ann@exarnple.com"),)), {"ann@example.com"})
    assert "example.com" == found.lookalike_of


@pytest.mark.parametrize(
    ("reply_to", "differs"),
    [("ann@x.example", False), ("help@mail.x.example", False), ("ann@y.example", True), ("", False)],
)
def test_answers_to_elsewhere_are_told(reply_to: str, differs: bool) -> None:
    """Another domain than the mail claims to come from."""
    given = (Address("", reply_to),) if reply_to else ()
    assert differs == senders.facts(message(reply_to=given), ()).reply_to_differs


@pytest.mark.parametrize(
    ("text", "url", "mismatched"),
    [
        ("www.bank.example", "https://evil.example/", True),
        ("https://bank.example/login", "https://bank.example.evil.example/", True),
        ("bank.example", "https://bank.example@evil.example/", True),
        ("bank.example", "https://login.bank.example/", False),
        ("bank.example", "https://click.example/?url=https%3A%2F%2Fbank.example%2F", False),
        ("Log in", "https://evil.example/", False),
        ("ann@bank.example", "mailto:eve@evil.example", False),
        ("version 2.0", "https://x.example/", False),
        ("bank.example", "tel:+1", False),
    ],
)
def test_links_that_lead_elsewhere_are_told(text: str, url: str, mismatched: bool) -> None:
    """The text is a site, and neither the link nor its redirector's target leads there."""
    link = Link(text, url)
    assert ((link,) if mismatched else ()) == senders.facts(message(links=(link,)), ()).mismatched_links
