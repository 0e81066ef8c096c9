"""A message, from RFC 5322 bytes or from Gmail's JSON, to one frozen record. Never raises, always bounded."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from mailreeve.mail import addresses, body, headers, links, parts, payload
from mailreeve.mail.encoding import from_base64
from mailreeve.mail.parts import Part
from mailreeve.mail.words import decoded
from mailreeve.models import Message

_GMAIL = ("id", "thread_id", "labels", "history_id", "internal_date", "size")
UNREADABLE = "not read further: "
"""Starts the defect that stands for an error of ours; no message at hand gets there."""


def from_bytes(raw: bytes) -> Message:
    """Parse RFC 5322 bytes; whatever is malformed is read as far as it goes and told in `defects`."""
    try:
        root, defects = parts.split(raw)
        return _message(root, defects, size=len(raw))
    except Exception as error:  # noqa: BLE001 - a hostile mail must not stop the run that reads all others
        return Message(size=len(raw), defects=(UNREADABLE + repr(error)[:200],))


def from_gmail(resource: Mapping[str, Any]) -> Message:
    """Parse a users.messages resource: format full, metadata, minimal or raw. Never raises."""
    labels = resource.get("labelIds")
    message = Message(
        id=_text(resource, "id"),
        thread_id=_text(resource, "threadId"),
        labels=tuple(str(label) for label in labels) if isinstance(labels, list) else (),
        history_id=_text(resource, "historyId"),
        internal_date=_number(resource, "internalDate"),
        size=_number(resource, "sizeEstimate"),
    )
    try:
        root, defects = _gmail_tree(resource)
        gmail = {name: getattr(message, name) for name in _GMAIL}
        return _message(root, defects, **gmail)
    except Exception as error:  # noqa: BLE001 - as above
        return replace(message, defects=(UNREADABLE + repr(error)[:200],))


def part_bytes(raw: bytes, part_id: str) -> bytes:
    """The decoded bytes of the part with this partId; empty when there is none."""
    root, _ = parts.split(raw)
    return next((part.decoded() for part in root.walk() if part.id == part_id), b"")


def _gmail_tree(resource: Mapping[str, Any]) -> tuple[Part, tuple[str, ...]]:
    raw = resource.get("raw")
    if isinstance(raw, str) and raw:
        return parts.split(from_base64(raw.encode("ascii", "replace")))
    tree = resource.get("payload")
    return payload.tree(tree if isinstance(tree, Mapping) else {})


def _message(root: Part, defects: tuple[str, ...], **gmail: Any) -> Message:
    content = body.read(root)
    fields = root.fields

    def listed(name: str) -> tuple[Any, ...]:
        return addresses.parse(", ".join(headers.every(fields, name)))

    def line(name: str) -> str:
        return decoded(headers.first(fields, name))

    senders = listed("sender")
    return Message(
        **gmail,
        message_id=next(iter(headers.message_ids(headers.first(fields, "message-id"))), ""),
        in_reply_to=next(iter(headers.message_ids(headers.first(fields, "in-reply-to"))), ""),
        references=headers.message_ids(headers.first(fields, "references")),
        subject=line("subject"),
        from_=listed("from"),
        sender=senders[0] if senders else None,
        to=listed("to"),
        cc=listed("cc"),
        bcc=listed("bcc"),
        reply_to=listed("reply-to"),
        date=headers.date(headers.first(fields, "date")),
        list_id=line("list-id"),
        list_unsubscribe=line("list-unsubscribe"),
        list_unsubscribe_post=line("list-unsubscribe-post"),
        authentication_results=line("authentication-results"),
        headers=headers.readable(fields),
        text=_joined(content.new),
        quoted=_joined(content.quoted),
        signature=_joined(content.signature),
        html=content.html,
        hidden=content.hidden,
        links=links.unique(content.links),
        attachments=tuple(content.attachments),
        invite=content.invite,
        defects=tuple(dict.fromkeys((*defects, *content.defects))),
    )


def _joined(texts: list[str]) -> str:
    return "\n\n".join(text for text in texts if text)


def _text(resource: Mapping[str, Any], key: str) -> str:
    value = resource.get(key, "")
    return value if isinstance(value, str) else ""


def _number(resource: Mapping[str, Any], key: str) -> int:
    """Google sends 64-bit numbers as strings."""
    value = resource.get(key, 0)
    return int(value) if isinstance(value, int) or (isinstance(value, str) and value.isdecimal()) else 0
