"""A mail's files go to Request Tracker itself as far as the person chose, and its ticket comes back as a label in Gmail."""

import email
import hashlib
import signal
import time
import uuid
from email.policy import SMTP
from typing import Any

import pytest
from tests.boxes import OpenBox
from tests.outbound.rt_server import RequestTracker
from tests.outbound.test_request_tracker import SETTLED, killed
from tests.sandbox_server import SandboxServer
from tests.triage.house import code, mail

from mailreeve.app import Mailbox
from mailreeve.cancel import Cancel
from mailreeve.errors import ConfigError
from mailreeve.service import destinations, triage

PDF = b"%PDF-1.7 " + bytes(range(256)) * 100


def settings(tracker: RequestTracker | None, desk: str, more: str = 'attachments = "1MB"') -> str:
    return f"""[policy]
capabilities = ["read", "label", "outbound"]
[[destination]]
id = "{desk}"
kind = "request_tracker"
url = "{tracker.url if tracker else "https://api.github.com/repos/ada/mail"}"
user = "root"
secrets = ["password"]
fields = ["sender", "subject", "text"]
private = true
{more}
"""


def with_files(raw: bytes, *files: tuple[str, bytes]) -> bytes:
    message: Any = email.message_from_bytes(raw, policy=SMTP)
    for name, data in files:
        message.add_attachment(data, "application", "pdf", filename=name)
    return bytes(message.as_bytes())


@pytest.fixture
def desk() -> str:
    return f"files-{uuid.uuid4().hex[:8]}"  # the tracker is shared


@pytest.fixture
def box(tracker: RequestTracker, sandbox: SandboxServer, open_box: OpenBox, desk: str) -> Mailbox:
    made = open_box(sandbox, settings(tracker, desk))
    shown = destinations.show(made, desk)
    assert ("offer.pdf" in shown["sample"], 1_000_000) == (True, shown["attachments"])
    destinations.consent(made, desk, shown["terms"], by="ada", how="terminal")
    return made


def files(tracker: RequestTracker, ticket: str) -> dict[str, str]:
    """The files of a ticket by name, and their types."""
    items = tracker.get(f"/ticket/{ticket}/attachments?fields=Filename,ContentType&per_page=100")["items"]
    return {one["Filename"]: one["ContentType"] for one in items if one["Filename"]}


def test_files_lie_at_the_ticket_and_at_its_comments(
    tracker: RequestTracker, sandbox: SandboxServer, box: Mailbox, desk: str
) -> None:
    """As they were, under plain names; what is too large is named; a big ticket hides no comment that is there."""
    subject = f"printer-{uuid.uuid4().hex}"
    first = mail(subject, "See the picture.\n")
    about = str(email.message_from_bytes(first)["Message-ID"])
    reply = mail(f"Re: {subject}", "And this.\n", In_Reply_To=about, References=about)
    one = sandbox.deliver(with_files(first, ("Übersicht.pdf", PDF), ("../../etc/passwd", b"x"), ("huge.pdf", bytes(1_100_000))))  # fmt: skip
    two = sandbox.deliver(with_files(reply, ("more.pdf", bytes(900_000))))
    triage.triage(box, cancel=Cancel())
    assert {one: 1, two: 1} == sandbox.units()["full"]  # the files come with the raw mail
    (ticket,) = tracker.tickets(subject)
    assert {"Ubersicht.pdf", "passwd", "more.pdf"} == {
        name.rpartition("_")[2] for name in files(tracker, ticket["id"])
    }
    assert ["Create", "Comment"] == tracker.kinds(ticket["id"])
    told = tracker.get(f"/ticket/{ticket['id']}/attachments?fields=Content,ContentType&per_page=100")["items"]
    assert any("Not attached: huge.pdf" in item.get("Content", "") for item in told)
    # the answers of both are lost, and everything is done again
    box.app.db.execute("delete from ticket")
    again = b'{"schema":1,"type":"message.decided","timestamp":"2026-11-28T00:00:00+00:00","data":{}}'
    box.app.db.execute(
        "update outbox set state = 'pending', next_at = 0, payload = ?, digest = ?",
        (again, hashlib.sha256(again).hexdigest()),
    )
    assert 2 == box.outlet.deliver(Cancel()).delivered
    assert ["Create", "Comment"] == tracker.kinds(ticket["id"])
    assert {f"Mailreeve/Ticket/{desk}"} <= names(sandbox, one) & names(sandbox, two)


def names(sandbox: SandboxServer, id_: str) -> set[str]:
    """What a message's labels are called in Gmail."""
    called = {one["id"]: one["name"] for one in sandbox.api("GET", "/labels")["labels"]}
    return {called.get(one, one) for one in sandbox.labels_of(id_)}


def survives(
    tracker: RequestTracker, sandbox: SandboxServer, box: Mailbox, desk: str, request: int, delay: float
) -> None:
    """Three mails with a file each, a run that is killed, and two more: one ticket, each file once, every mail labelled."""
    subject = f"printer-{uuid.uuid4().hex}"
    first = mail(subject, "See the picture.\n")
    about = str(email.message_from_bytes(first)["Message-ID"])
    ids = [sandbox.deliver(with_files(first, ("1.pdf", PDF)))]
    for number in (2, 3):
        reply = mail(f"Re: {subject}", f"And this, {number}.\n", In_Reply_To=about, References=about)
        ids.append(sandbox.deliver(with_files(reply, (f"{number}.pdf", PDF))))
    assert -signal.SIGKILL == killed(box, sandbox, request, delay)
    time.sleep(SETTLED)
    box.app.db.execute("update outbox set next_at = 0 where state = 'delivering'")  # its lease is over
    for _ in range(2):
        triage.triage(box, cancel=Cancel())
    (ticket,) = tracker.tickets(subject)
    assert ["Create", "Comment", "Comment"] == tracker.kinds(ticket["id"])
    items = tracker.get(f"/ticket/{ticket['id']}/attachments?fields=Filename&per_page=100")["items"]
    assert ["1.pdf", "2.pdf", "3.pdf"] == sorted(one["Filename"] for one in items if one["Filename"])
    assert [True] * 3 == [f"Mailreeve/Ticket/{desk}" in names(sandbox, id_) for id_ in ids]


