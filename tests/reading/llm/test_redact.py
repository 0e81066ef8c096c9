"""Secrets do not leave; what only looks like one does not disturb."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailreeve.reading.llm.redact import Redactor, is_card, is_iban

SECRETS = [
    ("Card: 4111 1111 1111 1111, exp 04/28", "4111 1111 1111 1111"),
    ("pay with 5500-0000-0000-0004 please", "5500-0000-0000-0004"),
    ("amex 378282246310005.", "378282246310005"),
    ("order 2 4111 1111 1111 1111 04/28", "4111 1111 1111 1111"),
    ("no 3-5-5500-0000-0000-0004-9", "5500-0000-0000-0004"),
    ("IBAN DE89 3704 0044 0532 0130 00", "DE89 3704 0044 0532 0130 00"),
    ("to GB29NWBK60161331926819 today", "GB29NWBK60161331926819"),
    ("fr7630006000011234567890189", "fr7630006000011234567890189"),
    ("key AKIAIOSFODNN7EXAMPLE", "AKIAIOSFODNN7EXAMPLE"),
    ("ghp_abcdefghijklmnopqrstuvwxyz0123456789", "ghp_abcdefghijklmnopqrstuvwxyz0123456789"),
    ("sk-proj-abcdefghijklmnop1234", "sk-proj-abcdefghijklmnop1234"),
    ("sk_live_4eC39HqLyjWDarjtT1zdp7dc", "sk_live_4eC39HqLyjWDarjtT1zdp7dc"),
    ("xoxb-1234567890-abcdefghij", "xoxb-1234567890-abcdefghij"),
    ("Authorization: Bearer abc.def-123456", "abc.def-123456"),
    ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0"),
    ("the password is hunter2!x", "hunter2!x"),
    ("Passwort: Sommer#2026", "Sommer#2026"),
    ("mot de passe : Soleil-99", "Soleil-99"),
    ("contraseña: Luna_77", "Luna_77"),
    ("Your verification code is 482913.", "482913"),
    ("Ihr Bestätigungscode lautet 771 204", "771 204"),
    ("Votre code de vérification : 55821", "55821"),
    ("Su código de seguridad es 90817", "90817"),
    ("G-482913 is your Example verification code", "482913"),
    ("-----BEGIN RSA PRIVATE KEY-----\nMIIEow\n-----END RSA PRIVATE KEY-----", "MIIEow"),
    ("postgres://app:s3cret@db.example/app", "s3cret"),
    ("https://example.org/reset?token=abc123def456&x=1", "abc123def456"),
]

HARMLESS = [
    "Invoice 4111 1111 1111 1112 is not a card",
    "Call +44 20 7946 0113 or 0049 30 1234567",
    "Order 1234-5678-9012-3456 shipped",
    "Meet on 2026-11-24 at 10:00 in room 4711",
    "DE00 1234 5678 9012 3456 78 has a wrong check digit",
    "The building code is being revised in 2026",
    "We changed our password policy for everyone",
    "12 boxes, 3,480.00 net, 55 sets",
    "See https://example.org/path for more",
]


@pytest.mark.parametrize(("text", "secret"), SECRETS, ids=[text[:20] for text, _ in SECRETS])
def test_a_secret_is_masked_and_comes_back(text: str, secret: str) -> None:
    """The secret is gone from the masked text; in a draft its placeholder becomes it again."""
    redactor = Redactor()
    masked = redactor.mask(text)
    assert secret not in masked
    if "?token" not in text:
        assert text == redactor.restore(masked)


@pytest.mark.parametrize("text", HARMLESS)
def test_what_only_looks_like_a_secret_stays(text: str) -> None:
    """Check digits and context decide."""
    assert text == Redactor().mask(text)


def test_the_same_secret_has_one_placeholder() -> None:
    """A model can see that two cards are the same one, not which."""
    masked = Redactor().mask("4111 1111 1111 1111 and again 4111 1111 1111 1111, not 5500-0000-0000-0004")
    first, second, third = masked.split("[card-")[1:]
    assert first.partition("]")[0] == second.partition("]")[0] != third.partition("]")[0]


def test_mail_cannot_forge_a_placeholder() -> None:
    """The random end differs per call."""
    ends = {Redactor().mask("card 4111 1111 1111 1111")[-6:] for _ in range(20)}
    assert len(ends) > 10


@given(st.text(max_size=300))
def test_masking_never_breaks(text: str) -> None:
    """Any text can be masked, and masking it twice changes nothing more."""
    redactor = Redactor()
    once = redactor.mask(text)
    assert once == redactor.mask(once)


def test_check_digits() -> None:
    """Luhn and modulo 97, as the standards have them."""
    assert is_card("4111111111111111")
    assert not is_card("4111111111111112")
    assert not is_card("0000000000000000")
    assert is_iban("NL91ABNA0417164300")
    assert not is_iban("NL91ABNA0417164301")
    assert not is_iban("NL91")
