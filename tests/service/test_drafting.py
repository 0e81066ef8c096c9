"""Drafts on request, and what undoes them."""

import dataclasses
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.sandbox_server import Factory, SandboxServer

from mailreeve.app import Mailbox
from mailreeve.cancel import Cancel
from mailreeve.errors import InputError, OutcomeUnknown
from mailreeve.mail.mime import from_bytes
from mailreeve.service import drafting, triage

ASK = b"""From: Ana Ruiz <ana@client.example>
To: alex.moreno@example.com, Bo <bo@client.example>
Cc: carl@client.example
Subject: Lunch
Message-ID: <ask@client.example>
Date: Mon, 23 Nov 2026 10:00:00 +0000

Can we meet on Tuesday?
"""


def test_a_new_draft_lies_in_gmail_and_nothing_is_sent(sandbox: SandboxServer, box: Mailbox) -> None:
    """What was asked for is in the draft's bytes, and the mailbox has sent nothing."""
    made = drafting.draft(
        box,
        to=["Ana <ana@client.example>"],
        bcc=["me@x.example"],
        subject="Grüße",
        body="Hallo",
        cancel=Cancel(),
    )
    stored = from_bytes(box.gmail.draft(made["draft_id"]).raw)
    assert ("Grüße", "Hallo", ["ana@client.example"], ["me@x.example"]) == (
        stored.subject,
        stored.text,
        [one.address for one in stored.to],
        [one.address for one in stored.bcc],
    )
    assert stored.message_id == made["message_id"]
    assert [] == sandbox.sent()


@pytest.mark.parametrize(
    ("kind", "to", "cc"),
    [
        ("reply", ["ana@client.example"], []),
        ("reply_all", ["ana@client.example"], ["bo@client.example", "carl@client.example"]),
    ],
)
def test_a_reply_stays_in_its_thread(
    sandbox: SandboxServer, box: Mailbox, kind: str, to: list[str], cc: list[str]
) -> None:
    """Thread, headers, subject, recipients and quote are those of an answer to this message."""
    parent = box.gmail.get(sandbox.deliver(ASK))
    made = drafting.draft(box, kind=kind, reply_to_id=parent.id, body="Yes.", cancel=Cancel())
    stored = from_bytes(box.gmail.draft(made["draft_id"]).raw)
    assert (parent.thread_id, to, cc, "Re: Lunch") == (
        made["thread_id"],
        made["to"],
        made["cc"],
        made["subject"],
    )
    assert ("<ask@client.example>", ("<ask@client.example>",)) == (stored.in_reply_to, stored.references)
    assert "Can we meet on Tuesday?" in stored.quoted


def test_a_reply_without_a_text_is_proposed_and_says_so(sandbox: SandboxServer, box: Mailbox) -> None:
    """The reader proposes the words, and whoever confirms the mail later is told that they are a reader's."""
    id_ = sandbox.deliver(ASK)
    made = drafting.draft(box, kind="reply", reply_to_id=id_, cancel=Cancel())
    assert "Hi Ana" in made["text"]
    assert 2 == sandbox.units()["full"][id_]  # once to answer it; the gate looks for itself
    assert any("Written by the built-in reader" in flag for flag in made["flags"])


def test_a_forward_takes_the_attachments_along(sandbox: SandboxServer, box: Mailbox) -> None:
    """Text and files of the message go to the new recipient."""
    raw = (
        b"From: ana@client.example\r\nTo: alex.moreno@example.com\r\nSubject: Plan\r\nMIME-Version: 1.0\r\n"
        b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nSee it.\r\n'
        b'--b\r\nContent-Type: text/csv\r\nContent-Disposition: attachment; filename="p.csv"\r\n\r\n1,2\r\n--b--\r\n'
    )
    made = drafting.draft(
        box,
        kind="forward",
        reply_to_id=sandbox.deliver(raw),
        to=["bo@client.example"],
        body="FYI",
        cancel=Cancel(),
    )
    stored = from_bytes(box.gmail.draft(made["draft_id"]).raw)
    assert ("Fwd: Plan", ["p.csv"]) == (stored.subject, [one.name for one in stored.attachments])


def test_a_draft_without_a_sender_gets_the_account_when_it_is_edited(box: Mailbox) -> None:
    """Other programs leave From to Gmail."""
    bare = box.gmail.create_draft(b"To: ana@client.example\r\nSubject: One\r\n\r\nFirst\r\n")
    changed = drafting.draft(box, kind="edit", draft_id=bare.id, body="Second", cancel=Cancel())
    assert ("One", "Second") == (changed["subject"], changed["text"])


