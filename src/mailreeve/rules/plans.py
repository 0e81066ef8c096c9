"""What a rule wants in the calendar and in the address book, read strictly."""

import re
from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from mailreeve.rules import conditions
from mailreeve.rules.conditions import Wrong
from mailreeve.rules.model import Booking, Card, Field

TEMPLATE_LIMIT = 300
"""Characters of the template of one line."""
_CLOCK = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d")
_MOST_MINUTES = 1_440


def booking(value: Any, extracts: tuple[Field, ...]) -> Booking | None:
    """The `event` of a rule; None for `false`. Raises Wrong."""
    if isinstance(value, bool):
        return Booking() if value else None
    table = _table(value, "do.event", Booking, '{ day = "due", title = "Pay {{ sender_name }}" }')
    minutes = table.get("minutes", 30)
    conditions.demand(minutes, int, "do.event.minutes", "a number")
    if not 5 <= minutes <= _MOST_MINUTES:
        raise Wrong(f"do.event.minutes is not within 5 and {_MOST_MINUTES}", "Write 30.")
    made = Booking(**{**_lines(table, "do.event", "day", "at", "title", "place"), "minutes": minutes})
    types = {one.name: one.type for one in extracts}
    if not made.day and (made.at or "minutes" in table):
        raise Wrong("do.event has a time and no day", "Name the `day`, or leave the time to the invitation.")
    if made.day and types.get(made.day) != "date":
        raise Wrong(
            f"do.event.day: {made.day[:40]!r} is no date that the rule extracts",
            f'Add [rule.extract] with {made.day[:40] or "day"} = "date".',
        )
    if made.at and types.get(made.at) != "time" and not _CLOCK.fullmatch(made.at):
        raise Wrong(
            f"do.event.at: {made.at[:40]!r} is neither a time nor one that the rule extracts",
            'Write "09:00", or the name of a field such as `at = "time"` in [rule.extract].',
        )
    return made


def card(value: Any) -> Card | None:
    """The `contact` of a rule; None for `false`. Raises Wrong."""
    if isinstance(value, bool):
        return Card() if value else None
    table = _table(value, "do.contact", Card, '{ organization = "{{ extracted.company }}" }')
    return Card(**_lines(table, "do.contact", *table))


def _table(value: Any, name: str, kind: type, shape: str) -> Mapping[str, Any]:
    conditions.demand(value, dict, name, f"true, or a table such as {shape}")
    conditions.only(value, tuple(one.name for one in fields(kind)), name)
    found: Mapping[str, Any] = value
    return found


def _lines(table: Mapping[str, Any], name: str, *keys: str) -> dict[str, Any]:
    found = {key: table[key] for key in keys if key in table}
    for key, value in found.items():
        conditions.demand(value, str, f"{name}.{key}", "one line of text")
        if not 1 <= len(value) <= TEMPLATE_LIMIT or not value.isprintable():
            raise Wrong(f"{name}.{key} is no line of 1 to {TEMPLATE_LIMIT} characters", "Write one line.")
    return found
