"""What drives the steps. The ledger holds the truth, so an engine only wakes, queues and limits.

An engine may die at any point and be replaced by another one: it takes up what the ledger says is open.
"""

from collections.abc import Callable, Sequence
from typing import Protocol

from mailreeve.cancel import Cancel
from mailreeve.models import Progress

CHUNK = 100
"""Messages that are judged before their labels are set: what a crash leaves to be labelled by the next run."""


class StepsOfRun(Protocol):
    """What an engine drives: `triage.steps.Steps`. Every call may be repeated."""

    def take(self) -> None:
        """Look for new mail and take up what is open; before anything else."""

    def waiting(self) -> tuple[str, ...]:
        """What is to be judged or applied, in order."""

    def due(self) -> tuple[str, ...]:
        """What gets a draft next, in order."""

    def judge(self, ids: Sequence[str]) -> None:
        """Read and decide."""

    def apply(self, ids: Sequence[str]) -> None:
        """Set the labels."""

    def draft(self, id_: str) -> None:
        """Write one draft."""

    def checkpoint(self) -> None:
        """Keep the run's figures."""


class Engine(Protocol):
    """Takes everything that a run holds through all steps."""

    def begin(self, opened: Callable[[], str]) -> str:
        """The id of the run: a new one, which `opened` makes, or one that another process began and left."""

    def drain(self, steps: StepsOfRun, cancel: Cancel, progress: Progress) -> None:
        """Return when nothing is left to do; raise Cancelled, LoginNeeded or StoreError when it must stop."""


class LocalLoop:
    """The default: one process, one loop; inside a chunk several mails are read at once."""

    def begin(self, opened: Callable[[], str]) -> str:
        """Always a new run."""
        return opened()

    def drain(self, steps: StepsOfRun, cancel: Cancel, progress: Progress) -> None:
        """Judge and label chunk by chunk, then write the drafts."""
        steps.take()
        ids = steps.waiting()
        progress(0, len(ids), "reading and labelling")
        for start in range(0, len(ids), CHUNK):
            cancel.check()
            chunk = ids[start : start + CHUNK]
            steps.judge(chunk)
            steps.apply(chunk)
            steps.checkpoint()
            progress(start + len(chunk), len(ids), "reading and labelling")
        due = steps.due()
        for number, id_ in enumerate(due):
            cancel.check()
            progress(number, len(due), "writing drafts")
            steps.draft(id_)
            steps.checkpoint()
