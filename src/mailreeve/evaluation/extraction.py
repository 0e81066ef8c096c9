"""Action items of single mails against what a person would write on a list of tasks.

A case is `{id, from, to, cc, subject, date, body, headers?, owner?, actions: [{what, who?, due?}]}`; a mail that asks
for nothing has an empty list, and whatever is found there is wrong.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from mailreeve.errors import InputError
from mailreeve.evaluation import cases, checks, metrics, tasks
from mailreeve.evaluation.runner import Attempt
from mailreeve.evaluation.summaries import Task
from mailreeve.evaluation.tasks import Found
from mailreeve.evaluation.thread_cases import told
from mailreeve.models import ActionItem, Json, Message, Usage

FORM = (
    "A case is a JSON object with id, from, to, subject, date, body and actions, a list of {what, who, due}."
)
_TASKS = TypeAdapter(tuple[Task, ...])


@dataclass(frozen=True, slots=True)
class MailCase:
    """One mail and its tasks."""

    message: Message
    owner: str
    expected: tuple[Task, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """How the tasks that were found compare with those of one case."""

    found: Found
    dues: tuple[bool, ...]
    """For each pair that has a date in the case: whether it is the same one."""
    whos: tuple[bool, ...]


def read(file: Path) -> tuple[MailCase, ...]:
    """The cases of a file. Raises InputError naming file, line and key for what is wrong."""
    made: dict[str, MailCase] = {}
    for number, found in cases.objects(file, FORM):
        where = f"{file}, line {number}"
        try:
            case = _case(found)
        except ValidationError as error:
            raise InputError(f"{where}: actions: {told(error)}.", FORM) from None
        except ValueError as error:
            raise InputError(f"{where}: {error}.", FORM) from None
        if case.message.id in made:
            raise InputError(
                f"{where}: the id {case.message.id!r} comes twice.", "Give each case its own id."
            )
        made[case.message.id] = case
    return tuple(made.values())


def _case(found: dict[str, Any]) -> MailCase:
    if "actions" not in found:
        raise ValueError("actions is missing")
    message = cases.to_message(found)
    owner = found.get("owner") or (message.to[0].key if len(message.to) == 1 else "")
    if not isinstance(owner, str):
        raise ValueError("owner is no string")  # noqa: TRY004 -- callers tell one kind of wrong file
    return MailCase(message, owner.lower(), _TASKS.validate_python(found["actions"]))


def compared(case: MailCase, items: Sequence[ActionItem]) -> Outcome:
    """The items of one mail beside the expected ones."""
    pairs = tasks.paired([one.what for one in items], [one.what for one in case.expected])
    both = [(case.expected[place], items[at]) for place, at in pairs]
    right = len(pairs)
    return Outcome(
        Found(right, len(items) - right, len(case.expected) - right),
        tuple(got.due.startswith(want.due) and bool(got.due) for want, got in both if want.due),
        tuple(got.who.casefold() == want.who.casefold() for want, got in both if want.who),
    )


def report(
    made: Sequence[tuple[MailCase, Attempt[tuple[ActionItem, ...]]]], usage: Usage, reader: str
) -> Json:
    """All figures. A mail that failed has all its tasks missed."""
    outcomes = [(case, attempt.result or (), attempt.problem) for case, attempt in made]
    compare = [compared(case, items) for case, items, _ in outcomes]
    total = sum((one.found for one in compare), Found())
    figures = {"precision": _precision, "recall": _recall, "f1": _f1}
    empty = [
        one.found for case, one in zip((case for case, _ in made), compare, strict=True) if not case.expected
    ]
    return {
        "n": len(made),
        **{name: metrics.rounded(figure(compare)) for name, figure in figures.items()},
        "right": total.right,
        "extra": total.extra,
        "missed": total.missed,
        "due_right": _mean([held for one in compare for held in one.dues]),
        "who_right": _mean([held for one in compare for held in one.whos]),
        "nothing_asked": {"n": len(empty), "clean": sum(not one.extra for one in empty)},
        "ci95": {name: metrics.ends(metrics.resampled(compare, figure)) for name, figure in figures.items()},
        **checks.costs(usage, [attempt.seconds for _, attempt in made]),
        "failed": [{"id": case.message.id, "reason": why} for case, _, why in outcomes if why],
        "reader": reader,
        "cases": [_told(case, items) for case, items, _ in outcomes],
    }


def _told(case: MailCase, items: Sequence[ActionItem]) -> Json:
    pairs = tasks.paired([one.what for one in items], [one.what for one in case.expected])
    hit, used = {place for place, _ in pairs}, {at for _, at in pairs}
    return {
        "id": case.message.id,
        "found": [{"what": one.what, "who": one.who, "due": one.due} for one in items],
        "extra": [one.what for at, one in enumerate(items) if at not in used],
        "missed": [one.what for place, one in enumerate(case.expected) if place not in hit],
    }


def _all(drawn: Sequence[Outcome]) -> Found:
    return sum((one.found for one in drawn), Found())


def _precision(drawn: Sequence[Outcome]) -> float:
    return _all(drawn).precision


def _recall(drawn: Sequence[Outcome]) -> float:
    return _all(drawn).recall


def _f1(drawn: Sequence[Outcome]) -> float:
    return _all(drawn).f1


def _mean(held: Sequence[bool]) -> float | None:
    return metrics.rounded(sum(held) / len(held)) if held else None
