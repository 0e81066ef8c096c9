"""A model as judge of summaries and drafts, and how far it agrees with people who labelled texts by hand.

Hand labels are JSON lines `{id, case, text, faithful, complete}`: a text about the thread of a case, and what a person
says of it. The judge sees the same texts; how often both say the same, and Cohen's kappa (agreement beyond chance;
1 is perfect, 0 is none), tell how far the judge's other figures can be trusted.
"""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from mailreeve.errors import InputError
from mailreeve.evaluation import cases, metrics
from mailreeve.evaluation.runner import Attempt
from mailreeve.evaluation.thread_cases import told
from mailreeve.models import Json, Judgement, Usage

FORM = "A hand label is a JSON object with id, case (the id of a case), text, faithful and complete."
_ASPECTS = ("faithful", "complete")


class HandLabel(BaseModel):
    """What a person says of a text."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)
    id: str
    case: str
    text: str
    faithful: bool
    complete: bool


@dataclass(frozen=True, slots=True)
class Verdicts:
    """What the judge said: of the texts that were made, and of those that people labelled."""

    made: Sequence[tuple[str, Attempt[Judgement]]]
    hand: Sequence[tuple[HandLabel, Attempt[Judgement]]]


def read(file: Path, known: Collection[str]) -> tuple[HandLabel, ...]:
    """The hand labels of a file; `known` are the ids of the cases. Raises InputError naming what is wrong."""
    made = []
    for number, found in cases.objects(file, FORM):
        where = f"{file}, line {number}"
        try:
            label = HandLabel.model_validate(found)
        except ValidationError as error:
            raise InputError(f"{where}: {told(error)}.", FORM) from None
        if label.case not in known:
            raise InputError(f"{where}: there is no case {label.case!r}.", "It has to be in --cases.")
        made.append(label)
    return tuple(made)


def report(verdicts: Verdicts, model: str, usage: Usage) -> Json:
    """Shares of texts that the judge finds faithful and complete, and its agreement with people."""
    made = [(id_, one.result) for id_, one in verdicts.made if one.result]
    problems = [(id_, one.problem) for id_, one in verdicts.made if one.problem]
    problems += [(label.id, one.problem) for label, one in verdicts.hand if one.problem]
    return {
        "model": model,
        "n": len(made),
        **{aspect: _share([getattr(one, aspect) for _, one in made]) for aspect in _ASPECTS},
        "agreement": agreement([(label, one.result) for label, one in verdicts.hand if one.result]),
        "tokens": {"in": usage.tokens_in, "out": usage.tokens_out},
        "cost": usage.cost,
        "failed": [{"id": id_, "reason": why} for id_, why in problems],
        "cases": [
            {"id": id_, "faithful": one.faithful, "complete": one.complete, "reason": one.reason}
            for id_, one in made
        ],
    }


def agreement(pairs: Sequence[tuple[HandLabel, Judgement]]) -> Json | None:
    """How often judge and person say the same, by aspect; None without hand labels."""
    if not pairs:
        return None
    told_: Json = {"n": len(pairs)}
    for aspect in _ASPECTS:
        both = [(bool(getattr(label, aspect)), bool(getattr(one, aspect))) for label, one in pairs]
        same = [person == judge for person, judge in both]
        told_[aspect] = {
            "agree": _share(same),
            "ci95": metrics.ends(metrics.resampled(same, lambda drawn: sum(drawn) / len(drawn))),
            "kappa": metrics.rounded(kappa(both)),
        }
    return told_


def kappa(both: Sequence[tuple[bool, bool]]) -> float | None:
    """Cohen's kappa; None when chance alone would make them agree always."""
    n = len(both)
    same = sum(one == other for one, other in both) / n
    first, second = Counter(one for one, _ in both), Counter(other for _, other in both)
    chance = sum(first[value] * second[value] for value in (True, False)) / n**2
    return None if chance == 1 else (same - chance) / (1 - chance)


def _share(held: Sequence[bool]) -> float | None:
    return metrics.rounded(sum(held) / len(held)) if held else None
