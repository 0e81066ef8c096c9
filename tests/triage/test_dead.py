"""Runs that were stopped or killed: their true counts, how to go on, how to take them back."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from tests.sandbox_server import SandboxServer
from tests.scripted_llm import Reply, Request, ScriptedLlm, completion, verdict
from tests.triage.conftest import PartsFor
from tests.triage.house import mail

from mailreeve.cancel import Cancel
from mailreeve.errors import Cancelled
from mailreeve.store.runs import RunState
from mailreeve.triage import dead
from mailreeve.triage.loop import triage
from mailreeve.triage.parts import Parts
from mailreeve.triage.run import Options
from mailreeve.triage.undo import undo

QUESTIONS = 12


def look(parts: Parts) -> None:
    dead.close_if_dead(parts.ledger)


def stopping(llm: ScriptedLlm, cancel: Cancel, after: int) -> None:
    """The person presses Ctrl-C while the model answers for the n-th time."""

    def answer(request: Request) -> Reply:
        if len(llm.requests) >= after:
            cancel.set()
        return Reply(completion(verdict(request, label="fyi", needs_reply=False)))

    llm.default = answer


def test_a_stopped_run_tells_what_it_decided_and_how_to_go_on(
    sandbox: SandboxServer, parts_for: PartsFor, llm_server: ScriptedLlm
) -> None:
    """What was judged counts, though no label was set yet; nothing is offered to be taken back then."""
    for number in range(QUESTIONS):
        sandbox.deliver(mail(f"Question {number}?"))
    parts, cancel = parts_for(sandbox, llm=llm_server), Cancel()
    stopping(llm_server, cancel, 3)
    with pytest.raises(Cancelled) as caught:
        triage(parts, Options(), cancel=cancel)
    (run,) = parts.ledger.runs.latest()
    decided = run.result["decided"]["llm"]
    assert 3 <= decided < QUESTIONS
    assert (RunState.INTERRUPTED, decided) == (run.state, run.result["seen"])
    assert QUESTIONS == run.result["left"]
    assert 3 <= run.result["model_calls"]
    told = str(caught.value)
    assert f"Run {run.id} was stopped before its end: {decided} mails decided" in told
    assert "`mailreeve triage` goes on" in told
    assert "undo" not in told
    again = triage(parts, Options())
    assert QUESTIONS == sum(again.coverage.decided.values())
    assert decided == parts.ledger.runs.get(run.id).result["seen"]


def test_a_run_stopped_while_it_writes_drafts_says_how_to_take_it_back(
    sandbox: SandboxServer, parts_for: PartsFor, llm_server: ScriptedLlm
) -> None:
    """Labels are set and some drafts written: all of it is counted, and its undo is named."""
    for number in range(3):
        sandbox.deliver(mail(f"Question {number}?"))
    cancel, drafts = Cancel(), 0

    def answer(request: Request) -> Reply:
        nonlocal drafts
        if "body of a reply" not in request.system:
            return Reply(completion(verdict(request, label="to-reply", needs_reply=True)))
        drafts += 1
        if drafts == 2:
            cancel.set()
        return Reply(completion({"body": "Gladly.\n", "note": ""}))

    llm_server.default = answer
    parts = parts_for(sandbox, llm=llm_server)
    with pytest.raises(Cancelled) as caught:
        triage(parts, Options(), cancel=cancel)
    (run,) = parts.ledger.runs.latest()
    assert 3 == sum(run.result["decided"].values()) == run.result["seen"]
    assert len(sandbox.state()["drafts"]) == len(run.result["drafts"]) < 3
    assert f"Take back what it did with `mailreeve undo {run.id}`" in str(caught.value)
    assert () == undo(parts, run.id).failed
    assert [] == sandbox.state()["drafts"]


def killed(sandbox: SandboxServer, home: Path, at: int) -> None:
    """A run whose process dies by SIGKILL at its n-th request."""
    program = [sys.executable, "-m", "tests.triage.house"]
    arguments = [sandbox.base_url, sandbox.token, sandbox.account, str(home), str(at), "0"]
    done = subprocess.run(
        [*program, *arguments], cwd=Path(__file__).parents[2], env=dict(os.environ), timeout=120, check=False
    )
    assert -signal.SIGKILL == done.returncode


@pytest.mark.parametrize("who_looks", ["runs", "triage", "undo"])
def test_a_killed_run_is_interrupted_with_what_the_ledger_knows(
    sandbox: SandboxServer, parts_for: PartsFor, tmp_path: Path, who_looks: str
) -> None:
    """After kill -9 whoever looks next finds it interrupted, and its counts are those of its rows."""
    for number in range(4):
        sandbox.deliver(mail(f"Question {number}?"))
    killed(sandbox, tmp_path / "home", 14)
    parts = parts_for(sandbox)
    (run,) = parts.ledger.runs.running()
    rows = parts.ledger.entries([run.id])
    decided = sum(entry.verdict is not None for entry in rows)
    drafts = [entry.draft for entry in rows if entry.draft]
    assert decided > 0
    if who_looks == "runs":
        look(parts)
    elif who_looks == "triage":
        triage(parts, Options())
    else:
        undo(parts, run.id)
    found = parts.ledger.runs.get(run.id)
    assert (RunState.UNDONE if who_looks == "undo" else RunState.INTERRUPTED) is found.state
    assert (decided, decided) == (found.result["seen"], sum(found.result["decided"].values()))
    assert (drafts, "interrupted") == (found.result["drafts"], found.result["state"])
    assert {"units", "cost", "tokens", "left", "account"} <= set(found.result)


def test_a_run_killed_before_its_first_step_has_every_key(
    sandbox: SandboxServer, parts_for: PartsFor
) -> None:
    """A row and nothing else: all counts are 0, and whoever lists it finds what they expect."""
    parts = parts_for(sandbox)
    run = parts.ledger.runs.begin()
    look(parts)
    found = parts.ledger.runs.get(run)
    assert (RunState.INTERRUPTED, 0, [], 0) == (
        found.state,
        found.result["seen"],
        found.result["drafts"],
        found.result["cost"],
    )


def test_a_run_that_is_alive_is_left_alone(sandbox: SandboxServer, parts_for: PartsFor) -> None:
    """While its process holds the lock it is running, whoever looks."""
    parts = parts_for(sandbox)
    run = parts.ledger.runs.begin()
    with parts.ledger.alone("test"):
        look(parts)
        assert RunState.RUNNING is parts.ledger.runs.get(run).state
