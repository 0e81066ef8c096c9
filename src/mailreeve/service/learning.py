"""Patterns: what was learned from the person, listed, changed and forgotten."""

from datetime import UTC, datetime

from typing_extensions import TypedDict

from mailreeve.app import Mailbox
from mailreeve.errors import InputError
from mailreeve.triage import learn
from mailreeve.triage.learn import Pattern


class PatternJson(TypedDict):
    """One pattern: mail of `value` (a sender, list or domain) gets `label`.

    `count` observations speak for it, `said` of them labels that the person gave, `against` speak against it;
    `sources` counts them by what the person did.
    """

    id: str
    scope: str
    value: str
    label: str
    count: int
    said: int
    against: int
    sources: dict[str, int]
    first: str
    last: str
    pinned: bool
    confidence: float


class PatternsAnswer(TypedDict):
    """The patterns that stand, the newest evidence first."""

    patterns: list[PatternJson]


def patterns(box: Mailbox) -> PatternsAnswer:
    """The patterns that stand; asks Gmail nothing."""
    return PatternsAnswer(patterns=[_json(one) for one in _standing(box)])


def forget(box: Mailbox, id_: str) -> PatternsAnswer:
    """Forget a pattern and the evidence for it; new evidence may make it again. Returns what stands."""
    found = _found(box, id_)
    box.learned.wish(found.scope.value, found.value, "")
    return patterns(box)


def edit(box: Mailbox, id_: str, label: str) -> PatternsAnswer:
    """Give a pattern another label, which then holds until the person changes or forgets it.

    Raises InputError for a pattern or a label that does not exist.
    """
    found = _found(box, id_)
    if label not in {spec.id for spec in box.labels}:
        raise InputError(f"{label[:80]!r} is none of your labels.", "`mailreeve labels` lists them.")
    box.learned.wish(found.scope.value, found.value, label)
    return patterns(box)


def _standing(box: Mailbox) -> tuple[Pattern, ...]:
    return learn.derive(box.learned.observations(), box.learned.wishes())


def _found(box: Mailbox, id_: str) -> Pattern:
    for one in _standing(box):
        if one.id == id_:
            return one
    raise InputError(f"There is no pattern {id_[:40]!r}.", "`mailreeve patterns` lists them.")


def _json(one: Pattern) -> PatternJson:
    first, last = (
        datetime.fromtimestamp(at / 1000, UTC).isoformat(timespec="seconds") for at in (one.first, one.last)
    )
    return PatternJson(
        id=one.id,
        scope=one.scope.value,
        value=one.value,
        label=one.label,
        count=one.count,
        said=one.said,
        against=one.against,
        sources=dict(one.sources),
        first=first,
        last=last,
        pinned=one.pinned,
        confidence=one.confidence,
    )
