"""Undo of everything since a time, over runs and acts."""

from typing import Any

import pytest
from tests.boxes import OpenBox
from tests.sandbox_server import SandboxServer
from tests.triage.house import mail

from mailreeve.app import Mailbox
from mailreeve.cancel import Cancel
from mailreeve.errors import InputError
from mailreeve.service import discarding, drafting, labels, sending, triage


def contents(sandbox: SandboxServer) -> Any:
    """Everything in the mailbox that a person sees."""
    state = sandbox.state()
    return (
        {one["id"]: sorted(one["labels"]) for one in state["messages"] if "DRAFT" not in one["labels"]},
        sorted(one["id"] for one in state["drafts"]),
        sorted(one["name"] for one in state["labels"]),
    )


def write(box: Mailbox, body: str = "x") -> str:
    return drafting.draft(box, to=["ana@client.example"], subject="One", body=body, cancel=Cancel())[
        "draft_id"
    ]


def test_everything_of_the_last_hours_is_taken_back(sandbox: SandboxServer, box: Mailbox) -> None:
    """A run, labels put on and off again, drafts written, edited and discarded: the mailbox is as before."""
    ids = [sandbox.deliver(mail(f"Question {n}")) for n in range(3)]
    before = contents(sandbox)
    run = triage.triage(box, since="1d", cancel=Cancel())["run"]
    for change in (
        {"add": ["star", "Trip"]},
        {"remove": ["star"]},
        {"add": ["star"]},
        {"add": ["read", "archive"]},
    ):
        labels.label_mail(box, ids[:2], cancel=Cancel(), **{"add": [], "remove": [], **change})
    draft_id = write(box)
    drafting.draft(box, kind="edit", draft_id=draft_id, body="y", cancel=Cancel())
    drafting.draft(box, kind="edit", draft_id=draft_id, body="z", cancel=Cancel())
    discarding.discard(box, write(box, "thrown away"), cancel=Cancel())
    assert before != contents(sandbox)
    done = triage.undo(box, since="2h", cancel=Cancel())
    assert ([], []) == (done["failed"], done["final"])
    assert before == contents(sandbox)
    assert ["undone"] == [one["state"] for one in triage.runs(box)["runs"] if one["run"] == run]
    assert 0 == triage.undo(box, since="2h", cancel=Cancel())["undone"]
    assert before == contents(sandbox)


def test_what_the_person_did_and_what_was_sent_is_told(sandbox: SandboxServer, box: Mailbox) -> None:
    """A draft that was edited in Gmail stays and is named; a mail that left is final."""
    edited, sent = write(box), write(box, "off it goes")
    box.gmail.update_draft(edited, box.gmail.draft(edited).raw + b"mine\r\n")
    pending = sending.propose(box, sent)
    sending.confirm(box, pending.proposal_id, pending.digest, channel="tty", by="test")
    done = triage.undo(box, since="1h", cancel=Cancel())
    assert 0 == done["undone"]
    assert [pending.proposal_id] == [one["id"] for one in done["final"]]
    assert ["you edited the draft"] == [one["reason"] for one in done["skipped"]]
    assert [edited] == [one["id"] for one in sandbox.state()["drafts"]]


def test_an_older_change_stays(sandbox: SandboxServer, box: Mailbox) -> None:
    """Only what was begun within the time is taken back."""
    id_ = sandbox.deliver(mail())
    labels.label_mail(box, [id_], add=["star"], remove=[], cancel=Cancel())
    box.app.db.execute("update change set at = at - 7200000")
    labels.label_mail(box, [id_], add=["important"], remove=[], cancel=Cancel())
    assert 1 == triage.undo(box, since="1h", cancel=Cancel())["undone"]
    assert {"INBOX", "UNREAD", "STARRED"} == sandbox.labels_of(id_)


@pytest.mark.parametrize("given", [{}, {"id_": "c-1", "since": "2h"}, {"since": "yesterday"}])
def test_one_of_both_has_to_be_said(box: Mailbox, given: dict[str, str]) -> None:
    """An id or a time, not both, not neither."""
    with pytest.raises(InputError):
        triage.undo(box, **given, cancel=Cancel())


def test_a_run_is_no_person_at_work(sandbox: SandboxServer, open_box: OpenBox) -> None:
    """None of a run's own look-ups reserves units for a person; the next call of a person does."""
    box = open_box(sandbox, '[google]\nquota = "2026"\n')
    sandbox.deliver(mail("A question"))
    db = box.app.db
    assert box.own
    db.execute("update quota set attended = 0")
    answer = triage.triage(box, since="1d", cancel=Cancel())
    assert 1 == answer["decided"]["offline"]
    assert [0] == [row["attended"] for row in db.rows("select attended from quota")]
    box.gmail.bound(Cancel()).labels()
    assert [True] == [row["attended"] > 0 for row in db.rows("select attended from quota")]
