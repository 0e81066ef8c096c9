"""Service accounts with domain-wide delegation: a signed assertion against an access token for one mailbox.

Sources: developers.google.com/identity/protocols/oauth2/service-account (assertion, error codes); RFC 7523; RFC 7515.
"""

import base64
import json
import secrets
from typing import Any

from mailreeve.sandbox.scopes import PUBSUB_CALLS
from mailreeve.sandbox.state import State

GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
AUDIENCE = "https://oauth2.googleapis.com/token"
"""What `aud` says, wherever the sandbox itself listens."""
LONGEST = 3600
"""Seconds between `iat` and `exp` at most."""
SKEW = 300
"""Seconds by which the clocks may differ."""


class Refused(Exception):
    """The token endpoint says no: status, OAuth error and description."""

    def __init__(self, status: int, error: str, description: str) -> None:
        super().__init__(description)
        self.status, self.error, self.description = status, error, description


def register(states: list[State], scopes: tuple[str, ...] | None = None) -> dict[str, str]:
    """Make a service account that may act for these mailboxes; returns its key file, as the console gives it.

    `scopes` are those that the administrator authorized; None is whatever is asked for.
    """
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    public = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    name = "mailreeve@sandbox-project.iam.gserviceaccount.com"
    kept = {"email": name, "public": public.decode(), "scopes": scopes}
    for state in states:
        with state.transaction():
            state.set_meta("service_account", json.dumps(kept))
    return {
        "type": "service_account",
        "project_id": "sandbox-project",
        "private_key_id": secrets.token_hex(20),
        "private_key": private.decode(),
        "client_email": name,
        "client_id": "1" + str(secrets.randbelow(10**20)).zfill(20),
        "auth_uri": "https://accounts.google.com/o/oauth2/auth",
        "token_uri": AUDIENCE,
        "universe_domain": "googleapis.com",
    }


def authorize(state: State, scopes: tuple[str, ...] | None) -> None:
    """What the administrator authorizes for this mailbox from now on."""
    kept = json.loads(state.meta("service_account") or "{}")
    state.set_meta("service_account", json.dumps({**kept, "scopes": scopes}))


def subject(assertion: str) -> str:
    """Whose mailbox an assertion asks for, unverified; empty when it cannot be read."""
    try:
        return str(_part(assertion.split(".")[1]).get("sub", "")).lower()
    except (IndexError, ValueError):
        return ""


def grant(state: State, assertion: str) -> tuple[str, str]:
    """The scopes that an assertion gets and who asks; in its own name a service account uses Pub/Sub. Raises Refused."""
    kept = json.loads(state.meta("service_account") or "null")
    claims = _verified(assertion, kept["public"] if kept else "")
    _timely(state, claims)
    if kept is None or claims.get("iss") != kept["email"]:
        raise Refused(400, "invalid_grant", "Invalid grant: account not found")
    asked = str(claims.get("scope", "")).split()
    if "sub" not in claims and asked and set(asked) <= PUBSUB_CALLS:
        return " ".join(asked), kept["email"]
    if str(claims.get("sub", "")).lower() != state.account.lower():
        raise Refused(400, "invalid_grant", "Invalid email or User ID")
    if not asked or (kept["scopes"] is not None and not set(asked) <= set(kept["scopes"])):
        raise Refused(
            401,
            "unauthorized_client",
            "Client is unauthorized to retrieve access tokens using this method, or client not authorized"
            " for any of the scopes requested.",
        )
    return " ".join(asked), kept["email"]


def _part(text: str) -> dict[str, Any]:
    value = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    if not isinstance(value, dict):
        raise ValueError("not an object")  # noqa: TRY004 -- one kind of error for all that cannot be read
    return value


def _verified(assertion: str, public: str) -> dict[str, Any]:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    try:
        head, claims, signature = assertion.split(".")
        if _part(head).get("alg") != "RS256":
            raise ValueError("alg")
        key = load_pem_public_key(public.encode())
        assert isinstance(key, RSAPublicKey)  # noqa: S101 -- `register` made it
        sealed = base64.urlsafe_b64decode(signature + "=" * (-len(signature) % 4))
        key.verify(sealed, f"{head}.{claims}".encode(), PKCS1v15(), SHA256())
        return _part(claims)
    except (ValueError, InvalidSignature):
        raise Refused(400, "invalid_grant", "Invalid JWT Signature.") from None


def _timely(state: State, claims: dict[str, Any]) -> None:
    issued, expires, now = claims.get("iat"), claims.get("exp"), state.now_ms() / 1000
    if claims.get("aud") != AUDIENCE:
        raise Refused(400, "invalid_grant", "Invalid JWT: Failed audience check.")
    if not isinstance(issued, int) or not isinstance(expires, int):
        raise Refused(400, "invalid_grant", "Invalid JWT: iat and exp are required.")
    if expires - issued > LONGEST or not issued - SKEW <= now <= expires + SKEW:
        raise Refused(
            400,
            "invalid_grant",
            "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe.",
        )
