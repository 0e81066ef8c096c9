"""What a mail offers for leaving its list, with headers as hostile senders write them."""

import pytest

from mailreeve.mail import mime
from mailreeve.mail.unsubscribe import Ways, ways

URL = "https://news.example/u/5be1"
SIGNATURE = (
    "v=1; a=rsa-sha256; d=news.example; s=s1; h=from:List-Unsubscribe:list-unsubscribe-post; b=AbCd/+12xyz"
)
PASSED = "mx.google.com; dkim=pass header.i=@news.example header.s=s1 header.b=AbCd/+12; spf=pass"
PLAIN = {
    "Authentication-Results": PASSED,
    "DKIM-Signature": SIGNATURE,
    "From": "News <letters@news.example>",
    "List-Unsubscribe": f"<{URL}>, <mailto:out@news.example?subject=leave>",
    "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
}


def found(*more: tuple[str, str], **changed: str) -> Ways:
    """The ways of a mail whose headers are the plain ones, with changes (`A_B` is A-B); `more` stand on top."""
    headers = {**PLAIN, **{name.replace("_", "-"): value for name, value in changed.items()}}
    lines = [f"{name}: {value}" for name, value in (*more, *headers.items()) if value]
    return ways(mime.from_bytes("\r\n".join([*lines, "", "Hello"]).encode()))


def test_an_offer_under_the_senders_own_signature_is_taken() -> None:
    """Address, list mail and no doubt."""
    assert Ways(URL, URL, "out@news.example", "leave", "", "") == found()


def test_a_signature_of_a_domain_above_the_senders_counts() -> None:
    """Relaxed alignment, as DMARC has it."""
    assert URL == found(From="letters@mail.news.example").url


@pytest.mark.parametrize(
    "changed",
    [
        {"Authentication_Results": ""},
        {"Authentication_Results": PASSED.replace("dkim=pass", "dkim=fail")},
        {"Authentication_Results": PASSED.replace("mx.google.com", "mx.evil.example")},
        {"Authentication_Results": "mx.google.com; spf=pass (dkim=pass header.i=@news.example) smtp.mailfrom=a@b.example"},
        {"Authentication_Results": PASSED.replace("header.s=s1", "header.s=s2")},
        {"Authentication_Results": PASSED.replace("AbCd/+12", "ZZZZ")},
        {"DKIM_Signature": ""},
        {"DKIM_Signature": SIGNATURE.replace(":list-unsubscribe-post", "")},
        {"DKIM_Signature": SIGNATURE.replace("List-Unsubscribe:", "")},
        {"DKIM_Signature": SIGNATURE + "; h=from"},
        {"DKIM_Signature": SIGNATURE.replace("h=", "h=from; h=")},
        {"DKIM_Signature": SIGNATURE.replace("d=news.example", "d=evil.example")},
        {"From": "letters@bank.example"},
        {"From": "letters@news.example.evil.example"},
        {"List_Unsubscribe_Post": ""},
        {"List_Unsubscribe_Post": "List-Unsubscribe=One-Click&transfer=all"},
        {"List_Unsubscribe": "<http://news.example/u/5be1>"},
        {"List_Unsubscribe": "<javascript:alert(1)>, <file:///etc/passwd>"},
        {"List_Unsubscribe": "https://news.example/bare"},
    ],
)  # fmt: skip
def test_an_offer_that_nobody_vouches_for_is_not_taken(changed: dict[str, str]) -> None:
    """No valid signature of the sender over both headers: no URL, and a sentence that says why."""
    got = found(**changed)
    assert ("", True) == (got.url, got.doubt != "")


@pytest.mark.parametrize("name", ["List-Unsubscribe", "List-Unsubscribe-Post"])
def test_a_header_put_above_the_signed_one_takes_the_offer_away(name: str) -> None:
    """A signature covers the lowest header of a name; a second one above it is a stranger's."""
    assert "" == found((name, "<https://evil.example/>")).url


def test_a_result_below_the_topmost_one_is_hearsay() -> None:
    """Only what Gmail wrote last counts."""
    assert "" == found(("Authentication-Results", "mx.google.com; dkim=none")).url


def test_one_of_two_signatures_that_could_be_meant_has_to_cover_too() -> None:
    """Where Gmail does not say which one passed, each has to."""
    bare = "v=1; d=news.example; s=s1; h=from; b=zz"
    vague = "mx.google.com; dkim=pass header.d=news.example"
    assert "" == found(("DKIM-Signature", bare), Authentication_Results=vague).url
    assert URL == found(("DKIM-Signature", bare)).url


def test_a_mailto_is_one_address_and_plain_words() -> None:
    """No second recipient, no Cc, Bcc or attachment, no line breaks in the subject, nothing invisible, bounded."""
    uri = (
        "mailto:out@news.example?cc=boss@work.example&bcc=x@y.example&attach=/etc/passwd"
        "&subject=leave%0d%0aBcc:%20eve@evil.example&body=" + "a" * 3_000 + "%E2%80%AE"
    )
    got = found(List_Unsubscribe=f"<{uri}>")
    assert ("out@news.example", "a" * 400) == (got.address, got.body)
    assert "\n" not in got.subject
    assert "\r" not in got.subject


@pytest.mark.parametrize(
    "uri",
    [
        "mailto:a@x.example,b@y.example",
        "mailto:a@x.example%0d%0aBcc:b@y.example",
        "mailto:%22a%22@x.example",
        "mailto:?to=a@x.example",
        "mailto:nobody",
    ],
)
def test_a_mailto_that_is_not_one_plain_address_is_none(uri: str) -> None:
    """Nobody is written to whom the URI hides."""
    assert "" == found(List_Unsubscribe=f"<{uri}>").address


def test_endless_headers_end() -> None:
    """A header made of nothing but brackets costs no time and gives nothing."""
    assert Ways(doubt="The mail names no https address to leave its list.") == found(
        List_Unsubscribe="<" * 50_000
    )
