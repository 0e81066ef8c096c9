"""Labelled cases: JSON lines, each of which becomes a message by way of real RFC 5322 bytes.

A case is `{id, from, to, cc, subject, date, body, headers?, label}`; further keys are ignored. `headers` maps
names to a value or a list of values, so that list, authentication and reply signals work as in real mail; what
the other keys say is not taken from it. `Content-Type: text/html` there makes the body HTML.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from mailreeve.errors import InputError
from mailreeve.mail import addresses, headers, mime, wire
from mailreeve.models import Message

FORM = "A case is a JSON object with id, from, to, cc, subject, date, body, headers (optional) and label."
_TAKEN = {
    "from", "to", "cc", "subject", "date", "mime-version", "content-type", "content-transfer-encoding"
}  # fmt: skip
_FIELD_NAME = re.compile(r"[!-9;-~]{1,100}")


@dataclass(frozen=True, slots=True)
class Case:
    """One mail and the label that a person gave it."""

    message: Message
    label: str
    owner: str = ""
    """The address of the mailbox that it lies in, in lower case; empty when the file does not tell."""

    @property
    def id(self) -> str:
        """The case's own id."""
        return self.message.id


def read(file: Path, labels: Sequence[str], owner: str = "") -> tuple[Case, ...]:
    """The cases of a file. `owner` is whose mailbox it is; without it `Delivered-To` says so, or the file.

    Who is the only recipient of a tenth of the mails is taken for an owner of one of its mailboxes.

    Raises InputError naming file and line for what cannot be read, an id that comes twice, or a label
    that is none of `labels`.
    """
    pairs: list[tuple[Message, str]] = []
    seen: set[str] = set()
    for number, found in objects(file, FORM):
        with_line = f"{file}, line {number}"
        try:
            message, label = to_message(found), _string(found, "label")
        except ValueError as error:
            raise InputError(f"{with_line}: {error}.", FORM) from None
        if label not in labels:
            known = ", ".join(labels)
            raise InputError(f"{with_line}: label {label!r} is not in the labels file.", f"It has {known}.")
        if message.id in seen:
            raise InputError(f"{with_line}: the id {message.id!r} comes twice.", "Give each case its own id.")
        seen.add(message.id)
        pairs.append((message, label))
    owners = _owners([message for message, _ in pairs])
    return tuple(Case(message, label, owner.lower() or _owner(message, owners)) for message, label in pairs)


def objects(file: Path, form: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """The JSON objects of a file with their line numbers; empty lines are passed over.

    Raises InputError for a file that cannot be read, a line that is no JSON object, and an empty file.
    """
    try:
        lines = file.read_text(encoding="utf-8-sig").split("\n")
    except OSError as error:
        raise InputError(f"{file} cannot be read: {error.strerror}.", form) from None
    except UnicodeDecodeError as error:
        raise InputError(f"{file} is not UTF-8 (byte {error.start}).", form) from None
    some = False
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            found = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise InputError(f"{file}, line {number}: not JSON ({error}).", form) from None
        if not isinstance(found, dict):
            raise InputError(f"{file}, line {number}: not a JSON object.", form)
        some = True
        yield number, found
    if not some:
        raise InputError(f"{file} holds no case.", form)


def to_message(case: Mapping[str, Any]) -> Message:
    """The message of a case, parsed from bytes as mail is. Raises ValueError saying which key is wrong."""
    id_, when = _string(case, "id"), _date(case.get("date"))
    if not id_:
        raise ValueError("id is empty")
    message = mime.from_bytes(to_bytes(case))
    moment = int(when.timestamp() * 1000) if when else 0
    return replace(message, id=id_, thread_id=id_, internal_date=moment, labels=("INBOX", "UNREAD"))


def to_bytes(case: Mapping[str, Any]) -> bytes:
    """A case as RFC 5322 bytes. Raises ValueError saying which key is wrong."""
    extra, kind = _extra(case.get("headers"))
    when = _date(case.get("date"))
    lines = [
        *(
            wire.mailboxes(name, addresses.parse(", ".join(group)))
            for name in ("From", "To", "Cc")
            if (group := _strings(case, name.lower()))
        ),
        wire.unstructured("Subject", " ".join(_string(case, "subject").split())),
        *([wire.folded("Date", [wire.date(when)])] if when else ()),
        *(wire.unstructured(name, value) for name, value in extra),
        "MIME-Version: 1.0\r\n",
        wire.text_part(kind, _encodable(_string(case, "body"))),
    ]
    return "".join(lines).encode("ascii")


def _extra(found: Any) -> tuple[list[tuple[str, str]], str]:
    """Further header fields, and whether the body is plain or html."""
    if found is None:
        return [], "plain"
    if not isinstance(found, dict):
        raise ValueError("headers is no object")  # noqa: TRY004 -- callers tell one kind of wrong file
    kind, fields = "plain", []
    for name, value in found.items():
        values = value if isinstance(value, list) else [value]
        if not _FIELD_NAME.fullmatch(name) or not all(isinstance(one, str) for one in values):
            raise ValueError(f"headers: {name!r} is no header name with a string or a list of strings")
        if name.lower() == "content-type" and values[0].lower().startswith("text/html"):
            kind = "html"
        if name.lower() not in _TAKEN:
            fields += [(name, " ".join(_encodable(one).split())) for one in values]
    return fields, kind


def _string(case: Mapping[str, Any], key: str) -> str:
    value = case.get(key)
    if not isinstance(value, str):
        raise ValueError(f"{key} is missing" if value is None else f"{key} is no string")  # noqa: TRY004 -- as above
    return _encodable(value)


def _strings(case: Mapping[str, Any], key: str) -> list[str]:
    """A string, a list of strings, or nothing."""
    value = case.get(key)
    values = [] if value is None else value if isinstance(value, list) else [value]
    if not all(isinstance(one, str) for one in values):
        raise ValueError(f"{key} is neither a string nor a list of strings")
    return [text for one in values if (text := " ".join(_encodable(one).split()))]


def _encodable(text: str) -> str:
    """JSON can hold lone surrogates, mail cannot."""
    return text.encode("utf-8", "replace").decode("utf-8").replace("\0", "")


def _date(value: Any) -> datetime | None:
    """ISO 8601 (without a zone: UTC) or as in a Date header; None when there is none."""
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        raise ValueError("date is no string")  # noqa: TRY004 -- as above
    try:
        found: datetime | None = datetime.fromisoformat(value)
    except ValueError:
        found = headers.date(value)
    if found is None:
        raise ValueError(f"date: {value[:40]!r} is no ISO 8601 date")
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _owners(messages: Sequence[Message]) -> Counter[str]:
    """Who is the only recipient of at least a tenth of the mails, and of how many."""
    alone = Counter(mail.to[0].key for mail in messages if len(mail.to) == 1 and not mail.cc)
    return Counter({key: number for key, number in alone.items() if number * 10 >= len(messages)})


def _owner(mail: Message, owners: Counter[str]) -> str:
    delivered = next((one.key for one in addresses.parse(mail.header("Delivered-To"))), "")
    found = [one.key for one in (*mail.to, *mail.cc) if one.key in owners and one.key != mail.author.key]
    only = next(iter(owners)) if len(owners) == 1 else ""
    return delivered or max(found, key=lambda key: owners[key], default=only)
