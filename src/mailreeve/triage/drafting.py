"""The step that writes a draft: applied -> done. One draft per message, whatever crashed or got lost; nothing is sent."""

import hashlib
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from mailreeve.cancel import Cancel
from mailreeve.errors import Cancelled, GoogleError, InputError, OutcomeUnknown
from mailreeve.mail.compose import compose, reply
from mailreeve.models import Change, ChangeState, Draft, Message, Thread
from mailreeve.store.journal import Intent, Journal
from mailreeve.store.ledger import Entry, EntryState
from mailreeve.triage.work import Work, reason

if TYPE_CHECKING:
    from mailreeve.google.gmail import Gmail

KIND = "draft_create"
MARK = "X-Mailreeve-Id"
"""The header by which a draft of ours is found again; the sent mail keeps it."""
LOOKS = (0.0, 1.0, 3.0)
"""Seconds before each look for a draft whose answer got lost: Gmail may be slow to show it."""
NEWEST = 25
"""So many drafts are looked through for one that stands in no known thread; one batch."""
TRIES = 3
"""After so many runs a message stays without a draft, and the digest says so."""


def draft(work: Work, id_: str) -> None:
    """Write the draft that a message deserves, or note why there is none.

    Raises Cancelled or LoginNeeded; every other failure is noted with the message's id.
    """
    entry = work.parts.ledger.entry(id_)
    if entry is None or entry.run != work.run or entry.state is not EntryState.APPLIED:
        return
    if _enough(work) and not work.parts.journal.of_target(id_, KIND):
        _without(work, entry, f"the run made its {work.parts.settings.max_drafts} drafts")
        return
    thread = work.parts.gmail.thread(entry.thread)
    message = next((one for one in thread.messages if one.id == id_), None)
    if message is None:
        _without(work, entry, "the message is no longer in its thread")
    elif not _found_again(work, entry, thread):
        against = _against(work, message, thread)
        if against:
            _without(work, entry, against)
        else:
            _write(work, entry, message, thread)


def mark_of(account: str, message: str) -> str:
    """The same for the same message for ever, so that it can be looked for."""
    return hashlib.sha256(f"{account}\n{message}".encode()).hexdigest()[:32]


def _found_again(work: Work, entry: Entry, thread: Thread) -> bool:
    """Look before writing: True when the draft is there already, or was and the person dealt with it."""
    journal = work.parts.journal
    changes = journal.of_target(entry.message, KIND)
    lost = [one for one in changes if one.state in {ChangeState.INTENDED, ChangeState.UNKNOWN}]
    there = find(work.parts.gmail, thread, mark_of(work.parts.account, entry.message))
    if there is not None:
        for change in lost[-1:]:
            # Not hashed anew: since the interruption the person may have edited it.
            known = {**change.do, "draft": there.id}
            journal.settle(change.id, ChangeState.DONE, do=known, inverse={"delete_draft": there.id})
        work.parts.ledger.mark_drafted(work.run, entry.message, there.id)
        return True
    for change in lost:
        journal.settle(change.id, ChangeState.FAILED, "looked for and not found")
    if any(change.state is ChangeState.DONE for change in changes):
        _without(work, entry, "its draft was sent or deleted")
        return True
    return False


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


def _against(work: Work, message: Message, thread: Thread) -> str:
    """Why there should be no draft; empty when there should be one."""
    if not message.author.address or message.author.key in work.parts.own:
        return "there is nobody to answer"
    if any("DRAFT" in one.labels for one in thread.messages):
        return "the thread has a draft already"
    later = [one for one in thread.messages if one.internal_date > message.internal_date]
    if any("SENT" in one.labels for one in later):
        return "it was answered already"
    return ""


def _enough(work: Work) -> bool:
    made = sum(bool(entry.draft) for entry in work.parts.ledger.entries([work.run]))
    return made >= work.parts.settings.max_drafts


def _write(work: Work, entry: Entry, message: Message, thread: Thread) -> None:
    parts = work.parts
    try:
        answer = work.cascade.draft(Thread(thread.id, _until(message, thread)), work.cancel)
        letter = reply(
            message,
            own=(parts.account, *parts.own),
            everyone=False,
            now=parts.now().astimezone(parts.zone),
            body=answer.body,
            send_as=parts.send_as,
            zone=parts.zone,
        )
        mark = mark_of(parts.account, entry.message)
        raw = compose(replace(letter, headers=((MARK, mark),)))
    except InputError as error:
        _without(work, entry, reason(error))
        return
    try:
        made = create(
            parts.gmail,
            parts.journal,
            work.run,
            entry.message,
            raw,
            mark=mark,
            thread=thread.id,
            cancel=work.cancel,
            interactive=False,
        )
    except OutcomeUnknown as error:
        work.failed(entry.message, error)
        return
    parts.ledger.mark_drafted(work.run, entry.message, made.id, answer.note)


def _until(message: Message, thread: Thread) -> tuple[Message, ...]:
    """The thread as far as the message that is answered, which comes last."""
    before = [
        one for one in thread.messages if one.id != message.id and one.internal_date <= message.internal_date
    ]
    return (*before, message)


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
) -> Draft:
    """Journal, post once, journal; returns the draft as Gmail keeps it.

    When the answer is lost the draft is looked for by its mark, until `cancel`. Raises OutcomeUnknown when it is
    not found: the change stays unsettled.
    """
    do = {"thread": thread, "mark": mark, "sha256": sha256(raw)}
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
            found = find(gmail, gmail.thread(thread), mark) if thread else None
            found = found or _newest(gmail, mark, cancel)  # under another subject Gmail leaves the thread
            if found is not None:
                return found
    return None


def _newest(gmail: "Gmail", mark: str, cancel: Cancel) -> Draft | None:
    """The draft that bears a mark, among the newest ones: it was written a moment ago."""
    items = {item.message_id: item for item in gmail.drafts().items[:NEWEST]}
    for id_, message in gmail.get_many(list(items), cancel):
        if isinstance(message, Message) and message.header(MARK) == mark:
            return items[id_]
    return None


def sha256(raw: bytes) -> str:
    """The fingerprint of a draft's exact bytes."""
    return hashlib.sha256(raw).hexdigest()


def is_unchanged(change: Change, raw: bytes) -> bool:
    """True while the draft's bytes are those that we wrote, or that Gmail made of them at once."""
    return sha256(raw) in {change.do.get("sha256"), change.do.get("stored")}


def _without(work: Work, entry: Entry, why: str) -> None:
    work.parts.ledger.mark_drafted(work.run, entry.message, note=f"no draft: {why}")


def no_more(work: Work, id_: str, error: Exception) -> bool:
    """True when a message failed to get its draft often enough: it stays without one."""
    entry = work.parts.ledger.entry(id_)
    if entry is None or entry.attempts + 1 < TRIES:
        return False
    _without(work, entry, reason(error))
    return True
