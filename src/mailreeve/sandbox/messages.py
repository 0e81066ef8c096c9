"""The rows of the mailbox's messages: added, labelled, removed; each change makes a history record."""

import json
import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from mailreeve.sandbox import conversations, headers, pubsub
from mailreeve.sandbox.errors import bad_request, not_found
from mailreeve.sandbox.state import Row, State

FIRST_ID = 0x18F0_0000_0000_0000
"""Ids look like Gmail's: sixteen hexadecimal digits that grow."""
STEP = 0x9E37_79B1


@dataclass(frozen=True, slots=True)
class Mail:
    """A message of the mailbox, without its bytes."""

    n: int
    id: str
    thread: str
    date: int
    history: int
    size: int


_COLUMNS = "m.n, m.id, m.thread, m.date, m.history, m.size"
_ID = re.compile(r"[0-9a-fA-F]{1,16}")


def check_id(text: str) -> str:
    """An id that is written like one of Gmail's: a hexadecimal number of 63 bits; else ApiError 400."""
    if not _ID.fullmatch(text) or int(text, 16) >= 1 << 63:
        raise bad_request("Invalid id value")
    return text


def _mail(row: Row) -> Mail:
    return Mail(*row)


def find(state: State, message_id: str) -> Mail:
    """A message by Gmail's id; ApiError 404 when there is none, 400 when it is no id."""
    row = state.row(f"select {_COLUMNS} from messages m where m.id = ?", (check_id(message_id),))
    if row is None:
        raise not_found()
    return _mail(row)


def by_number(state: State, n: int) -> Mail:
    """A message by its row number."""
    row = state.row(f"select {_COLUMNS} from messages m where m.n = ?", (n,))
    if row is None:
        raise not_found()
    return _mail(row)


def in_thread(state: State, thread: str) -> list[Mail]:
    """The messages of a thread, oldest first."""
    sql = f"select {_COLUMNS} from messages m where m.thread = ? order by m.date, m.n"
    return [_mail(row) for row in state.rows(sql, (check_id(thread),))]


def raw(state: State, mail: Mail) -> bytes:
    """The bytes of a message."""
    return bytes(state.scalar("select raw from raws where n = ?", (mail.n,)))


def labels(state: State, n: int) -> list[str]:
    """The label ids of a message, in stable order."""
    return [row[0] for row in state.rows("select label from tags where n = ? order by label", (n,))]


def add(
    state: State,
    raw_bytes: bytes,
    label_ids: Collection[str],
    date: int,
    *,
    thread: str = "",
    record: bool = True,
) -> Mail:
    """Put a message into the mailbox; `thread` is one that it was found to belong to, else it starts its own.

    `record=False` leaves no history record: a mailbox that is loaded has no past.
    """
    found = headers.fields(raw_bytes)
    own = headers.message_ids(headers.first(found, "message-id"))
    subject = headers.first(found, "subject")
    history = state.next_history()
    n = state.insert(
        "insert into messages (id, thread, date, history, size, message_id, subject) values ('', '', ?, ?, ?, ?, ?)",
        (date, history, len(raw_bytes), own[0] if own else "", headers.subject_key(subject)),
    )
    message_id = f"{FIRST_ID + n * STEP:016x}"
    thread = thread or message_id
    state.execute("update messages set id = ?, thread = ? where n = ?", (message_id, thread, n))
    state.execute("insert into raws (n, raw) values (?, ?)", (n, raw_bytes))
    for label in label_ids:
        state.execute("insert or ignore into tags (label, n) values (?, ?)", (label, n))
    conversations.remember(state, found, thread)
    _index_head(state, n, found, subject)
    mail = Mail(n, message_id, thread, date, history, len(raw_bytes))
    if record:
        _record(state, "messageAdded", mail, (), history)
    return mail


def _index_head(state: State, n: int, found: headers.Fields, subject: str) -> None:
    values = [headers.every(found, name) for name in ("from", "to", "cc", "bcc")]
    delivered = headers.joined([headers.every(found, "delivered-to"), headers.every(found, "x-original-to")])
    state.execute(
        "insert into heads (rowid, sender, recipient, cc, bcc, subject, delivered, list) values (?,?,?,?,?,?,?,?)",
        (n, *values, subject, delivered, headers.every(found, "list-id")),
    )


def relabel(state: State, mail: Mail, add_ids: Iterable[str], remove_ids: Iterable[str]) -> None:
    """Add and remove labels; a message in SPAM or TRASH is in neither INBOX nor the other of the two."""
    has = set(labels(state, mail.n))
    adding = set(add_ids) - has
    removing = (set(remove_ids) - adding) & has
    for place in ("TRASH", "SPAM"):
        if place in adding:
            removing |= {"INBOX", "SPAM", "TRASH"} & has - {place}
            adding -= {"INBOX"}
    _write_labels(state, mail, sorted(adding), sorted(removing))


def _write_labels(state: State, mail: Mail, adding: Sequence[str], removing: Sequence[str]) -> None:
    for label in adding:
        state.execute("insert into tags (label, n) values (?, ?)", (label, mail.n))
    for label in removing:
        state.execute("delete from tags where label = ? and n = ?", (label, mail.n))
    for kind, changed in (("labelAdded", adding), ("labelRemoved", removing)):
        if changed:
            history = state.next_history()
            state.execute("update messages set history = ? where n = ?", (history, mail.n))
            _record(state, kind, mail, changed, history)


def remove(state: State, mail: Mail) -> None:
    """Delete a message for good."""
    _record(state, "messageDeleted", mail, (), state.next_history())
    message_id = state.scalar("select message_id from messages where n = ?", (mail.n,))
    state.execute("delete from joins where reference = ? and thread = ?", (message_id, mail.thread))
    for table in ("messages", "raws", "tags", "drafts"):
        state.execute(f"delete from {table} where n = ?", (mail.n,))


def _record(state: State, kind: str, mail: Mail, changed: Sequence[str], history: int) -> None:
    """Write what happened; `has` are the labels after it."""
    has = labels(state, mail.n)
    state.execute(
        "insert into history (id, at, kind, message, thread, labels, has) values (?, ?, ?, ?, ?, ?, ?)",
        (history, state.now_ms(), kind, mail.id, mail.thread, json.dumps(list(changed)), json.dumps(has)),
    )
    pubsub.publish(state, {*has, *changed})
