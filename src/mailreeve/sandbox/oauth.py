"""Google's OAuth endpoints: consent, token and revocation.

The person behind the browser always says yes, unless `POST /_sandbox/consent` or `deny=1` tells otherwise.

Sources: developers.google.com/identity/protocols/oauth2/native-app; RFC 6749, sections 4.1 and 5.2;
RFC 7636 (PKCE); RFC 8252 (loopback redirection).
"""

import base64
import hashlib
import hmac
import ipaddress
import json
import secrets
from typing import Any
from urllib.parse import urlencode, urlsplit

from mailreeve.sandbox import delegation, tokens
from mailreeve.sandbox.http import JSON_TYPE, Answer, Request
from mailreeve.sandbox.state import Row, State

CODE_LIFETIME_MS = 10 * 60 * 1000
_NO_STORE = (("cache-control", "no-store"), ("pragma", "no-cache"))


def consent(state: State) -> dict[str, Any]:
    """How the person answers: `deny`, the only `scopes` that stay ticked (null is all), `rotate` refresh tokens."""
    told = state.meta("consent")
    settings: dict[str, Any] = {"deny": False, "scopes": None, "rotate": False}
    return settings | (json.loads(told) if told else {})


def _error(code: int, error: str, description: str) -> Answer:
    body = json.dumps({"error": error, "error_description": description}).encode()
    return Answer(code, body, (("content-type", JSON_TYPE), *_NO_STORE))


def authorize(state: State, request: Request) -> Answer:
    """`GET /o/oauth2/v2/auth`: go back to the loopback address at once, with a code or with access_denied."""
    asked = request.form() if request.method == "POST" else {k: v[-1] for k, v in request.query.items()}
    redirect = asked.get("redirect_uri", "")
    problem = _problem(asked, redirect)
    if problem:
        return Answer(400, problem.encode(), (("content-type", "text/plain; charset=utf-8"),))
    settings = consent(state)
    back = {"state": asked["state"]} if "state" in asked else {}
    granted = [s for s in asked["scope"].split() if settings["scopes"] is None or s in settings["scopes"]]
    if settings["deny"] or asked.get("deny") == "1" or not granted:
        back["error"] = "access_denied"
    else:
        back["code"] = _code(state, asked, redirect, " ".join(granted))
        back["scope"] = " ".join(granted)
    joint = "&" if urlsplit(redirect).query else "?"
    return Answer(302, b"", (("location", redirect + joint + urlencode(back)), *_NO_STORE))


def _problem(asked: dict[str, str], redirect: str) -> str:
    """Why the consent page would show an error instead, or an empty string."""
    parts = urlsplit(redirect)
    if parts.scheme != "http" or not _is_loopback(parts.hostname or ""):
        return "Error 400: redirect_uri_mismatch"
    if asked.get("response_type") != "code":
        return "Error 400: invalid_request (response_type)"
    for name in ("client_id", "scope"):
        if not asked.get(name):
            return f"Error 400: invalid_request (missing required parameter: {name})"
    if asked.get("code_challenge") and asked.get("code_challenge_method", "plain") not in {"S256", "plain"}:
        return "Error 400: invalid_request (code_challenge_method)"
    return ""


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _code(state: State, asked: dict[str, str], redirect: str, granted: str) -> str:
    code = "4/0" + secrets.token_urlsafe(32)
    state.execute(
        "insert into codes (code, client, redirect, scopes, challenge, challenge_method, offline, expires)"
        " values (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            code,
            asked["client_id"],
            redirect,
            granted,
            asked.get("code_challenge", ""),
            asked.get("code_challenge_method", "plain"),
            asked.get("access_type") == "offline",
            state.now_ms() + CODE_LIFETIME_MS,
        ),
    )
    return code


