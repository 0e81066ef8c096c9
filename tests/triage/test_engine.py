"""The local loop drives any steps; an engine that repeats everything comes to the same end."""

from collections.abc import Callable

import pytest
from tests.sandbox_server import SandboxServer
from tests.triage.conftest import PartsFor, mailbox
from tests.triage.house import code, mail, newsletter

from mailreeve.cancel import Cancel
from mailreeve.errors import Cancelled, RunOver
from mailreeve.models import Progress
from mailreeve.triage.engine import CHUNK, Engine, LocalLoop, StepsOfRun
from mailreeve.triage.loop import silent, triage
from mailreeve.triage.run import Options


class Noted:
    """Steps that write down how they were driven."""

    def __init__(self, count: int) -> None:
        self.ids = tuple(f"m{number}" for number in range(count))
        self.calls: list[tuple[str, int]] = []

    def take(self) -> None:
        self.calls.append(("take", 0))

    def waiting(self) -> tuple[str, ...]:
        return self.ids

    def due(self) -> tuple[str, ...]:
        return self.ids[:2]

    def judge(self, ids: object) -> None:
        self.calls.append(("judge", len(ids)))  # type: ignore[arg-type] # a sequence

    def apply(self, ids: object) -> None:
        self.calls.append(("apply", len(ids)))  # type: ignore[arg-type] # a sequence

    def draft(self, id_: str) -> None:
        self.calls.append(("draft", 1))

    def checkpoint(self) -> None:
        self.calls.append(("checkpoint", 0))


class Stutter:
    """An engine that does every step three times, as after crashes."""

    def begin(self, opened: Callable[[], str]) -> str:
        return opened()

    def drain(self, steps: StepsOfRun, cancel: Cancel, progress: Progress) -> None:
        for _ in range(3):
            steps.take()
            ids = steps.waiting()
            for _ in range(3):
                steps.judge(ids)
            for _ in range(3):
                steps.apply(ids)
            for id_ in steps.due():
                for _ in range(3):
                    steps.draft(id_)


def test_the_loop_works_in_chunks_and_writes_drafts_last() -> None:
    """What a crash leaves half done is at most one chunk, and figures are kept after each."""
    steps = Noted(CHUNK + 1)
    LocalLoop().drain(steps, Cancel(), silent)
    chunk = [("judge", CHUNK), ("apply", CHUNK), ("checkpoint", 0)]
    drafts = [("draft", 1), ("checkpoint", 0)] * 2
    assert [("take", 0), *chunk, ("judge", 1), ("apply", 1), ("checkpoint", 0), *drafts] == steps.calls


def test_progress_counts_to_the_end() -> None:
    """Whoever watches sees the last number equal the total."""
    told: list[tuple[int, int | None, str]] = []
    LocalLoop().drain(Noted(CHUNK + 1), Cancel(), lambda *step: told.append(step))
    reading = [step for step in told if step[2] == "reading and labelling"]
    assert [(0, CHUNK + 1), (CHUNK, CHUNK + 1), (CHUNK + 1, CHUNK + 1)] == [step[:2] for step in reading]


def test_a_set_cancel_stops_between_chunks() -> None:
    """No new chunk is begun once the person gave up."""
    cancel = Cancel()
    cancel.set()
    steps = Noted(3)
    with pytest.raises(Cancelled):
        LocalLoop().drain(steps, cancel, silent)
    assert [("take", 0)] == steps.calls


def test_an_engine_that_repeats_every_step_changes_nothing_more(
    sandbox: SandboxServer, parts_for: PartsFor
) -> None:
    """Steps are idempotent: done three times they leave the labels, drafts and decisions of one time."""
    for message in (mail(), newsletter(), code(), mail("Another question?")):
        sandbox.deliver(message)
    engine: Engine = Stutter()
    result = triage(parts_for(sandbox), Options(), engine=engine)
    assert (4, 2) == (sum(result.coverage.decided.values()), len(sandbox.state()["drafts"]))
    before = mailbox(sandbox)
    labels = [one for one in parts_for(sandbox).journal.changes(result.run) if one.kind == "labels"]
    assert 4 == len(labels)
    assert before == mailbox(sandbox)


class TookOver:
    """An engine whose run, left by a dead process, was ended by another one before this one came to it."""

    def __init__(self, run: str) -> None:
        self.run = run

    def begin(self, opened: Callable[[], str]) -> str:
        return self.run

    def drain(self, steps: StepsOfRun, cancel: Cancel, progress: Progress) -> None:
        raise AssertionError("nothing is driven in a run that is over")


def test_a_run_that_another_process_ended_is_not_begun_again(
    sandbox: SandboxServer, parts_for: PartsFor
) -> None:
    """Whoever takes over too late is told so, by a kind of its own, and nothing is read or changed."""
    sandbox.deliver(mail())
    ended = triage(parts_for(sandbox), Options()).run
    sandbox.deliver(mail("Another question?"))
    before = mailbox(sandbox)
    with pytest.raises(RunOver):
        triage(parts_for(sandbox), Options(), engine=TookOver(ended))
    assert before == mailbox(sandbox)
