"""Mail of the owner that still waits for an answer, and what the owner promised in it."""

import hashlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, tzinfo

from mailreeve import __version__
from mailreeve.cancel import Cancel
from mailreeve.errors import GoogleError, NotFound
from mailreeve.google.gmail import Gmail
from mailreeve.models import Message, Thread
from mailreeve.reading.offline import actions, lexicon, signals
from mailreeve.store.owed import Owed, OwedList

DAYS = 3
"""So long nobody answered."""
RECENT = "in:sent newer_than:30d"
MOST = 50
"""Threads that are looked at, the newest first; 40 quota units for each that changed."""


@dataclass(frozen=True, slots=True)
class Promise:
    """What the owner said that they would do."""

    what: str
    due: str
    """ISO 8601; empty when no date was named."""


@dataclass(frozen=True, slots=True)
class FollowUp:
    """A thread in which somebody owes something."""

    thread_id: str
    message_id: str
    """Gmail's id of the owner's last message."""
    to: tuple[str, ...]
    subject: str
    sent: datetime
    asked: tuple[str, ...]
    """What waits for an answer, in the owner's words; empty when nothing does."""
    promises: tuple[Promise, ...]


def of(
    thread: Thread, own: Collection[str], now: datetime, zone: tzinfo, days: int | None = DAYS
) -> FollowUp | None:
    """What a thread still owes; None when nothing. An automatic reply is no answer; a note to oneself waits for nobody.

    A question is told when it is so many days old; `days` None: of any age.
    """
    real = [one for one in thread.messages if "DRAFT" not in one.labels and not _automatic(one, own)]
    if not real or real[-1].author.key not in own:
        return None
    last = real[-1]
    sent = datetime.fromtimestamp(last.internal_date / 1000, UTC)
    others = tuple(one.key for one in (*last.to, *last.cc) if one.key not in own)
    due = days is None or now - sent >= timedelta(days=days)
    asked = _asked(last, own) if others and due else ()
    promises = _promises(last, own, sent.astimezone(zone)) if others else ()
    if not asked and not promises:
        return None
    return FollowUp(thread.id, last.id, others, last.subject, sent, asked, promises)


def refresh(
    gmail: Gmail, store: OwedList, own: Collection[str], now: datetime, zone: tzinfo, cancel: Cancel
) -> tuple[Owed, ...]:
    """Look at the threads of the last month in which the owner wrote, and keep all that was found, however young.

    A thread in which nothing changed since the last look is not fetched again. Raises GoogleError; that the look failed is
    kept then.
    """
    moment = int(now.timestamp() * 1000)
    seen, looked = store.seen(), store.looked()
    known = {one.thread: one for one in looked.items} if looked else {}
    found: list[Owed] = []
    marks: dict[str, str] = {}
    try:
        for thread, history in gmail.threads(RECENT, limit=MOST):
            cancel.check()
            mark = _mark(history, own, zone)
            same = seen.get(thread) == mark
            one = known.get(thread) if same else _read(gmail, thread, own, now, zone)
            marks[thread] = mark
            found += [one] if one else []
    except GoogleError as error:
        store.failed(moment, error.message)
        raise
    return store.renew(found, moment, marks)


def _read(gmail: Gmail, thread: str, own: Collection[str], now: datetime, zone: tzinfo) -> Owed | None:
    try:
        one = of(gmail.thread(thread), own, now, zone, days=None)
    except NotFound:
        return None
    return _owed(one) if one else None


def _mark(history: str, own: Collection[str], zone: tzinfo) -> str:
    """The same as long as a look at a thread would find the same."""
    told = "\n".join((history, *sorted(own), str(zone), __version__))
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def standing(items: Iterable[Owed], now: datetime, days: int = DAYS) -> tuple[Owed, ...]:
    """What of it is to be told: questions only when they are so many days old."""
    newest = int((now - timedelta(days=days)).timestamp() * 1000)
    told = (one if one.sent <= newest else replace(one, asked=()) for one in items)
    return tuple(one for one in told if one.asked or one.promises)


def _owed(one: FollowUp) -> Owed:
    return Owed(
        thread=one.thread_id,
        message=one.message_id,
        to=one.to,
        subject=one.subject,
        sent=int(one.sent.timestamp() * 1000),
        asked=one.asked,
        promises=tuple((each.what, each.due) for each in one.promises),
    )


def _automatic(message: Message, own: Collection[str]) -> bool:
    return message.author.key not in own and signals.read(message, own=own).auto_reply


def _asked(message: Message, own: Collection[str]) -> tuple[str, ...]:
    """Questions and requests to the others; none in a note that says itself that it needs no answer."""
    seen = signals.read(message, own=own)
    request = lexicon.topic("request")
    return tuple(
        piece for piece in seen.sentences if piece.rstrip().endswith("?") or request.search(piece.lower())
    )[:5]


def _promises(message: Message, own: Collection[str], when: datetime) -> tuple[Promise, ...]:
    """What the owner says they will do, where a date is named."""
    seen = signals.read(message, own=own)
    items = actions.of(message, seen, actions.people(message, frozenset(own)), when)
    return tuple(Promise(one.what, one.due) for one in items if one.who == actions.OWNER and one.due)
