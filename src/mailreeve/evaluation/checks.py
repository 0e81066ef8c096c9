"""Rule checks: what each case was checked for, what was wrong, and the shares with their intervals."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from mailreeve.evaluation import metrics
from mailreeve.evaluation.runner import Attempt
from mailreeve.models import Json, Usage

Problems = Mapping[str, Sequence[str]]
"""Check to what was wrong; an empty list is a check that holds. A check that a case does not ask for is absent."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What became of one case."""

    id: str
    problems: Problems
    shown: Json
    """What was made, for people who look."""

    @property
    def passed(self) -> bool:
        """True when every check holds."""
        return not any(self.problems.values())


def report(
    made: Sequence[tuple[str, Attempt[Checked]]], names: Iterable[str], usage: Usage, reader: str
) -> Json:
    """All figures. A case that failed passes nothing."""
    n = len(made)
    done = [(id_, attempt.result, attempt.problem) for id_, attempt in made]
    found: dict[str, list[bool]] = {
        name: [not one.problems[name] for _, one, _ in done if one and name in one.problems] for name in names
    }
    passed = [one is not None and one.passed for _, one, _ in done]
    return {
        "n": n,
        "passed": _share(passed),
        "by_check": {
            name: {"n": len(held), "passed": sum(held), "share": _share(held)} for name, held in found.items()
        },
        "ci95": {"passed": _interval(passed), **{name: _interval(held) for name, held in found.items()}},
        **costs(usage, [attempt.seconds for _, attempt in made]),
        "failed": [{"id": id_, "reason": problem} for id_, _, problem in done if problem],
        "reader": reader,
        "cases": [_case(id_, one) for id_, one, _ in done],
    }


def costs(usage: Usage, seconds: Sequence[float]) -> Json:
    """What it took: time by the case, and what the model cost."""
    n = max(1, len(seconds))
    return {
        "ms_per_case": metrics.rounded(1000 * sum(seconds) / n),
        "model_calls_per_case": metrics.rounded(usage.calls / n),
        "tokens_per_case": metrics.rounded((usage.tokens_in + usage.tokens_out) / n),
        "tokens": {"in": usage.tokens_in, "out": usage.tokens_out},
        "cost": usage.cost,
    }


def _case(id_: str, one: Checked | None) -> Json:
    if one is None:
        return {"id": id_, "passed": False, "problems": {}}
    wrong = {name: list(what) for name, what in one.problems.items() if what}
    return {"id": id_, "passed": one.passed, "problems": wrong, **one.shown}


def _share(held: Sequence[bool]) -> float | None:
    return metrics.rounded(sum(held) / len(held)) if held else None


def _interval(held: Sequence[bool]) -> list[float] | None:
    return metrics.ends(metrics.resampled(held, lambda drawn: sum(drawn) / len(drawn)))
