"""Facts about senders."""

from dataclasses import replace

import pytest

from mailreeve.mail import mime, senders
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


FAIL = "Authentication-Results: mx.google.com; dmarc=fail header.from=x.example"
FORGED = (
    "Authentication-Results: mx.google.com; dkim=pass header.i=@x.example; dmarc=pass header.from=x.example"
)


@pytest.mark.parametrize(
    ("headers", "dmarc", "aligned"),
    [
        ([FAIL, FORGED], "fail", False),
        ([FORGED, FAIL], "pass", True),
        ([FAIL, "From: evil <a@y.example>", FORGED], "fail", False),
        ([FORGED.replace("mx.google.com", "evil.example"), FORGED], "", False),
        ([FORGED.replace("mx.google.com", "mx.google.com.evil.example"), FORGED], "", False),
        ([FORGED.replace("mx.google.com", "evil.example (mx.google.com)")], "", False),
        ([FORGED.replace("mx.google.com", "(x) mx.google.com 1")], "pass", True),
        ([FORGED.replace("mx.google.com", "MX.Google.COM")], "pass", True),
        ([FORGED.replace("mx.google.com;", "mx.google.com,")], "", False),
        ([FORGED.replace("Results: ", "Results:\r\n\t")], "pass", True),
        ([f"ARC-{FORGED}"], "", False),
        ([f"X-{FORGED}", FORGED.replace("Authentication", "Old-Authentication")], "", False),
        ([FAIL.replace("dmarc=fail", "x=y (; dmarc=pass header.from=x.example)")], "", False),
        ([FAIL.replace("dmarc=fail", 'spf=pass smtp.mailfrom="a; dmarc=pass"@y.example')], "", False),
        ([FAIL.replace("dmarc", 'spf=pass (domain of "a); dmarc=pass header.from=x.example; x=(y"@y.example) ; dmarc')], "fail", False),
        ([FAIL.replace("dmarc=fail", 'spf=pass (domain of "a); dmarc=pass header.from=x.example; x=(y"@y.example)')], "", False),
        ([FAIL.replace("dmarc", 'dkim=pass header.i="@y.example; dmarc') + '"'], "fail", False),
        ([FORGED.replace("@x.example", '"@x.example"')], "pass", True),
    ],
)  # fmt: skip
def test_only_the_topmost_results_of_gmail_count(headers: list[str], dmarc: str, aligned: bool) -> None:
    """What stands below, another server's name, a look-alike name, a comment and an ARC copy prove nothing."""
    raw = "\r\n".join([*headers, "From: Ann <ann@x.example>", "Subject: x", "", "x"]).encode()
    found = senders.facts(mime.from_bytes(raw), ())
    assert (dmarc, aligned) == (found.dmarc, found.aligned)


def test_doubts_are_said_in_words() -> None:
    """Each fact that speaks against a sender; a list's answers may go to the list."""
    odd = message(
        from_=(Address("Ann", "ann@exarnple.com"),),
        authentication_results="mx.google.com; dmarc=fail header.from=exarnple.com",
        reply_to=(Address("", "eve@y.example"),),
        links=(Link("www.bank.example", "https://evil.example/"),),
    )
    expected = (
        "looks like example.com, but is not",
        "DMARC failed",
        "a link shows another address than it opens",
        "answers go elsewhere",
    )
    assert expected == senders.doubts(odd, senders.facts(odd, {"ann@example.com"}))
    listed = replace(odd, list_id="<list.example>")
    assert expected[:3] == senders.doubts(listed, senders.facts(listed, {"ann@example.com"}))
    assert () == senders.doubts(message(), senders.facts(message(), ()))
