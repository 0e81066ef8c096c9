"""Weighs the signals of a mail for each archetype, and says how sure that is and why.

Every rule adds points to archetypes, set by hand from what the signal means; the trained model (`trained`) corrects
them and adds points for words. A softmax over the sums gives shares; the share of the winner is the confidence.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

from mailreeve.models import Archetype
from mailreeve.reading.offline import trained
from mailreeve.reading.offline.signals import Signals

_A = Archetype
_MAN = (_A.TO_REPLY, _A.PERSONAL, _A.URGENT)
CEILING = 0.99
"""Words alone never make more than this."""
_TELLING = 0.3
"""Points from which on a word is named as a reason."""

Points = dict[Archetype, float]


@dataclass(frozen=True, slots=True)
class Rule:
    """One piece of evidence: how strongly it is there (0 is not at all), and what it speaks for."""

    why: str
    strength: Callable[[Signals], float]
    points: Points


@dataclass(frozen=True, slots=True)
class Score:
    """What the evidence adds up to."""

    shares: Points
    """Sums to 1 over all archetypes."""
    reasons: dict[Archetype, tuple[str, ...]]
    """What spoke for each archetype, strongest first."""

    @property
    def best(self) -> Archetype:
        """The archetype with the largest share."""
        return max(self.shares, key=lambda kind: self.shares[kind])

    def confidence(self, share: float) -> float:
        """How often a choice with this share should be right."""
        return round(min(CEILING, share), 3)


def _man(*points: float) -> Points:
    return dict(zip(_MAN, points, strict=True))


def _words(topic: str, most: int) -> Callable[[Signals], float]:
    """How many different words of a topic, up to `most`; one more when the subject has them."""
    return lambda s: min(s.count(topic), most) + (1.0 if topic in s.in_subject else 0.0)


def _if(test: Callable[[Signals], object]) -> Callable[[Signals], float]:
    return lambda s: 1.0 if test(s) else 0.0


def _when(
    test: Callable[[Signals], object], strength: Callable[[Signals], float]
) -> Callable[[Signals], float]:
    return lambda s: strength(s) if test(s) else 0.0


def _machine(s: Signals) -> bool:
    return not s.human or s.sent_by_service


def _perhaps_forwarded(s: Signals) -> bool:
    """A question to one address, without links: the address may be another one of the owner's."""
    return s.people == 1 and s.human and not s.links and bool(s.questions)


def _stranger(s: Signals) -> bool:
    return not (s.known or s.colleague or s.outgoing)


def _pitch(s: Signals) -> bool:
    return _stranger(s) and (s.has("promotion", "cold", "spam") or s.odd_sender)


def _to_owner(s: Signals) -> bool:
    return s.human and (s.to_me or s.named)


def _private(s: Signals) -> bool:
    return (
        s.human
        and not (s.colleague or s.sent_by_service or s.odd_sender or s.presses)
        and (s.count("personal") >= 2 or (s.free_mail and s.has("personal", "scheduling")))
    )


