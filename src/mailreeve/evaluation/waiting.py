"""Whether threads in which the owner wrote wait for an answer: cases are threads with `expect: {waits, now}`."""

from collections.abc import Sequence
from datetime import datetime, tzinfo

from mailreeve.evaluation import checks, metrics
from mailreeve.evaluation.runner import Attempt
from mailreeve.evaluation.thread_cases import Expectation, ThreadCase
from mailreeve.models import Json, Usage

_WAITS, _SETTLED = "waits", "settled"


class WaitExpect(Expectation):
    """What a person says of a thread at a moment."""

    waits: bool
    """True when an answer is still owed to the owner."""
    now: datetime
    """When it is asked; ISO 8601 with a zone."""

    @property
    def zone(self) -> tzinfo | None:
        """The zone of that moment."""
        return self.now.tzinfo


Asked = tuple[str, ...]
"""What waits for an answer, in the owner's words; empty when nothing does."""


def report(made: Sequence[tuple[ThreadCase[WaitExpect], Attempt[Asked]]]) -> Json:
    """All figures; precision, recall and F1 are of the threads that wait."""
    pairs = [(_name(case.expect.waits), _name(bool(one.result))) for case, one in made]
    figures: dict[str, metrics.Figure] = {
        "exact": metrics.exact,
        "precision": lambda counts: _score(counts).precision,
        "recall": lambda counts: _score(counts).recall,
        "f1": lambda counts: _score(counts).f1,
    }
    counts = metrics.Counts(pairs)
    return {
        "n": len(made),
        "right": sum(want == got for want, got in pairs),
        **{name: metrics.rounded(figure(counts)) for name, figure in figures.items()},
        "ci95": {name: metrics.ends(metrics.interval(pairs, figure)) for name, figure in figures.items()},
        **checks.costs(Usage(), [one.seconds for _, one in made]),
        "failed": [{"id": case.id, "reason": one.problem} for case, one in made if one.problem],
        "cases": [
            {
                "id": case.id,
                "expected": case.expect.waits,
                "waits": bool(one.result),
                "asked": list(one.result or ()),
            }
            for case, one in made
        ],
    }


def _name(waits: bool) -> str:
    return _WAITS if waits else _SETTLED


def _score(counts: metrics.Counts) -> metrics.LabelScore:
    found = metrics.per_label(counts)
    return found.get(_WAITS, metrics.LabelScore(0, 0, 0))