def token(state: State, request: Request) -> Answer:
    """`POST /token`: a code, a refresh token or a service account's assertion against an access token."""
    asked = request.form()
    if asked.get("grant_type") == delegation.GRANT:
        return _delegated(state, asked)
    client = asked.get("client_id", "") or _basic_client(request)
    if not client:
        return _error(400, "invalid_request", "Could not determine client ID from request.")
    match asked.get("grant_type"):
        case "authorization_code":
            return _redeem(state, asked, client)
        case "refresh_token":
            return _refresh(state, asked, client)
        case _:
            return _error(400, "unsupported_grant_type", "Invalid grant_type")


def _basic_client(request: Request) -> str:
    kind, _, value = request.headers.get("authorization", "").partition(" ")
    if kind.lower() != "basic":
        return ""
    try:
        return base64.b64decode(value).decode().partition(":")[0]
    except ValueError:
        return ""


def _redeem(state: State, asked: dict[str, str], client: str) -> Answer:
    row = state.row("select * from codes where code = ?", (asked.get("code", ""),))
    if row is None or row["used"] or row["expires"] <= state.now_ms() or row["client"] != client:
        return _error(400, "invalid_grant", "Malformed auth code." if row is None else "Bad Request")
    if row["redirect"] != asked.get("redirect_uri"):
        return _error(400, "redirect_uri_mismatch", "Bad Request")
    if not _verified(row, asked.get("code_verifier", "")):
        return _error(400, "invalid_grant", "Invalid code verifier.")
    state.execute("update codes set used = 1 where code = ?", (row["code"],))
    session = secrets.token_hex(8)
    answer = _granted(state, row["scopes"], client, session)
    if row["offline"]:
        answer["refresh_token"] = tokens.issue_refresh(state, row["scopes"], client, session)
    return _told(answer)


def _verified(row: Row, verifier: str) -> bool:
    """PKCE: the verifier fits the challenge (RFC 7636, 4.6); none is needed when none was announced."""
    if not row["challenge"]:
        return True
    made = verifier
    if row["challenge_method"] == "S256":
        digest = hashlib.sha256(verifier.encode()).digest()
        made = base64.urlsafe_b64encode(digest).decode().rstrip("=")
    return hmac.compare_digest(made.encode(), row["challenge"].encode())


def _refresh(state: State, asked: dict[str, str], client: str) -> Answer:
    row = state.row(
        "select * from tokens where token = ? and kind = 'refresh' and client = ? and not dead",
        (asked.get("refresh_token", ""), client),
    )
    if row is None:
        return _error(400, "invalid_grant", "Token has been expired or revoked.")
    answer = _granted(state, row["scopes"], client, row["session"])
    if consent(state)["rotate"]:
        state.execute("update tokens set dead = 1 where token = ?", (row["token"],))
        answer["refresh_token"] = tokens.issue_refresh(state, row["scopes"], client, row["session"])
    return _told(answer)


def _delegated(state: State, asked: dict[str, str]) -> Answer:
    try:
        scopes, client = delegation.grant(state, asked.get("assertion", ""))
    except delegation.Refused as error:
        return _error(error.status, error.error, error.description)
    return _told(_granted(state, scopes, client, secrets.token_hex(8)))


def _granted(state: State, scopes: str, client: str, session: str) -> dict[str, Any]:
    return {
        "access_token": tokens.issue(state, scopes, client, session),
        "expires_in": tokens.LIFETIME,
        "scope": scopes,
        "token_type": "Bearer",
    }


def _told(answer: dict[str, Any]) -> Answer:
    return Answer(200, json.dumps(answer).encode(), (("content-type", JSON_TYPE), *_NO_STORE))


def revoke(state: State, request: Request) -> Answer:
    """`POST /revoke`: end the consent that a token belongs to."""
    asked = request.form() | {name: values[-1] for name, values in request.query.items()}
    if not tokens.kill(state, asked.get("token", "")):
        return _error(400, "invalid_token", "Token expired or revoked")
    return _told({})
