"""Which thread a message joins.

Incoming mail joins by References and In-Reply-To when the subject is the same. What a program writes joins
only when it also names the thread: "1. The requested threadId must be specified ... 2. The References and
In-Reply-To headers must be set in compliance with the RFC 2822 standard. 3. The Subject headers must match."
(users.messages, field threadId, discovery document gmail.v1.)
"""

from mailreeve.sandbox import headers
from mailreeve.sandbox.errors import not_found
from mailreeve.sandbox.state import State


def of_incoming(state: State, raw: bytes) -> str:
    """The thread that received mail joins, or an empty string."""
    found = headers.fields(raw)
    subject = headers.subject_key(headers.first(found, "subject"))
    own = headers.message_ids(headers.first(found, "message-id"))[:1]
    for reference in (*reversed(_references(found)), *own):
        thread = _thread_of(state, reference, subject)
        if thread:
            return thread
    return ""


def of_written(state: State, raw: bytes, wanted: str) -> str:
    """The thread `wanted` when the message may join it, else an empty string; ApiError 404 when it is not there."""
    if not wanted:
        return ""
    rows = state.rows("select message_id, subject from messages where thread = ?", (wanted,))
    if not rows:
        raise not_found()
    found = headers.fields(raw)
    subject = headers.subject_key(headers.first(found, "subject"))
    answered = set(headers.message_ids(headers.first(found, "in-reply-to")))
    chain = set(headers.message_ids(headers.first(found, "references")))
    ids = {row["message_id"] for row in rows} - {""}
    same_subject = any(row["subject"] == subject for row in rows)
    return wanted if ids & answered and ids & chain and same_subject else ""


def remember(state: State, found: headers.Fields, thread: str) -> None:
    """Keep the ids of a message and of its ancestors, so that a parent that comes later joins too."""
    subject = headers.subject_key(headers.first(found, "subject"))
    own = headers.message_ids(headers.first(found, "message-id"))[:1]
    for reference in (*own, *_references(found)):
        state.execute(
            "insert or ignore into joins (reference, subject, thread) values (?, ?, ?)",
            (reference, subject, thread),
        )


def _references(found: headers.Fields) -> tuple[str, ...]:
    chain = headers.message_ids(headers.first(found, "references"))
    answered = headers.message_ids(headers.first(found, "in-reply-to"))
    return tuple(dict.fromkeys((*chain, *answered)))


def _thread_of(state: State, reference: str, subject: str) -> str:
    thread = state.scalar(
        "select thread from messages where message_id = ? and subject = ? order by n desc limit 1",
        (reference, subject),
    )
    return (
        thread
        or state.scalar("select thread from joins where reference = ? and subject = ?", (reference, subject))
        or ""
    )
