"""Judging labelled cases: each mail once, several at a time when a model does it, no failure lost."""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

from mailreeve.cancel import Cancel
from mailreeve.errors import Cancelled, MailreeveError
from mailreeve.evaluation.cases import Case
from mailreeve.models import Progress, Verdict

Judge = Callable[[Case, Cancel], Verdict]


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


def run(
    cases: Sequence[Case], judge: Judge, *, at_once: int, progress: Progress, cancel: Cancel
) -> tuple[Prediction, ...]:
    """Judge all cases, in their order. Raises Cancelled; any other error is kept with its case."""
    pool = ThreadPoolExecutor(at_once, "judge")
    try:
        futures: list[Future[Prediction]] = [pool.submit(_judged, case, judge, cancel) for case in cases]
        made = []
        for done, future in enumerate(futures):
            progress(done, len(cases), "judging")
            made.append(future.result())
        return tuple(made)
    finally:
        pool.shutdown(cancel_futures=True)


def _judged(case: Case, judge: Judge, cancel: Cancel) -> Prediction:
    start = time.perf_counter()
    try:
        verdict, problem = judge(case, cancel), ""
    except Cancelled:
        raise
    except MailreeveError as error:
        verdict, problem = None, str(error)
    return Prediction(case, verdict, time.perf_counter() - start, problem)
