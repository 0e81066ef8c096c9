"""Imitated addresses."""

import pytest

from mailreeve.mail.lookalike import imitated, skeleton

KNOWN = ["ann@example.com", "boss@acme.example", "friend@gmail.com", "bob.miller@gmail.com"]


@pytest.mark.parametrize(
    ("address", "of"),
    [
        ("ann@examp1e.com", "example.com"),
        ("ann@exarnple.com", "example.com"),
        ("ann@еxample.com", "example.com"),  # Cyrillic е
        ("ann@xn--xample-2of.com", "example.com"),  # the same in punycode
        ("ann@exmple.com", "example.com"),
        ("ann@examplle.com", "example.com"),
        ("ann@exapmle.com", "example.com"),
        ("ann@example.com.evil.net", "example.com"),
        ("ann@example.co", "example.com"),
        ("b0b.miller@gmail.com", "bob.miller@gmail.com"),
        ("bob.mi11er@gmail.com", "bob.miller@gmail.com"),
        ("bob.millr@gmail.com", "bob.miller@gmail.com"),
    ],
)
def test_imitations_are_recognized(address: str, of: str) -> None:
    """Twins of letters, other scripts, one letter off, a known domain in front of another."""
    assert of == imitated(address, "", KNOWN)


@pytest.mark.parametrize(
    "address",
    [
        "ann@example.com",
        "Ann@Example.com",
        "new@example.com",
        "ann@mail.example.com",
        "someone@ymail.com",
        "other@gmail.com",
        "info@unrelated.org",
        "x@y.z",
        "",
    ],
)
def test_others_are_left_alone(address: str) -> None:
    """Known ones, colleagues, subdomains, other providers, strangers."""
    assert "" == imitated(address, "", KNOWN)


def test_a_display_name_can_claim_an_address() -> None:
    """Many programs show only the name."""
    assert "boss@acme.example" == imitated("x@evil.example", "Boss@acme.example", KNOWN)


def test_skeletons_are_what_the_eye_sees() -> None:
    """Accents, case, scripts, digits."""
    assert skeleton("PaypaI") == skeleton("pаypal") == skeleton("paypa1") == skeleton("páypal")
