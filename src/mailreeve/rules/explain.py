"""Why a rule fires for a mail, or does not: condition by condition."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from mailreeve.rules.facts import Facts
from mailreeve.rules.match import Judged, judged
from mailreeve.rules.model import Rule
from mailreeve.rules.walk import walk


@dataclass(frozen=True, slots=True)
class Explained:
    """One rule and one mail."""

    rule: Rule
    state: str
    """fires, no, not judged (nothing read it), stopped (a rule above said stop), or disabled."""
    conditions: tuple[Judged, ...]


def explain(rules: Sequence[Rule], facts: Facts) -> Iterator[Explained]:
    """Every rule, in the order of the file."""
    outcome = walk(rules, facts)
    stopped = False
    for rule in rules:
        if not rule.enabled:
            state = "disabled"
        elif stopped:
            state = "stopped"
        elif rule in outcome.fired:
            state, stopped = "fires", rule.stop
        else:
            state = "not judged" if rule in outcome.unknown else "no"
        yield Explained(rule, state, tuple(judged(rule.match, facts)))
