"""The control endpoints."""

import hashlib
import json

import pytest
from tests.sandbox.given import Google, b64, letter
from tests.sandbox_server import SandboxServer


@pytest.mark.parametrize(
    ("method", "name"),
    [("GET", "state"), ("GET", "sent"), ("GET", "units"), ("POST", "deliver"), ("POST", "faults"), ("POST", "clock"),
     ("POST", "tokens"), ("POST", "consent"), ("POST", "send_as"), ("GET", "nothing")],
)  # fmt: skip
def test_only_the_printed_token_opens_them(sandbox: SandboxServer, method: str, name: str) -> None:
    """Without it, with a wrong one and with any other live token the answer is 401."""
    other = sandbox.token_for("https://mail.google.com/")
    for token in ("", "wrong", other):
        assert 401 == sandbox.call(method, f"/_sandbox/{name}", b"[]", token=token)[0]


def test_state_tells_everything_in_stable_order(google: Google) -> None:
    """Messages with label ids, names and digests, drafts, labels; the same twice."""
    raw = letter("Plan", message_id="<1@x.example>")
    message = google.server.deliver(raw, "INBOX,Clients/Harbor")
    draft = google.post("/drafts", {"message": {"raw": b64(raw)}})
    state = google.server.state()
    first = state["messages"][0]
    assert (message, hashlib.sha256(raw).hexdigest(), "<1@x.example>") == (
        first["id"],
        first["raw_sha256"],
        f"<{first['message_id']}>",
    )
    assert ["Clients/Harbor", "INBOX"] == first["labels"]
    expected = {
        "id": draft["id"],
        "messageId": draft["message"]["id"],
        "threadId": draft["message"]["threadId"],
    }
    assert [expected | {"raw_sha256": first["raw_sha256"]}] == state["drafts"]
    assert ["CHAT", "SENT", "INBOX"] == [label["name"] for label in state["labels"]][:3]
    assert state == google.server.state()


def test_delivered_labels_are_chosen(google: Google) -> None:
    """INBOX and UNREAD unless X-Sandbox-Labels says otherwise; DRAFT makes a draft; an empty list is archived."""
    assert {"INBOX", "UNREAD"} == google.server.labels_of(google.server.deliver(letter()))
    assert set() == google.server.labels_of(google.server.deliver(letter(), ""))
    message = google.server.deliver(letter(), "DRAFT")
    assert [message] == [draft["message"]["id"] for draft in google.get("/drafts")["drafts"]]


def test_an_empty_message_is_refused(sandbox: SandboxServer) -> None:
    """Deliver without a body is 400, as is JSON that cannot be read elsewhere."""
    assert 400 == sandbox.call("POST", "/_sandbox/deliver", b"")[0]
    assert 400 == sandbox.call("POST", "/_sandbox/tokens", b"{")[0]
    assert 400 == sandbox.call("POST", "/_sandbox/tokens", {"scope": "x"})[0]


def test_a_made_token_can_expire(sandbox: SandboxServer) -> None:
    """expires_in is in seconds of the sandbox's time; without it the token stays."""
    token = sandbox.token_for("https://mail.google.com/", expires_in=10)
    assert 200 == sandbox.call("GET", "/gmail/v1/users/me/profile", token=token)[0]
    sandbox.clock(advance=11)
    status, headers, data = sandbox.call("GET", "/gmail/v1/users/me/profile", token=token)
    assert (401, "authError") == (status, json.loads(data)["error"]["errors"][0]["reason"])
    assert headers["www-authenticate"].startswith("Bearer")


def test_unknown_paths_are_404(sandbox: SandboxServer) -> None:
    """Neither the API nor the control endpoints answer for what they do not have."""
    for method, path in (
        ("GET", "/"),
        ("GET", "/gmail/v1/users/me/filters"),
        ("GET", "/_sandbox/nothing"),
        ("PUT", "/token"),
    ):
        assert 404 == sandbox.call(method, path)[0]
