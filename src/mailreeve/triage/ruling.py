"""The user's rules in the triage: before a mail is read, and once more with what the reader found."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from mailreeve.models import DecidedBy, Message, Verdict
from mailreeve.rules import extract
from mailreeve.rules.extract import Value
from mailreeve.rules.facts import Facts, Surroundings
from mailreeve.rules.model import OUTSIDE, Rule
from mailreeve.rules.walk import Outcome, acts_in_words, reasons, walk


@dataclass(frozen=True)
class Ruling:
    """The rules of one account; safe to use from several threads."""

    rules: tuple[Rule, ...]
    around: Surroundings

    @cached_property
    def questions(self) -> tuple[tuple[str, str], ...]:
        """What the model is asked beside the label: ids and sentences."""
        return tuple(one for rule in self.rules if rule.enabled for one in rule.questions)

    @cached_property
    def fields(self) -> tuple[tuple[str, str], ...]:
        """What the model is asked to find beside the label: ids and what to look for."""
        return tuple(one for rule in self.rules if rule.enabled for one in rule.fields)

    @cached_property
    def leads_outside(self) -> bool:
        """True when a rule names a destination."""
        return any(one.kind in OUTSIDE for rule in self.rules if rule.enabled for one in rule.actions)

    def judge(
        self,
        message: Message,
        read: Callable[[Sequence[str]], Verdict],
        opinion: Callable[[], Verdict],
    ) -> Verdict:
        """The verdict with what the rules say of it.

        A rule that sets the label decides: `opinion`, the offline reader's, gives the rest and no model is
        asked. Else `read` gets why a model has to be asked: rules that only it can judge.
        """
        facts = Facts(message, self.around)
        before = walk(self.rules, facts)
        if before.sets.label is not None:
            found = replace(opinion(), evidence=("rules decide the label: no model is asked",), met=None)
            found = _with_label(found, before)
        else:
            asked = [f"rule {rule.id} has to be judged" for rule in before.unknown if rule.questions]
            asked += [
                f"rule {rule.id} wants {name}" for rule in before.fired for name in _missing(rule, facts)
            ]
            found = read(asked)
        return _ruled(found, self.rules, facts.read(found))


def _missing(rule: Rule, facts: Facts) -> list[str]:
    """Its fields that only a model may find."""
    return [one.name for one in rule.extract if extract.value(one, facts) is None]


def _extracted(rules: Sequence[Rule], facts: Facts, found: Verdict) -> Iterator[tuple[str, Value]]:
    told = dict(found.extracted)
    for rule in rules:
        for field in rule.extract:
            name = f"{rule.id}.{field.name}"
            value = extract.value(field, facts, str(told.get(name, "")))
            if value is not None:
                yield name, value


def _ruled(found: Verdict, rules: Sequence[Rule], facts: Facts) -> Verdict:
    outcome = walk(rules, facts)
    told = [
        f"rule {rule.name}: {'; '.join(reasons(rule, facts))} -> {', '.join(acts_in_words(rule))}"
        for rule in outcome.fired
    ]
    told += [f"rule {rule.name}: not judged, so it does not fire" for rule in outcome.unknown]
    if outcome.sets.label is not None and (outcome.sets.label != found.label or found.needs_human):
        found = _with_label(found, outcome)
    sets = outcome.sets
    return replace(
        found,
        priority=sets.priority or found.priority,
        needs_reply=found.needs_reply if sets.needs_reply is None else sets.needs_reply,
        evidence=(*found.evidence, *told),
        does=outcome.acts,
        extracted=tuple(_extracted(outcome.fired, facts, found)),
    )


def _with_label(found: Verdict, outcome: Outcome) -> Verdict:
    rule = next(one for one in outcome.fired if one.sets.label is not None)
    return replace(
        found,
        label=outcome.sets.label or "",
        by=DecidedBy.RULE,
        confidence=1.0,
        needs_human=False,
        reason=f"your rule {rule.id}",
    )
