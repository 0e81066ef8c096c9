"""The question and its answer: exactly the shown bytes leave, once."""

import base64
from collections.abc import Callable
from datetime import datetime, timedelta

from tests.boxes import OpenBox
from tests.sandbox_server import SandboxServer
from tests.web.client import Client, Page
from tests.web.conftest import EVERYTHING, QUESTION, reply_to

from mailreeve.app import Mailbox
from mailreeve.cancel import Cancel
from mailreeve.models import ProposalState as State
from mailreeve.service import drafting
from mailreeve.web.serve import ReviewServer


def ask(client: Client, draft: str, **fields: str) -> tuple[str, Page]:
    """Press Approve on the draft's page; returns the question's path and page."""
    page = client.get(f"/draft/{draft}")
    sent = client.post(f"/draft/{draft}/propose", {**page.form(f"/draft/{draft}/propose"), **fields})
    asked = client.follow(sent)
    return sent.headers["location"], asked


def test_a_yes_sends_the_shown_bytes_once(
    client: Client, sandbox: SandboxServer, box: Mailbox, draft: str
) -> None:
    """One delivery, byte for byte the draft that the page showed, approved by a person on the page."""
    place, page = ask(client, draft)
    shown = box.gmail.draft(draft).raw
    assert "Yes, gladly." in page.words
    assert "ana@x.example" in page.words
    assert shown.decode() == client.get(f"{place}/source").text
    done = client.submit(page, f"{place}/approve")
    assert "Sent." in client.follow(done).words
    assert [shown] == [base64.urlsafe_b64decode(one["raw"]) for one in sandbox.sent()]
    assert [["ana@x.example"]] == [one["envelope"]["to"] for one in sandbox.sent()]
    made = box.gate.get(place.rpartition("/")[2])
    assert (State.DONE, "page", "review page") == (made.state, made.decided_how, made.decided_by)


def test_the_same_yes_again_sends_nothing(client: Client, sandbox: SandboxServer, draft: str) -> None:
    """A repeated form, as by the back button, is refused with what to do."""
    place, page = ask(client, draft)
    client.submit(page, f"{place}/approve")
    again = client.submit(page, f"{place}/approve")
    assert 409 == again.status
    assert "used before" in again.words
    assert 1 == len(sandbox.sent())


def test_a_yes_to_other_bytes_sends_nothing(client: Client, sandbox: SandboxServer, draft: str) -> None:
    """The digest and the nonce belong together; a change of either is refused."""
    place, page = ask(client, draft)
    for change in ({"digest": "0" * 64}, {"nonce": "x" * 43}, {"nonce": ""}):
        assert 409 == client.submit(client.get(place), f"{place}/approve", **change).status
    assert 400 == client.post(f"{place}/approve", {"csrf": page.form(f"{place}/approve")["csrf"]}).status
    assert [] == sandbox.sent()


def test_a_nonce_of_one_question_answers_no_other(
    client: Client, sandbox: SandboxServer, box: Mailbox, draft: str
) -> None:
    """Two open questions: the token of the first cannot confirm the second."""
    place, page = ask(client, draft)
    other = reply_to(box, sandbox.deliver(QUESTION.replace(b"q1@", b"q2@")), "Other words")
    second, other_page = ask(client, other)
    nonce = page.form(f"{place}/approve")["nonce"]
    assert 409 == client.submit(other_page, f"{second}/approve", nonce=nonce).status
    assert [] == sandbox.sent()


def test_a_draft_changed_after_the_question_stays(
    client: Client, sandbox: SandboxServer, box: Mailbox, draft: str
) -> None:
    """What lies in Gmail is compared once more before it leaves."""
    place, page = ask(client, draft)
    drafting.draft(box, kind="edit", draft_id=draft, body="Something else", cancel=Cancel())
    refused = client.submit(page, f"{place}/approve")
    assert 409 == refused.status
    assert "changed" in refused.words
    assert [] == sandbox.sent()


def test_a_draft_changed_before_the_question_is_shown_anew(client: Client, box: Mailbox, draft: str) -> None:
    """Approve on an old page does not lead to a question about text that the person has not seen there."""
    page = client.get(f"/draft/{draft}")
    drafting.draft(box, kind="edit", draft_id=draft, body="Something else", cancel=Cancel())
    refused = client.submit(page, f"/draft/{draft}/propose")
    assert 409 == refused.status
    assert () == box.gate.waiting()