def test_an_edit_changes_only_what_was_given_and_can_be_undone(sandbox: SandboxServer, box: Mailbox) -> None:
    """The rest of the draft stays, and undo puts the earlier bytes back."""
    made = drafting.draft(box, to=["ana@client.example"], subject="One", body="First", cancel=Cancel())
    before = box.gmail.draft(made["draft_id"]).raw
    changed = drafting.draft(box, kind="edit", draft_id=made["draft_id"], body="Second", cancel=Cancel())
    assert ("One", ["ana@client.example"], "Second") == (changed["subject"], changed["to"], changed["text"])
    assert 1 == triage.undo(box, changed["change"], cancel=Cancel())["undone"]
    assert before == box.gmail.draft(made["draft_id"]).raw


def test_undo_deletes_a_draft_only_while_it_is_ours(sandbox: SandboxServer, box: Mailbox) -> None:
    """A draft that a person edited in Gmail stays."""
    ours, theirs = (
        drafting.draft(box, to=["ana@client.example"], subject=name, body="x", cancel=Cancel())
        for name in "ab"
    )
    box.gmail.update_draft(theirs["draft_id"], box.gmail.draft(theirs["draft_id"]).raw + b"edited\r\n")
    assert (1, 0) == (
        triage.undo(box, ours["change"], cancel=Cancel())["undone"],
        triage.undo(box, theirs["change"], cancel=Cancel())["undone"],
    )
    assert [theirs["draft_id"]] == [one["id"] for one in sandbox.state()["drafts"]]


@pytest.mark.parametrize(
    "wrong",
    [
        {"subject": "a\r\nBcc: evil@x.example"},
        {"subject": "a\nb"},
        {"to": ["ana@client.example\r\nBcc: evil@x.example"]},
        {"to": ["no address"]},
        {"from_": "boss@elsewhere.example"},
        {"kind": "reply"},
        {"kind": "edit"},
        {"kind": "dance"},
        {"attachments": ["/etc/passwd"]},
    ],
    ids=lambda wrong: next(iter(wrong)),
)
def test_a_wrong_field_is_refused_and_named(
    sandbox: SandboxServer, box: Mailbox, wrong: dict[str, str]
) -> None:
    """Nothing is written, and the error says which field."""
    given = {"to": ["ana@client.example"], "subject": "x", "body": "y", **wrong}
    with pytest.raises(InputError):
        drafting.draft(box, cancel=Cancel(), **given)  # type: ignore[arg-type] # what a careless model gives
    assert [] == sandbox.state()["drafts"]


@pytest.mark.parametrize("kind", ["new", "reply"])
def test_a_draft_whose_answer_was_lost_is_found_and_not_written_again(
    sandbox: SandboxServer, box: Mailbox, kind: str
) -> None:
    """The request is not repeated: the draft is looked for by its mark, and undo can take it back."""
    asked = sandbox.deliver(ASK) if kind == "reply" else ""
    drafting.draft(box, to=["bo@client.example"], subject="another", body="y", cancel=Cancel())
    sandbox.faults([{"path": "/drafts$", "method": "POST", "kind": "lost", "nth": 1}])
    made = drafting.draft(
        box, kind=kind, reply_to_id=asked, to=["ana@client.example"], subject="x", body="y", cancel=Cancel()
    )
    assert "x" == from_bytes(box.gmail.draft(made["draft_id"]).raw).subject
    assert (2, ()) == (len(sandbox.state()["drafts"]), box.journal.unsettled("draft_create"))
    triage.undo(box, made["change"], cancel=Cancel())
    assert 1 == len(sandbox.state()["drafts"])


def test_a_draft_that_is_not_found_is_told_as_unknown(sandbox: SandboxServer, box: Mailbox) -> None:
    """Nothing is written twice: the error says that the end is not known, and so does the journal."""
    sandbox.faults([{"path": "/drafts$", "method": "POST", "kind": "503", "nth": 1}])
    with pytest.raises(OutcomeUnknown):
        drafting.draft(box, to=["ana@client.example"], subject="x", body="y", cancel=Cancel())
    assert [] == sandbox.state()["drafts"]
    assert 1 == len(box.journal.unsettled("draft_create"))


def test_a_file_of_the_folder_is_attached(
    sandbox_factory: Factory, open_box: Callable[..., Mailbox], tmp_path: Path
) -> None:
    """Only what lies in the folder that the person set."""
    folder = tmp_path / "outbox"
    folder.mkdir()
    (folder / "quote.pdf").write_bytes(b"%PDF-1.4")
    box = open_box(sandbox_factory(), f"[policy]\nattach_folder = '{folder}'\n")
    made = drafting.draft(
        box,
        to=["ana@client.example"],
        subject="x",
        body="attached",
        attachments=["quote.pdf"],
        cancel=Cancel(),
    )
    stored = from_bytes(box.gmail.draft(made["draft_id"]).raw)
    assert [("quote.pdf", "application/pdf", 8)] == [
        dataclasses.astuple(one)[:3] for one in stored.attachments
    ]
