"""kill -9 at every step of a send: at most one delivery, and the next process tells the truth."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from tests.gate.bench import Bench

from mailreeve.errors import NotApproved
from mailreeve.models import ProposalState as State

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork and kill -9")

ROOT = Path(__file__).parent.parent.parent
SETTLE = 0.2
EVERY = 5
"""The plain run dies at every fifth step, the full one at each."""
FAULTS = (None, "lost", "503", "truncated")


class Mortal:
    """The other process."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process

    def execute(self, proposal: str, kill_at: int = 0, kill_after: float = 0) -> tuple[bool, list[str]]:
        """Whether it was killed, and the steps that it came through."""
        assert self.process.stdin
        assert self.process.stdout
        wish = {"proposal": proposal, "kill_at": kill_at, "kill_after": kill_after}
        self.process.stdin.write(json.dumps(wish) + "\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline())
        killed = os.WIFSIGNALED(answer["status"]) and os.WTERMSIG(answer["status"]) == signal.SIGKILL
        assert killed or answer["status"] == 0, answer
        return killed, answer["steps"]


@contextmanager
def mortal(bench: Bench, settle_seconds: float = SETTLE, timeout: float = 20) -> Iterator[Mortal]:
    settings: dict[str, Any] = {
        "folder": str(bench.folder),
        "base_url": bench.sandbox.base_url,
        "token": bench.sandbox.token,
        "account": bench.account,
        "settle_seconds": settle_seconds,
        "timeout": timeout,
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.gate.dying", json.dumps(settings)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield Mortal(process)
    finally:
        assert process.stdin
        assert process.stdout
        process.stdin.close()
        process.wait(30)
        process.stdout.close()


def die_and_recover(bench: Bench, other: Mortal, kill_at: int, fault: str | None) -> tuple[bool, State]:
    """Kill a sending process at one step; the next process looks, and tries the same again."""
    one = bench.approved(bench.draft().id)
    before = len(bench.sandbox.sent())
    bench.sandbox.faults([{"path": "/drafts/send", "nth": 1, "kind": fault}] if fault else [])
    killed, steps = other.execute(one.id, kill_at)
    bench.sandbox.faults([])
    bench.gate.recover()
    bench.clock.ahead += int(SETTLE * 1000) + 1000
    bench.gate.recover()
    state = bench.gate.get(one.id).state
    delivered = len(bench.sandbox.sent()) - before
    told = {State.DONE: 1, State.FAILED: 0, State.APPROVED: 0}
    assert told[state] == delivered, (kill_at, fault, state, steps)
    if state is State.APPROVED:  # it died before it began: the confirmation is still good, once
        assert State.DONE == bench.gate.execute(one.id).state
    with pytest.raises(NotApproved):
        bench.gate.execute(one.id)
    assert len(bench.sandbox.sent()) - before <= 1, (kill_at, fault, steps)
    return killed, state


def check_crashes(bench: Bench, fault: str | None, every: int) -> dict[State, int]:
    """Die at every step, or every so many; returns how often each state was found afterwards."""
    found: dict[State, int] = {}
    with mortal(bench) as other:
        bench.sandbox.faults([{"path": "/drafts/send", "nth": 1, "kind": fault}] if fault else [])
        calm, steps = other.execute(bench.approved(bench.draft().id).id)
        assert not calm
        for kill_at in range(1, len(steps) + 1, every):
            killed, state = die_and_recover(bench, other, kill_at, fault)
            assert killed
            found[state] = found.get(state, 0) + 1
    assert bench.audit.verify().ok
    return found


def test_no_message_is_sent_twice_or_lost_when_the_process_is_killed(bench: Bench) -> None:
    """Before, in between and after the request; the end is done, failed, or approved as before."""
    found = check_crashes(bench, None, EVERY)
    assert {State.APPROVED, State.FAILED, State.DONE} == set(found)


@pytest.mark.prove
@pytest.mark.parametrize("fault", FAULTS)
def test_no_message_is_sent_twice_or_lost_when_the_process_is_killed_at_any_step(
    bench: Bench, fault: str | None
) -> None:
    """Every step of a send, while its answer is lost, refused or cut as well."""
    found = check_crashes(bench, fault, 1)
    assert sum(found.values()) >= 30
    assert State.FAILED in found
    assert (fault == "503") == (State.DONE not in found)


def test_a_request_under_way_when_the_process_was_killed_is_not_called_failed(bench: Bench) -> None:
    """It is delivered after the process is dead: unknown at first, then done, and never sent again."""
    one = bench.approved(bench.draft().id)
    bench.sandbox.faults([{"path": "/drafts/send", "nth": 1, "kind": "slow", "seconds": 2}])
    patient = bench.make_gate(settle_seconds=30)
    with mortal(bench, settle_seconds=30) as other:
        killed, steps = other.execute(one.id, kill_after=0.7)
    assert killed
    assert "before sender.send_draft" == steps[-1]
    assert [State.UNKNOWN] == [outcome.state for outcome in patient.recover()]
    assert 0 == len(bench.sandbox.sent())
    for _ in range(200):
        if bench.sandbox.sent():
            break
        bench.clock.sleep(0.05)
    assert [State.DONE] == [outcome.state for outcome in patient.recover()]
    with pytest.raises(NotApproved):
        patient.execute(one.id)
    assert 1 == len(bench.sandbox.sent())
