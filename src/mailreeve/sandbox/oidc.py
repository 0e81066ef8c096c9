"""OpenID Connect tokens of service accounts, as Pub/Sub puts them on its pushes, and the certificates that prove them.

Sources: docs.cloud.google.com/pubsub/docs/authenticate-push-subscriptions (the claims); RFC 7519; RFC 7515.
"""

import base64
import json
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from mailreeve.sandbox.http import Answer, Request, json_answer
from mailreeve.sandbox.state import State

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

ISSUER = "https://accounts.google.com"
LIFETIME = 3600
"""Seconds."""


def certificates(state: State, _request: Request) -> Answer:
    """`GET /oauth2/v1/certs`: X.509 certificates in PEM by the id of their key."""
    kept = _kept(state.exchange)
    return json_answer({kept["id"]: kept["certificate"]})


def token(state: State, email: str, audience: str, other: Mapping[str, Any] | None = None) -> str:
    """A signed token; `other` claims replace the usual ones. Times are in epoch seconds by this machine's clock."""
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    kept = _kept(state.exchange)
    key = load_pem_private_key(kept["key"].encode(), None)
    return signed(key, kept["id"], claims(email, audience) | dict(other or {}))  # type: ignore[arg-type] # `_made` made it


def claims(email: str, audience: str) -> dict[str, Any]:
    """What a token of Google's says."""
    now = int(datetime.now(UTC).timestamp())
    subject = "113774264463038321964"
    told = {"aud": audience, "azp": subject, "sub": subject, "email": email, "email_verified": True}
    return {**told, "iss": ISSUER, "iat": now, "exp": now + LIFETIME}


def signed(key: "RSAPrivateKey", key_id: str, told: dict[str, Any]) -> str:
    """The claims as a JSON Web Token with RS256."""
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
    from cryptography.hazmat.primitives.hashes import SHA256

    parts = ({"alg": "RS256", "kid": key_id, "typ": "JWT"}, told)
    text = ".".join(_encoded(json.dumps(part).encode()) for part in parts)
    return f"{text}.{_encoded(key.sign(text.encode(), PKCS1v15(), SHA256()))}"


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _kept(state: State) -> dict[str, str]:
    """The key of this mailbox's file, made when it is needed first."""
    known = state.meta("oidc")
    if known is None:
        known = json.dumps(_made())
        state.set_meta("oidc", known)
    found: dict[str, str] = json.loads(known)
    return found


def _made() -> dict[str, str]:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name(
        [x509.NameAttribute(x509.NameOID.COMMON_NAME, "federated-signon.system.gserviceaccount.com")]
    )
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=16))
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    pem = certificate.public_bytes(serialization.Encoding.PEM)
    return {"id": secrets.token_hex(20), "key": private.decode(), "certificate": pem.decode()}
