"""The uses in examples/uses, each run as it lies there: only the address and the secret are of this test."""

import email
import json
import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from standardwebhooks import Webhook
from tests.boxes import OpenBox, opening
from tests.outbound import receiver, rt_server
from tests.outbound.answering import answering
from tests.sandbox_server import SandboxServer
from tests.scripted_llm import Reply, Request, ScriptedLlm, completion, verdict
from tests.triage.house import mail, newsletter
from tests.triage.test_errands import events, invitation

from mailreeve.app import Mailbox
from mailreeve.cancel import Cancel
from mailreeve.outbound import webhook
from mailreeve.service import destinations, sending, triage

FOLDER = Path(__file__).parent.parent.parent / "examples" / "uses"


@pytest.fixture
def open_box(tmp_path: Path) -> Iterator[OpenBox]:
    with opening(tmp_path / "home") as make:
        yield make


def opened(
    open_box: OpenBox, sandbox: SandboxServer, name: str, address: str, url: str, **change: str
) -> Mailbox:
    """A mailbox with the settings and rules of a use, whose person agreed."""
    text = (FOLDER / name / "config.toml").read_text(encoding="utf-8")
    for old, new in {address: url, **change}.items():
        assert old in text
        text = text.replace(old, new)
    made = open_box(sandbox, text.replace("\nkinds =", "\nprivate = true\nkinds ="))
    shutil.copy(FOLDER / name / "rules.toml", made.config.home)
    (one,) = made.destinations
    shown = destinations.show(made, one.id)
    destinations.consent(made, one.id, shown["terms"], by="ada", how="terminal")
    return made


def test_invoices_go_to_the_accounting(sandbox: SandboxServer, open_box: OpenBox) -> None:
    """Signed, with number, amount, currency, due date and cost center; other mail does not."""
    secret = webhook.new_secret()
    with receiver.running() as there:
        box = opened(
            open_box,
            sandbox,
            "invoices",
            "https://accounting.example.com",
            f"http://127.0.0.1:{there.port}",
            **{"keyring:accounting": secret},
        )
        text = "Invoice number: RE-0815\nTotal due: EUR 1,190.00\nPayment due by 3 December 2026\nCost center: K-12\n"
        sandbox.deliver(mail("Your invoice RE-0815", text, "Billing <billing@supplier.example>"))
        sandbox.deliver(newsletter())
        told = triage.triage(box, cancel=Cancel())
        (seen,) = there.seen
    data = Webhook(secret).verify(seen.body, seen.headers)["data"]
    expected = {
        "number": "RE-0815",
        "total": 1190,
        "currency": "EUR",
        "due": "2026-12-03",
        "cost_center": "K-12",
    }
    assert (expected, 1) == (data["extracted"], told["outbox"]["delivered"])


def test_alerts_become_one_card_for_a_thread(sandbox: SandboxServer, open_box: OpenBox) -> None:
    """The second alert is added to the card; both are archived."""
    answers = [{"cards": []}, {"id": "c7", "url": "https://board.example.com/c7"}, {"comments": []}, {}]
    with answering([json.dumps(one).encode() for one in answers]) as there:
        url = f"http://127.0.0.1:{there.port}"
        change = {"keyring:board": "s3cret"}
        box = opened(open_box, sandbox, "alerts", "https://board.example.com", url, **change)
        first = mail("[alert] Disk is full", "Service: search\nNo space left.\n", "ops@eu.monitoring.example")
        sandbox.deliver(first)
        about = str(email.message_from_bytes(first)["Message-ID"])
        again = mail("Re: [alert] Disk is full", "Service: search\nStill.\n", "ops@eu.monitoring.example",
                     In_Reply_To=about, References=about)  # fmt: skip
        sandbox.deliver(again)
        told = triage.triage(box, cancel=Cancel())
        asked = [(one.method, one.path.partition("?")[0]) for one in there.asked]
        assert "search: [alert] Disk is full" == json.loads(there.asked[1].body)["name"]
    assert [("GET", "/api/cards"), ("POST", "/api/cards"), ("GET", "/api/cards/c7/comments"),
            ("POST", "/api/cards/c7/comments")] == asked  # fmt: skip
    assert (2, ["https://board.example.com/c7"]) == (
        told["outbox"]["delivered"],
        [one["url"] for one in told["outbox"]["tickets"]],
    )
    assert 0 == sum("INBOX" in one["labels"] for one in sandbox.state()["messages"])


