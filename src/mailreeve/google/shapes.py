"""Google's JSON -> frozen records. Absent fields become empty ones: Google leaves empty fields out."""

import base64
import binascii
from collections.abc import Iterator, Mapping
from typing import Any

from mailreeve.models import Address, Draft, HistoryPage, Json, Label, Profile, Ref, Relabel, SendAs

INBOX = "INBOX"
NOT_NEW = frozenset({"SENT", "DRAFT", "SPAM", "TRASH", "CHAT"})
"""Labels of messages that are no incoming mail."""


def objects(value: object) -> Iterator[Json]:
    """The JSON objects of a list; nothing when it is absent."""
    return (item for item in value if isinstance(item, dict)) if isinstance(value, list) else iter(())


def labels_of(value: object) -> tuple[str, ...]:
    """A list of label ids."""
    return tuple(str(item) for item in value) if isinstance(value, list) else ()


def number(value: object) -> int:
    """A count that Google writes as a number or as text; 0 when it is neither."""
    try:
        return int(str(value))
    except ValueError:
        return 0


def data(value: object) -> bytes:
    """Base64url, with or without padding (RFC 4648, 5); empty when it is none."""
    text = str(value or "").rstrip("=")
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError):
        return b""


def ref(message: Mapping[str, Any]) -> Ref:
    """users.messages with at least an id."""
    return Ref(
        str(message.get("id", "")), str(message.get("threadId", "")), labels_of(message.get("labelIds"))
    )


def profile(body: Json) -> Profile:
    """users.getProfile."""
    return Profile(
        address=str(body.get("emailAddress", "")),
        history_id=str(body.get("historyId", "")),
        messages_total=number(body.get("messagesTotal")),
        threads_total=number(body.get("threadsTotal")),
    )


def label(body: Json) -> Label:
    """users.labels."""
    return Label(str(body.get("id", "")), str(body.get("name", "")), system=body.get("type") == "system")


def draft(body: Json) -> Draft:
    """users.drafts; `raw` is filled by format=raw only."""
    message = body.get("message")
    message = message if isinstance(message, dict) else {}
    return Draft(
        id=str(body.get("id", "")),
        message_id=str(message.get("id", "")),
        thread_id=str(message.get("threadId", "")),
        raw=data(message.get("raw")),
    )


def send_as(body: Json) -> SendAs:
    """users.settings.sendAs."""
    return SendAs(
        address=Address(str(body.get("displayName", "")), str(body.get("sendAsEmail", ""))),
        signature_html=str(body.get("signature", "")),
        default=bool(body.get("isDefault", False)),
        reply_to=str(body.get("replyToAddress", "")),
    )


def history(body: Json, start: str) -> HistoryPage:
    """users.history.list: what the page's records leave behind, taken in their order."""
    fold = _Fold()
    for record in objects(body.get("history")):
        for entry in objects(record.get("messagesAdded")):
            fold.added(ref(_message(entry)))
        for entry in objects(record.get("labelsAdded")):
            fold.gained(ref(_message(entry)), set(labels_of(entry.get("labelIds"))))
        for entry in objects(record.get("labelsRemoved")):
            fold.lost(ref(_message(entry)), set(labels_of(entry.get("labelIds"))))
        for entry in objects(record.get("messagesDeleted")):
            fold.deleted(ref(_message(entry)))
    return HistoryPage(
        added=tuple(fold.new.values()),
        deleted=tuple(fold.gone),
        relabelled=tuple(fold.changed),
        history_id=str(body.get("historyId", "")) or start,
        next=str(body.get("nextPageToken", "")),
        arrived=tuple(fold.inbox.values()),
        left=tuple(fold.outside),
        changes=tuple(fold.relabels()),
    )


def _message(entry: Json) -> Json:
    message = entry.get("message")
    return message if isinstance(message, dict) else {}


class _Fold:
    """What became of each message; dicts keep the order and each id once."""

    def __init__(self) -> None:
        self.new: dict[str, Ref] = {}
        self.gone: dict[str, None] = {}
        self.changed: dict[str, None] = {}
        self.inbox: dict[str, Ref] = {}
        self.outside: dict[str, None] = {}
        self.tags: dict[str, dict[str, bool]] = {}

    def added(self, message: Ref) -> None:
        self.new[message.id] = message
        # Without labels in the record nobody knows: better looked at once too often than lost.
        if not message.labels or (INBOX in message.labels and not NOT_NEW & set(message.labels)):
            self._enter(message)

    def relabels(self) -> Iterator[Relabel]:
        for id_, tags in self.tags.items():
            added = tuple(label for label, there in tags.items() if there)
            yield Relabel(id_, added, tuple(label for label, there in tags.items() if not there))

    def gained(self, message: Ref, labels: set[str]) -> None:
        self.changed[message.id] = None
        self.tags.setdefault(message.id, {}).update(dict.fromkeys(labels, True))
        if NOT_NEW & labels:
            self._leave(message)
        elif INBOX in labels and not NOT_NEW & set(message.labels):
            self._enter(message)

    def lost(self, message: Ref, labels: set[str]) -> None:
        self.changed[message.id] = None
        self.tags.setdefault(message.id, {}).update(dict.fromkeys(labels, False))
        if INBOX in labels:
            self._leave(message)

    def deleted(self, message: Ref) -> None:
        self.gone[message.id] = None
        self.new.pop(message.id, None)
        self._leave(message)

    def _enter(self, message: Ref) -> None:
        self.outside.pop(message.id, None)
        self.inbox[message.id] = message

    def _leave(self, message: Ref) -> None:
        self.inbox.pop(message.id, None)
        self.outside[message.id] = None
