"""The last step of a run: what was decided goes to the destinations that want it. It may be repeated by anyone."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from mailreeve.cancel import Cancel
from mailreeve.mail import invisible
from mailreeve.models import Message
from mailreeve.outbound.destination import Destination
from mailreeve.outbound.event import Event, Kind
from mailreeve.reading import secrets_mail
from mailreeve.store.entries import Entry
from mailreeve.triage.digest import url
from mailreeve.triage.labels import NEEDS_HUMAN
from mailreeve.triage.parts import Parts

if TYPE_CHECKING:
    from mailreeve.gate.outbox import Outlet
    from mailreeve.triage.run import RunResult

LOOKBACK = timedelta(days=7)
"""What was decided longer ago is handed over no more."""


@dataclass(frozen=True, slots=True)
class _Due:
    """A decided message that a destination has not got yet."""

    destination: Destination
    entry: Entry


def hand_over(parts: Parts, outlet: "Outlet", cancel: Cancel) -> int:
    """Queue an event for every mail decided under a standing consent; returns how many were queued.

    What an earlier run left is queued too. Mail whose text cannot be fetched now waits for the next run.
    Raises Cancelled between two of them.
    """
    due = [one for destination in outlet.standing for one in _due(parts, outlet, destination)]
    needed = {one.entry.message for one in due if "text" in one.destination.fields}
    missing = sorted(id_ for id_ in needed if parts.hand.get(id_) is None)
    found = dict(parts.gmail.get_many(missing, cancel))
    queued = 0
    for one in due:
        cancel.check()
        message = parts.hand.get(one.entry.message) or found.get(one.entry.message)
        if one.entry.message in needed and not isinstance(message, Message):
            continue
        text = message if isinstance(message, Message) and "text" in one.destination.fields else None
        queued += outlet.queue(one.destination, event(parts, one.entry, text))
    return queued + sum(_drafts(parts, outlet, destination) for destination in outlet.standing)


def _drafts(parts: Parts, outlet: "Outlet", destination: Destination) -> int:
    """Queue an event for every draft that a run wrote; returns how many were queued."""
    if Kind.DRAFTED not in destination.kinds:
        return 0
    since = int((parts.now() - LOOKBACK).timestamp() * 1000)
    rows = [(parts.ledger.entry(id_), place) for id_, place in outlet.not_told(destination, since)]
    return sum(
        outlet.queue(destination, drafted(parts, entry))
        for entry, generation in rows
        if entry and entry.generation == generation and entry.verdict
    )


def drafted(parts: Parts, entry: Entry) -> Event:
    """That a reply to a message lies in Gmail's drafts; none of its words."""
    told = event(parts, entry, None)
    return replace(told, id=f"d_{entry.message}_{entry.generation}", type=Kind.DRAFTED)


def _due(parts: Parts, outlet: "Outlet", destination: Destination) -> Sequence[_Due]:
    if Kind.DECIDED not in destination.kinds:
        return ()
    since = int((parts.now() - LOOKBACK).timestamp() * 1000)
    rows = [
        (parts.ledger.entry(id_), generation) for id_, generation in outlet.not_offered(destination, since)
    ]
    return [
        _Due(destination, entry)
        for entry, generation in rows
        if entry and entry.generation == generation and _wanted(destination, entry)
    ]


def _wanted(destination: Destination, entry: Entry) -> bool:
    return not destination.labels or _label(entry) in destination.labels


def _label(entry: Entry) -> str:
    assert entry.verdict is not None  # noqa: S101 -- only decided ones are asked for
    return NEEDS_HUMAN if entry.verdict.needs_human else entry.verdict.label


def event(parts: Parts, entry: Entry, message: Message | None) -> Event:
    """What is told of a decided message; of a mail that is a secret neither subject nor text."""
    verdict = entry.verdict
    assert verdict is not None  # noqa: S101 -- only decided ones are handed over
    readable = message is not None and not secrets_mail.is_secret_mail(message)
    return Event(
        f"m_{entry.message}_{entry.generation}",
        Kind.DECIDED,
        parts.now().astimezone(UTC),
        account=parts.account,
        message_id=entry.message,
        thread_id=entry.thread,
        draft_id=entry.draft or None,
        sender=entry.sight.sender,
        subject=entry.sight.subject,
        received=datetime.fromtimestamp(entry.sight.received_at / 1000, UTC).isoformat(),
        label=_label(entry),
        priority=verdict.priority.value,
        needs_reply=verdict.needs_reply,
        deadline=verdict.deadline or None,
        decided_by=verdict.by.value,
        summary=verdict.summary,
        text=invisible.clean(message.text).text if message and readable else None,
        url=url(parts.account, entry.thread),
    )


def finished(parts: Parts, outlet: "Outlet", result: "RunResult") -> None:
    """Tell that a run ended, and with what counts."""
    counts = result.coverage
    outlet.offer(
        Event(
            f"run_{result.run}",
            Kind.FINISHED,
            parts.now().astimezone(UTC),
            account=parts.account,
            decided=sum(counts.decided.values()),
            needs_human=len(counts.needs_human),
            failed=len(counts.failed),
        )
    )
