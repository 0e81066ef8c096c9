"""What waits, page by page."""

from tests.gate.test_bounce import report
from tests.sandbox_server import SandboxServer
from tests.web.client import Client
from tests.web.conftest import QUESTION, reply_to

from mailreeve.app import Mailbox
from mailreeve.cancel import Cancel
from mailreeve.service import drafting, review, sending


def test_an_empty_queue_says_what_brings_drafts(client: Client) -> None:
    """Nothing waits: the page says so and what to run."""
    page = client.get("/")
    assert "Nothing waits for you" in page.words
    assert "mailreeve triage" in page.words


def test_the_queue_is_paged_and_leaves_out_what_is_gone(
    client: Client, sandbox: SandboxServer, box: Mailbox
) -> None:
    """Every waiting draft is on exactly one page; sent and deleted ones are on none."""
    made = [
        reply_to(box, sandbox.deliver(QUESTION.replace(b"q1@", b"q%d@" % number)), f"Answer {number}")
        for number in range(review.PER_PAGE + 3)
    ]
    box.gmail.delete_draft(made[0])
    pages = [client.get(f"/?page={number}") for number in (1, 2)]
    links = [
        (one.attributes["href"] or "").removeprefix("/draft/")
        for page in pages
        for one in page.tree.css("a.item")
    ]
    assert sorted(made[1:]) == sorted(links)
    assert f"{len(made) - 1} drafts wait for you" in pages[0].words
    for odd in ("0", "99", "-1", "x", "9" * 30):
        assert 200 == client.get(f"/?page={odd}").status


def test_a_mail_that_did_not_arrive_is_told(client: Client, sandbox: SandboxServer, box: Mailbox) -> None:
    """The queue says who was not reached and why, as text, and so does the page of what was sent."""
    made = drafting.draft(box, to=["ana@x.example"], subject="Hi", body="Hello", cancel=Cancel())
    pending = sending.propose(box, made["draft_id"])
    sending.confirm(box, pending.proposal_id, pending.digest, channel="tty", by="test")
    assert "did not arrive" not in client.get("/").words
    sandbox.deliver(report(box.gate.get(pending.proposal_id).message_id, "ana@x.example"))
    told = "did not arrive. ana@x.example: 550 5.1.1 No such user"
    queue = client.get("/")
    assert f"“Hi” {told}" in queue.words
    assert "Nothing waits for you" in queue.words
    assert told in client.get(f"/proposal/{pending.proposal_id}").words
    assert "send.bounced" in client.get("/audit").words


def test_drafts_that_the_person_wrote_are_not_listed(client: Client, box: Mailbox) -> None:
    """The queue holds what came from here, and not what the person works on in Gmail."""
    box.gmail.create_draft(b"To: bo@x.example\r\nSubject: My own\r\n\r\nMine\r\n")
    assert "Nothing waits for you" in client.get("/").words
