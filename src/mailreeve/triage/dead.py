"""Runs whose process died: closed as interrupted, with what the ledger knows that they did."""

from contextlib import suppress

from mailreeve.errors import AlreadyRunning
from mailreeve.models import Json
from mailreeve.store.ledger import Ledger
from mailreeve.store.runs import Run, RunState
from mailreeve.triage.run import RunResult, coverage_json


def close(ledger: Ledger) -> None:
    """Close the runs that still say `running`. The caller holds the lock, so their processes are dead."""
    ledger.runs.close_dead(lambda run: _recounted(ledger, run))


def close_if_dead(ledger: Ledger) -> None:
    """The same for whoever only looks: a run that is alive is left alone."""
    if ledger.runs.running():
        with suppress(AlreadyRunning), ledger.alone("a look at past runs"):
            close(ledger)


def _recounted(ledger: Ledger, run: Run) -> Json:
    """Its counts from the ledger; units, cost and seconds are those of its last checkpoint."""
    coverage = ledger.coverage(run.id, int(run.result.get("already", 0)))
    drafts = tuple(entry.draft for entry in ledger.entries([run.id]) if entry.draft)
    known = RunResult(run.id, run.account, run.started, coverage, drafts, left=ledger.left()).as_json()
    counted = {**coverage_json(coverage), "drafts": known["drafts"], "left": known["left"]}
    return {**known, **run.result, **counted, "state": RunState.INTERRUPTED.value}
