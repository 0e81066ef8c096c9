"""Patterns: what was learned from the person, listed, changed and forgotten."""

from datetime import UTC, datetime

from typing_extensions import TypedDict

from mailreeve.app import Mailbox
from mailreeve.errors import InputError
from mailreeve.store.db import now_ms
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


class EvidenceJson(TypedDict):
    """One thing that the person did: to which message, when, and which label it speaks for (empty: against any)."""

    message: str
    subject: str
    source: str
    label: str
    at: str
    days: int


class EvidenceAnswer(TypedDict):
    """A pattern and all that is known about its sender, list or domain, the oldest first."""

    pattern: PatternJson
    evidence: list[EvidenceJson]


def show(box: Mailbox, id_: str) -> EvidenceAnswer:
    """What a pattern was learned from. Raises InputError for one that does not exist."""
    found, now = _found(box, id_), now_ms()
    told = []
    for one in box.learned.observations():
        if (found.scope, found.value) in learn.places(one.sender, one.list_id):
            entry = box.ledger.entry(one.message)
            told.append(
                EvidenceJson(
                    message=one.message,
                    subject=entry.sight.subject if entry else "",
                    source=one.source.value,
                    label=one.label,
                    at=_when(one.at),
                    days=max(0, now - one.at) // 86_400_000,
                )
            )
    return EvidenceAnswer(pattern=_json(found), evidence=told)


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


def _when(at: int) -> str:
    return datetime.fromtimestamp(at / 1000, UTC).isoformat(timespec="seconds")


def _json(one: Pattern) -> PatternJson:
    return PatternJson(
        id=one.id,
        scope=one.scope.value,
        value=one.value,
        label=one.label,
        count=one.count,
        said=one.said,
        against=one.against,
        sources=dict(one.sources),
        first=_when(one.first),
        last=_when(one.last),
        pinned=one.pinned,
        confidence=one.confidence,
    )
