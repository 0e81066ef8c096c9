"""Mails and labels for the readers' tests, as the parser would hand them over."""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email.utils import getaddresses
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from mailreeve.models import Address, Archetype, LabelSpec, Message, Thread

WHEN = datetime(2026, 11, 24, 9, 30, tzinfo=ZoneInfo("Europe/London"))
"""A Tuesday morning."""
OWNER = "robin@vale-joinery.example"
LABELS = tuple(LabelSpec(kind.value, "", f"It is {kind.value}.", kind) for kind in Archetype)


def people(text: str) -> tuple[Address, ...]:
    return tuple(Address(name, address) for name, address in getaddresses([text]) if address)


def mail(
    text: str = "",
    subject: str = "A subject",
    *,
    sender: str = "Ana Price <ana@price-studio.example>",
    to: str = f"Robin Vale <{OWNER}>",
    cc: str = "",
    headers: dict[str, str] | None = None,
    **more: Any,
) -> Message:
    """A message as the parser would make it."""
    found = headers or {}
    values: dict[str, Any] = {
        "id": "m1",
        "date": WHEN,
        "list_id": found.get("List-Id", ""),
        "list_unsubscribe": found.get("List-Unsubscribe", ""),
        "list_unsubscribe_post": found.get("List-Unsubscribe-Post", ""),
        "headers": tuple(found.items()),
        **more,
    }
    return Message(subject=subject, text=text, from_=people(sender), to=people(to), cc=people(cc), **values)


def thread(*messages: Message) -> Thread:
    return Thread("t1", messages)


@dataclass(frozen=True)
class Letter:
    """A labelled mail of letters.toml."""

    mail: Message
    accepted: frozenset[str]
    needs_reply: bool
    priority: str


def letters() -> Iterator[Letter]:
    """All of letters.toml."""
    file = Path(__file__).parent / "offline" / "letters.toml"
    for number, each in enumerate(tomllib.loads(file.read_text(encoding="utf-8"))["letter"]):
        message = mail(
            each["text"],
            each["subject"],
            sender=each["from"],
            to=each.get("to", f"Robin Vale <{OWNER}>"),
            cc=each.get("cc", ""),
            headers=each.get("headers"),
            id=f"letter-{number}",
            reply_to=people(each.get("reply_to", "")),
            labels=tuple(each.get("labels", ())),
            in_reply_to="<before@example.org>" if each.get("reply") else "",
        )
        accepted = frozenset({each["label"], *each.get("also", ())})
        yield Letter(message, accepted, each["needs_reply"], each.get("priority", ""))
