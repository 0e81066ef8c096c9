"""Runs: their ids, their results, and those whose process died."""

import re

import pytest

from mailreeve.errors import InputError
from mailreeve.store.ledger import Ledger
from mailreeve.store.runs import RunState


def test_a_run_id_tells_the_time_in_utc(ledger: Ledger) -> None:
    """Ids look like r-20261123-0301-ab12 and are never given twice."""
    ids = [ledger.runs.begin() for _ in range(20)]
    assert len(ids) == len(set(ids))
    assert all(re.fullmatch(r"r-\d{8}-\d{4}-[0-9a-f]{4}", id_) for id_ in ids)
    assert f"r-{ledger.runs.get(ids[0]).started:%Y%m%d-%H%M}" == ids[0][:15]


def test_a_run_keeps_its_result(ledger: Ledger) -> None:
    """What a run answered can be read later; the newest comes first."""
    first, second = ledger.runs.begin(), ledger.runs.begin()
    ledger.runs.save(first, {"seen": 1})
    ledger.runs.finish(first, RunState.PARTIAL, {"seen": 2})
    assert ({"seen": 2}, RunState.PARTIAL) == (ledger.runs.get(first).result, ledger.runs.get(first).state)
    ledger.runs.finish(first, RunState.UNDONE)
    assert {"seen": 2} == ledger.runs.get(first).result
    assert {first, second} == {run.id for run in ledger.runs.latest()}
    assert 1 == len(ledger.runs.latest(1))


def test_a_run_whose_process_died_is_closed_as_interrupted(ledger: Ledger) -> None:
    """After a kill the next run finds the open one and writes down what it did."""
    dead, done = ledger.runs.begin(), ledger.runs.begin()
    ledger.runs.save(dead, {"units": 5})
    ledger.runs.finish(done, RunState.DONE, {})
    assert (dead,) == ledger.runs.close_dead(lambda run: {**run.result, "seen": 3})
    found = ledger.runs.get(dead)
    assert (RunState.INTERRUPTED, {"units": 5, "seen": 3}) == (found.state, found.result)
    assert found.finished is not None
    assert () == ledger.runs.close_dead(lambda run: run.result)


def test_an_unknown_run_is_named(ledger: Ledger) -> None:
    """Asking for a run that is not there says which one, and where the list is."""
    with pytest.raises(InputError, match="r-none"):
        ledger.runs.get("r-none")