def test_no_keeps_the_draft(client: Client, sandbox: SandboxServer, box: Mailbox, draft: str) -> None:
    """The question is closed; nothing leaves and nothing is lost."""
    place, page = ask(client, draft)
    back = client.follow(client.submit(page, f"{place}/decline"))
    assert "The draft is kept." in back.words
    assert State.REJECTED is box.gate.get(place.rpartition("/")[2]).state
    assert (0, 1) == (len(sandbox.sent()), len(sandbox.state()["drafts"]))


def test_a_scheduled_reply_waits_and_can_be_taken_back(
    client: Client, sandbox: SandboxServer, box: Mailbox, draft: str
) -> None:
    """A time in the person's zone; the yes schedules it, and it leaves neither now nor after it was taken back."""
    when = (datetime.now(box.zone) + timedelta(days=1)).replace(second=0, microsecond=0)
    place, page = ask(client, draft, at=f"{when:%Y-%m-%dT%H:%M}")
    assert f"{when:%H:%M}?" in page.words
    client.follow(client.submit(page, f"{place}/approve"))
    made = box.gate.get(place.rpartition("/")[2])
    assert (State.SCHEDULED, int(when.timestamp() * 1000)) == (made.state, made.scheduled_at)
    assert f"{when:%H:%M}" in client.get("/").words
    client.submit(client.get(place), f"{place}/withdraw")
    assert State.CANCELLED is box.gate.get(made.id).state
    assert (0, 1) == (len(sandbox.sent()), len(sandbox.state()["drafts"]))


def test_a_time_that_cannot_be_is_told(client: Client, draft: str) -> None:
    """A past time and no time at all become a page that says what to do."""
    page = client.get(f"/draft/{draft}")
    for at in ("2001-01-01T08:00", "soon"):
        refused = client.submit(page, f"/draft/{draft}/propose", at=at)
        assert 400 == refused.status


def test_without_send_nothing_can_be_approved(
    sandbox: SandboxServer, open_box: OpenBox, serve: Callable[[Mailbox], ReviewServer]
) -> None:
    """The button is off and says how to turn it on; a form that is sent all the same is refused by the gate."""
    box = open_box(sandbox, EVERYTHING.replace(', "send"', ""))
    draft = reply_to(box, sandbox.deliver(QUESTION))
    client = Client(serve(box).url_for())
    page = client.get(f"/draft/{draft}")
    button = page.tree.css_first("button.main")
    assert button is not None
    assert "disabled" in button.attributes
    assert "config.toml" in page.words
    assert 409 == client.submit(page, f"/draft/{draft}/propose").status
    assert [] == sandbox.sent()


def test_a_lost_answer_is_shown_and_never_sent_again(
    client: Client, sandbox: SandboxServer, box: Mailbox, draft: str
) -> None:
    """Sent, but the connection broke: the page finds it among the sent mail and says so."""
    place, page = ask(client, draft)
    sandbox.faults([{"path": "/drafts/send", "method": "POST", "nth": 1, "kind": "lost"}])
    client.follow(client.submit(page, f"{place}/approve"))
    assert 1 == len(sandbox.sent())
    assert State.DONE is box.gate.get(place.rpartition("/")[2]).state


def test_an_address_for_one_proposal_leads_to_it(server: ReviewServer, box: Mailbox, draft: str) -> None:
    """What another program of ours opens for the person is the question itself."""
    proposal = box.gate.propose_send(draft)
    client = Client(server.url_for(proposal.id))
    assert "Send exactly this?" in client.follow(client.opened).words


def test_what_is_known_of_the_sender_stands_on_the_page(
    sandbox: SandboxServer, box: Mailbox, client: Client
) -> None:
    """Beside the mail that is answered, and as a flag above the button."""
    odd = sandbox.deliver(
        b"Authentication-Results: mx.google.com; dmarc=fail header.from=x.example\r\n"
        + QUESTION.replace(b"Subject:", b"Reply-To: eve@evil.example\r\nSubject:")
    )
    page = client.get(f"/draft/{reply_to(box, odd)}").text
    assert "About the mail that you answer: DMARC failed; answers go elsewhere." in page
    assert "DMARC failed.</p>" in page
    assert "Answers go elsewhere.</p>" in page
