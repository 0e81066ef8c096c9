"""rules.toml -> rules. Everything unknown is an error that names the line, the rule and what to write instead."""

import hashlib
import json
import re
import tomllib
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from mailreeve.errors import ConfigError
from mailreeve.mail import addresses
from mailreeve.models import Action, Priority
from mailreeve.rules import conditions, fields, plans
from mailreeve.rules.conditions import Wrong
from mailreeve.rules.model import OUTSIDE, Rule, Setting

RULES_LIMIT = 200
FILE_LIMIT = 256_000
"""Characters of rules.toml."""

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,59}")
_HEAD = re.compile(r"^[ \t]*\[\[[ \t]*rule[ \t]*\]\]", re.MULTILINE)
_KEYS = ("id", "enabled", "match", "do", "stop", "extract")
TEMPLATE_LIMIT = 10_000
"""Characters of the text of a draft."""
_SYSTEM = {"archive": "archive", "star": "star", "mark_read": "read"}


class Place(StrEnum):
    """What a destination of the settings can be used for by rules."""

    WEBHOOK = "webhook"
    DESK = "desk"
    """A ticket system or a task list."""
    DEAF = "deaf"
    """It does not want `rule.fired`."""


@dataclass(frozen=True, slots=True)
class Names:
    """What rules may name: the ids of the user's labels, and what Gmail calls the folder above them."""

    labels: Collection[str]
    prefix: str = "Mailreeve"
    destinations: Mapping[str, Place] = field(default_factory=dict)
    """By their ids."""


def load(text: str, names: Names, file: str = "rules.toml") -> tuple[Rule, ...]:
    """The rules in the order of the file, disabled ones too. Raises ConfigError."""
    if len(text) > FILE_LIMIT:
        raise ConfigError(f"{file} is longer than {FILE_LIMIT} characters.", "Split or shorten the rules.")
    try:
        values = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise ConfigError(f"{file} is not valid TOML: {error}.", "Correct that line.") from None
    unknown = sorted(set(values) - {"rule"})
    tables = values.get("rule", [])
    if unknown or not isinstance(tables, list):
        what = f"{unknown[0]!r} is no key" if unknown else "`rule` is no list"
        raise ConfigError(f"{file}: {what}.", "It holds [[rule]] tables, and nothing else.")
    if len(tables) > RULES_LIMIT:
        raise ConfigError(f"{file} has more than {RULES_LIMIT} rules.", "Join some with `any`.")
    lines = [text.count("\n", 0, head.start()) + 1 for head in _HEAD.finditer(text)]
    found: list[Rule] = []
    for number, table in enumerate(tables):
        line = lines[number] if len(lines) == len(tables) else 0
        called = table.get("id") if isinstance(table, dict) else None
        place = f"{file}{f', line {line}' if line else ''}, rule {str(called or number + 1)[:60]}"
        try:
            found.append(_rule(table, names, line, [one.id for one in found]))
        except Wrong as error:
            raise ConfigError(f"{place}: {error}.", error.advice) from None
    return tuple(found)


def _rule(table: Any, names: Names, line: int, taken: Sequence[str]) -> Rule:
    conditions.demand(table, dict, "a rule", "a table of id, match and do")
    conditions.only(table, _KEYS, "a rule")
    id_ = table.get("id", "")
    if not isinstance(id_, str) or not _ID.fullmatch(id_):
        raise Wrong("`id` is missing or no plain word", 'Write `id = "invoices"`: letters, digits, - and _.')
    if id_ in taken:
        raise Wrong("another rule has this id", "Give each rule its own.")
    for flag in ("enabled", "stop"):
        conditions.demand(table.get(flag, False), bool, flag, "true or false")
    sets, actions = _do(table.get("do", {}), names)
    stop = table.get("stop", False)
    if not (actions or sets != Setting() or stop):
        raise Wrong("`do` says nothing", "Name an action, or `stop = true`.")
    match = conditions.read(table.get("match", {}), id_, names.labels)
    said = json.dumps(table, sort_keys=True, ensure_ascii=False, default=str)
    version = hashlib.sha256(said.encode("utf-8", "replace")).hexdigest()[:12]
    found, does = fields.read(table.get("extract", {})), table.get("do", {})
    rule = Rule(
        id_,
        match,
        sets,
        actions,
        stop,
        table.get("enabled", True),
        version,
        found,
        does.get("draft", ""),
        plans.booking(does.get("event", False), found),
        plans.card(does.get("contact", False)),
        line,
    )
    if sets.label is not None and any(one.kind == "verdict" for one in match.conditions()):
        raise Wrong("it sets the label that its `verdict` condition looks at", "Set it by other conditions.")
    return rule


def _do(table: Any, names: Names) -> tuple[Setting, tuple[Action, ...]]:
    conditions.demand(table, dict, "do", "a table such as { archive = true }")
    sets = _set(table["set"], names) if "set" in table else Setting()
    wanted = [(key, value) for key, value in table.items() if key != "set"]
    return sets, tuple(one for key, value in wanted for one in _acts(key, value, names))


