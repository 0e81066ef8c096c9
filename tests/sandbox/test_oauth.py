"""Consent, tokens and revocation, through google-auth too."""

import base64
import hashlib
import json
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from tests.sandbox_server import SandboxServer

SCOPES = "https://www.googleapis.com/auth/gmail.modify https://www.googleapis.com/auth/gmail.settings.basic"
BACK = "http://127.0.0.1:8765/"
VERIFIER = "v" * 50
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).decode().rstrip("=")


def visit(sandbox: SandboxServer, **changes: str) -> tuple[int, dict[str, str]]:
    """Status of the consent page and what it carries back to the loopback address."""
    asked = {
        "client_id": "desk.apps.googleusercontent.com",
        "redirect_uri": BACK,
        "response_type": "code",
        "scope": SCOPES,
        "state": "s1",
        "access_type": "offline",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
    } | changes
    status, headers, _ = sandbox.call("GET", f"/o/oauth2/v2/auth?{urlencode(asked)}")
    back = headers.get("location", "")
    assert not back or back.startswith(asked["redirect_uri"])
    return status, {name: values[0] for name, values in parse_qs(urlsplit(back).query).items()}


def post(sandbox: SandboxServer, path: str, **form: str) -> tuple[int, dict[str, Any]]:
    """A form posted without a token."""
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    status, _, data = sandbox.call("POST", path, urlencode(form).encode(), token="", headers=kind)
    return status, json.loads(data)


def redeem(sandbox: SandboxServer, code: str, **changes: str) -> tuple[int, dict[str, Any]]:
    """Trade a code for tokens."""
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "client_id": "desk.apps.googleusercontent.com",
        "client_secret": "s",
        "redirect_uri": BACK,
        "code_verifier": VERIFIER,
    }
    return post(sandbox, "/token", **form | changes)


def refresh(sandbox: SandboxServer, token: str) -> tuple[int, dict[str, Any]]:
    """Trade a refresh token for an access token."""
    client = "desk.apps.googleusercontent.com"
    return post(
        sandbox,
        "/token",
        grant_type="refresh_token",
        refresh_token=token,
        client_id=client,
        client_secret="s",
    )


def profile(sandbox: SandboxServer, token: str) -> int:
    """The status that a token gets."""
    return sandbox.call("GET", "/gmail/v1/users/me/profile", token=token)[0]


def test_a_consent_gives_tokens_that_work(sandbox: SandboxServer) -> None:
    """Code, PKCE, state and granted scopes; the refresh token gives new access tokens."""
    status, back = visit(sandbox)
    assert (302, "s1", SCOPES) == (status, back["state"], back["scope"])
    status, told = redeem(sandbox, back["code"])
    assert (200, "Bearer", 3599, SCOPES) == (status, told["token_type"], told["expires_in"], told["scope"])
    assert 200 == profile(sandbox, told["access_token"])
    status, again = refresh(sandbox, told["refresh_token"])
    assert 200 == status
    assert "refresh_token" not in again
    assert 200 == profile(sandbox, again["access_token"])


def test_a_code_works_once(sandbox: SandboxServer) -> None:
    """The second time, and after ten minutes, it is invalid_grant."""
    code = visit(sandbox)[1]["code"]
    assert 200 == redeem(sandbox, code)[0]
    assert (400, "invalid_grant") == (redeem(sandbox, code)[0], redeem(sandbox, code)[1]["error"])
    late = visit(sandbox)[1]["code"]
    sandbox.clock(advance=601)
    assert "invalid_grant" == redeem(sandbox, late)[1]["error"]


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"code_verifier": "w" * 50}, "invalid_grant"),
        ({"code_verifier": ""}, "invalid_grant"),
        ({"redirect_uri": "http://127.0.0.1:9/"}, "redirect_uri_mismatch"),
        ({"client_id": "other"}, "invalid_grant"),
        ({"client_id": ""}, "invalid_request"),
        ({"code": "4/0nope"}, "invalid_grant"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
    ],
)
def test_a_wrong_redemption_is_refused(sandbox: SandboxServer, changes: dict[str, str], error: str) -> None:
    """A wrong verifier, address, client, code or grant type gives no token."""
    status, told = redeem(sandbox, **{"code": visit(sandbox)[1]["code"]} | changes)
    assert (400, error) == (status, told["error"])
    assert "access_token" not in told


