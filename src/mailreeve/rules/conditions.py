"""The `match` of a rule, read strictly: each kind of condition takes exactly the shapes named here."""

import json
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import timedelta
from typing import Any

from mailreeve.mail import addresses
from mailreeve.models import Priority
from mailreeve.rules.model import Condition, Group
from mailreeve.rules.wording import PATTERN_LIMIT, folded

DEPTH = 4
"""How deep all, any and not may nest."""
MOST = 100
"""Conditions of one rule, and values of one condition."""

_GROUPS = ("all", "any", "not")
_WAYS = ("contains", "words", "starts_with", "is", "glob")
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_RESULTS = ("pass", "fail", "none", "bestguesspass", "temperror", "permerror")
_SIZE = re.compile(r"(\d{1,9})\s*(B|KB|MB)", re.IGNORECASE)
_UNITS = {"B": 1, "KB": 1_000, "MB": 1_000_000}
_AGE = re.compile(r"(\d{1,5})\s*([hdw])")
_HOURS = {"h": 1, "d": 24, "w": 168}
_CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)")
_HOST = re.compile(r"(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")


class Wrong(ValueError):
    """What is wrong with a rule, and what to write instead."""

    def __init__(self, what: str, advice: str) -> None:
        super().__init__(what)
        self.advice = advice


def read(table: Any, rule: str, labels: Collection[str]) -> Group:
    """The conditions of a rule, all of which have to hold. Raises Wrong."""
    group = _Reading(rule, labels).group("all", table, 1)
    if not group.conditions():
        raise Wrong("`match` is empty", "Name a condition: a rule never fits all mail.")
    return group


class _Reading:
    """Reads one rule; counts what it reads, and gives sentences for the reader their ids."""

    def __init__(self, rule: str, labels: Collection[str]) -> None:
        self._rule = rule
        self._labels = labels
        self._count = 0
        self._asked = 0

    def group(self, kind: str, table: Any, depth: int) -> Group:
        if depth > DEPTH:
            raise Wrong(f"conditions nest deeper than {DEPTH}", "Make two rules of it.")
        demand(table, dict, "match" if depth == 1 else kind, 'a table such as { from = "ana@example.org" }')
        return Group(kind, tuple(self._member(key, value, depth) for key, value in table.items()))

    def _member(self, key: str, value: Any, depth: int) -> Condition | Group:
        self._count += 1
        if self._count > MOST:
            raise Wrong(f"it has more than {MOST} conditions", "Make several rules of it.")
        if key == "not":
            return self._filled(self.group("not", value, depth + 1))
        if key in _GROUPS:
            demand(value, list, key, f'a list of tables: {key} = [{{ from = "…" }}, {{ subject = "…" }}]')
            return self._filled(Group(key, tuple(self.group("all", one, depth + 1) for one in value)))
        told = f"{key} = {_told(value)}"[:200]
        if key == "when":
            self._asked += 1
            name = self._rule if self._asked == 1 else f"{self._rule}.{self._asked}"
            return Condition(key, (name, phrase(value, key)), told)
        if key == "verdict":
            return Condition(key, _verdict(value, self._labels), told)
        if key not in _SHAPES:
            raise Wrong(f"match.{key[:40]} is no condition", f"There are {', '.join(KINDS)}.")
        return Condition(key, _SHAPES[key](value), told)

    def _filled(self, group: Group) -> Group:
        if not group.members or not all(one.members for one in group.members if isinstance(one, Group)):
            raise Wrong(f"`{group.kind}` holds an empty table", "Name a condition in it, or leave it out.")
        return group


def _told(value: Any) -> str:
    """A value as TOML writes it."""
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{key} = {_told(one)}" for key, one in value.items()) + " }"
    if isinstance(value, list):
        return f"[{', '.join(map(_told, value))}]"
    return json.dumps(value, ensure_ascii=False, default=str)


# --- shapes


def demand(value: Any, kind: type, name: str, shape: str) -> None:
    """Raise Wrong unless the value is of this kind."""
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise Wrong(f"{name} is not {shape}", f"Write {name} as {shape}.")


def only(table: Mapping[str, Any], known: Sequence[str], name: str) -> None:
    """Raise Wrong for a key that is not known."""
    wrong = [key for key in table if key not in known]
    if wrong:
        raise Wrong(f"{name} has no key {wrong[0][:40]!r}", f"There are {', '.join(known)}.")


def one_of(value: Any, known: Collection[str], name: str) -> None:
    """Raise Wrong for a value outside of a closed set."""
    if not isinstance(value, str) or value not in known:
        raise Wrong(f"{name}: {str(value)[:60]!r} does not exist", f"There are {', '.join(known)}.")


def phrase(value: Any, name: str) -> str:
    """One line of text."""
    demand(value, str, name, "text")
    line = " ".join(value.split())
    if not 2 <= len(line) <= PATTERN_LIMIT or not line.isprintable():
        raise Wrong(f"{name} is no line of 2 to {PATTERN_LIMIT} characters", "Write one short line.")
    return line


def several(value: Any, name: str) -> tuple[str, ...]:
    """One text or a list of them, any of which will do."""
    values = value if isinstance(value, list) else [value]
    if not values or len(values) > MOST:
        raise Wrong(f"{name} is empty or longer than {MOST}", "Name at least one value.")
    for one in values:
        demand(one, str, name, "text, or a list of texts")
        if not one.strip() or len(one) > PATTERN_LIMIT:
            raise Wrong(f"{name}: a value is empty or longer than {PATTERN_LIMIT} characters", "Correct it.")
    return tuple(values)


def _addresses(value: Any) -> tuple[str, ...]:
    return tuple(_address(one) for one in several(value, "an address condition"))


