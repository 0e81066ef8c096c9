"""What a run is asked for and what it answers."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from mailreeve.errors import InputError
from mailreeve.models import Coverage, Failure, Json, Usage
from mailreeve.store.entries import Entry
from mailreeve.store.runs import Run, RunState

_AGE = re.compile(r"(\d{1,6})\s*([hdwmy])", re.IGNORECASE)
_LONGEST = 24 * 365 * 50
_HOURS = {"h": 1, "d": 24, "w": 24 * 7, "m": 24 * 30, "y": 24 * 365}


@dataclass(frozen=True, slots=True)
class Options:
    """What the person asks for."""

    since: timedelta | None = None
    """How far back; None is since the last run."""
    dry_run: bool = False
    """Decide and report; change nothing in Gmail, write nothing to the ledger."""
    again: bool = False
    """Decide anew what was decided or undone before."""
    limit: int = 0
    """At most so many messages; 0 is no limit but the one of the first run."""


@dataclass(frozen=True, slots=True)
class Told:
    """How many threads with several new mails there were, of how many the model told what changed, and why not of all."""

    threads: int = 0
    told: int = 0
    error: str = ""

    def as_json(self) -> Json:
        """The keys of the outer face."""
        return {"threads": self.threads, "told": self.told, "error": self.error}


@dataclass(frozen=True, slots=True)
class RunResult:
    """What became of every message of a run: seen = already + decided + needs_human + failed."""

    run: str
    account: str
    started: datetime
    coverage: Coverage
    drafts: tuple[str, ...] = ()
    units: int = 0
    usage: Usage = field(default_factory=Usage)
    seconds: float = 0.0
    left: int = 0
    """Queued for the next run: more than the limit allowed."""
    dry_run: bool = False
    state: RunState = RunState.DONE
    entries: tuple[Entry, ...] = ()
    """The messages and their verdicts; of a dry run they are nowhere else."""
    stories: Told = Told()

    def as_json(self) -> Json:
        """The keys of the outer face."""
        return {
            "run": self.run,
            "account": self.account,
            **coverage_json(self.coverage),
            "drafts": list(self.drafts),
            "units": self.units,
            "model_calls": self.usage.calls,
            "tokens": {"in": self.usage.tokens_in, "out": self.usage.tokens_out},
            "cost": round(self.usage.cost, 6),
            "seconds": round(self.seconds, 3),
            "left": self.left,
            "stories": self.stories.as_json(),
            "dry_run": self.dry_run,
            "started": self.started.astimezone(UTC).isoformat(timespec="seconds"),
            "state": self.state.value,
        }


def coverage_json(coverage: Coverage) -> Json:
    """Coverage as the outer face tells it."""
    return {
        "seen": coverage.seen,
        "already": coverage.already,
        "decided": coverage.decided,
        "needs_human": list(coverage.needs_human),
        "failed": [failure.id for failure in coverage.failed],
        "failures": [{"id": failure.id, "reason": failure.reason} for failure in coverage.failed],
    }


def run_json(run: Run) -> Json:
    """A past run as the outer face tells it."""
    return {
        **run.result,
        "run": run.id,
        "started": run.started.isoformat(timespec="seconds"),
        "state": run.state.value,
    }


def coverage_of(entries: Sequence[Entry], failed: Sequence[Failure], already: int) -> Coverage:
    """The coverage of messages that are in no ledger."""
    decided = dict(Coverage().decided)
    human = []
    for entry in entries:
        if entry.verdict and entry.verdict.needs_human:
            human.append(entry.message)
        elif entry.verdict:
            decided[entry.verdict.by.value] = decided.get(entry.verdict.by.value, 0) + 1
    seen = already + sum(decided.values()) + len(human) + len(failed)
    return Coverage(seen, already, decided, tuple(human), tuple(failed))


def parse_age(text: str) -> timedelta | None:
    """`12h`, `7d`, `2w`, `3m` (30 days each) or `1y`; None for an empty text. Raises InputError."""
    if not text.strip():
        return None
    match = _AGE.fullmatch(text.strip())
    if match is None:
        raise InputError(f"{text[:40]!r} is no age.", "Write it as 12h, 7d, 2w, 3m or 1y.")
    hours = int(match[1]) * _HOURS[match[2].lower()]
    if hours > _LONGEST:
        raise InputError(f"{text[:40]!r} is more than 50 years.", "Write it as 12h, 7d, 2w, 3m or 1y.")
    return timedelta(hours=hours)
