"""The server: it starts, answers, and stops."""

from pathlib import Path

from tests.sandbox_server import Factory, SandboxServer

MAIL = b"From: ann@example.org\r\nTo: me@example.com\r\nSubject: hello\r\n\r\nhi\r\n"


def test_an_empty_mailbox_is_served(sandbox: SandboxServer) -> None:
    """The fixture serves a mailbox without mail."""
    assert 0 == sandbox.api("GET", "/profile")["messagesTotal"]
    assert [] == sandbox.sent()


def test_a_state_file_keeps_ids_and_token(sandbox_factory: Factory, tmp_path: Path) -> None:
    """A second server on the same file shows the same mailbox, at the same time too."""
    first = sandbox_factory(state=tmp_path / "kept.db")
    message = first.deliver(MAIL)
    second = sandbox_factory(state=tmp_path / "kept.db")
    assert first.token == second.token
    assert message == second.api("GET", f"/messages/{message}")["id"]
    second.api("POST", f"/messages/{message}/modify", {"addLabelIds": ["STARRED"]})
    assert {"INBOX", "UNREAD", "STARRED"} == first.labels_of(message)
