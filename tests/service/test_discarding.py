"""Throwing a draft away and putting it back, whatever answer gets lost."""

import pytest
from tests.sandbox_server import SandboxServer

from mailreeve.app import Mailbox
from mailreeve.cancel import Cancel
from mailreeve.errors import NotFound
from mailreeve.service import drafting, triage
from mailreeve.service.discarding import discard


def written(box: Mailbox) -> str:
    made = drafting.draft(box, to=["ana@x.example"], subject="Hi", body="Hello", cancel=Cancel())
    return made["draft_id"]


def test_a_discarded_draft_comes_back_byte_for_byte(sandbox: SandboxServer, box: Mailbox) -> None:
    """Once: a second undo has nothing left to do."""
    draft_id = written(box)
    raw = box.gmail.draft(draft_id).raw
    act = discard(box, draft_id, cancel=Cancel())
    assert [] == sandbox.state()["drafts"]
    assert (1, 0) == tuple(triage.undo(box, act, cancel=Cancel())["undone"] for _ in range(2))
    (again,) = box.gmail.drafts().items
    assert raw == box.gmail.draft(again.id).raw


def test_a_lost_answer_never_makes_two_drafts_of_one(sandbox: SandboxServer, box: Mailbox) -> None:
    """The draft was put back, but nobody heard of it: a second undo finds it instead of making another."""
    parent = sandbox.deliver(
        b"From: ana@x.example\r\nMessage-ID: <p@x.example>\r\nSubject: Hi\r\n\r\nHello?\r\n"
    )
    made = drafting.draft(box, kind="reply", reply_to_id=parent, body="Yes", cancel=Cancel())
    act = discard(box, made["draft_id"], cancel=Cancel())
    sandbox.faults([{"path": "/drafts", "method": "POST", "nth": 1, "kind": "lost"}])
    assert 1 == len(triage.undo(box, act, cancel=Cancel())["failed"])
    sandbox.faults([])
    triage.undo(box, act, cancel=Cancel())
    assert 1 == len(sandbox.state()["drafts"])


def test_a_draft_that_is_gone_is_told(box: Mailbox) -> None:
    """There is nothing to discard, and nothing is journalled."""
    with pytest.raises(NotFound):
        discard(box, "r404", cancel=Cancel())
