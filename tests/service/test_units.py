"""What a run costs in Gmail's units, as the sandbox counts them: the new mail once, and little beside it."""

import re
from typing import Any

from tests.boxes import OpenBox
from tests.sandbox_server import SandboxServer
from tests.triage.house import ME, mail

from mailreeve.app import Mailbox
from mailreeve.cancel import Cancel
from mailreeve.service import triage

WITH_DRAFTS = '[google]\nquota = "off"\n'
WITHOUT_DRAFTS = '[google]\nquota = "off"\n[triage]\ndrafts = false\n'
NEW = 60


def deliver(sandbox: SandboxServer, name: str, count: int = 1) -> list[str]:
    """A thread of so many mails."""
    ids = []
    for number in range(count):
        head = f"From: Ana <ana@x.example>\r\nTo: me@example.org\r\nSubject: {name}\r\nMessage-ID: <{name}.{number}@x.example>\r\n"
        head += f"References: <{name}.0@x.example>\r\n" if number else ""
        ids.append(
            sandbox.deliver(f"{head}\r\nNotes on {name}, number {number}, for your files.\r\n".encode())
        )
    return ids


def run(box: Mailbox, sandbox: SandboxServer) -> tuple[Any, dict[str, int], int]:
    """A run: its answer, the units that it cost by method, and what it says that it cost."""
    before = {name: one["units"] for name, one in sandbox.units()["by_method"].items()}
    answer = triage.triage(box, since="", cancel=Cancel())
    after = {name: one["units"] for name, one in sandbox.units()["by_method"].items()}
    spent = {name: units - before.get(name, 0) for name, units in after.items()}
    return answer, {name: units for name, units in spent.items() if units}, answer["units"]


def test_a_night_costs_its_new_mail_and_a_twentieth_more(sandbox: SandboxServer, open_box: OpenBox) -> None:
    """60 new mails of 60 threads: at most 1.05 x 20 x 60 units, and their labels in bulk beside that."""
    box = open_box(sandbox, WITHOUT_DRAFTS)
    deliver(sandbox, "first")
    run(box, sandbox)
    for number in range(NEW):
        deliver(sandbox, f"note{number}")
    answer, spent, told = run(box, sandbox)
    assert (NEW, []) == (answer["seen"], answer["failed"])
    labels = spent.pop("messages.batchModify", 0) + spent.pop("messages.modify", 0)
    assert 20 * NEW <= sum(spent.values()) <= 1.05 * 20 * NEW
    assert 0 < labels <= 5 * NEW / 2
    assert told == sum(spent.values()) + labels


def test_a_first_run_on_threads_costs_half_of_a_naive_client(
    sandbox: SandboxServer, open_box: OpenBox
) -> None:
    """Twelve threads of five: fetched by thread, labelled in bulk; naive is a list, 60 gets and 60 modifies."""
    for number in range(NEW // 5):
        assert 5 == len(deliver(sandbox, f"thread{number}", 5))
    assert NEW // 5 == len(
        {
            sandbox.api("GET", f"/messages/{one['id']}?format=minimal")["threadId"]
            for one in sandbox.state()["messages"]
        }
    )
    answer, spent, told = run(open_box(sandbox, WITHOUT_DRAFTS), sandbox)
    assert (NEW, []) == (answer["seen"], answer["failed"])
    assert NEW // 5 * 40 == spent["threads.get"]
    assert "messages.get" not in spent
    assert sum(spent.values()) <= (5 + NEW * (20 + 5)) / 2
    assert told == sum(spent.values())


def test_a_draft_costs_its_thread_and_its_bytes(sandbox: SandboxServer, open_box: OpenBox) -> None:
    """20 new mails, 5 questions among them: each text once; a draft is a look at the thread, a post and a read-back."""
    box = open_box(sandbox, WITH_DRAFTS)
    deliver(sandbox, "first")
    run(box, sandbox)
    for number in range(15):
        deliver(sandbox, f"note{number}")
    for number in range(5):
        sandbox.deliver(mail(f"Question {number}?"))
    answer, spent, told = run(box, sandbox)
    assert (20, 5) == (answer["seen"], len(answer["drafts"]))
    assert {1} == set(sandbox.units()["full"].values())
    assert {"threads.get": 5 * 40, "drafts.create": 5 * 10, "drafts.get": 5 * 20} == {
        name: spent.pop(name) for name in ("threads.get", "drafts.create", "drafts.get")
    }
    assert 20 * 20 == spent.pop("messages.get")
    assert told == 20 * 20 + 5 * (40 + 10 + 20) + sum(spent.values())


def test_the_first_estimate_counts_the_look_at_sent_mail(sandbox: SandboxServer, open_box: OpenBox) -> None:
    """It promises no less than the run then spends on one new mail and twelve that the person sent; it fetches nothing."""
    for number in range(12):
        sandbox.deliver(
            mail(f"Plan {number}", "Could you send it?\n", f"Alex <{ME}>", To="bo@x.example"), "SENT"
        )
    deliver(sandbox, "first")
    box = open_box(sandbox, WITH_DRAFTS)
    told = re.search(r"about (\d+) Gmail units", triage.estimate(box, cancel=Cancel()))
    assert told
    assert {} == sandbox.units()["full"]
    _, spent, units = run(box, sandbox)
    assert 12 * (20 + 40) < sum(spent.values()) <= units <= int(told[1])
