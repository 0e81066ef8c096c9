"""A service account acts for one person at a time, and only as far as the administrator authorized it."""

import base64
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from tests.organization import Organization, serving

MODIFY = "https://www.googleapis.com/auth/gmail.modify"
GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
ANA, BO = "ana@corp.example", "bo@corp.example"


@pytest.fixture
def corp(tmp_path: Path) -> Iterator[Organization]:
    with serving(tmp_path, "ana", "bo") as made:
        yield made


def _b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def assertion(corp: Organization, alg: str = "RS256", **changes: Any) -> str:
    """Signed by the service account; a change of None leaves the claim out."""
    kept = json.loads(corp.key.read_text())
    key = load_pem_private_key(kept["private_key"].encode(), None)
    assert isinstance(key, RSAPrivateKey)
    now = int(time.time())
    claims = {
        "iss": kept["client_email"],
        "sub": ANA,
        "scope": MODIFY,
        "aud": "https://oauth2.googleapis.com/token",
        "iat": now,
        "exp": now + 3600,
    } | changes
    claims = {name: value for name, value in claims.items() if value is not None}
    text = f"{_b64(json.dumps({'alg': alg}).encode())}.{_b64(json.dumps(claims).encode())}"
    return f"{text}.{_b64(key.sign(text.encode(), PKCS1v15(), SHA256()))}"


def ask(corp: Organization, signed: str) -> tuple[int, dict[str, Any]]:
    form = urlencode({"grant_type": GRANT, "assertion": signed}).encode()
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    status, _, data = corp.people[ANA].call("POST", "/token", form, token="", headers=kind)
    return status, json.loads(data)


@pytest.mark.parametrize("who", [ANA, BO])
def test_it_gets_a_token_for_the_person_that_it_names(corp: Organization, who: str) -> None:
    """The token opens that mailbox and says whose it is."""
    status, answer = ask(corp, assertion(corp, sub=who))
    assert (200, MODIFY, "Bearer") == (status, answer["scope"], answer["token_type"])
    status, _, data = corp.people[ANA].call("GET", "/gmail/v1/users/me/profile", token=answer["access_token"])
    assert (200, who) == (status, json.loads(data)["emailAddress"])


def test_a_token_for_one_does_not_open_the_mail_of_another(corp: Organization) -> None:
    """Bo's token at Ana's address is refused, and Ana's mail is not in what it lists."""
    corp.people[ANA].deliver(b"From: x@x.example\r\nTo: ana@corp.example\r\nSubject: for Ana\r\n\r\nhi\r\n")
    token = ask(corp, assertion(corp, sub=BO))[1]["access_token"]
    status, _, _ = corp.people[ANA].call("GET", f"/gmail/v1/users/{ANA}/messages", token=token)
    assert 403 == status
    _, _, data = corp.people[ANA].call("GET", "/gmail/v1/users/me/messages", token=token)
    assert 0 == json.loads(data)["resultSizeEstimate"]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"sub": "nobody@corp.example"}, "Invalid email or User ID"),
        ({"sub": None}, "Invalid email or User ID"),
        ({"iss": "other@x.example"}, "account not found"),
        ({"aud": "https://accounts.example/token"}, "audience"),
        ({"exp": int(time.time()) + 90_000}, "short-lived"),
        ({"iat": int(time.time()) - 90_000, "exp": int(time.time()) - 86_400}, "reasonable timeframe"),
        ({"iat": None}, "iat and exp"),
    ],
)
def test_a_wrong_claim_is_refused(corp: Organization, changes: dict[str, Any], said: str) -> None:
    """invalid_grant, and the description says which."""
    status, answer = ask(corp, assertion(corp, **changes))
    assert (400, "invalid_grant") == (status, answer["error"])
    assert said in answer["error_description"]


@pytest.mark.parametrize("bad", ["", "a.b", "a.b.c", "none"])
def test_what_it_did_not_sign_is_refused(corp: Organization, bad: str) -> None:
    """Nonsense, another algorithm, and claims that were changed afterwards."""
    if bad == "none":
        bad = assertion(corp, alg="none")
    assert (400, "invalid_grant") == (ask(corp, bad)[0], ask(corp, bad)[1]["error"])
    head, _, seal = assertion(corp, sub=BO).split(".")
    changed = f"{head}.{assertion(corp, sub=ANA).split('.')[1]}.{seal}"
    assert "Invalid JWT Signature." == ask(corp, changed)[1]["error_description"]


def test_what_the_administrator_did_not_authorize_is_refused(corp: Organization) -> None:
    """unauthorized_client with 401, as Google says it; other mailboxes go on."""
    corp.people[ANA].delegation(["https://www.googleapis.com/auth/gmail.readonly"])
    status, answer = ask(corp, assertion(corp))
    assert (401, "unauthorized_client") == (status, answer["error"])
    assert 200 == ask(corp, assertion(corp, sub=BO))[0]
