"""Where Google is."""

import pytest

from mailreeve.google.endpoints import GOOGLE, endpoints


def test_without_a_base_it_is_google_itself() -> None:
    """The addresses are Google's published ones, all https."""
    assert GOOGLE == endpoints(None) == endpoints("")
    assert not GOOGLE.is_loopback
    assert all(a.startswith("https://") for a in (GOOGLE.root, GOOGLE.auth, GOOGLE.token, GOOGLE.revoke))
    assert "https://www.googleapis.com/oauth2/v1/certs" == GOOGLE.certificates


@pytest.mark.parametrize("base", ["http://127.0.0.1:8025", "http://127.0.0.1:8025/"])
def test_a_base_answers_for_everything(base: str) -> None:
    """One root gives all of them, with or without a trailing slash."""
    found = endpoints(base)
    assert (
        "http://127.0.0.1:8025",
        "http://127.0.0.1:8025/o/oauth2/v2/auth",
        "http://127.0.0.1:8025/token",
        "http://127.0.0.1:8025/revoke",
        "http://127.0.0.1:8025/oauth2/v1/certs",
    ) == (found.root, found.auth, found.token, found.revoke, found.certificates)


@pytest.mark.parametrize(
    ("base", "local"),
    [
        ("http://127.0.0.1:1", True),
        ("http://127.9.9.9", True),
        ("http://[::1]:1", True),
        ("http://localhost:1", True),
        ("https://gmail.example", False),
        ("http://127.0.0.1.example", False),
        ("http://localhost.example", False),
        ("http://0.0.0.0", False),
        ("http://10.0.0.1", False),
    ],
)
def test_loopback_is_this_machine_alone(base: str, local: bool) -> None:
    """Names that only look like this machine are not."""
    assert local == endpoints(base).is_loopback
