"""The rules one after the other over one mail: which fire, what they set, which wait for the reading."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from mailreeve.models import Action
from mailreeve.rules.facts import Facts
from mailreeve.rules.match import holds
from mailreeve.rules.model import Condition, Group, Rule, Setting


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the rules say of one mail."""

    fired: tuple[Rule, ...] = ()
    unknown: tuple[Rule, ...] = ()
    """Rules that nothing speaks against but what is not known (yet)."""
    sets: Setting = field(default_factory=Setting)
    """The first rule that says something of a field wins."""

    @property
    def acts(self) -> tuple[Action, ...]:
        """What is to be done, each with the rule that wants it, each once."""
        found: dict[tuple[str, str], Action] = {}
        for rule in self.fired:
            for one in rule.actions:
                found.setdefault((one.kind, one.value.casefold()), Action(one.kind, one.value, rule.name))
        return tuple(found.values())


def walk(rules: Sequence[Rule], facts: Facts) -> Outcome:
    """In the order of the file, until one says stop.

    Before the reading, a rule that may yet fire and would stop the others or set the label keeps those below it
    from firing: what they say is heard in the second round.
    """
    fired: list[Rule] = []
    unknown: list[Rule] = []
    sets = Setting()
    for rule in rules:
        found = holds(rule.match, facts) if rule.enabled else False
        if found is None:
            unknown.append(rule)
            if facts.reading is None and (rule.stop or rule.sets.label is not None):
                unknown += [one for one in rules[rules.index(rule) + 1 :] if _may(one, facts)]
                break
        elif found:
            fired.append(rule)
            sets = sets.filled(rule.sets)
            if rule.stop:
                break
    return Outcome(tuple(fired), tuple(unknown), sets)


def _may(rule: Rule, facts: Facts) -> bool:
    return rule.enabled and holds(rule.match, facts) is not False


def reasons(rule: Rule, facts: Facts) -> tuple[str, ...]:
    """The conditions of a rule that hold, in the person's own words."""
    return tuple(_told(one) for one in rule.match.members if holds(one, facts))


def _told(node: Condition | Group) -> str:
    if isinstance(node, Condition):
        return node.told
    return f"{node.kind} ({'; '.join(_told(one) for one in node.members)})"


def acts_in_words(rule: Rule) -> tuple[str, ...]:
    """What a rule does: `label Receipts`, `archive`, `set label receipt`."""
    sets = rule.sets
    told = [f"{one.kind} {one.value}".strip() for one in rule.actions]
    told += [f"set label {sets.label}"] if sets.label is not None else []
    told += [f"set priority {sets.priority.value}"] if sets.priority is not None else []
    told += [f"set needs_reply {str(sets.needs_reply).lower()}"] if sets.needs_reply is not None else []
    return (*told, "stop") if rule.stop else tuple(told)