def test_a_run_that_is_killed_sends_no_file_twice(
    tracker: RequestTracker, sandbox: SandboxServer, box: Mailbox, desk: str
) -> None:
    """Killed while the ticket is being made."""
    survives(tracker, sandbox, box, desk, 2, 0.3)


@pytest.mark.prove
@pytest.mark.parametrize("delay", [0.0, 0.1, 0.4])
@pytest.mark.parametrize("request_", range(1, 7))
def test_a_run_that_is_killed_anywhere_sends_no_file_twice(
    tracker: RequestTracker, sandbox: SandboxServer, box: Mailbox, desk: str, request_: int, delay: float
) -> None:
    """At each of the six requests, at three moments after it."""
    survives(tracker, sandbox, box, desk, request_, delay)


def test_the_label_of_a_ticket_is_journalled_undone_and_never_set_again(
    tracker: RequestTracker, sandbox: SandboxServer, open_box: OpenBox, box: Mailbox, desk: str
) -> None:
    """With its number when the person wants it; `triage --again` leaves it, undo takes it, the person's act wins."""
    made = open_box(
        sandbox, settings(tracker, desk, 'ticket_label = "Help desk/{ticket}"\nattachments = "1MB"')
    )
    subject = f"printer-{uuid.uuid4().hex}"
    id_ = sandbox.deliver(mail(subject, "It burns.\n"))
    told = triage.triage(made, cancel=Cancel())
    (ticket,) = tracker.tickets(subject)
    label = f"Help desk/{ticket['id']}"
    assert (True, []) == (label in names(sandbox, id_), told["outbox"]["unlabelled"])
    triage.triage(made, again=True, cancel=Cancel())
    assert (True, ["Create"]) == (label in names(sandbox, id_), tracker.kinds(ticket["id"]))
    triage.undo(made, told["run"], cancel=Cancel())
    assert label not in names(sandbox, id_)
    triage.triage(made, again=True, cancel=Cancel())
    assert label not in names(sandbox, id_)


def test_a_label_that_could_not_be_set_stays_owed_and_is_said(
    tracker: RequestTracker, sandbox: SandboxServer, box: Mailbox, desk: str
) -> None:
    """The ticket is made; the next run sets the label, once."""
    subject = f"printer-{uuid.uuid4().hex}"
    id_ = sandbox.deliver(mail(subject, "It burns.\n"))
    sandbox.faults([{"path": "/labels", "method": "POST", "nth": 2, "kind": "403-daily"}])
    told = triage.triage(box, cancel=Cancel())["outbox"]
    assert ([id_], True) == (
        told["unlabelled"],
        "does not bear its label" in "\n".join(destinations.lines(told)),
    )
    told = triage.triage(box, cancel=Cancel())["outbox"]
    assert ([], True) == (told["unlabelled"], f"Mailreeve/Ticket/{desk}" in names(sandbox, id_))


def test_a_mail_that_is_a_secret_sends_no_file(
    tracker: RequestTracker, sandbox: SandboxServer, box: Mailbox, desk: str
) -> None:
    """A code's files stay as its words do."""
    sandbox.deliver(with_files(code(), ("code.pdf", PDF)))
    told = triage.triage(box, cancel=Cancel())["outbox"]
    assert 1 == told["delivered"]
    assert {} == files(tracker, told["tickets"][0]["ticket"])


def test_a_larger_choice_voids_the_consent(
    tracker: RequestTracker, sandbox: SandboxServer, open_box: OpenBox, box: Mailbox, desk: str
) -> None:
    """And so does the first one; nothing leaves until the person agrees anew."""
    for size in ("2MB", "500KB"):
        made = open_box(sandbox, settings(tracker, desk, f'attachments = "{size}"'))
        assert "changed" == destinations.show(made, desk)["state"]
    assert "changed" == destinations.show(open_box(sandbox, settings(tracker, desk, "")), desk)["state"]


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ('attachments = "21MB"', "too much"),
        ('attachments = "5"', "attachments"),
        ('ticket_label = "Mailreeve/Urgent"', "cannot be the label"),
        ('ticket_label = "/x/"', "cannot be the label"),
    ],
)
def test_a_choice_that_cannot_be_is_an_error(
    sandbox: SandboxServer, open_box: OpenBox, desk: str, more: str, said: str
) -> None:
    """It is told before anything is done."""
    with pytest.raises(ConfigError, match=said):
        _ = open_box(sandbox, settings(None, desk, more)).destinations


def test_a_system_without_a_place_for_files_takes_none(sandbox: SandboxServer, open_box: OpenBox) -> None:
    """GitHub's API knows no attachments, a webhook neither."""
    text = settings(None, "hub").replace("request_tracker", "github").replace('user = "root"\n', "")
    with pytest.raises(ConfigError, match="takes no attachments"):
        _ = open_box(sandbox, text).destinations
