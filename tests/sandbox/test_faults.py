"""Failures on demand."""

import http.client
import json
import time
from pathlib import Path

import pytest
from tests.sandbox.given import Google, b64, letter
from tests.sandbox_server import Factory, SandboxServer

from mailreeve.sandbox.faults import KINDS

OUT = {"from_": "alex.moreno@example.com", "to": "bob@example.org"}
PROFILE = "/gmail/v1/users/me/profile"


@pytest.mark.parametrize(
    ("kind", "status", "reason"),
    [
        ("429", 429, "rateLimitExceeded"),
        ("403-rate", 403, "rateLimitExceeded"),
        ("403-daily", 403, "dailyLimitExceeded"),
        ("500", 500, "backendError"),
        ("502", 502, "backendError"),
        ("503", 503, "backendError"),
        ("expired-history", 404, "notFound"),
    ],
)
def test_an_answered_fault_does_nothing_else(google: Google, kind: str, status: int, reason: str) -> None:
    """The request is not carried out, and the next one is as ever."""
    google.server.faults([{"path": "/gmail/", "method": "POST", "nth": 1, "kind": kind, "seconds": 3}])
    body = {"raw": b64(letter(**OUT))}
    assert (status, reason) == google.refused("POST", "/messages/send", body)
    assert [] == google.server.sent()
    google.post("/messages/send", body)
    assert 1 == len(google.server.sent())


@pytest.mark.parametrize("kind", ["429", "403-rate"])
def test_rate_limits_say_when_to_come_back(sandbox: SandboxServer, kind: str) -> None:
    """Retry-After has the seconds of the fault."""
    sandbox.faults([{"path": "/gmail/", "kind": kind, "seconds": 7}])
    assert "7" == sandbox.call("GET", PROFILE)[1]["retry-after"]


def test_a_lost_answer_comes_after_the_deed(sandbox: SandboxServer) -> None:
    """The mail is sent once and the connection closes without a byte."""
    sandbox.faults([{"path": "/messages/send", "nth": 1, "kind": "lost"}])
    with pytest.raises(http.client.RemoteDisconnected):
        sandbox.call("POST", "/gmail/v1/users/me/messages/send", {"raw": b64(letter(**OUT))})
    assert 1 == len(sandbox.sent())


def test_a_truncated_answer_ends_in_the_middle(sandbox: SandboxServer) -> None:
    """Half of the body arrives, then the connection closes."""
    sandbox.faults([{"path": "profile", "nth": 1, "kind": "truncated"}])
    with pytest.raises(http.client.IncompleteRead) as caught:
        sandbox.call("GET", PROFILE)
    assert caught.value.partial
    assert 200 == sandbox.call("GET", PROFILE)[0]


def test_a_slow_answer_comes_late(sandbox: SandboxServer) -> None:
    """The answer takes at least the seconds of the fault, and others are served meanwhile."""
    sandbox.faults([{"path": "/profile", "nth": 1, "kind": "slow", "seconds": 0.2}])
    start = time.monotonic()
    assert 200 == sandbox.call("GET", PROFILE)[0]
    assert time.monotonic() - start >= 0.2


def test_a_revoked_token_is_dead(sandbox: SandboxServer) -> None:
    """From that request on the token is 401; the control endpoints still take the printed one."""
    sandbox.faults([{"path": PROFILE, "nth": 2, "kind": "revoked"}])
    assert [200, 401, 401] == [sandbox.call("GET", PROFILE)[0] for _ in range(3)]
    assert 200 == sandbox.call("GET", PROFILE, token=sandbox.token_for("https://mail.google.com/"))[0]


def test_a_captive_portal_answers_in_html(sandbox: SandboxServer) -> None:
    """200 with a login page instead of JSON."""
    sandbox.faults([{"path": "", "nth": 1, "kind": "html"}])
    status, headers, data = sandbox.call("GET", PROFILE)
    assert (200, "text/html; charset=utf-8") == (status, headers["content-type"])
    assert data.startswith(b"<!DOCTYPE html>")


def test_requests_are_counted_per_fault(sandbox: SandboxServer) -> None:
    """Nth counts the requests that match, from 1; "all" hits every one; a new list replaces the old one."""
    sandbox.faults(
        [
            {"path": "/profile$", "nth": 3, "kind": "500"},
            {"path": "^/gmail/v1/users/me/labels", "nth": "all", "kind": "503"},
        ]
    )
    sandbox.call("GET", "/gmail/v1/users/me/messages")
    assert [200, 200, 500, 200] == [sandbox.call("GET", PROFILE)[0] for _ in range(4)]
    assert [503, 503] == [sandbox.call("GET", "/gmail/v1/users/me/labels")[0] for _ in range(2)]
    listed = json.loads(sandbox.call("GET", "/_sandbox/faults")[2])
    assert [4, 2] == [fault["seen"] for fault in listed]
    sandbox.faults([])
    assert 200 == sandbox.call("GET", "/gmail/v1/users/me/labels")[0]


def test_faults_reach_the_token_endpoint(sandbox: SandboxServer) -> None:
    """OAuth can fail too; the control endpoints never do."""
    sandbox.faults([{"path": "", "kind": "503"}])
    assert 503 == sandbox.call("POST", "/token", b"grant_type=refresh_token")[0]
    assert [] == sandbox.sent()


@pytest.mark.parametrize(
    "wish",
    [{"path": "/", "kind": "fire"}, {"path": "(", "kind": "500"}, {"kind": "500", "nth": 0}, {"kind": "500", "x": 1}, "500",
     {"kind": "slow", "seconds": -1}],
)  # fmt: skip
def test_a_wrong_fault_is_refused(sandbox: SandboxServer, wish: object) -> None:
    """400, and the faults that were set stay."""
    sandbox.faults([{"path": "/profile", "kind": "500"}])
    assert 400 == sandbox.call("POST", "/_sandbox/faults", [wish])[0]
    assert 500 == sandbox.call("GET", PROFILE)[0]


def test_faults_can_come_from_the_start(sandbox_factory: Factory) -> None:
    """The list given at the start is in force at once."""
    server = sandbox_factory(faults=[{"path": "/profile", "kind": "500"}])
    assert 500 == server.call("GET", PROFILE)[0]


def test_every_kind_is_explained() -> None:
    """The module's docstring names each kind."""
    import mailreeve.sandbox.faults

    told = Path(mailreeve.sandbox.faults.__file__).read_text(encoding="utf-8").split('"""')[1]
    assert [] == [kind for kind in KINDS if f"`{kind}`" not in told]
