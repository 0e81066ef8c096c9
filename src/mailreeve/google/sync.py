"""Which mail is new since the last time: the history, or a bounded list when there is none. Never a gap."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from mailreeve.cancel import Cancel
from mailreeve.errors import HistoryExpired
from mailreeve.google.gmail import PAGE, Gmail
from mailreeve.google.shapes import INBOX
from mailreeve.models import Ref

OVERLAP = 86_400
"""Seconds that a resync looks back behind the last run: for wrong clocks and mail that came in late."""
INCOMING = "-in:sent -in:drafts -in:chats"


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far the mailbox is known. Save it only after the work on the mail before it is durable."""

    history_id: str
    """Empty before the first run."""
    at: int
    """Epoch seconds: mail that came before is known. On the first run: where to begin."""


@dataclass(frozen=True, slots=True)
class Delta:
    """New mail of the inbox, oldest first, each id once."""

    refs: tuple[Ref, ...]
    cursor: Cursor
    """Where the next run begins."""
    listed: bool = False
    """True when mail was listed by date, on the first run or because the history had expired."""

    @property
    def history_id(self) -> str:
        """The history id of the new cursor."""
        return self.cursor.history_id


def new_since(
    gmail: Gmail,
    cursor: Cursor,
    cancel: Cancel,
    *,
    clock: Callable[[], float] = time.time,
) -> Delta:
    """New mail since the cursor.

    A message may come twice over two runs, at the seam of a resync; it never stays away.
    """
    gmail = gmail.bound(cancel, interactive=False)
    now = int(clock())
    if not cursor.history_id:
        return _listed(gmail, Cursor("", cursor.at), now, cancel)
    try:
        refs, history_id = _replayed(gmail, cursor.history_id, {}, cancel)
    except HistoryExpired:
        return _listed(gmail, Cursor("", cursor.at - OVERLAP), now, cancel)
    return Delta(refs, Cursor(history_id, now))


def _listed(gmail: Gmail, since: Cursor, now: int, cancel: Cancel) -> Delta:
    """List by date; the history id is taken before, and replayed after, so nothing falls between."""
    start = gmail.profile().history_id
    known: dict[str, Ref] = {}
    page, more = "", True
    while more:
        cancel.check()
        found = gmail.search(
            f"after:{max(0, since.at)} {INCOMING}", label_ids=(INBOX,), cursor=page, limit=PAGE
        )
        known.update((ref.id, ref) for ref in found.items)
        page, more = found.next, bool(found.next)
    oldest_first = dict(reversed(known.items()))
    refs, history_id = _replayed(gmail, start, oldest_first, cancel)
    return Delta(refs, Cursor(history_id, now), listed=True)


def _replayed(gmail: Gmail, start: str, known: dict[str, Ref], cancel: Cancel) -> tuple[tuple[Ref, ...], str]:
    """What the history since `start` makes of the known messages.

    The new id is the first page's: what happens while the others are fetched comes again next time.
    """
    page, more, history_id = "", True, ""
    while more:
        cancel.check()
        changes = gmail.history(start, page)
        for id_ in changes.left:
            known.pop(id_, None)
        known.update((ref.id, ref) for ref in changes.arrived)
        history_id = history_id or changes.history_id
        page, more = changes.next, bool(changes.next)
    return tuple(known.values()), history_id