RULES: tuple[Rule, ...] = (
    # headers and Gmail's own view
    Rule("an invitation is attached", _if(lambda s: s.invite), {_A.CALENDAR: 5.5}),
    Rule("automatic reply", _if(lambda s: s.auto_reply), {_A.FYI: 5.0, _A.NOTIFICATION: 3.2, **_man(-4, -4, -4)}),
    Rule("sent to a list", _if(lambda s: s.list_mail and not s.discussion),
         {_A.NEWSLETTER: 2.2, _A.PROMOTION: 1.4, _A.NOTIFICATION: 0.4, _A.COLD: -0.5, **_man(-2.5, -3, -2.5)}),
    Rule("a discussion list", _if(lambda s: s.discussion), {_A.NEWSLETTER: 4.0, _A.FYI: 1.5, _A.COLD: -1.5, _A.SUSPICIOUS: -1.5, _A.PROMOTION: -1.0, **_man(-1.5, -2, -2)}),
    Rule("named recipients, and you are none of them", _if(lambda s: s.bypassed and not (s.discussion or s.colleague or _perhaps_forwarded(s))),
         {_A.NEWSLETTER: 1.5, _A.PROMOTION: 0.8, _A.SUSPICIOUS: 0.8, **_man(-2.0, -1.0, -1.0)}),
    Rule("sent by a program", _if(lambda s: s.automated),
         {_A.NOTIFICATION: 2.7, _A.RECEIPT: 1.0, _A.CALENDAR: 0.4, _A.NEWSLETTER: -0.8, _A.COLD: -2, _A.FYI: -0.4, **_man(-2.5, -3, -0.8)}),
    Rule("a mass-mailing sender", _if(lambda s: s.sent_by_service and not s.automated),
         {_A.NEWSLETTER: 0.8, _A.PROMOTION: 0.8, _A.NOTIFICATION: 0.4, **_man(-1, -1.5, -0.8)}),
    Rule("in Gmail's promotions", _if(lambda s: s.category == "promotions"), {_A.PROMOTION: 2.0, _A.NEWSLETTER: 1.2}),
    Rule("in Gmail's social", _if(lambda s: s.category == "social"), {_A.NOTIFICATION: 2.2}),
    Rule("in Gmail's updates", _if(lambda s: s.category == "updates"), {_A.NOTIFICATION: 1.0, _A.RECEIPT: 1.0, _A.CALENDAR: 0.4}),
    Rule("in Gmail's forums", _if(lambda s: s.category == "forums"), {_A.FYI: 1.2, _A.NEWSLETTER: 1.2}),
    Rule("written by the owner", _if(lambda s: s.outgoing), {_A.WAITING: 3.5, _A.FYI: 2.0, **_man(-3, 0, -3)}),
    # who
    Rule("from a private address", _if(lambda s: s.free_mail and s.human), {_A.PERSONAL: 1.3}),
    Rule("from a colleague", _if(lambda s: s.colleague and s.human),
         {_A.FYI: 0.5, _A.PERSONAL: -0.8, _A.COLD: -4, _A.PROMOTION: -2.5, _A.SUSPICIOUS: -0.8}),
    Rule("from somebody known", _if(lambda s: s.known and s.human),
         {_A.PERSONAL: 0.3, _A.FYI: 0.3, _A.COLD: -4, _A.PROMOTION: -2, _A.SUSPICIOUS: -1.5}),
    Rule("somebody known asks", _if(lambda s: s.known and s.asks), {_A.TO_REPLY: 0.8}),
    Rule("written by a person", _if(lambda s: s.human and not s.sent_by_service), {_A.FYI: 0.9, _A.TO_REPLY: 0.9, _A.PERSONAL: 0.3}),
    Rule("many links, by a stranger", _if(lambda s: s.links > 3 and _stranger(s) and not (s.reply or s.list_mail)),
         {_A.PROMOTION: 1.2, _A.NEWSLETTER: 0.5, _A.SUSPICIOUS: 0.3, **_man(-1.2, -1.0, -1.0)}),
    Rule("part of a conversation", _if(lambda s: s.reply and s.human), {_A.TO_REPLY: 0.6, _A.COLD: -1.2, _A.FYI: 0.3}),
    Rule("copied to you, not written to you", _if(lambda s: not s.to_me and not s.list_mail and (s.colleague or not s.bypassed)), {_A.FYI: 1.2, **_man(-0.9, 0, -0.5)}),
    # what it asks
    Rule("calls you by name on a list", _if(lambda s: s.discussion and s.named), {_A.TO_REPLY: 5.0}),
    Rule("asks a question", _when(_to_owner, lambda s: min(len(s.questions), 2)), {_A.TO_REPLY: 1.1, _A.FYI: -0.5}),
    Rule("asks for something", _when(_to_owner, lambda s: min(len(s.requests), 2)), {_A.TO_REPLY: 1.0, _A.FYI: -0.5, _A.URGENT: 0.2}),
    Rule("looks for a date", _when(lambda s: s.human, lambda s: min(s.count("scheduling"), 2)), {_A.TO_REPLY: 0.8, _A.CALENDAR: 0.3}),
    Rule("urgent words", _when(lambda s: not _pitch(s) and not s.list_mail, _words("urgent", 3)), {_A.URGENT: 1.1}),
    Rule("due within hours", _when(lambda s: not _pitch(s) and not s.list_mail, _words("soon", 2)), {_A.URGENT: 1.2}),
    Rule("asks for it within hours", _if(lambda s: s.asks and s.has("soon") and not _pitch(s) and (s.has("urgent") or not s.has("personal"))), {_A.URGENT: 1.8}),
    Rule("what it asks for is urgent", _if(lambda s: s.presses and s.asks and not _pitch(s) and not s.list_mail), {_A.URGENT: 0.7}),
    Rule("names a deadline", _when(lambda s: not _machine(s), lambda s: min(s.count("deadline"), 2)), {_A.URGENT: 0.4, _A.TO_REPLY: 0.4}),
    Rule("for information", lambda s: _words("fyi", 3)(s) * (0.5 if s.requests else 1.0),
         {_A.FYI: 1.3, _A.NOTIFICATION: 0.2, **_man(-0.7, -0.2, -0.6)}),
    Rule("a short thanks", _if(lambda s: s.has("thanks") and s.length < 400 and not s.asks), {_A.FYI: 1.4, _A.PERSONAL: 0.3, _A.TO_REPLY: -1}),
    Rule("answers later", _when(lambda s: not (s.list_mail or s.asks), _words("waiting", 2)), {_A.WAITING: 2.1}),
    # what it is about
    Rule("private matters", _when(lambda s: s.human, _words("personal", 4)), {_A.PERSONAL: 0.75}),
    Rule("private matters and no work", _if(_private), {_A.PERSONAL: 1.2, _A.TO_REPLY: -0.7, _A.URGENT: -0.9}),
    Rule("marked as advertisement", _if(lambda s: s.has("advert")), {_A.PROMOTION: 3.0, _A.SUSPICIOUS: 0.5, **_man(-2, -1, -1)}),
    Rule("sales words", _words("promotion", 4), {_A.PROMOTION: 0.9, _A.COLD: 0.1}),
    Rule("newsletter words", _when(_machine, _words("newsletter", 3)), {_A.NEWSLETTER: 0.9}),
    Rule("the footer of a mass mailing", _if(lambda s: s.has("footer") and not s.list_mail and not s.discussion),
         {_A.PROMOTION: 1.0, _A.NEWSLETTER: 0.7, **_man(-1.2, -1.2, -0.8)}),
    Rule("receipt words", _words("receipt", 4), {_A.RECEIPT: 0.9}),
    Rule("a receipt by a program", _if(lambda s: _machine(s) and not s.odd_sender and s.has("receipt") and s.has("money")), {_A.RECEIPT: 1.5}),
    Rule("a program that sells nothing here", _if(lambda s: s.automated and not s.has("receipt")), {_A.RECEIPT: -1.2, _A.NOTIFICATION: 0.3}),
    Rule("notification words", _words("notification", 4), {_A.NOTIFICATION: 0.7}),
    Rule("about account security", _when(_machine, _words("security", 2)), {_A.NOTIFICATION: 1.0, _A.PROMOTION: -1.0}),
    Rule("appointment words", _words("calendar", 3), {_A.CALENDAR: 1.4}),
    Rule("a pitch by a stranger", _when(_stranger, _words("cold", 4)), {_A.COLD: 0.9}),
    Rule("one sales phrase after the other", _when(lambda s: _stranger(s) and not s.reply, lambda s: min(max(s.count("cold") - 1, 0), 3)),
         {_A.COLD: 0.8, **_man(-0.8, -0.5, -0.5)}),
    Rule("offers of a stranger", _if(lambda s: _pitch(s) and s.human and s.count("promotion") > 0), {_A.COLD: 0.8, _A.PROMOTION: 0.8, **_man(-1.0, -0.5, -0.5)}),
    # what smells
    Rule("words of mass spam", _words("spam", 4), {_A.SUSPICIOUS: 1.0, _A.PROMOTION: 0.7}),
    Rule("words of phishing", _when(_stranger, _words("phishing", 3)), {_A.SUSPICIOUS: 1.3}),
    Rule("instructions to an assistant", _words("injection", 2), {_A.SUSPICIOUS: 2.5}),
    Rule("words hidden from filters", lambda s: min(max(s.noise - 2, 0), 5), {_A.SUSPICIOUS: 0.6, _A.PROMOTION: 0.2}),
    Rule("an odd sender", _if(lambda s: s.odd_sender), {_A.SUSPICIOUS: 2.0, _A.PROMOTION: 0.5, **_man(-1, -1, -1)}),
    Rule("the sender is not what it seems", lambda s: min(len(s.spoofed), 2), {_A.SUSPICIOUS: 2.0}),
)  # fmt: skip


