"""What happened, as a record with every field that a destination may select; and its JSON, published as a schema."""

import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, get_args

from mailreeve.errors import InputError
from mailreeve.mail import invisible
from mailreeve.models import Json

SCHEMA = 1
"""Raised by any change that a receiver could notice; a consent names it, so it has to be given again."""
MOST_BYTES = 64 * 1024
MOST_TEXT = 20_000
_MOST_LINE = 1_000
_CUT = "…"
ID = re.compile(r"[A-Za-z0-9_-]{1,100}")
"""Without a full stop: it parts id, time and body in what is signed."""


class Kind(StrEnum):
    """What a destination can be told of."""

    DECIDED = "message.decided"
    """Triage sorted a message."""
    DRAFTED = "draft.created"
    """A reply lies in Gmail's drafts."""
    FINISHED = "run.finished"
    """A run of triage ended."""
    RULE = "rule.fired"
    """A rule of the person's fired for a message and names this destination."""
    RECORD = "record.updated"
    """A thread with a contact got another message: for a CRM, or whoever keeps communication records."""
    TEST = "destination.test"
    """A person asked for a sample with made-up mail."""


@dataclass(frozen=True, slots=True)
class Event:
    """One event. A field that it does not know is None, and null in JSON."""

    id: str
    """Stable: the receiver's key against doubles."""
    type: Kind
    at: datetime
    """With a zone."""
    account: str | None = None
    message_id: str | None = None
    """Gmail's id."""
    thread_id: str | None = None
    draft_id: str | None = None
    sender: str | None = None
    subject: str | None = None
    received: str | None = None
    """ISO 8601."""
    label: str | None = None
    priority: str | None = None
    needs_reply: bool | None = None
    deadline: str | None = None
    """ISO 8601 date."""
    decided_by: str | None = None
    summary: str | None = None
    text: str | None = None
    """The visible text of the message, cut."""
    url: str | None = None
    """The message in Gmail."""
    decided: int | None = None
    """Messages that a run sorted."""
    needs_human: int | None = None
    """Messages that a run left to the person."""
    failed: int | None = None
    rule: str | None = None
    """The rule that wants it, with its version: `invoices@3f2a9c01d4e5`."""
    extracted: Mapping[str, str | float | bool] | None = None
    """What this rule takes out of the mail."""
    contact: str | None = None
    """Of a record: with whom the thread is, `Ana Lima <ana@example.org>`."""
    company: str | None = None
    """As the address book says, else the domain; empty for public mail services."""
    first: str | None = None
    """When the thread with them began (ISO 8601)."""
    last: str | None = None
    """The newest message of it (ISO 8601)."""
    messages_from: int | None = None
    """How many came from them."""
    messages_to: int | None = None
    """How many went to them."""
    waits_for: str | None = None
    """you or them: who did not write last."""

    def __post_init__(self) -> None:
        """Raise InputError for an id that cannot be signed."""
        if not ID.fullmatch(self.id):
            raise InputError(f"{self.id[:40]!r} is no id of an event.", "It has letters, digits, - and _.")


FIELDS = tuple(name for name in Event.__dataclass_fields__ if name not in {"id", "type", "at"})
"""The closed list that a destination selects from."""
_TYPES = {str: "string", bool: "boolean", int: "integer", type(None): "null"}


def payload(event: Event, fields: Collection[str]) -> bytes:
    """The body of a delivery: only the selected fields, at most 64 KB; the same event gives the same bytes.

    Raises InputError for a field that is not in the list.
    """
    strangers = sorted(set(fields) - set(FIELDS))
    if strangers:
        raise InputError(
            f"{strangers[0][:40]!r} is no field of an event.", f"Choose from: {', '.join(FIELDS)}."
        )
    data: Json = {name: _plain(name, getattr(event, name)) for name in FIELDS if name in fields}
    body = _encoded(event, data)
    while len(body) > MOST_BYTES and data.get("text"):
        data["text"] = _cut(str(data["text"]), len(str(data["text"])) * 3 // 4)
        body = _encoded(event, data)
    return body


def schema() -> Json:
    """The JSON Schema (2020-12) of every payload; `data` holds the selected fields."""
    fields: Json = {}
    for name in FIELDS:
        if name == "extracted":
            values: Json = {"type": ["string", "number", "boolean"], "maxLength": _MOST_LINE}
            fields[name] = {"type": ["object", "null"], "additionalProperties": values}
            continue
        types = [_TYPES[one] for one in get_args(Event.__annotations__[name])]
        fields[name] = {"type": types}
        if "string" in types:
            fields[name]["maxLength"] = MOST_TEXT if name == "text" else _MOST_LINE
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Mailreeve event",
        "type": "object",
        "required": ["schema", "type", "timestamp", "data"],
        "additionalProperties": False,
        "properties": {
            "schema": {"const": SCHEMA},
            "type": {"enum": [str(kind) for kind in Kind]},
            "timestamp": {"type": "string", "format": "date-time"},
            "data": {"type": "object", "additionalProperties": False, "properties": fields},
        },
    }


def _encoded(event: Event, data: Json) -> bytes:
    whole = {"schema": SCHEMA, "type": str(event.type), "timestamp": event.at.isoformat(), "data": data}
    return json.dumps(whole, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def _plain(name: str, value: Any) -> Any:
    """Words of a mail without what nobody sees; only `text` has lines."""
    if isinstance(value, Mapping):
        return {key: _plain("", one) for key, one in value.items()}
    if not isinstance(value, str):
        return value
    if name == "text":
        return _cut(invisible.clean(value).text, MOST_TEXT)
    return _cut(invisible.one_line(value), _MOST_LINE)


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + _CUT
