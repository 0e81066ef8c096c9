"""Undo of drafts in any order: the newest change goes first, and a mail that left is never called back."""

import pytest
from tests.sandbox_server import SandboxServer
from tests.triage.house import mail

from mailreeve.app import Mailbox
from mailreeve.cancel import Cancel
from mailreeve.service import drafting, sending, triage
from mailreeve.service.answers import DraftAnswer, UndoAnswer

SENT = "the mail was sent; it cannot be taken back"


def write(box: Mailbox) -> DraftAnswer:
    return drafting.draft(box, to=["ana@x.example"], subject="Plan", body="First.", cancel=Cancel())


def edit(box: Mailbox, draft_id: str, body: str) -> str:
    return drafting.draft(box, kind="edit", draft_id=draft_id, body=body, cancel=Cancel())["change"]


def undo(box: Mailbox, id_: str) -> UndoAnswer:
    return triage.undo(box, id_, cancel=Cancel())


def words(box: Mailbox, draft_id: str) -> str:
    return drafting.show(box, draft_id)["text"]


def test_an_older_change_waits_for_the_newer_one(sandbox: SandboxServer, box: Mailbox) -> None:
    """Written, edited twice: in the wrong order each undo names what goes first; in the right one all goes."""
    made = write(box)
    one = edit(box, made["draft_id"], "Second.")
    two = edit(box, made["draft_id"], "Third.")
    for early in (made["change"], one):
        refused = undo(box, early)
        assert (0, [], []) == (refused["undone"], refused["skipped"], refused["final"])
        assert [f"the draft was changed again since: undo {two} first"] == [
            item["reason"] for item in refused["failed"]
        ]
    assert "Third." == words(box, made["draft_id"])
    for act, left in ((two, "Second."), (one, "First.")):
        assert 1 == undo(box, act)["undone"]
        assert left == words(box, made["draft_id"])
    assert 1 == undo(box, made["change"])["undone"]
    assert [] == sandbox.state()["drafts"]


def test_a_run_waits_for_the_edit_of_its_draft_and_stays_open(sandbox: SandboxServer, box: Mailbox) -> None:
    """The rest of the run is taken back; once the edit is undone, undoing the run again finishes it."""
    sandbox.deliver(mail())
    run = triage.triage(box, cancel=Cancel())
    (draft_id,) = run["drafts"]
    act = edit(box, draft_id, "Mine now.")
    assert [f"the draft was changed again since: undo {act} first"] == [
        item["reason"] for item in undo(box, run["run"])["failed"]
    ]
    assert ["done"] == [one["state"] for one in triage.runs(box)["runs"]]
    undo(box, act)
    assert 1 == undo(box, run["run"])["undone"]
    assert ([], "undone") == (sandbox.state()["drafts"], triage.runs(box)["runs"][0]["state"])


def test_without_the_earlier_version_the_older_change_is_final(sandbox: SandboxServer, box: Mailbox) -> None:
    """After a week nothing is left to wait for, and undo says so instead of asking for the impossible."""
    made = write(box)
    edit(box, made["draft_id"], "Second.")
    box.app.db.execute("delete from kept")
    done = undo(box, made["change"])
    assert ["the draft was changed again since, and its earlier version is no longer kept"] == [
        item["reason"] for item in done["final"]
    ]
    assert 1 == len(sandbox.state()["drafts"])


def test_what_the_person_edited_in_gmail_after_us_stays_for_good(
    sandbox: SandboxServer, box: Mailbox
) -> None:
    """The bytes are nobody's of ours: skipped, as any other thing that the person changed."""
    made = write(box)
    edit(box, made["draft_id"], "Second.")
    raw = box.gmail.draft(made["draft_id"]).raw
    box.gmail.update_draft(made["draft_id"], raw.replace(b"Second", b"Third"))
    assert ["you edited the draft"] == [item["reason"] for item in undo(box, made["change"])["skipped"]]
    assert [] == undo(box, made["change"])["skipped"]


@pytest.mark.parametrize("edited", [False, True])
@pytest.mark.parametrize("in_gmail", [False, True])
def test_a_sent_mail_is_final(sandbox: SandboxServer, box: Mailbox, in_gmail: bool, edited: bool) -> None:
    """Sent through here or by the person in Gmail: neither the draft nor its edit can be taken back."""
    made = write(box)
    acts = [made["change"], *([edit(box, made["draft_id"], "Second.")] if edited else [])]
    if in_gmail:
        sandbox.api("POST", "/drafts/send", {"id": made["draft_id"]})
    else:
        pending = sending.propose(box, made["draft_id"])
        sending.confirm(box, pending.proposal_id, pending.digest, channel="tty", by="test")
    for act in acts:
        done = undo(box, act)
        assert (0, [], []) == (done["undone"], done["skipped"], done["failed"])
        assert [SENT] == [item["reason"] for item in done["final"]]
    since = triage.undo(box, since="1h", cancel=Cancel())["final"]
    assert (len(acts) if in_gmail else 1) == len(since)
    assert 1 == len(sandbox.sent())
