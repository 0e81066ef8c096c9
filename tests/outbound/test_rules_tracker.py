"""A rule of rules.toml makes tickets in Request Tracker itself, by `mailreeve triage` as a person runs it."""

import hashlib
import json
import signal
import time
import uuid
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.boxes import OpenBox
from tests.outbound.rt_server import RequestTracker
from tests.outbound.test_request_tracker import SETTLED, agree, deliver, killed, process, settings
from tests.sandbox_server import SandboxServer
from tests.triage.house import mail

from mailreeve.app import Mailbox

if TYPE_CHECKING:
    import subprocess

RULE = """[[rule]]
id = "support"
match = {{ subject = {{ contains = "printer-" }} }}
do = {{ ticket = "{desk}", notify = "Support mail." }}
"""


@pytest.fixture
def desk(tmp_path: Path) -> str:
    """New sandboxes count their threads from the same number, and the tracker is shared."""
    return f"rules-{hashlib.sha256(str(tmp_path).encode()).hexdigest()[:8]}"


@pytest.fixture
def box(tracker: RequestTracker, sandbox: SandboxServer, open_box: OpenBox, desk: str) -> Mailbox:
    """A mailbox whose person agreed that a rule makes tickets."""
    made = open_box(sandbox, settings(tracker, desk, "rule.fired", "rule"))
    (made.config.home / "rules.toml").write_text(RULE.format(desk=desk), encoding="utf-8")
    agree(made, desk)
    return made


def command(box: Mailbox, sandbox: SandboxServer, *words: str) -> "subprocess.CompletedProcess[str]":
    """`mailreeve …` as a process of its own."""
    return process(box, sandbox, "-m", "mailreeve", *words)


def test_three_mails_of_a_thread_are_one_ticket_with_two_comments(
    tracker: RequestTracker, sandbox: SandboxServer, box: Mailbox, desk: str
) -> None:
    """The first mail is the ticket and the replies are comments, also when the run is doubled; other mail makes none."""
    subject = f"printer-{uuid.uuid4().hex}"
    deliver(sandbox, subject)
    sandbox.deliver(mail("Lunch?", "Are you free at noon?\n"))
    first, second = (command(box, sandbox, "triage", "--json", "--yes") for _ in range(2))
    assert [0, 0] == [first.returncode, second.returncode], first.stderr
    told = json.loads(first.stdout)["outbox"]
    assert (3, [], [], 0) == (
        *(told[key] for key in ("delivered", "waiting", "dead")),
        json.loads(second.stdout)["outbox"]["delivered"],
    )
    (ticket,) = tracker.tickets(subject)
    assert (subject, ["Create", "Comment", "Comment"]) == (ticket["Subject"], tracker.kinds(ticket["id"]))
    assert 1 == sum(one["destination"] == desk for one in told["tickets"])
    assert ["support"] * 3 == [
        row.body["rule"].partition("@")[0] for row in box.audit.rows() if row.event == "outbox.delivered"
    ]


def survives(
    tracker: RequestTracker, sandbox: SandboxServer, box: Mailbox, request: int, delay: float
) -> None:
    """Killed, and run again twice: one ticket, two comments."""
    subject = f"printer-{uuid.uuid4().hex}"  # the help desk outlives a test
    deliver(sandbox, subject)
    assert -signal.SIGKILL == killed(box, sandbox, request, delay)
    time.sleep(SETTLED)
    box.app.db.execute("update outbox set next_at = 0 where state = 'delivering'")  # its lease is over
    assert [0, 0] == [command(box, sandbox, "triage", "--json", "--yes").returncode for _ in range(2)]
    (ticket,) = tracker.tickets(subject)
    assert ["Create", "Comment", "Comment"] == tracker.kinds(ticket["id"])


def test_a_rule_whose_run_is_killed_makes_no_second_ticket(
    tracker: RequestTracker, sandbox: SandboxServer, box: Mailbox
) -> None:
    """Killed while the ticket is being made, and run again twice."""
    survives(tracker, sandbox, box, 2, 0.5)


@pytest.mark.prove
@pytest.mark.parametrize("delay", [0.0, 0.02, 0.1, 0.3, 0.8])
@pytest.mark.parametrize("request_", range(1, 7))
def test_a_rule_whose_run_is_killed_anywhere_makes_no_second_ticket(
    tracker: RequestTracker, sandbox: SandboxServer, box: Mailbox, request_: int, delay: float
) -> None:
    """At each of the six requests, at five moments after it."""
    survives(tracker, sandbox, box, request_, delay)
