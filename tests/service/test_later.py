"""What goes on after the yes: mail for later leaves once, can be withdrawn, is asked about again when missed."""

import time
from datetime import UTC, datetime, timedelta

import pytest
from tests.gate.test_bounce import report
from tests.sandbox_server import SandboxServer

from mailreeve.app import Mailbox
from mailreeve.cancel import Cancel
from mailreeve.errors import GateError, NotApproved
from mailreeve.service import drafting, later, sending, triage
from mailreeve.service.waiting import waiting


def planned(box: Mailbox, seconds: float = 3600) -> str:
    """A draft that was confirmed for later; the id of its proposal."""
    made = drafting.draft(box, to=["ana@x.example"], subject="Hi", body="Hello", cancel=Cancel())
    at = (datetime.now(UTC) + timedelta(seconds=seconds)).isoformat()
    pending = sending.propose(box, made["draft_id"], at=at)
    done = sending.confirm(box, pending.proposal_id, pending.digest, channel="tty", by="test")
    assert "scheduled" == done["status"]
    return pending.proposal_id


def test_triage_sends_what_is_due_once(sandbox: SandboxServer, box: Mailbox) -> None:
    """Not before its time, then once, and the run tells it."""
    early, due = planned(box), planned(box, 1)
    time.sleep(1.1)  # the time is a part of what was confirmed, so it cannot be moved
    found = triage.triage(box, cancel=Cancel())
    assert [(due, "sent")] == [(one["proposal"], one["status"]) for one in found["sent"]]
    assert [] == triage.triage(box, cancel=Cancel())["sent"]
    assert [] == later.deliver_all(box.app)
    assert 1 == len(sandbox.sent())
    assert "scheduled" == box.gate.get(early).state


def test_a_dry_run_sends_nothing(sandbox: SandboxServer, box: Mailbox) -> None:
    """Looking changes nothing, even when something is due."""
    planned(box, 1)
    time.sleep(1.1)
    triage.triage(box, dry_run=True, cancel=Cancel())
    assert [] == sandbox.sent()


def test_it_can_be_withdrawn_until_it_has_left(sandbox: SandboxServer, box: Mailbox) -> None:
    """The draft stays, nothing leaves; afterwards it is too late."""
    one = planned(box, 1)
    assert "declined" == later.cancel(box, one)["status"]
    gone = planned(box, 1)
    time.sleep(1.1)
    assert [gone] == [answer["proposal"] for answer in later.deliver_all(box.app)]
    with pytest.raises(GateError):
        later.cancel(box, gone)
    with pytest.raises((GateError, NotApproved)):
        box.gate.execute(one)
    assert 1 == len(sandbox.sent()) == len(sandbox.state()["drafts"])


def test_a_missed_time_is_asked_about_again(sandbox: SandboxServer, box: Mailbox) -> None:
    """Over an hour late nothing leaves; the draft waits as a new question."""
    one = planned(box)
    box.app.db.execute(
        "update proposal set scheduled_at = scheduled_at - ? where id = ?", (2 * 3_700_000, one)
    )
    (told,) = later.deliver(box)
    assert "needs_user" == told["status"]
    assert "should have left" in told["advice"]
    assert [] == sandbox.sent()
    found = waiting(box, history=True, cancel=Cancel())["proposals"]
    assert ["proposed", "expired"] == [item["state"] for item in found]
    assert ["proposed"] == [item["state"] for item in waiting(box, cancel=Cancel())["proposals"]]


def test_a_bounce_shows_at_triage_and_in_the_review(sandbox: SandboxServer, box: Mailbox) -> None:
    """The run tells it once; the proposal keeps it."""
    one = planned(box, 1)
    time.sleep(1.1)
    later.deliver(box)
    sandbox.deliver(report(box.gate.get(one).message_id, "ana@x.example"))
    told = "ana@x.example: 550 5.1.1 No such user"
    assert [{"id": one, "reason": told}] == triage.triage(box, cancel=Cancel())["bounced"]
    assert [] == triage.triage(box, cancel=Cancel())["bounced"]
    found = waiting(box, cancel=Cancel())
    assert ([], [one], [told]) == (
        found["proposals"],
        [item["id"] for item in found["bounced"]],
        [item["bounced"] for item in found["bounced"]],
    )
