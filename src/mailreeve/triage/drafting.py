"""The step that writes a draft: applied -> done. One draft per message, whatever crashed or got lost; nothing is sent."""

import hashlib
from dataclasses import replace

from mailreeve.errors import InputError, OutcomeUnknown
from mailreeve.mail.compose import compose, reply
from mailreeve.models import ChangeState, DecidedBy, Message, Thread
from mailreeve.store.entries import Entry, EntryState
from mailreeve.triage import acquainting, booking, forwarding, templates
from mailreeve.triage.labelling import wants_errand, wants_reply
from mailreeve.triage.posting import KIND, MARK, create, find, has_settled
from mailreeve.triage.rereading import Looked, filled, look
from mailreeve.triage.work import Work, reason

TRIES = 3
"""After so many runs a message stays without a draft, and the digest says so."""


def draft(work: Work, id_: str) -> None:
    """Write the draft that a message deserves, or note why there is none.

    Raises Cancelled or LoginNeeded; every other failure is noted with the message's id.
    """
    entry = work.parts.ledger.entry(id_)
    if (
        entry is None
        or entry.run != work.run
        or entry.state is not EntryState.APPLIED
        or entry.verdict is None
    ):
        return
    errands = wants_errand(entry.verdict)
    if not errands and _enough(work) and not work.parts.journal.of_target(id_, KIND):
        _without(work, entry, f"the run made its {work.parts.settings.max_drafts} drafts")
        return
    parts = work.parts
    looked = look(parts.gmail, parts.hand, entry.thread, id_, texts=parts.llm is not None)
    thread = looked.thread
    message = next((one for one in thread.messages if one.id == id_), None)
    if message is None:
        _without(work, entry, "the message is no longer in its thread")
        return
    try:
        told = _errands(work, entry, message) if errands else ""
        forwarded, more = forwarding.forward(work, entry, message)
    except OutcomeUnknown as error:
        work.failed(entry.message, error)
        return
    told = " ".join(filter(None, (told, more)))
    if not (work.parts.settings.drafts and wants_reply(entry.verdict, work.parts.labels)):
        work.parts.ledger.mark_drafted(work.run, id_, forwarded, told)
        return
    entry = replace(entry, note=told)
    if errands and _enough(work) and not work.parts.journal.of_target(id_, KIND):
        _without(work, entry, f"the run made its {work.parts.settings.max_drafts} drafts")
        return
    if not _found_again(work, entry, thread):
        against = _against(work, message, thread)
        if against:
            _without(work, entry, against)
        else:
            _write(work, entry, message, looked)


def _errands(work: Work, entry: Entry, message: Message) -> str:
    """What rules want in the calendar and the address book; returns what the person should know of it."""
    told = (booking.book(work, entry, message), acquainting.acquaint(work, entry, message))
    return " ".join(filter(None, told))


def mark_of(account: str, message: str) -> str:
    """The same for the same message for ever, so that it can be looked for."""
    return hashlib.sha256(f"{account}\n{message}".encode()).hexdigest()[:32]


def _found_again(work: Work, entry: Entry, thread: Thread) -> bool:
    """Look before writing: True when the draft is there already, or was and the person dealt with it."""
    journal = work.parts.journal
    changes = journal.of_target(entry.message, KIND)
    lost = [one for one in changes if one.state in {ChangeState.INTENDED, ChangeState.UNKNOWN}]
    mark = mark_of(work.parts.account, entry.message)
    there = find(work.parts.gmail, thread, mark)
    if there is None and has_settled(lost, work.parts.settings.settle_seconds, work.cancel):
        there = find(work.parts.gmail, work.parts.gmail.thread(thread.id, [MARK]), mark)
    if there is not None:
        for change in lost[-1:]:
            # Not hashed anew: since the interruption the person may have edited it.
            known = {**change.do, "draft": there.id}
            journal.settle(change.id, ChangeState.DONE, do=known, inverse={"delete_draft": there.id})
        if not changes:  # by another home, or by a store that was lost: without its hash undo leaves it alone
            known = {"thread": thread.id, "mark": mark, "draft": there.id}
            found = journal.intend(work.run, KIND, entry.message, known, {})
            journal.settle(found, ChangeState.DONE, inverse={"delete_draft": there.id})
        work.parts.ledger.mark_drafted(work.run, entry.message, there.id, entry.note)
        return True
    for change in lost:
        journal.settle(change.id, ChangeState.FAILED, "looked for and not found")
    if any(change.state is ChangeState.DONE for change in changes):
        _without(work, entry, "its draft was sent or deleted")
        return True
    return False


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


def _write(work: Work, entry: Entry, message: Message, looked: Looked) -> None:
    parts = work.parts
    try:
        answer = templates.reply(work.parts, entry) or work.cascade.draft(
            _told(work, message, looked),
            work.cancel,
            parts.times(message, work.cancel) if parts.times else "",
        )
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
            thread=looked.thread.id,
            cancel=work.cancel,
            interactive=False,
            rule=act.rule if (act := templates.wish(entry)) and answer.by is DecidedBy.RULE else "",
        )
    except OutcomeUnknown as error:
        work.failed(entry.message, error)
        return
    parts.ledger.mark_drafted(work.run, entry.message, made.id, _noted(entry, answer.note))
    if parts.note_draft:
        parts.note_draft(made, answer.by.value)


def _told(work: Work, message: Message, looked: Looked) -> Thread:
    """What a reader is shown. The built-in one reads the message alone."""
    thread, parts = looked.thread, work.parts
    if parts.llm is None:
        return Thread(thread.id, (message,))
    before = until(message, thread).messages
    return Thread(thread.id, filled(parts.gmail, parts.hand, looked, before, work.cancel))


def until(message: Message, thread: Thread) -> Thread:
    """The thread as far as the message that is answered, which comes last; without drafts."""
    before = [
        one
        for one in thread.messages
        if one.id != message.id and one.internal_date <= message.internal_date and "DRAFT" not in one.labels
    ]
    return Thread(thread.id, (*before, message))


def _without(work: Work, entry: Entry, why: str) -> None:
    work.parts.ledger.mark_drafted(work.run, entry.message, note=_noted(entry, f"no draft: {why}"))


def _noted(entry: Entry, more: str) -> str:
    """What is to be said of its forwards, and more."""
    return " ".join(filter(None, (entry.note, more)))


def no_more(work: Work, id_: str, error: Exception) -> bool:
    """True when a message failed to get its draft often enough: it stays without one."""
    entry = work.parts.ledger.entry(id_)
    if entry is None or entry.attempts + 1 < TRIES:
        return False
    _without(work, entry, reason(error))
    return True