def _address(text: str) -> str:
    local, at, host = text.strip().rpartition("@")
    below = host.startswith(".") and not local
    name = addresses.key(f"x@{host[1:] if below else host}")[2:]
    if not at or not _HOST.fullmatch(name) or any(c.isspace() or c in '<>,;*"' for c in local):
        raise Wrong(
            f"{text[:60]!r} is no address",
            "Write ana@example.org, @example.org (that domain only) or @.example.org (and all below it).",
        )
    return f"{local.lower()}@{'.' if below else ''}{name}"


def _lists(value: Any) -> tuple[str, ...]:
    found = tuple(one.strip().strip("<>").lower() for one in several(value, "list"))
    if not all(_HOST.fullmatch(one.removeprefix(".")) for one in found):
        raise Wrong("list is no List-Id", "Write news.example.org, or .example.org for all below it.")
    return found


def _words(value: Any) -> dict[str, tuple[str, ...]]:
    table = value if isinstance(value, dict) else {"contains": value}
    only(table, _WAYS, "a text condition")
    found = {way: tuple(folded(one) for one in several(values, way)) for way, values in table.items()}
    if not found or not all(all(values) for values in found.values()):
        raise Wrong("a text condition is empty", 'Write { contains = "invoice" }.')
    return found


def _size(value: Any) -> dict[str, int]:
    demand(value, dict, "size", '{ larger_than = "5MB" }')
    only(value, ("larger_than", "smaller_than"), "size")
    return {key: _bytes(one) for key, one in _some(value, "size").items()}


def _bytes(value: Any) -> int:
    match = _SIZE.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None:
        raise Wrong(f"{str(value)[:40]!r} is no size", "Write it as 500KB or 5MB.")
    return int(match[1]) * _UNITS[match[2].upper()]


def _attachments(value: Any) -> Any:
    if isinstance(value, bool):
        return value
    demand(value, dict, "attachments", 'true, false, or { name = "*.pdf" }')
    only(value, ("name", "type", "larger_than", "smaller_than"), "attachments")
    return {
        key: _bytes(one) if key.endswith("than") else tuple(folded(text) for text in several(one, key))
        for key, one in _some(value, "attachments").items()
    }


def _labels(value: Any) -> frozenset[str]:
    return frozenset(one.strip().casefold() for one in several(value, "labels"))


def _sender(value: Any) -> dict[str, Any]:
    demand(value, dict, "sender", "{ aligned = true }")
    flags = ("aligned", "first_contact", "lookalike", "reply_to_differs")
    only(value, ("dmarc", *flags), "sender")
    for key in flags:
        demand(value.get(key, True), bool, f"sender.{key}", "true or false")
    found = dict(_some(value, "sender"))
    if "dmarc" in found:
        found["dmarc"] = several(found["dmarc"], "sender.dmarc")
        for one in found["dmarc"]:
            one_of(one, _RESULTS, "sender.dmarc")
    return found


def _time(value: Any) -> dict[str, Any]:
    demand(value, dict, "time", '{ weekday = ["sat", "sun"] }')
    only(value, ("older_than", "newer_than", "weekday", "hours"), "time")
    found: dict[str, Any] = {}
    for key, one in _some(value, "time").items():
        if key == "weekday":
            for day in several(one, "time.weekday"):
                one_of(day, _DAYS, "time.weekday")
            found[key] = frozenset(_DAYS.index(day) for day in several(one, key))
        else:
            found[key] = _clock(one) if key == "hours" else _age(one)
    return found


def _age(value: Any) -> timedelta:
    match = _AGE.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None:
        raise Wrong(f"{str(value)[:40]!r} is no age", "Write it as 12h, 30d or 2w.")
    return timedelta(hours=int(match[1]) * _HOURS[match[2]])


def _clock(value: Any) -> tuple[int, int]:
    match = _CLOCK.fullmatch(value) if isinstance(value, str) else None
    if match is None or match[0][:5] == match[0][6:]:
        raise Wrong(f"{str(value)[:40]!r} are no hours", "Write them as 22:00-06:00.")
    return int(match[1]) * 60 + int(match[2]), int(match[3]) * 60 + int(match[4])


def _verdict(value: Any, labels: Collection[str]) -> dict[str, Any]:
    demand(value, dict, "verdict", '{ label = "receipt" }')
    only(value, ("label", "priority", "needs_reply", "min_confidence"), "verdict")
    found: dict[str, Any] = dict(_some(value, "verdict"))
    for key, known in (("label", labels), ("priority", [one.value for one in Priority])):
        if key in found:
            found[key] = several(found[key], f"verdict.{key}")
            for one in found[key]:
                one_of(one, known, f"verdict.{key}")
    demand(found.get("needs_reply", True), bool, "verdict.needs_reply", "true or false")
    least = found.get("min_confidence", 0)
    if isinstance(least, bool) or not isinstance(least, int | float) or not 0 <= least <= 1:
        raise Wrong("verdict.min_confidence is no number from 0 to 1", "Write 0.9.")
    return found


def _some(table: dict[str, Any], name: str) -> dict[str, Any]:
    if not table:
        raise Wrong(f"{name} is empty", "Name at least one key, or leave it out.")
    return table


_SHAPES: Mapping[str, Callable[[Any], Any]] = {
    "from": _addresses,
    "to": _addresses,
    "cc": _addresses,
    "recipients": _addresses,
    "list": _lists,
    "subject": _words,
    "text": _words,
    "attachments": _attachments,
    "labels": _labels,
    "size": _size,
    "sender": _sender,
    "time": _time,
}

KINDS = (*_SHAPES, "verdict", "when", *_GROUPS)
"""The keys of `match`."""
