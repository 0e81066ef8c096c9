"""Whom the person knows: who takes part in the thread, and to whom they have written before."""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from mailreeve.errors import NotFound
from mailreeve.gate.ports import MailReader
from mailreeve.models import Address, Draft, Envelope, Message, Thread
from mailreeve.store.proposals import Proposals

LOOKED_UP = 25
"""Recipients whose history is looked up in Gmail, one search each."""
_SEARCHABLE = re.compile(r"[a-z0-9._+'=-]+@[a-z0-9.-]+")


@dataclass(frozen=True, slots=True)
class Known:
    """Addresses in lower case."""

    own: frozenset[str] = frozenset()
    """The account's own addresses."""
    thread: frozenset[str] = frozenset()
    """Everyone who wrote or received a message of the thread, drafts apart."""
    written_to: frozenset[str] = frozenset()
    """The recipients to whom the account has sent mail before."""
    contacts: frozenset[str] = frozenset()
    """Other addresses that the person knows, for telling an imitation."""
    text_hash: str = ""
    """Hash of the text that a reader proposed for this draft; empty when a person wrote it."""
    text_by: str = ""
    answered: Message | None = None
    """The mail that the draft answers, where it answers one of another person."""


def gather(
    reader: MailReader,
    proposals: Proposals,
    own: Collection[str],
    draft: Draft,
    envelope: Envelope,
    answers: str = "",
) -> Known:
    """Look it up: one thread, and a search for each recipient that is not known otherwise.

    `answers` is the Message-ID in the draft's In-Reply-To.
    """
    mine = frozenset(address.lower() for address in own)
    thread = _thread(reader, draft.thread_id)
    sent_before = proposals.correspondents() | _addressed(thread, mine)
    strangers = dict.fromkeys(address.lower() for address in envelope.recipients)
    written_to = {
        address
        for address in [one for one in strangers if one not in mine | sent_before][:LOOKED_UP]
        if _has_written(reader, address)
    }
    text_hash, text_by = proposals.noted_text(draft.id)
    return Known(
        own=mine,
        thread=_participants(thread),
        written_to=frozenset(written_to) | sent_before,
        text_hash=text_hash,
        text_by=text_by,
        answered=_answered(thread, mine, answers),
    )


def _thread(reader: MailReader, thread_id: str) -> Thread:
    if not thread_id:
        return Thread("", ())
    try:
        found = reader.thread(thread_id)
    except NotFound:
        return Thread("", ())
    return Thread(found.id, tuple(message for message in found.messages if "DRAFT" not in message.labels))


def _participants(thread: Thread) -> frozenset[str]:
    return _keys(
        address
        for message in thread.messages
        for address in (*message.from_, *message.to, *message.cc)
    )  # fmt: skip


def _answered(thread: Thread, own: Collection[str], answers: str) -> Message | None:
    """The mail that In-Reply-To names, else the newest one of somebody else."""
    others = [message for message in thread.messages if message.author.key not in own]
    named = [message for message in others if answers and message.message_id == answers]
    return next(reversed(named or others), None)


def _addressed(thread: Thread, own: Collection[str]) -> frozenset[str]:
    """Whom the account itself has written to in this thread; Gmail sets SENT, no sender can."""
    return _keys(
        address
        for message in thread.messages
        if "SENT" in message.labels and message.author.key in own
        for address in (*message.to, *message.cc, *message.bcc)
    )


def _keys(addresses: Iterable[Address]) -> frozenset[str]:
    return frozenset(one.key for one in addresses if one.address)


def _has_written(reader: MailReader, address: str) -> bool:
    """Ask Gmail; an address that cannot stand in a query counts as never written to."""
    if not _SEARCHABLE.fullmatch(address):
        return False
    return bool(reader.search(f"in:sent {{to:{address} cc:{address} bcc:{address}}}", limit=1).items)
