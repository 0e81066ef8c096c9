"""Patterns: what mail of one sender, list or domain always turned out to be. Pure; store/patterns.py keeps the evidence.

Three observations that agree make a pattern, two that contradict it end it, and half a year without new evidence
does too. What the person merely left as it was makes a weak pattern, which the vetoes of a mail stop; what they
said themselves makes a strong one. No pattern holds for mail whose sender is not proven where Gmail could prove it.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from mailreeve.mail import authentication, providers
from mailreeve.models import Archetype, DecidedBy, LabelSpec, Message, Priority, Verdict
from mailreeve.reading.offline.signals import Signals
from mailreeve.store.patterns import SAID, Learned, Observation, Sighting, Wish

ENOUGH = 3
"""Observations that make a pattern, all of one label."""
AGAINST = 2
"""Contradictions that end it; as many agreeing ones as make a pattern take one contradiction back."""
_LOW = {
    Archetype.NEWSLETTER,
    Archetype.PROMOTION,
    Archetype.COLD,
    Archetype.SUSPICIOUS,
    Archetype.NOTIFICATION,
}


class Scope(StrEnum):
    """What a pattern holds for, the narrowest first."""

    SENDER = "sender"
    LIST = "list"
    DOMAIN = "domain"


@dataclass(frozen=True, slots=True)
class Pattern:
    """Mail of `value` gets `label`."""

    scope: Scope
    value: str
    """The sender's address, the List-Id, or the sender's domain."""
    label: str
    count: int
    """How many observations speak for it."""
    said: int
    """How many of them are labels that the person gave."""
    against: int
    """How many speak against it: one, or none."""
    first: int
    last: int
    """When it was seen first and last, in epoch milliseconds."""
    sources: tuple[tuple[str, int], ...] = ()
    """What the person did, and how often."""
    pinned: bool = False
    """The person set it by name: it stays until they change it."""

    @property
    def id(self) -> str:
        """`p-` and eight digits: the same scope always has the same id."""
        return "p-" + hashlib.sha256(f"{self.scope}:{self.value}".encode()).hexdigest()[:8]

    @property
    def strong(self) -> bool:
        """True when the person said it often enough, not only left it so."""
        return self.pinned or self.said >= ENOUGH

    @property
    def confidence(self) -> float:
        """Laplace's rule of succession, for what was observed so far."""
        return 1.0 if self.pinned else round((self.count + 1) / (self.count + self.against + 2), 3)

    def told(self) -> str:
        """In words, for the evidence of a verdict."""
        if self.pinned:
            return f"{self.scope} {self.value} is {self.label}, as you set it"
        return (
            f"{self.scope} {self.value} was {self.label} {self.count} times ({self.said} of them said by you)"
        )


def places(sender: str, list_id: str) -> Iterator[tuple[Scope, str]]:
    """The scopes of a mail. A public mail provider is nobody's domain."""
    if sender:
        yield Scope.SENDER, sender
    if list_id:
        yield Scope.LIST, list_id
    domain = sender.rpartition("@")[2]
    if domain and not providers.is_public(domain):
        yield Scope.DOMAIN, domain


def trusted(message: Message) -> bool:
    """False when Gmail looked at the origin and nothing vouches for the domain in From."""
    found = authentication.parse(message.authentication_results, message.author.domain)
    return found.aligned or not (found.spf or found.dkim or found.dmarc)


def sighting(message: Message, verdict: Verdict) -> Sighting | None:
    """What is kept of a decided mail; nothing of what a rule decided, or of mail that may be forged."""
    if verdict.by is DecidedBy.RULE or not trusted(message) or not message.author.address:
        return None
    return Sighting(message.id, message.thread_id, message.author.key, list_key(message), verdict.label)


def list_key(message: Message) -> str:
    """The identifier of List-Id (RFC 2919) without the list's name."""
    inside = message.list_id.rpartition("<")[2].partition(">")[0]
    return inside.strip().lower()[:200]


