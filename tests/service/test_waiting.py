"""What waits, as JSON: drafts and proposals, each once, none that was decided."""

from tests.sandbox_server import SandboxServer
from tests.triage.house import mail

from mailreeve.app import Mailbox
from mailreeve.cancel import Cancel
from mailreeve.service import drafting, review, sending, triage
from mailreeve.service.waiting import waiting


def test_drafts_and_proposals_wait_and_each_is_told_once(sandbox: SandboxServer, box: Mailbox) -> None:
    """As many as the queue of the person shows: a run's drafts with what they answer, and one that was proposed."""
    sandbox.deliver(mail())
    run = triage.triage(box, cancel=Cancel())
    made = drafting.draft(box, to=["ana@x.example"], subject="Hi", body="Hello", cancel=Cancel())
    both = waiting(box, cancel=Cancel())
    assert {*run["drafts"], made["draft_id"]} == {one["draft_id"] for one in both["drafts"]}
    answer = next(one for one in both["drafts"] if one["draft_id"] in run["drafts"])
    assert (["grace@example.org"], "Re: Lunch tomorrow?") == (answer["to"], answer["subject"])
    assert answer["about"]
    assert answer["thread_id"] == box.gmail.draft(answer["draft_id"]).thread_id
    assert answer["thread_id"] in answer["url"]
    assert drafting.show(box, answer["draft_id"])["flags"] == answer["flags"]
    proposal = sending.propose(box, made["draft_id"]).proposal_id
    found = waiting(box, cancel=Cancel())
    assert (run["drafts"], [proposal]) == (
        [one["draft_id"] for one in found["drafts"]],
        [one["id"] for one in found["proposals"]],
    )
    assert review.queue(box, cancel=Cancel()).total == found["total"] == 2


def test_pages_hold_each_thing_once(box: Mailbox) -> None:
    """Proposals first, then drafts, cut at any place."""
    made = [
        drafting.draft(box, to=["ana@x.example"], subject=f"{n}", body="Hello", cancel=Cancel())["draft_id"]
        for n in range(5)
    ]
    proposed = [sending.propose(box, id_).proposal_id for id_ in made[:2]]
    seen: list[str] = []
    for first in range(0, 6, 2):
        page = waiting(box, first=first, limit=2, cancel=Cancel())
        told = [*(one["id"] for one in page["proposals"]), *(one["draft_id"] for one in page["drafts"])]
        assert len(told) <= 2
        assert 5 == page["total"]
        seen += told
    assert sorted([*proposed, *made[2:]]) == sorted(seen)


def test_a_sent_draft_waits_no_more(box: Mailbox) -> None:
    """Neither as a draft nor as a proposal; only the history tells of it."""
    made = drafting.draft(box, to=["ana@x.example"], subject="Hi", body="Hello", cancel=Cancel())
    pending = sending.propose(box, made["draft_id"])
    sending.confirm(box, pending.proposal_id, pending.digest, channel="tty", by="test")
    found = waiting(box, cancel=Cancel())
    assert ([], [], [], 0) == (found["proposals"], found["drafts"], found["bounced"], found["total"])
    assert ["done"] == [one["state"] for one in waiting(box, history=True, cancel=Cancel())["proposals"]]