def weigh(signals: Signals) -> Score:
    """Add up the rules and the words."""
    model = trained.load()
    sums = list(model.bias)
    spoke: dict[Archetype, list[tuple[float, str]]] = {kind: [] for kind in Archetype}
    for rule, weights in _rules():
        strength = rule.strength(signals)
        if strength:
            sums = [points + strength * weight for points, weight in zip(sums, weights, strict=True)]
            for kind in rule.points:
                points = strength * weights[_PLACES[kind]]
                if points > 0:
                    spoke[kind].append((points, rule.why))
    scale = trained.scale(len(signals.grams))
    columns = zip(*(model.grams[gram] for gram in signals.grams), strict=True)
    words = [scale * sum(column) for column in columns] or [0.0] * len(sums)
    sums = [points + more for points, more in zip(sums, words, strict=True)]
    top = max(sums)
    powers = [math.exp((points - top) / model.temperature) for points in sums]
    total = sum(powers)
    best = trained.KINDS[sums.index(top)]
    if telling := _telling(signals.grams, best):
        spoke[best].append((words[_PLACES[best]], f"words such as {telling}"))
    return Score(
        shares={kind: power / total for kind, power in zip(trained.KINDS, powers, strict=True)},
        reasons={kind: tuple(why for _, why in sorted(each, reverse=True)) for kind, each in spoke.items()},
    )


_PLACES = {kind: place for place, kind in enumerate(trained.KINDS)}


@cache
def _rules() -> tuple[tuple[Rule, trained.Weights], ...]:
    """Every rule with its points by hand and by training together."""
    learnt, none = trained.load().rules, (0.0,) * len(trained.KINDS)
    return tuple(
        (
            rule,
            tuple(
                rule.points.get(kind, 0.0) + more
                for kind, more in zip(trained.KINDS, learnt.get(rule.why, none), strict=True)
            ),
        )
        for rule in RULES
    )


def _telling(grams: Sequence[str], kind: Archetype) -> str:
    """The two words that speak most for a kind, in quotes."""
    known, place = trained.load().grams, _PLACES[kind]
    found = sorted(
        ((known[gram][place], gram) for gram in grams if gram[0].isalpha() and gram[1:2] != ":"), reverse=True
    )
    return ", ".join(f"“{gram}”" for points, gram in found[:2] if points >= _TELLING)
