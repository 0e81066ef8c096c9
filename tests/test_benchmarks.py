"""The stubs of the benchmarks answer what the code asks of the real parts."""

import importlib
from pathlib import Path

import pytest

from mailreeve.store.db import Database
from mailreeve.triage.engine import LocalLoop


def test_the_stubs_of_the_engine_benchmark_carry_a_whole_run(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Each mail is decided by the stub of a model; the benchmark itself asserts it, and names the run."""
    monkeypatch.syspath_prepend(str(Path(__file__).parents[1] / "benchmarks"))
    engine = importlib.import_module("engine")
    db = Database(tmp_path / "store.db")
    assert engine.run(db, "kim@corp.example", 20, LocalLoop()).startswith("r-")
    db.close()
