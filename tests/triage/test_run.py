"""What a run is asked for and what it answers."""

from datetime import UTC, datetime, timedelta

import pytest

from mailreeve.errors import InputError
from mailreeve.models import Coverage, Failure, Usage
from mailreeve.store.runs import Run, RunState
from mailreeve.triage.run import RunResult, coverage_of, parse_age, run_json

KEYS = [
    "run", "account", "seen", "already", "decided", "needs_human", "failed", "drafts", "units", "model_calls",
    "tokens", "cost", "seconds",
]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "hours"), [("12h", 12), ("7d", 168), ("2w", 336), ("1m", 720), ("1y", 8760), (" 3 D ", 72)]
)
def test_an_age_is_read(text: str, hours: int) -> None:
    """Hours, days, weeks, months and years."""
    assert timedelta(hours=hours) == parse_age(text)


@pytest.mark.parametrize("text", ["yesterday", "7", "d7", "-3d", "1.5d", "99999999d", "7d; rm"])
def test_what_is_no_age_is_refused(text: str) -> None:
    """The answer says how to write one."""
    with pytest.raises(InputError, match="7d"):
        parse_age(text)


def test_no_age_is_none() -> None:
    """An empty age means since the last run."""
    assert None is parse_age(" ")


def test_the_result_has_the_keys_of_the_outer_face() -> None:
    """The thirteen keys that scripts rely on are there, and say what the record says."""
    coverage = Coverage(
        4, 1, {"rule": 0, "pattern": 0, "offline": 1, "llm": 0}, ("h",), (Failure("f", "why"),)
    )
    started = datetime(2026, 11, 23, 3, 1, tzinfo=UTC)
    told = RunResult("r-1", "a@example.com", started, coverage, ("d",), 7, Usage(1, 20, 3, 0.5)).as_json()
    assert set(KEYS) <= set(told)
    assert (4, 1, ["h"], ["f"], ["d"], 7) == tuple(
        told[key] for key in ("seen", "already", "needs_human", "failed", "drafts", "units")
    )
    assert ({"in": 20, "out": 3}, 1, 0.5) == (told["tokens"], told["model_calls"], told["cost"])
    assert [{"id": "f", "reason": "why"}] == told["failures"]
    assert "2026-11-23T03:01:00+00:00" == told["started"]


def test_a_past_run_tells_its_state_as_it_is_now() -> None:
    """A run that was undone later is told as undone, with the figures it ended with."""
    at = datetime(2026, 11, 23, tzinfo=UTC)
    told = run_json(Run("r-1", "a", RunState.UNDONE, at, at, {"seen": 3, "state": "done"}))
    assert (3, "undone", "r-1") == (told["seen"], told["state"], told["run"])


def test_the_coverage_of_nothing_is_complete() -> None:
    """A night without mail is a good night."""
    coverage = coverage_of((), (), 0)
    assert (0, True) == (coverage.seen, coverage.complete)