def test_the_person_can_say_no(sandbox: SandboxServer) -> None:
    """Deny in the address, or set beforehand, leads back with access_denied and without a code."""
    assert {"state": "s1", "error": "access_denied"} == visit(sandbox, deny="1")[1]
    sandbox.consent(deny=True)
    assert {"state": "s1", "error": "access_denied"} == visit(sandbox)[1]


def test_the_person_can_untick_a_scope(sandbox: SandboxServer) -> None:
    """Only what stays ticked is granted, and the answer says so."""
    first = SCOPES.split(maxsplit=1)[0]
    sandbox.consent(scopes=[first])
    code = visit(sandbox)[1]["code"]
    told = redeem(sandbox, code)[1]
    assert first == told["scope"]
    path = "/gmail/v1/users/me/settings/sendAs"
    assert 200 == sandbox.call("GET", path, token=told["access_token"])[0]
    sandbox.consent(scopes=[SCOPES.split()[1]])
    weak = redeem(sandbox, visit(sandbox)[1]["code"])[1]["access_token"]
    status, headers, data = sandbox.call("GET", "/gmail/v1/users/me/messages", token=weak)
    assert (403, "insufficientPermissions") == (status, json.loads(data)["error"]["errors"][0]["reason"])
    assert 'error="insufficient_scope"' in headers["www-authenticate"]


@pytest.mark.parametrize(
    "changes",
    [
        {"redirect_uri": "https://evil.example/"},
        {"redirect_uri": "http://evil.example/"},
        {"response_type": "token"},
        {"client_id": ""},
        {"scope": ""},
        {"code_challenge_method": "md5"},
    ],
)
def test_a_wrong_consent_request_leads_nowhere(sandbox: SandboxServer, changes: dict[str, str]) -> None:
    """The error is shown to the person; nothing is sent to the address."""
    assert (400, {}) == visit(sandbox, **changes)


def test_refresh_tokens_can_rotate(sandbox: SandboxServer) -> None:
    """With rotation each refresh gives a new refresh token and ends the old one."""
    first = redeem(sandbox, visit(sandbox)[1]["code"])[1]["refresh_token"]
    sandbox.consent(rotate=True)
    second = refresh(sandbox, first)[1]["refresh_token"]
    assert (400, "invalid_grant") == (refresh(sandbox, first)[0], refresh(sandbox, first)[1]["error"])
    assert 200 == refresh(sandbox, second)[0]


def test_revocation_ends_the_whole_consent(sandbox: SandboxServer) -> None:
    """After /revoke neither the access token nor the refresh token works; a second time is 400."""
    told = redeem(sandbox, visit(sandbox)[1]["code"])[1]
    assert 200 == post(sandbox, "/revoke", token=told["refresh_token"])[0]
    assert 401 == profile(sandbox, told["access_token"])
    assert "invalid_grant" == refresh(sandbox, told["refresh_token"])[1]["error"]
    assert (400, "invalid_token") == (
        post(sandbox, "/revoke", token=told["refresh_token"])[0],
        post(sandbox, "/revoke", token="x")[1]["error"],
    )


def test_access_tokens_expire_by_the_clock(sandbox: SandboxServer) -> None:
    """After an hour of the sandbox's time the access token is 401 and the refresh token still works."""
    told = redeem(sandbox, visit(sandbox)[1]["code"])[1]
    sandbox.clock(advance=3600)
    assert 401 == profile(sandbox, told["access_token"])
    assert 200 == profile(sandbox, refresh(sandbox, told["refresh_token"])[1]["access_token"])
    assert 200 == profile(sandbox, sandbox.token)


def test_online_access_gives_no_refresh_token(sandbox: SandboxServer) -> None:
    """Without access_type=offline there is none."""
    assert "refresh_token" not in redeem(sandbox, visit(sandbox, access_type="online")[1]["code"])[1]


def test_google_auth_refreshes_here(sandbox: SandboxServer) -> None:
    """google.oauth2.credentials gets a new access token from /token."""
    from google.auth.transport.requests import Request
    from google.oauth2.credentials import Credentials

    told = redeem(sandbox, visit(sandbox)[1]["code"])[1]
    credentials = Credentials(
        None,
        refresh_token=told["refresh_token"],
        token_uri=f"{sandbox.base_url}/token",
        client_id="desk.apps.googleusercontent.com",
        client_secret="s",
    )
    request = Request()
    credentials.refresh(request)
    request.session.close()
    assert 200 == profile(sandbox, str(credentials.token))
