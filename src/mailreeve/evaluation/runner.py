"""Judging labelled cases: each mail once, several at a time when a model does it, no failure lost."""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Generic, TypeVar

from mailreeve.cancel import Cancel
from mailreeve.errors import Cancelled, MailreeveError
from mailreeve.evaluation.cases import Case
from mailreeve.models import Progress, Verdict

Judge = Callable[[Case, Cancel], Verdict]
T = TypeVar("T")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Prediction:
    """What became of one case: a verdict, or why there is none."""

    case: Case
    verdict: Verdict | None
    seconds: float
    problem: str = ""

    @property
    def label(self) -> str:
        """The label that it got; empty when nobody could decide."""
        return self.verdict.label if self.verdict and not self.verdict.needs_human else ""

    @property
    def right(self) -> bool:
        """True when that is the label of the case."""
        return self.label == self.case.label


@dataclass(frozen=True, slots=True)
class Attempt(Generic[R]):
    """What became of one piece of work: its result, or why there is none."""

    result: R | None
    seconds: float
    problem: str = ""


def run(
    cases: Sequence[Case], judge: Judge, *, at_once: int, progress: Progress, cancel: Cancel
) -> tuple[Prediction, ...]:
    """Judge all cases, in their order. Raises Cancelled; any other error is kept with its case."""
    made = attempts(cases, judge, at_once=at_once, progress=progress, cancel=cancel)
    return tuple(
        Prediction(case, one.result, one.seconds, one.problem) for case, one in zip(cases, made, strict=True)
    )


def attempts(
    items: Sequence[T],
    work: Callable[[T, Cancel], R],
    *,
    at_once: int,
    progress: Progress,
    cancel: Cancel,
) -> tuple[Attempt[R], ...]:
    """Do each, in their order. Raises Cancelled; any other error is kept with its item."""
    pool = ThreadPoolExecutor(at_once, "judge")
    try:
        futures = [pool.submit(_attempt, one, work, cancel) for one in items]
        made = []
        for done, future in enumerate(futures):
            progress(done, len(items), "judging")
            made.append(future.result())
        return tuple(made)
    finally:
        pool.shutdown(cancel_futures=True)


def _attempt(item: T, work: Callable[[T, Cancel], R], cancel: Cancel) -> Attempt[R]:
    start = time.perf_counter()
    try:
        result, problem = work(item, cancel), ""
    except Cancelled:
        raise
    except MailreeveError as error:
        result, problem = None, str(error)
    return Attempt(result, time.perf_counter() - start, problem)
