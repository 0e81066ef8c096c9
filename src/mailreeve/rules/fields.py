"""What a rule takes out of a mail: names, and for each what it is and where it stands. Read strictly."""

import re
from collections.abc import Mapping
from typing import Any

from mailreeve.rules import conditions
from mailreeve.rules.conditions import Wrong
from mailreeve.rules.model import Field

MOST = 20
"""Fields of one rule."""

_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
_KEYS = ("type", "description", "after", "enum", "format")
_FORMATS = ("date", "time")
_TYPES = ("string", "number", "integer", "boolean")


KNOWN: Mapping[str, Field] = {
    one.kind: one
    for one in (
        Field("", "order_number", description="the number of the order"),
        Field("", "invoice_number", description="the number of the invoice"),
        Field("", "customer_number", description="the customer's number"),
        Field("", "tracking_number", description="the tracking number of the parcel"),
        Field("", "amount", "number", "the total amount to be paid, as a plain number such as 1234.50"),
        Field("", "currency", description="the currency of that amount, three letters such as EUR"),
        Field("", "due_date", "date", "by when it has to be paid or done, as 2026-03-09"),
        Field("", "date", "date", "the day on which it takes place, as 2026-03-09"),
        Field("", "time", "time", "at what time of that day it begins, as 14:30"),
    )
}
"""The kinds that are known by name."""


def read(table: Any) -> tuple[Field, ...]:
    """The fields of a rule. Raises Wrong."""
    conditions.demand(table, dict, "extract", 'a table such as { total = "amount" }')
    if len(table) > MOST:
        raise Wrong(f"it extracts more than {MOST} fields", "Make two rules of it.")
    return tuple(_field(name, value) for name, value in table.items())


def _field(name: str, value: Any) -> Field:
    if not _NAME.fullmatch(name):
        raise Wrong(
            f"extract: {name[:40]!r} is no name", "Write it as order_number: small letters, digits and _."
        )
    if isinstance(value, str):
        conditions.one_of(value, KNOWN, f"extract.{name}")
        known = KNOWN[value]
        return Field(name, known.kind, known.type, known.description)
    conditions.demand(
        value, dict, f"extract.{name}", 'a known kind, or { type = "string", description = "…" }'
    )
    conditions.only(value, _KEYS, f"extract.{name}")
    kind = value.get("type", "string")
    conditions.one_of(kind, _TYPES, f"extract.{name}.type")
    form = value.get("format", "date")
    if form not in _FORMATS or ("format" in value and kind != "string"):
        raise Wrong(
            f"extract.{name}.format is unknown", 'There is `type = "string", format = "date"` or "time".'
        )
    after = conditions.several(value["after"], f"extract.{name}.after") if "after" in value else ()
    enum = conditions.several(value["enum"], f"extract.{name}.enum") if "enum" in value else ()
    said = value.get("description", " or ".join(after))
    if not said:
        raise Wrong(f"extract.{name} says nothing of what to look for", "Add `description` or `after`.")
    described = conditions.phrase(said, f"extract.{name}.description")
    return Field(name, "custom", form if "format" in value else kind, described, after, enum)
