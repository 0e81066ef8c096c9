"""Figures about verdicts whose right answer is known. Pure; shares lie between 0 and 1."""

import random
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from mailreeve.models import Json, LabelSpec

SEED = 20_261_123
RESAMPLES = 2000
Pair = tuple[str, str]
"""The label that is right, and the one that was given; empty when none was given."""
Counts = Counter[Pair]
T = TypeVar("T")
Figure = Callable[[Counts], float | None]


def exact(counts: Counts) -> float:
    """How many got their label."""
    return sum(number for (want, got), number in counts.items() if want == got) / counts.total()


def within_one(counts: Counts, labels: Sequence[LabelSpec]) -> float:
    """How many got their label or one whose rank differs by one; without a rank only the label itself counts."""
    ranks = {label.id: label.rank for label in labels if label.rank is not None}
    near = sum(
        number
        for (want, got), number in counts.items()
        if want == got or (want in ranks and got in ranks and abs(ranks[want] - ranks[got]) <= 1)
    )
    return near / counts.total()


@dataclass(frozen=True, slots=True)
class LabelScore:
    """One label: how many deserve it, how many got it, how many both."""

    wanted: int
    given: int
    right: int

    @property
    def precision(self) -> float:
        """Of those that got it, how many deserve it; 0 when none got it."""
        return self.right / self.given if self.given else 0.0

    @property
    def recall(self) -> float:
        """Of those that deserve it, how many got it; 0 when none deserves it."""
        return self.right / self.wanted if self.wanted else 0.0

    @property
    def f1(self) -> float:
        """The harmonic mean of both."""
        return 2 * self.right / (self.wanted + self.given) if self.wanted + self.given else 0.0

    def as_json(self) -> Json:
        """As the outer face shows it."""
        return {
            "n": self.wanted,
            "predicted": self.given,
            "precision": rounded(self.precision),
            "recall": rounded(self.recall),
            "f1": rounded(self.f1),
        }


def per_label(counts: Counts) -> dict[str, LabelScore]:
    """Every label that some mail deserves or got."""
    wanted: Counter[str] = Counter()
    given: Counter[str] = Counter()
    for (want, got), number in counts.items():
        wanted[want] += number
        given[got] += number
    found = sorted({label for pair in counts for label in pair if label})
    return {label: LabelScore(wanted[label], given[label], counts[label, label]) for label in found}


def macro_f1(counts: Counts) -> float:
    """The mean F1 of the labels that some mail deserves or got."""
    scores = [score.f1 for score in per_label(counts).values()]
    return sum(scores) / len(scores)


def urgent_recall(counts: Counts, labels: Sequence[LabelSpec]) -> float | None:
    """Of the mails with an urgent label, how many got one; None when no mail is urgent."""
    urgent = {label.id for label in labels if label.urgent}
    all_ = sum(number for (want, _), number in counts.items() if want in urgent)
    found = sum(number for (want, got), number in counts.items() if want in urgent and got in urgent)
    return found / all_ if all_ else None


def calibration_error(judged: Iterable[tuple[float, bool]], bins: int = 10) -> float:
    """The expected calibration error over bins of equal width: how far confidence is from being right."""
    sums = [[0.0, 0.0] for _ in range(bins)]
    total = 0
    for confidence, right in judged:
        place = sums[min(int(confidence * bins), bins - 1)]
        place[0] += confidence
        place[1] += right
        total += 1
    return sum(abs(said - was) for said, was in sums) / total if total else 0.0


def interval(pairs: Sequence[Pair], figure: Figure) -> tuple[float, float] | None:
    """The middle 95 % of a figure over resamples with replacement, from a fixed seed; None without a figure."""
    return resampled(pairs, lambda drawn: figure(Counter(drawn)))


def resampled(
    items: Sequence[T], figure: Callable[[Sequence[T]], float | None]
) -> tuple[float, float] | None:
    """The middle 95 % of a figure of any items, as `interval` has it of pairs."""
    if not items:
        return None
    chance = random.Random(SEED)  # noqa: S311 -- resampling, repeatable
    made = (figure(chance.choices(items, k=len(items))) for _ in range(RESAMPLES))
    values = sorted(value for value in made if value is not None)
    if not values:
        return None
    return values[int(0.025 * (len(values) - 1))], values[round(0.975 * (len(values) - 1))]


def ends(found: tuple[float, float] | None) -> list[float] | None:
    """An interval as the outer face shows it."""
    return None if found is None else [round(end, 4) for end in found]


def rounded(value: float | None) -> float | None:
    """To four places."""
    return None if value is None else round(value, 4)
