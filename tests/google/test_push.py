"""Whose pushes are let in: the token's signature, issuer, audience, account and time, each on its own."""

import time
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from tests.google.wire_server import Reply, WireServer
from tests.sandbox_server import SandboxServer

from mailreeve.errors import GoogleUnavailable
from mailreeve.google.push import Doorkeeper
from mailreeve.sandbox import oidc

EMAIL, AUDIENCE = "push@p-1.iam.gserviceaccount.com", "https://reeve.example/wake"


@pytest.fixture
def door(sandbox: SandboxServer) -> Doorkeeper:
    return Doorkeeper(AUDIENCE, EMAIL, base=sandbox.base_url)


def token(sandbox: SandboxServer, **other: Any) -> str:
    with sandbox.state_file() as state:
        return oidc.token(state, EMAIL, AUDIENCE, other)


def test_the_token_of_our_subscription_is_let_in(door: Doorkeeper, sandbox: SandboxServer) -> None:
    """Signed by Google's key, for this audience, made out to this service account; both spellings of the issuer."""
    assert door.lets_in(f"Bearer {token(sandbox)}")
    assert door.lets_in(f"bearer {token(sandbox, iss='accounts.google.com')}")


NOW = int(time.time())


@pytest.mark.parametrize(
    "other",
    [
        pytest.param({"aud": "https://reeve.example/other"}, id="another audience"),
        pytest.param({"iss": "https://evil.example"}, id="another issuer"),
        pytest.param({"email": "other@p-1.iam.gserviceaccount.com"}, id="another account"),
        pytest.param({"email_verified": False}, id="an address that is not verified"),
        pytest.param({"email_verified": "true"}, id="a word for true"),
        pytest.param({"email": None}, id="no account"),
        pytest.param({"iat": NOW - 7200, "exp": NOW - 3600}, id="expired"),
        pytest.param({"iat": NOW + 3600, "exp": NOW + 7200}, id="not yet"),
    ],
)
def test_a_true_signature_alone_is_not_enough(
    door: Doorkeeper, sandbox: SandboxServer, other: dict[str, Any]
) -> None:
    """One claim that is not ours, and the token is refused."""
    assert not door.lets_in(f"Bearer {token(sandbox, **other)}")


def forged(sandbox: SandboxServer) -> list[str]:
    """The same claims: with another key, under Google's key id too; unsigned; changed after signing; cut."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    with sandbox.state_file() as state:
        known = oidc._kept(state)["id"]
    told = oidc.claims(EMAIL, AUDIENCE)
    good = token(sandbox)
    head, body, signature = good.split(".")
    unsigned = oidc._encoded(b'{"alg":"none","typ":"JWT"}')
    return [
        oidc.signed(key, "unknown", told),
        oidc.signed(key, known, told),
        f"{unsigned}.{body}.",
        f"{head}.{oidc._encoded(b'{}')}.{signature}",
        f"{head}.{body}.{signature[:-8]}",
        f"{head}.{body}",
        "....",
        "é.é.é",
        "x" * 100_000,
        "",
    ]


def test_a_forged_token_is_refused(door: Doorkeeper, sandbox: SandboxServer) -> None:
    """Whatever is wrong with it, it is a plain no."""
    assert [False] * 10 == [door.lets_in(f"Bearer {one}") for one in forged(sandbox)]
    assert [False] * 3 == [door.lets_in(text) for text in ("", "Bearer", f"Basic {token(sandbox)}")]


def test_the_certificates_are_asked_for_once(wire: WireServer, sandbox: SandboxServer) -> None:
    """A hundred forged pushes cost Google one request."""
    _, _, data = sandbox.call("GET", "/oauth2/v1/certs")
    wire.then(Reply(200, data))
    door = Doorkeeper(AUDIENCE, EMAIL, base=wire.base)
    assert not any(door.lets_in(f"Bearer {token(sandbox, aud='x')}") for _ in range(100))
    assert 1 == len(wire.seen)


def test_without_certificates_nobody_is_let_in_and_it_is_said(
    wire: WireServer, sandbox: SandboxServer
) -> None:
    """An error, a page that is no JSON: not a no, so that Pub/Sub tries again."""
    for status, page in ((500, b"{}"), (200, b"<html>"), (200, b"[]")):
        wire.then(Reply(status, page))
        with pytest.raises(GoogleUnavailable):
            Doorkeeper(AUDIENCE, EMAIL, base=wire.base).lets_in(f"Bearer {token(sandbox)}")
