"""A draft of ours put into Gmail: journalled, posted once, and found again by its mark when the answer got lost."""

import hashlib
from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from mailreeve.cancel import Cancel
from mailreeve.errors import Cancelled, GoogleError, OutcomeUnknown
from mailreeve.models import Change, ChangeState, Draft, Json, Message, Thread
from mailreeve.store.journal import Intent, Journal

if TYPE_CHECKING:
    from mailreeve.google.gmail import Gmail

KIND = "draft_create"
MARK = "X-Mailreeve-Id"
"""The header by which a draft of ours is found again; the sent mail keeps it."""
LOOKS = (0.0, 1.0, 3.0)
"""Seconds before each look for a draft whose answer got lost: Gmail may be slow to show it."""
NEWEST = 25
"""So many drafts are looked through for one that stands in no known thread; one batch."""


def find(gmail: "Gmail", thread: Thread, mark: str) -> Draft | None:
    """The draft of the thread that bears a mark, by its ids."""
    inside = {one.id for one in thread.messages if "DRAFT" in one.labels and one.header(MARK) == mark}
    cursor, more = "", bool(inside)
    while more:
        page = gmail.drafts(cursor)
        for item in page.items:
            if item.message_id in inside:
                return item
        cursor, more = page.next, bool(page.next)
    return None


def has_settled(changes: Iterable[Change], seconds: float, cancel: Cancel) -> bool:
    """Wait until no request of these changes can still be under way at Google; False when that took no time.

    Of a process that died with a request in hand, the request may be carried out `seconds` later: until then a draft that
    is not there proves nothing.
    """
    begun = [one.at for one in changes if one.state in {ChangeState.INTENDED, ChangeState.UNKNOWN}]
    left = seconds - (datetime.now(UTC) - max(begun)).total_seconds() if begun else 0.0
    if left <= 0:
        return False
    cancel.sleep(min(left, seconds))  # at most so long, should the clock have been set back
    return True


def earlier(
    gmail: "Gmail", changes: Iterable[Change], mark: str, settle_seconds: float, cancel: Cancel
) -> Draft | None:
    """The draft that an earlier try wrote, among the newest ones, also when its process died with the request in hand."""
    found = newest(gmail, mark, cancel)
    if found is None and has_settled(changes, settle_seconds, cancel):
        found = newest(gmail, mark, cancel)
    return found


def create(
    gmail: "Gmail",
    journal: Journal,
    run: str,
    target: str,
    raw: bytes,
    *,
    mark: str,
    thread: str,
    cancel: Cancel,
    interactive: bool,
    rule: str = "",
) -> Draft:
    """Journal, post once, journal; returns the draft as Gmail keeps it. `rule` is the one that wants it, if one does.

    When the answer is lost the draft is looked for by its mark, until `cancel`. Raises OutcomeUnknown when it is
    not found: the change stays unsettled.
    """
    do: Json = {"thread": thread, "mark": mark, "sha256": sha256(raw), **({"rules": [rule]} if rule else {})}
    change = ""
    try:
        with journal.intending(run, [Intent(KIND, target, do, {})], once=True) as (change,):
            made = gmail.create_draft(raw, thread)
    except OutcomeUnknown:
        found = _look(gmail.bound(cancel, interactive=interactive), thread, mark, cancel)
        if found is None:
            raise
        made = found
    # The id at once, and then the hash of the bytes as Gmail keeps them. The thread: there undo finds a sent mail.
    known = {**do, "draft": made.id, "thread": made.thread_id}
    journal.settle(change, ChangeState.DONE, do=known, inverse={"delete_draft": made.id})
    stored = gmail.bound(Cancel(), interactive=interactive).draft(made.id)
    if sha256(stored.raw) != do["sha256"]:
        journal.settle(change, ChangeState.DONE, do={**known, "stored": sha256(stored.raw)})
    return stored


def _look(gmail: "Gmail", thread: str, mark: str, cancel: Cancel) -> Draft | None:
    """None when it is not there, or when Google cannot be asked: what was lost is then the error to tell."""
    with suppress(GoogleError, Cancelled):
        for seconds in LOOKS:
            cancel.sleep(seconds)
            found = find(gmail, gmail.thread(thread, [MARK]), mark) if thread else None
            found = found or newest(gmail, mark, cancel)  # under another subject Gmail leaves the thread
            if found is not None:
                return found
    return None


def newest(gmail: "Gmail", mark: str, cancel: Cancel) -> Draft | None:
    """The draft that bears a mark, among the newest ones: it was written a moment ago."""
    items = {item.message_id: item for item in gmail.drafts().items[:NEWEST]}
    for id_, message in gmail.get_many(list(items), cancel):
        if isinstance(message, Message) and message.header(MARK) == mark:
            return items[id_]
    return None


def sha256(raw: bytes) -> str:
    """The fingerprint of a draft's exact bytes."""
    return hashlib.sha256(raw).hexdigest()


def written(journal: Journal, target: str) -> frozenset[str]:
    """The fingerprints of what we wrote under a target, and of what Gmail made of it at once."""
    found = (one.do.get(name) for one in journal.of_target(target, KIND) for name in ("sha256", "stored"))
    return frozenset(str(told) for told in found if told)


def is_unchanged(change: Change, raw: bytes) -> bool:
    """True while the draft's bytes are those that we wrote, or that Gmail made of them at once."""
    return sha256(raw) in {change.do.get("sha256"), change.do.get("stored")}
