"""Sending as a use case: propose, a person's answer, the truth."""

from datetime import UTC, datetime, timedelta

import pytest
from tests.sandbox_server import SandboxServer

from mailreeve.app import Mailbox
from mailreeve.cancel import Cancel
from mailreeve.errors import DraftChanged, GateError, InputError, NotApproved
from mailreeve.service import drafting, sending
from mailreeve.service.waiting import waiting


def written(box: Mailbox) -> str:
    made = drafting.draft(
        box, to=["ana@x.example"], bcc=["bo@x.example"], subject="Hi", body="Hello", cancel=Cancel()
    )
    return made["draft_id"]


def test_a_confirmed_draft_leaves_once_to_exactly_its_recipients(
    sandbox: SandboxServer, box: Mailbox
) -> None:
    """The question shows everyone, Bcc included; a second yes to the same does nothing."""
    pending = sending.propose(box, written(box))
    assert all(who in pending.question for who in ("ana@x.example", "bo@x.example"))
    done = sending.confirm(box, pending.proposal_id, pending.digest, channel="tty", by="test")
    assert "sent" == done["status"]
    with pytest.raises(NotApproved):
        sending.confirm(box, pending.proposal_id, pending.digest, channel="tty", by="test")
    assert [["ana@x.example", "bo@x.example"]] == [sorted(one["envelope"]["to"]) for one in sandbox.sent()]


def test_a_draft_changed_after_the_question_stays(sandbox: SandboxServer, box: Mailbox) -> None:
    """A yes to what was shown is no yes to what is there now."""
    draft_id = written(box)
    pending = sending.propose(box, draft_id)
    drafting.draft(box, kind="edit", draft_id=draft_id, to=["evil@x.example"], cancel=Cancel())
    with pytest.raises(DraftChanged):
        sending.confirm(box, pending.proposal_id, pending.digest, channel="tty", by="test")
    assert [] == sandbox.sent()


@pytest.mark.parametrize("channel", ["tool", "chat", "", "policy"])
def test_only_a_person_s_channel_can_confirm(sandbox: SandboxServer, box: Mailbox, channel: str) -> None:
    """Neither a made-up channel nor the policy's own sends what a person was to be asked about."""
    pending = sending.propose(box, written(box))
    with pytest.raises(NotApproved):
        sending.confirm(box, pending.proposal_id, pending.digest, channel=channel, by="test")
    assert [] == sandbox.sent()


def test_a_declined_draft_is_kept(sandbox: SandboxServer, box: Mailbox) -> None:
    """No is no, and the work is not lost."""
    pending = sending.propose(box, written(box))
    assert "declined" == sending.decline(box, pending.proposal_id, "not like this")["status"]
    assert (0, 1) == (len(sandbox.sent()), len(sandbox.state()["drafts"]))
    assert [] == waiting(box, cancel=Cancel())["proposals"]
    assert ["rejected"] == [one["state"] for one in waiting(box, history=True, cancel=Cancel())["proposals"]]


def test_a_later_time_is_scheduled(sandbox: SandboxServer, box: Mailbox) -> None:
    """It is confirmed now and leaves then; a time that is none is refused."""
    draft_id = written(box)
    with pytest.raises(InputError):
        sending.propose(box, draft_id, at="tomorrow-ish")
    later = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    pending = sending.propose(box, draft_id, at=later)
    done = sending.confirm(box, pending.proposal_id, pending.digest, channel="tty", by="test")
    assert ("scheduled", []) == (done["status"], sandbox.sent())


@pytest.mark.parametrize("blank", ["[ ]", "[date?]", "[Antwort]", "[votre réponse]", "[your answer]"])
def test_what_has_blanks_leaves_neither_now_nor_later(
    sandbox: SandboxServer, box: Mailbox, blank: str
) -> None:
    """Nothing is even asked while a place is open."""
    made = drafting.draft(
        box, to=["ana@x.example"], subject="s", body=f"See you at {blank}.", cancel=Cancel()
    )
    for at in (None, (datetime.now(UTC) + timedelta(days=1)).isoformat()):
        with pytest.raises(GateError, match="left to fill in"):
            sending.propose(box, made["draft_id"], at=at)
    assert [] == sandbox.sent()
