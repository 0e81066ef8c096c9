"""The one call that makes mail leave: exactly once, with exactly the confirmed bytes."""

import base64
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.google.wire_server import NoNap
from tests.sandbox_server import SandboxServer

import mailreeve
from mailreeve.errors import MailreeveError, NotFound, OutcomeUnknown, ScopeMissing
from mailreeve.google.gmail import Gmail
from mailreeve.google.scopes import READONLY
from mailreeve.google.sending import Sender
from mailreeve.google.transport import Transport

Connect = Callable[..., Transport]

# Complete, and from the account's own address: Gmail adds a Date and puts its own From where they are not.
RAW = (
    b"Date: Mon, 23 Nov 2026 09:00:00 +0000\r\n"
    b"From: Alex Moreno <alex.moreno@example.com>\r\nTo: ada@example.org\r\nSubject: Tide\r\n"
    b"Message-ID: <tide-1@example.org>\r\n\r\nHigh at noon.\r\n"
)


def sent(sandbox: SandboxServer) -> list[bytes]:
    return [base64.urlsafe_b64decode(item["raw"] + "==") for item in sandbox.sent()]


def test_the_confirmed_bytes_leave_once(sandbox: SandboxServer, gmail: Gmail, connect: Connect) -> None:
    """What was confirmed is what is sent, even when the draft has changed; the draft is gone after."""
    draft = gmail.create_draft(RAW.replace(b"noon", b"three"))
    mail = Sender(connect(sandbox.base_url, token=sandbox.token)).send_draft(draft.id, RAW, draft.thread_id)
    assert [RAW] == sent(sandbox)
    assert "SENT" in mail.labels
    assert RAW == gmail.raw(mail.id)
    assert [] == sandbox.state()["drafts"]


def test_a_large_mail_leaves_whole(sandbox: SandboxServer, gmail: Gmail, connect: Connect) -> None:
    """Beyond 3 MB it goes by upload, byte for byte."""
    large = RAW + b"0123456789abcdef" * 4 * 50_000 + b"\r\n"
    draft = gmail.create_draft(RAW)
    Sender(connect(sandbox.base_url, token=sandbox.token)).send_draft(draft.id, large, draft.thread_id)
    assert [large] == sent(sandbox)


@pytest.mark.parametrize("kind", ["lost", "truncated", "500", "502", "503", "html"])
def test_a_lost_answer_is_unknown_and_the_mail_leaves_at_most_once(
    sandbox: SandboxServer, gmail: Gmail, connect: Connect, nap: NoNap, kind: str
) -> None:
    """OutcomeUnknown whatever really happened; one request, no second mail."""
    draft = gmail.create_draft(RAW)
    sandbox.faults([{"path": "/gmail/v1/users/me/drafts/send", "nth": 1, "kind": kind}])
    sender = Sender(connect(sandbox.base_url, token=sandbox.token))
    with pytest.raises(OutcomeUnknown):
        sender.send_draft(draft.id, RAW, draft.thread_id)
    assert ([RAW] if kind in {"lost", "truncated"} else []) == sent(sandbox)
    assert [] == nap.naps


def test_a_slow_answer_is_unknown(sandbox: SandboxServer, gmail: Gmail, connect: Connect) -> None:
    """A time-out after the request was written says nothing about the mail."""
    draft = gmail.create_draft(RAW)
    sandbox.faults([{"path": "/drafts/send", "nth": 1, "kind": "slow", "seconds": 2}])
    sender = Sender(connect(sandbox.base_url, token=sandbox.token, timeout=0.5))
    with pytest.raises(OutcomeUnknown):
        sender.send_draft(draft.id, RAW, draft.thread_id)
    assert len(sent(sandbox)) <= 1


def test_a_draft_that_was_sent_is_not_found(sandbox: SandboxServer, gmail: Gmail, connect: Connect) -> None:
    """The second send of the same draft is NotFound: no second mail."""
    draft = gmail.create_draft(RAW)
    sender = Sender(connect(sandbox.base_url, token=sandbox.token))
    sender.send_draft(draft.id, RAW, draft.thread_id)
    with pytest.raises(NotFound):
        sender.send_draft(draft.id, RAW, draft.thread_id)
    assert [RAW] == sent(sandbox)


@pytest.mark.parametrize("kind", ["429", "403-rate", "403-daily"])
def test_a_spent_quota_sends_nothing_and_says_so(
    sandbox: SandboxServer, gmail: Gmail, connect: Connect, nap: NoNap, kind: str
) -> None:
    """A clear no is not unknown, and is not tried again by itself."""
    draft = gmail.create_draft(RAW)
    sandbox.faults([{"path": "/drafts/send", "kind": kind}])
    sender = Sender(connect(sandbox.base_url, token=sandbox.token))
    with pytest.raises(MailreeveError) as caught:
        sender.send_draft(draft.id, RAW, draft.thread_id)
    assert not isinstance(caught.value, OutcomeUnknown)
    assert ([], []) == (sent(sandbox), nap.naps)


def test_a_read_only_login_cannot_send(sandbox: SandboxServer, gmail: Gmail, connect: Connect) -> None:
    """ScopeMissing, and nothing leaves."""
    draft = gmail.create_draft(RAW)
    sender = Sender(connect(sandbox.base_url, token=sandbox.token_for(READONLY)))
    with pytest.raises(ScopeMissing):
        sender.send_draft(draft.id, RAW, draft.thread_id)
    assert [] == sent(sandbox)


def test_only_this_file_asks_for_sending() -> None:
    """In the room the list that lets drafts.send pass is used by sending.py alone, and nothing else sends."""
    room = Path(mailreeve.__file__).parent / "google"
    users = {
        file.name
        for file in room.glob("*.py")
        if re.search(r"\bSENDING\b|\.send\(userId|messages\(\)\.(send|insert|import_)", file.read_text())
    }
    assert {"sending.py", "transport.py"} == users
