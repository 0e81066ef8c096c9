"""Access and refresh tokens, and what a request's token may do."""

import secrets

from mailreeve.sandbox.errors import insufficient_scope, unauthorized
from mailreeve.sandbox.http import Request
from mailreeve.sandbox.scopes import PRINTED
from mailreeve.sandbox.state import State

LIFETIME = 3599
"""Seconds that an access token lives, as Google gives them."""


def issue(state: State, scopes: str, client: str, session: str, lifetime: float | None = LIFETIME) -> str:
    """A new access token."""
    token = "ya29." + secrets.token_urlsafe(32)
    expires = None if lifetime is None else state.now_ms() + int(lifetime * 1000)
    state.execute(
        "insert into tokens (token, kind, session, client, scopes, expires) values (?, 'access', ?, ?, ?, ?)",
        (token, session, client, scopes, expires),
    )
    return token


def issue_refresh(state: State, scopes: str, client: str, session: str) -> str:
    """A new refresh token; it does not expire."""
    token = "1//0" + secrets.token_urlsafe(40)
    state.execute(
        "insert into tokens (token, kind, session, client, scopes) values (?, 'refresh', ?, ?, ?)",
        (token, session, client, scopes),
    )
    return token


def create_printed(state: State) -> None:
    """Make the token that is printed at the start a live one."""
    state.execute(
        "insert or ignore into tokens (token, kind, session, client, scopes) values (?, 'access', 'printed', '', ?)",
        (state.token, " ".join(PRINTED)),
    )


def of(request: Request) -> str:
    """The bearer token of a request, or an empty string."""
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    if kind.lower() == "bearer":
        return token.strip()
    values = request.query.get("access_token")
    return values[-1] if values else ""


def scopes_of(state: State, request: Request) -> frozenset[str]:
    """What the request's token was granted; ApiError 401 when it is unknown, expired or revoked."""
    row = state.row(
        "select scopes from tokens where token = ? and kind = 'access' and not dead"
        " and (expires is null or expires > ?)",
        (of(request), state.now_ms()),
    )
    if row is None:
        raise unauthorized()
    return frozenset(row["scopes"].split())


def require(granted: frozenset[str], accepted: frozenset[str]) -> None:
    """Raise ApiError 403 unless one of the accepted scopes was granted."""
    if not granted & accepted:
        raise insufficient_scope(" ".join(sorted(accepted)))


def kill(state: State, token: str) -> bool:
    """Revoke a token and every other one of the same consent; False when it is unknown or dead already."""
    row = state.row("select session from tokens where token = ? and not dead", (token,))
    if row is None:
        return False
    state.execute("update tokens set dead = 1 where session = ?", (row["session"],))
    return True
