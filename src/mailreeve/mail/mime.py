"""A message, from RFC 5322 bytes or from Gmail's JSON, to one frozen record. Never raises, always bounded."""

from collections.abc import Mapping
from typing import Any

from mailreeve.mail import addresses, body, headers, links, parts, payload
from mailreeve.mail.parts import Part
from mailreeve.mail.words import decoded
from mailreeve.models import Message


def from_bytes(raw: bytes) -> Message:
    """Parse RFC 5322 bytes; whatever is malformed is read as far as it goes and told in `defects`."""
    root, defects = parts.split(raw)
    return _message(root, defects, size=len(raw))


def from_gmail(resource: Mapping[str, Any]) -> Message:
    """Parse a users.messages resource: format full, metadata or minimal; raw goes through its bytes."""
    raw = resource.get("raw")
    if isinstance(raw, str) and raw:
        from mailreeve.mail.encoding import from_base64

        root, defects = parts.split(from_base64(raw.encode("ascii", "replace")))
    else:
        tree = resource.get("payload")
        root, defects = payload.tree(tree if isinstance(tree, Mapping) else {})
    labels = resource.get("labelIds")
    return _message(
        root,
        defects,
        id=_text(resource, "id"),
        thread_id=_text(resource, "threadId"),
        labels=tuple(str(label) for label in labels) if isinstance(labels, list) else (),
        history_id=_text(resource, "historyId"),
        internal_date=_number(resource, "internalDate"),
        size=_number(resource, "sizeEstimate"),
    )


def part_bytes(raw: bytes, part_id: str) -> bytes:
    """The decoded bytes of the part with this partId; empty when there is none."""
    root, _ = parts.split(raw)
    return next((part.decoded() for part in root.walk() if part.id == part_id), b"")


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
