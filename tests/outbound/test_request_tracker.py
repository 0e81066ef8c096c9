"""Tickets in Request Tracker itself: one for a thread, whatever is killed, lost or done twice."""

import email
import hashlib
import os
import signal
import subprocess
import sys
import time
import uuid
from pathlib import Path

import pytest
from tests.boxes import OpenBox
from tests.outbound.rt_server import RequestTracker
from tests.sandbox_server import SandboxServer
from tests.triage.house import mail

from mailreeve.app import Mailbox
from mailreeve.cancel import Cancel
from mailreeve.service import destinations, digest, triage

SETTLED = 3.0
"""Seconds after which the tracker is done with what a killed run had on its way; a lease lasts two minutes."""
DRIVER = """
import os, signal, sys, threading, time
from mailreeve.cli import root
left = int(sys.argv[1])
def count(event, arguments):
    global left
    if event == "http.client.send" and (b"ticket" in arguments[1] and b"REST" in arguments[1]):
        left -= 1
        if left == 0:
            threading.Thread(target=lambda: (time.sleep(float(sys.argv[2])), os.kill(os.getpid(), signal.SIGKILL))).start()
sys.addaudithook(count)
sys.exit(root.run(["triage", "--json", "--yes"]))
"""


@pytest.fixture
def desk(tmp_path: Path) -> str:
    """The destination's id: new sandboxes count their threads from the same number, and the tracker is shared."""
    return f"desk-{hashlib.sha256(str(tmp_path).encode()).hexdigest()[:8]}"


@pytest.fixture
def box(tracker: RequestTracker, sandbox: SandboxServer, open_box: OpenBox, desk: str) -> Mailbox:
    """A mailbox whose person agreed to a help desk."""
    made = open_box(sandbox, settings(tracker, desk))
    agree(made, desk)
    return made


def settings(tracker: RequestTracker, desk: str, kind: str = "message.decided", *fields: str) -> str:
    told = ["sender", "subject", "summary", "text", "url", "priority", *fields]
    return f"""[policy]
capabilities = ["read", "label", "outbound"]
[[destination]]
id = "{desk}"
kind = "request_tracker"
url = "{tracker.url}"
user = "root"
secrets = ["password"]
kinds = ["{kind}"]
fields = {told}
private = true
"""


def agree(box: Mailbox, desk: str) -> None:
    shown = destinations.show(box, desk)
    destinations.consent(box, desk, shown["terms"], by="ada", how="terminal")


def deliver(sandbox: SandboxServer, subject: str) -> None:
    """Three mails of one thread."""
    first = mail(subject, f"Our printer is on fire, {subject}.\n")
    about = str(email.message_from_bytes(first)["Message-ID"])
    sandbox.deliver(first)
    for part in (2, 3):
        text = f"It still burns, part {part}, {subject}.\n"
        sandbox.deliver(mail(f"Re: {subject}", text, In_Reply_To=about, References=about))


def test_three_mails_of_a_thread_are_one_ticket_with_two_comments(
    tracker: RequestTracker, sandbox: SandboxServer, box: Mailbox, desk: str
) -> None:
    """Also when the run is done twice; the ticket's page stands in the answer and in the digest."""
    deliver(sandbox, "printer-one")
    told = triage.triage(box, cancel=Cancel())["outbox"]
    again = triage.triage(box, cancel=Cancel())["outbox"]
    assert ((3, [], []), (0, [], [])) == tuple(
        (one["delivered"], one["waiting"], one["dead"]) for one in (told, again)
    )
    (ticket,) = tracker.tickets("printer-one")
    assert ["Create", "Comment", "Comment"] == tracker.kinds(ticket["id"])
    assert [f"{tracker.url}/Ticket/Display.html?id={ticket['id']}"] == [one["url"] for one in told["tickets"]]
    assert f"ticket {ticket['id']} at {desk}" in digest.digest(box)["text"]


def test_a_ticket_that_was_forgotten_here_is_found_there(
    tracker: RequestTracker, sandbox: SandboxServer, box: Mailbox
) -> None:
    """A reply after the loss of our table is still a comment."""
    first = mail("printer-two", "The printer is on fire, and nobody comes.\n")
    sandbox.deliver(first)
    triage.triage(box, cancel=Cancel())
    assert box.app.db.execute("delete from ticket")
    about = str(email.message_from_bytes(first)["Message-ID"])
    sandbox.deliver(mail("Re: printer-two", "It is out now.\n", In_Reply_To=about, References=about))
    triage.triage(box, cancel=Cancel())
    (ticket,) = tracker.tickets("printer-two")
    assert ["Create", "Comment"] == tracker.kinds(ticket["id"])


def process(box: Mailbox, sandbox: SandboxServer, *words: str) -> "subprocess.CompletedProcess[str]":
    """Python with these arguments, at this mailbox."""
    environment = {
        **os.environ,
        "MAILREEVE_HOME": str(box.config.home),
        "MAILREEVE_GOOGLE_BASE": sandbox.base_url,
        "MAILREEVE_GOOGLE_TOKEN": sandbox.token,
    }
    line = [sys.executable, *words]
    return subprocess.run(line, env=environment, capture_output=True, text=True, check=False, timeout=120)


def killed(box: Mailbox, sandbox: SandboxServer, request: int, delay: float) -> int:
    """One `mailreeve triage` that ends by its own hand after its n-th request to the help desk; its exit code."""
    return process(box, sandbox, "-c", DRIVER, str(request), str(delay)).returncode


def survives(
    tracker: RequestTracker, sandbox: SandboxServer, box: Mailbox, request: int, delay: float
) -> None:
    subject = f"printer-{uuid.uuid4().hex}"  # the help desk outlives a test
    deliver(sandbox, subject)
    assert -signal.SIGKILL == killed(box, sandbox, request, delay)
    time.sleep(SETTLED)
    box.app.db.execute("update outbox set next_at = 0 where state = 'delivering'")  # its lease is over
    triage.triage(box, cancel=Cancel())
    (ticket,) = tracker.tickets(subject)
    assert ["Create", "Comment", "Comment"] == tracker.kinds(ticket["id"])


@pytest.mark.parametrize(("request_", "delay"), [(2, 0.5), (4, 0.0)])
def test_a_run_that_is_killed_makes_no_second_ticket(
    tracker: RequestTracker, sandbox: SandboxServer, box: Mailbox, request_: int, delay: float
) -> None:
    """Killed while the ticket or a comment is on its way, and run again: one ticket, two comments."""
    survives(tracker, sandbox, box, request_, delay)


@pytest.mark.prove
@pytest.mark.parametrize("delay", [0.0, 0.02, 0.1, 0.3, 0.8])
@pytest.mark.parametrize("request_", range(1, 7))
def test_a_run_may_be_killed_anywhere(
    tracker: RequestTracker, sandbox: SandboxServer, box: Mailbox, request_: int, delay: float
) -> None:
    """At each of the six requests, at five moments after it."""
    survives(tracker, sandbox, box, request_, delay)
