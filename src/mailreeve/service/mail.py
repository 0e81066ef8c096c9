"""Read messages: nothing here changes the mailbox."""

from collections.abc import Collection, Sequence

from mailreeve.app import Mailbox
from mailreeve.cancel import Cancel
from mailreeve.errors import InputError, MailreeveError
from mailreeve.models import Message
from mailreeve.service.answers import Failed, MessageJson, ReadAnswer
from mailreeve.service.parsed import parsed_json

SNIPPET = 120
"""Characters of new text that a hit shows."""


def read(box: Mailbox, ids: Sequence[str], *, thread_id: str = "", cancel: Cancel) -> ReadAnswer:
    """Whole messages by id, or all messages of a thread, oldest first."""
    if not ids and not thread_id:
        raise InputError("No message was named.", "Give ids, or a thread_id, as search returns them.")
    failed: list[Failed] = []
    found: list[Message] = []
    if thread_id:
        found = list(box.gmail.bound(cancel).thread(thread_id).messages)
    if ids:
        single, failed = fetch(box, ids, cancel)
        found += [message for message in single if message.id not in {known.id for known in found}]
    known = box.acquainted() | box.own
    messages = [message_json(box, message, known) for message in found]
    return ReadAnswer(messages=messages, omitted=[], failed=failed)


def fetch(box: Mailbox, ids: Sequence[str], cancel: Cancel) -> tuple[list[Message], list[Failed]]:
    """Messages in the order asked for, and the ids that failed with the reason."""
    found: dict[str, Message] = {}
    failed: list[Failed] = []
    for id_, result in box.gmail.get_many(list(dict.fromkeys(ids)), cancel):
        if isinstance(result, MailreeveError):
            failed.append(Failed(id=id_, reason=str(result)))
        else:
            found[id_] = result
    return [found[id_] for id_ in dict.fromkeys(ids) if id_ in found], failed


def snippet(text: str, size: int = SNIPPET) -> str:
    """The beginning of a text on one line."""
    line = " ".join(text.split())
    return line if len(line) <= size else line[: size - 1].rsplit(" ", 1)[0] + "…"


def when(box: Mailbox, message: Message) -> str:
    """When it arrived, in the user's zone (ISO 8601); by Google's clock where known, else by its Date."""
    moment = box.local_time(message.internal_date) if message.internal_date else message.date
    return moment.isoformat(timespec="seconds") if moment else ""


def message_json(box: Mailbox, message: Message, known: Collection[str]) -> MessageJson:
    """A message of the mailbox as the outer face shows it; `known` are addresses of correspondents and the owner."""
    return MessageJson(
        {
            "id": message.id,
            "thread_id": message.thread_id,
            "labels": box.label_names(message.labels),
            **parsed_json(message, known),
            "url": box.url(message.thread_id),
        }
    )
