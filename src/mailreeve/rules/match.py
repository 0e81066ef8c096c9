"""Whether a mail meets a rule: true, false, or not known, which never fires."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from mailreeve.models import Attachment
from mailreeve.rules import wording
from mailreeve.rules.facts import Facts
from mailreeve.rules.model import Condition, Group


@dataclass(frozen=True, slots=True)
class Judged:
    """What became of one condition."""

    told: str
    holds: bool | None
    """None: not known (not read, or no model judged it)."""


def holds(node: Condition | Group, facts: Facts) -> bool | None:
    """Three values: what is unknown stays unknown through `not`, and gives way to what decides."""
    if isinstance(node, Condition):
        return _TESTS[node.kind](node.value, facts)
    seen = _lazily(node, facts)
    if node.kind == "not":
        every = _every(seen)
        return None if every is None else not every
    return _every(seen) if node.kind == "all" else _some(seen)


def judged(node: Condition | Group, facts: Facts, depth: int = 0) -> Iterator[Judged]:
    """Every condition with its outcome, for a person to read."""
    if isinstance(node, Condition):
        yield Judged(f"{'  ' * depth}{node.told}", holds(node, facts))
        return
    if depth or node.kind != "all":
        yield Judged(f"{'  ' * depth}{node.kind} of", holds(node, facts))
    for member in node.members:
        yield from judged(member, facts, depth + (depth > 0 or node.kind != "all"))


def _lazily(node: Group, facts: Facts) -> Iterator[bool | None]:
    for member in node.members:
        yield holds(member, facts)


def _every(seen: Iterator[bool | None]) -> bool | None:
    unknown = False
    for one in seen:
        if one is False:
            return False
        unknown = unknown or one is None
    return None if unknown else True


def _some(seen: Iterator[bool | None]) -> bool | None:
    unknown = False
    for one in seen:
        if one:
            return True
        unknown = unknown or one is None
    return None if unknown else False


def _from(patterns: tuple[str, ...], facts: Facts) -> bool:
    """Every author has to fit: a second From address could be anybody's."""
    return bool(facts.authors) and all(_any_address(patterns, one) for one in facts.authors)


def _any_address(patterns: tuple[str, ...], address: str) -> bool:
    return any(wording.address_fits(pattern, address) for pattern in patterns)


def _addressed(*fields: str) -> Callable[[tuple[str, ...], Facts], bool]:
    def test(patterns: tuple[str, ...], facts: Facts) -> bool:
        found = [one.address for name in fields for one in getattr(facts.message, name)]
        return any(_any_address(patterns, one) for one in found)

    return test


def _worded(text: str, wanted: Mapping[str, tuple[str, ...]]) -> bool:
    """Every way of looking has to find one of its values."""
    ways: Mapping[str, Callable[[str], bool]] = {
        "contains": lambda one: one in text,
        "words": lambda one: wording.holds_words(text, one),
        "starts_with": text.startswith,
        "is": lambda one: one == text,
        "glob": lambda one: wording.glob(one, text),
    }
    return all(any(map(ways[way], values)) for way, values in wanted.items())


def _attachments(wanted: bool | Mapping[str, Any], facts: Facts) -> bool:
    found = [one for one in facts.message.attachments if not one.inline]
    if isinstance(wanted, bool):
        return bool(found) is wanted
    return any(_attached(wanted, one) for one in found)


def _attached(wanted: Mapping[str, Any], one: Attachment) -> bool:
    name, kind = wording.folded(one.name), one.type.lower()
    return (
        any(wording.glob(pattern, name) for pattern in wanted.get("name", ("*",)))
        and any(wording.glob(pattern, kind) for pattern in wanted.get("type", ("*",)))
        and wanted.get("larger_than", -1) < one.size < wanted.get("smaller_than", 1 << 62)
    )


def _size(wanted: Mapping[str, int], facts: Facts) -> bool:
    return wanted.get("larger_than", -1) < facts.message.size < wanted.get("smaller_than", 1 << 62)


def _sender(wanted: Mapping[str, Any], facts: Facts) -> bool:
    found = facts.sender
    shown = {
        "dmarc": found.dmarc or "none",
        "aligned": found.aligned,
        "first_contact": found.first_contact,
        "lookalike": bool(found.lookalike_of),
        "reply_to_differs": found.reply_to_differs,
    }
    return all(
        shown[key] in value if key == "dmarc" else shown[key] is value for key, value in wanted.items()
    )


def _time(wanted: Mapping[str, Any], facts: Facts) -> bool | None:
    at = facts.arrived
    if at is None:
        return None
    age = facts.around.now - at
    if "older_than" in wanted and age <= wanted["older_than"]:
        return False
    if "newer_than" in wanted and age >= wanted["newer_than"]:
        return False
    if "weekday" in wanted and at.weekday() not in wanted["weekday"]:
        return False
    return "hours" not in wanted or _within(at.hour * 60 + at.minute, *wanted["hours"])


def _within(minute: int, start: int, end: int) -> bool:
    """Hours may go over midnight; the end is not inside."""
    return start <= minute < end if start < end else minute >= start or minute < end


def _verdict(wanted: Mapping[str, Any], facts: Facts) -> bool | None:
    reading = facts.reading
    if reading is None or reading.needs_human:
        return None
    return (
        reading.label in wanted.get("label", (reading.label,))
        and reading.priority in wanted.get("priority", (reading.priority,))
        and reading.needs_reply is wanted.get("needs_reply", reading.needs_reply)
        and reading.confidence >= wanted.get("min_confidence", 0)
    )


def _when(wanted: tuple[str, str], facts: Facts) -> bool | None:
    met = facts.reading.met if facts.reading else None
    return None if met is None else wanted[0] in met


_TESTS: Mapping[str, Callable[[Any, Facts], bool | None]] = {
    "from": _from,
    "to": _addressed("to"),
    "cc": _addressed("cc"),
    "recipients": _addressed("to", "cc", "bcc"),
    "list": lambda value, facts: any(wording.list_fits(one, facts.message.list_id) for one in value),
    "subject": lambda value, facts: _worded(facts.subject, value),
    "text": lambda value, facts: _worded(facts.text, value),
    "attachments": _attachments,
    "labels": lambda value, facts: bool(facts.labels & value),
    "size": _size,
    "sender": _sender,
    "time": _time,
    "verdict": _verdict,
    "when": _when,
}

KINDS = tuple(_TESTS)
"""The conditions there are."""
