"""Batches."""

from email import message_from_bytes

from tests.sandbox.given import letter
from tests.sandbox_server import SandboxServer


def batch(sandbox: SandboxServer, *calls: str, path: str = "/batch/gmail/v1") -> list[tuple[str, str]]:
    """Content-ID and text of each part of the answer."""
    parts = [
        f"--b\r\nContent-Type: application/http\r\nContent-ID: <call + {number}>\r\n\r\n{call}\r\n"
        for number, call in enumerate(calls)
    ]
    body = ("".join(parts) + "--b--\r\n").encode()
    status, headers, data = sandbox.call(
        "POST", path, body, headers={"Content-Type": "multipart/mixed; boundary=b"}
    )
    assert 200 == status, data
    answer = message_from_bytes(b"Content-Type: " + headers["content-type"].encode() + b"\r\n\r\n" + data)
    return [(part["Content-ID"], str(part.get_payload())) for part in list(answer.walk())[1:]]


def test_each_part_is_answered_under_its_id(sandbox: SandboxServer) -> None:
    """Calls are carried out in order; a failing one has its error and does not stop the rest; all are metered."""
    message = sandbox.deliver(letter("Plan"))
    got, missing, changed = batch(
        sandbox,
        f"GET /gmail/v1/users/me/messages/{message}?format=minimal HTTP/1.1\r\n",
        "GET /gmail/v1/users/me/messages/1 HTTP/1.1\r\n",
        f"POST /gmail/v1/users/me/messages/{message}/modify HTTP/1.1\r\nContent-Type: application/json\r\n\r\n"
        '{"addLabelIds": ["STARRED"]}',
    )
    assert "<response-call + 0>" == got[0]
    assert got[1].startswith("HTTP/1.1 200 OK")
    assert missing[1].startswith("HTTP/1.1 404 Not Found")
    assert "STARRED" in changed[1]
    assert 2 == sandbox.units()["by_method"]["messages.get"]["calls"]


def test_a_part_may_have_a_token_of_its_own(sandbox: SandboxServer) -> None:
    """The Authorization of a part goes before the one of the whole."""
    (answer,) = batch(
        sandbox, "GET /gmail/v1/users/me/profile HTTP/1.1\r\nAuthorization: Bearer wrong\r\n", path="/batch"
    )
    assert answer[1].startswith("HTTP/1.1 401 Unauthorized")


def test_faults_hit_parts(sandbox: SandboxServer) -> None:
    """A fault with an answer hits the second matching part."""
    sandbox.faults([{"path": "/profile$", "nth": 2, "kind": "429"}])
    answers = batch(sandbox, *["GET /gmail/v1/users/me/profile HTTP/1.1\r\n"] * 3)
    assert ["200", "429", "200"] == [text.split()[1] for _, text in answers]


def test_malformed_batches_are_refused(sandbox: SandboxServer) -> None:
    """No boundary, no parts, over 100 parts, a part that is no request: 400."""
    many = b"--b\r\n\r\nGET / HTTP/1.1\r\n" * 101 + b"--b--"
    for kind, body in (
        ("text/plain", b""),
        ("multipart/mixed", b"--b--"),
        ("multipart/mixed; boundary=b", b"nothing"),
        ("multipart/mixed; boundary=b", many),
        ("multipart/mixed; boundary=b", b"--b\r\n\r\nhello\r\n--b--"),
    ):
        status, _, _ = sandbox.call("POST", "/batch", body, headers={"Content-Type": kind})
        assert 400 == status