def derive(observations: Iterable[Observation], wishes: Iterable[Wish] = ()) -> tuple[Pattern, ...]:
    """The patterns that stand, out of all evidence in the order in which it came."""
    said = {(wish.scope, wish.value): wish for wish in wishes}
    courses: dict[tuple[Scope, str], _Course] = defaultdict(_Course)
    for one in observations:
        for scope, value in places(one.sender, one.list_id):
            wish = said.get((scope.value, value))
            if wish is None or one.at > wish.at:
                courses[scope, value].take(one)
    found = [
        pattern for (scope, value), course in courses.items() for pattern in course.pattern(scope, value)
    ]
    pinned = {
        (wish.scope, wish.value): Pattern(
            Scope(wish.scope), wish.value, wish.label, 0, 0, 0, wish.at, wish.at, pinned=True
        )
        for wish in said.values()
        if wish.label
    }
    learned = [one for one in found if (one.scope.value, one.value) not in pinned]
    return tuple(sorted([*pinned.values(), *learned], key=lambda one: (-one.last, one.id)))


class _Course:
    """How the evidence about one scope went on."""

    def __init__(self) -> None:
        self._label = ""
        self._for: list[Observation] = []
        self._against: list[Observation] = []
        self._since = 0

    def take(self, one: Observation) -> None:
        if one.label and one.label == self._label:
            self._for.append(one)
            self._since += 1
            if self._against and self._since >= ENOUGH:
                self._against.pop()
                self._since = 0
            return
        self._against.append(one)
        self._since = 0
        if len(self._for) < ENOUGH or len(self._against) >= AGAINST:
            self._label = one.label
            self._for = [each for each in self._against if each.label and each.label == one.label]
            self._against = []

    def pattern(self, scope: Scope, value: str) -> Iterator[Pattern]:
        """The pattern, if there is one. A domain is more than one sender."""
        if len(self._for) < ENOUGH or (scope is Scope.DOMAIN and len({one.sender for one in self._for}) < 2):
            return
        counts: dict[str, int] = defaultdict(int)
        for one in self._for:
            counts[one.source.value] += 1
        yield Pattern(
            scope,
            value,
            self._label,
            len(self._for),
            sum(one.source in SAID for one in self._for),
            len(self._against),
            self._for[0].at,
            self._for[-1].at,
            tuple(sorted(counts.items())),
        )


class Patterns:
    """The patterns of one account, as the decision asks for them."""

    def __init__(self, found: Sequence[Pattern]) -> None:
        self._by_place = {(one.scope, one.value): one for one in found}

    def verdict(
        self, message: Message, seen: Signals, opinion: Verdict, labels: Sequence[LabelSpec]
    ) -> Verdict | None:
        """What the narrowest pattern says, or None; summary, dates and tasks are those of the offline reader's `opinion`."""
        if not trusted(message):
            return None
        specs = {spec.id: spec for spec in labels}
        for place in places(message.author.key, list_key(message)):
            pattern = self._by_place.get(place)
            spec = specs.get(pattern.label) if pattern else None
            if pattern and spec:
                return _applied(pattern, spec, seen, opinion)
        return None


def _applied(pattern: Pattern, spec: LabelSpec, seen: Signals, opinion: Verdict) -> Verdict | None:
    if spec.archetype is Archetype.COLD and seen.known:
        return None  # the person wrote to them since
    if seen.spoofed or (seen.vetoes and not pattern.strong):
        return None
    return replace(
        opinion,
        label=spec.id,
        priority=_priority(spec, opinion.priority),
        needs_reply=opinion.needs_reply and spec.archetype not in _LOW,
        confidence=pattern.confidence,
        reason=f"as before: {pattern.told()}",
        by=DecidedBy.PATTERN,
        needs_human=False,
        evidence=("rules: none applies", f"pattern {pattern.id}: {pattern.told()}"),
    )


def _priority(spec: LabelSpec, otherwise: Priority) -> Priority:
    """A pattern's label says how pressing its mail is; the offline reader's opinion is of another label."""
    if spec.urgent:
        return Priority.URGENT
    if spec.archetype in _LOW:
        return Priority.LOW
    return Priority.NORMAL if otherwise is Priority.URGENT else otherwise


def patterns_of(learned: Learned | None) -> Patterns | None:
    """The patterns that stand now; None when nothing is learned."""
    return Patterns(derive(learned.observations(), learned.wishes())) if learned else None