def _acts(key: str, value: Any, names: Names) -> list[Action]:
    if key in OUTSIDE:
        return [Action(key, one) for one in _places(key, value, names)]
    if key == "label":
        return [Action(key, one) for one in _labels(value, names)]
    if key in _SYSTEM:
        conditions.demand(value, bool, f"do.{key}", "true or false")
        return [Action(_SYSTEM[key])] if value else []
    if key in _WRITES:
        return _WRITES[key](value)
    known = ", ".join(("set", "label", *_SYSTEM, *_WRITES, *sorted(OUTSIDE)))
    raise Wrong(f"do.{key[:40]} is no action", f"There are {known}.")


def _draft(value: Any) -> list[Action]:
    conditions.demand(value, str, "do.draft", "the text of a reply")
    if not value.strip() or len(value) > TEMPLATE_LIMIT:
        raise Wrong(f"do.draft is empty or longer than {TEMPLATE_LIMIT} characters", "Write a reply.")
    return [Action("draft")]


def _event(value: Any) -> list[Action]:
    """Named by what it is made of; `plans` reads the table."""
    return [Action("event", str(value.get("day", "")) if isinstance(value, dict) else "")] if value else []


_WRITES: Mapping[str, Callable[[Any], list[Action]]] = {
    "notify": lambda value: [Action("notify", conditions.phrase(value, "do.notify"))],
    "draft": _draft,
    "forward": lambda value: [Action("forward", one) for one in _people(value)],
    "event": _event,
    "contact": lambda value: [Action("contact")] if value else [],
}
"""Actions that write something for the person."""


def _people(value: Any) -> tuple[str, ...]:
    """Whole addresses, each once."""
    found = tuple(dict.fromkeys(one.strip().lower() for one in conditions.several(value, "do.forward")))
    for one in found:
        parsed = addresses.parse(one)
        if len(parsed) != 1 or parsed[0].address != one or "@" not in one.strip("@"):
            raise Wrong(f"do.forward: {one[:60]!r} is no address", "Write ana@example.org.")
    return found


def _places(key: str, value: Any, names: Names) -> tuple[str, ...]:
    """Ids of destinations; only those of the settings, and only of the right kind."""
    found = conditions.several(value, f"do.{key}")
    for one in found:
        place = names.destinations.get(one)
        fitting = [
            id_ for id_, what in names.destinations.items() if (what is Place.WEBHOOK) == (key == "webhook")
        ]
        if place is None:
            told = (
                f"There is: {', '.join(sorted(fitting))}."
                if fitting
                else "config.toml names none of that kind."
            )
            raise Wrong(f"do.{key}: there is no destination {one[:40]!r}", told)
        if place is Place.DEAF:
            raise Wrong(
                f"do.{key}: destination {one} is not told of rules",
                'Add "rule.fired" to its `kinds` in config.toml.',
            )
        if (place is Place.WEBHOOK) != (key == "webhook"):
            right = "webhook" if place is Place.WEBHOOK else "ticket"
            raise Wrong(f"do.{key}: destination {one} is of another kind", f'Write `{right} = "{one}"`.')
    return found


def _set(table: Any, names: Names) -> Setting:
    conditions.demand(table, dict, "do.set", 'a table such as { label = "receipt" }')
    conditions.only(table, ("label", "priority", "needs_reply"), "do.set")
    label, reply = table.get("label"), table.get("needs_reply")
    if label is not None:
        conditions.one_of(label, names.labels, "do.set.label")
    if reply is not None:
        conditions.demand(reply, bool, "do.set.needs_reply", "true or false")
    priority = table.get("priority")
    if priority is not None:
        conditions.one_of(priority, [one.value for one in Priority], "do.set.priority")
    return Setting(label, Priority(priority) if priority else None, reply)


def _labels(value: Any, names: Names) -> list[str]:
    """Names of Gmail labels beside the verdict's; those are set by `set`."""
    found: list[str] = []
    for one in conditions.several(value, "do.label"):
        title = " ".join(one.split())
        if title in names.labels:
            raise Wrong(
                f"do.label: {title!r} is a label of triage", f'Write `set = {{ label = "{title}" }}`.'
            )
        if title.casefold() == names.prefix.casefold() or title.casefold().startswith(
            f"{names.prefix}/".casefold()
        ):
            raise Wrong(f"do.label: {title!r} lies under {names.prefix}/", "Use `set`, or another name.")
        if title != one or title.strip("/") != title or title.upper() in _RESERVED or len(title) > 225:
            raise Wrong(f"do.label: {one[:80]!r} cannot be a label", "Use a short plain name of your own.")
        found.append(title)
    return found


_RESERVED = frozenset(
    ("INBOX", "SENT", "DRAFT", "DRAFTS", "CHAT", "CHATS", "TRASH", "SPAM", "UNREAD", "STARRED", "IMPORTANT")
)