def test_requests_for_meetings_get_times_and_events(
    sandbox: SandboxServer, open_box: OpenBox, llm_server: ScriptedLlm
) -> None:
    """A draft with free times; an invitation and an appointment are events after a yes; nothing is sent by itself."""

    def answer(request: Request) -> Reply:
        if "body of a reply" in request.system:
            return Reply(completion({"body": "Dear Grace,\n\nThursday at 9?\n", "note": ""}))
        asks = "Could we meet" in request.user
        return Reply(completion(verdict(request, rules_met=["asks-to-meet"] if asks else [])))

    llm_server.default = answer
    text = (FOLDER / "meetings" / "config.toml").read_text(encoding="utf-8")
    box = open_box(sandbox, text.replace("https://llm.example.com/v1", llm_server.base_url))
    shutil.copy(FOLDER / "meetings" / "rules.toml", box.config.home)
    sandbox.deliver(mail("Proofs", "Could we meet next week about the proofs?\n"))
    sandbox.deliver(invitation())
    sandbox.deliver(mail("Your appointment", "Date: 3 December 2026, time: 14:30. See you at the dentist.\n"))
    told = triage.triage(box, cancel=Cancel())
    asked = next(one for one in llm_server.requests if "body of a reply" in one.system)
    assert "the owner is free at (Europe/Berlin)" in asked.system + asked.user
    drafts = [box.gmail.draft(id_).raw.decode() for id_ in told["drafts"]]
    assert ["grace@example.org" in text for text in drafts if "Thursday at 9" in text] == [True]
    assert {"Tea", "Your appointment"} == {one.subject for one in box.gate.waiting()}
    assert [] == events(sandbox)
    for wish in box.gate.waiting():
        sending.confirm(box, wish.id, wish.digest, channel="tty", by="ada")
    starts = {made["summary"]: made["start"]["dateTime"] for made in events(sandbox)}
    assert {
        "Tea": "2026-12-02T15:00:00+01:00",
        "Your appointment": "2026-12-03T14:30:00+01:00",
    } == starts
    assert [] == sandbox.sent()


def test_support_mail_becomes_a_ticket_in_request_tracker(
    sandbox: SandboxServer, open_box: OpenBox, tmp_path: Path
) -> None:
    """One ticket with a comment, a label, and a draft in the words of the template."""
    folder = tmp_path / "rt"
    folder.mkdir()
    subject = f"kettle-{uuid.uuid4().hex[:8]}"
    with rt_server.running(folder) as tracker:
        change = {"keyring:helpdesk": "password", 'user = "mailreeve"': 'user = "root"'}
        box = opened(open_box, sandbox, "help-desk", "https://rt.example.com", tracker.url, **change)
        first = mail(subject, "Order number: A-4711\nCould you help me?\n", To="support@example.com")
        about = str(email.message_from_bytes(first)["Message-ID"])
        sandbox.deliver(first)
        sandbox.deliver(
            mail(
                f"Re: {subject}",
                "It still leaks.\n",
                To="support@example.com",
                In_Reply_To=about,
                References=about,
            )
        )
        told = triage.triage(box, cancel=Cancel())
        (ticket,) = tracker.tickets(subject)
        assert ["Create", "Comment"] == tracker.kinds(ticket["id"])
    drafts = [box.gmail.draft(id_).raw.decode() for id_ in told["drafts"]]
    assert any("Dear Grace Hopper" in one and "We look into it" in one for one in drafts)
