"""What waits for a person: drafts and proposals beside their threads, and what the person says to them."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from mailreeve.app import App, Mailbox
from mailreeve.cancel import Cancel
from mailreeve.errors import GateError, InputError, NotFound
from mailreeve.gate import errand, flags
from mailreeve.gate.bounce import WITHIN_MS
from mailreeve.mail import charset, mime, parts
from mailreeve.mail.invisible import one_line
from mailreeve.models import Draft, Flag, Message, Priority, Proposal, Weight
from mailreeve.models import ProposalState as State
from mailreeve.service import drafting, mail
from mailreeve.service.answers import AuditAnswer, MessageJson
from mailreeve.service.discarding import discard
from mailreeve.store.audit import Audit, AuditRow
from mailreeve.store.entries import Entry
from mailreeve.triage.posting import KIND, sha256

PER_PAGE = 12
AUDIT_PAGE = 60
REASON = 500
"""Characters of the person's reason that are kept."""
_LIST_PAGES = 10
"""Pages of 100 drafts that are looked through in Gmail for those that wait here."""
_SENT_LATELY = 1000
"""Proposals that are looked through for those that did not arrive."""
_ORIGINAL_LIMIT = 2_000_000
_URGENCY = tuple(Priority)


@dataclass(frozen=True, slots=True)
class Waiting:
    """One line of the queue."""

    draft_id: str
    to: tuple[str, ...]
    subject: str
    beginning: str
    """The first words of the draft."""
    sender: str
    about: str
    """What the mail that it answers says, in a sentence."""
    priority: str
    note: str
    """What the person should check, as the triage said."""
    state: str
    """The state of its open proposal; empty without one."""
    leaves: datetime | None


@dataclass(frozen=True, slots=True)
class Queue:
    """One page of what waits."""

    items: tuple[Waiting, ...]
    page: int
    pages: int
    total: int
    errands: tuple[Proposal, ...]
    """What waits for a yes and is no mail: changes of the calendar, lists to leave."""
    unsure: tuple[Proposal, ...]
    """Sends of which it is not known what became."""
    bounced: tuple[Proposal, ...]
    """What was sent in the last week and did not arrive."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One draft as it would leave, and its thread."""

    draft_id: str
    digest: str
    """Of a proposal what approving binds to; of a draft the SHA-256 of its bytes."""
    raw: bytes
    message: Message
    flags: tuple[Flag, ...]
    thread: tuple[MessageJson, ...]
    """Without drafts, oldest first."""
    url: str
    note: str = ""
    proposal: Proposal | None = None
    leaves: datetime | None = None
    before: str = ""
    """The id of the draft before this one in the queue."""
    after: str = ""


def queue(box: Mailbox, page: int = 1, *, cancel: Cancel) -> Queue:
    """One page of the drafts that wait, the most pressing first. Their text is fetched for this page only.

    The first page looks for news of mail that did not arrive.
    """
    if page <= 1:
        box.gate.look_for_bounces()
    open_ = {one.draft_id: one for one in box.gate.waiting()}
    ids = order(box, cancel=cancel)
    pages = max(1, -(-len(ids) // PER_PAGE))
    page = min(max(page, 1), pages)
    shown = ids[(page - 1) * PER_PAGE : page * PER_PAGE]
    items = []
    for id_ in shown:
        try:
            items.append(_waiting(box, box.gmail.bound(cancel).draft(id_), open_.get(id_)))
        except NotFound:
            continue  # it was sent or deleted a moment ago
    unsure = tuple(one for one in open_.values() if one.state is State.UNKNOWN)
    errands = tuple(
        one for one in open_.values() if errand.is_errand(one.kind) and one.state is State.PROPOSED
    )
    return Queue(tuple(items), page, pages, len(ids), errands, unsure, bounced(box))


def bounced(box: Mailbox) -> tuple[Proposal, ...]:
    """Mail of the last week of which a server said that it did not arrive, the newest first."""
    since = time.time_ns() // 1_000_000 - WITHIN_MS
    return tuple(one for one in box.gate.recent(_SENT_LATELY) if one.bounce and one.executing_at >= since)


def order(box: Mailbox, *, cancel: Cancel) -> list[str]:
    """The ids of the drafts that wait: those with a proposal first, then by priority, then the newest mail."""
    proposed = {one.draft_id: one.thread_id for one in box.gate.waiting()}
    made = {
        str(change.do["draft"]): str(change.do.get("thread", ""))
        for change in box.journal.standing(KIND)
        if change.do.get("draft")
    }
    there = _existing(box, cancel)
    found = [id_ for id_ in {**made, **proposed} if id_ in there]
    entries = {id_: box.ledger.latest_in({**made, **proposed}[id_]) for id_ in found}
    return sorted(found, key=lambda id_: (id_ not in proposed, *_urgency(entries[id_])))


def _urgency(entry: Entry | None) -> tuple[int, int]:
    if entry is None or entry.verdict is None:
        return (len(_URGENCY), 0)
    return (_URGENCY.index(entry.verdict.priority), -entry.sight.received_at)


def _existing(box: Mailbox, cancel: Cancel) -> set[str]:
    """The ids of the drafts in Gmail."""
    gmail, cursor = box.gmail.bound(cancel), ""
    found: set[str] = set()
    for _ in range(_LIST_PAGES):
        listed = gmail.drafts(cursor)
        found |= {item.id for item in listed.items}
        cursor = listed.next
        if not cursor:
            break
    return found


def _waiting(box: Mailbox, draft: Draft, proposal: Proposal | None) -> Waiting:
    message = mime.from_bytes(draft.raw)
    entry = box.ledger.latest_in(draft.thread_id)
    verdict = entry.verdict if entry else None
    return Waiting(
        draft_id=draft.id,
        to=tuple(one.name or one.address for one in (*message.to, *message.cc, *message.bcc)),
        subject=message.subject,
        beginning=mail.snippet(message.text, 180),
        sender=entry.sight.sender.partition(" <")[0] if entry else "",
        about=verdict.summary if verdict else "",
        priority=verdict.priority.value if verdict else "",
        note=entry.note if entry and entry.draft == draft.id else "",
        state=proposal.state.value if proposal else "",
        leaves=box.local_time(proposal.scheduled_at) if proposal and proposal.scheduled_at else None,
    )


def sheet(box: Mailbox, draft_id: str, *, cancel: Cancel) -> Sheet:
    """A draft as it lies in Gmail now. Raises NotFound."""
    draft = box.gmail.bound(cancel).draft(draft_id)
    try:
        flags: tuple[Flag, ...] = box.gate.examine(draft).flags
    except GateError as error:
        flags = (Flag("unclear", Weight.STOP, str(error)),)
    ids = order(box, cancel=cancel)
    place = ids.index(draft_id) if draft_id in ids else -1
    entry = box.ledger.latest_in(draft.thread_id)
    return Sheet(
        draft_id=draft.id,
        digest=sha256(draft.raw),
        raw=draft.raw,
        message=mime.from_bytes(draft.raw),
        flags=flags,
        thread=_thread(box, draft.thread_id, cancel),
        url=box.url(draft.thread_id),
        note=entry.note if entry and entry.draft == draft.id else "",
        before=ids[place - 1] if place > 0 else "",
        after=ids[place + 1] if 0 <= place < len(ids) - 1 else "",
    )


def proposed(box: Mailbox, proposal_id: str, *, cancel: Cancel) -> Sheet:
    """What a person is asked to confirm: the frozen bytes. Raises InputError when there is no such proposal."""
    proposal = box.gate.get(proposal_id)
    entry = box.ledger.latest_in(proposal.thread_id)
    return Sheet(
        draft_id=proposal.draft_id,
        digest=proposal.digest,
        raw=proposal.raw,
        message=mime.from_bytes(proposal.raw),
        flags=proposal.flags,
        thread=_thread(box, proposal.thread_id, cancel),
        url=box.url(proposal.thread_id),
        note=entry.note if entry and entry.draft == proposal.draft_id else "",
        proposal=proposal,
        leaves=box.local_time(proposal.scheduled_at) if proposal.scheduled_at else None,
    )


def asked_of_errand(proposal: Proposal) -> str:
    """What a person is asked about what is no mail; empty for a mail."""
    return errand.ASKS.get(proposal.kind, "")


def before_edits(box: Mailbox, draft_id: str) -> str:
    """The text of a draft before it was first changed through here; empty when it was not, or that is forgotten."""
    changes = box.journal.of_target(draft_id, drafting.UPDATE)
    kept = box.kept.get(changes[0].id) if changes else None
    return mime.from_bytes(kept).text if kept else ""


def _thread(box: Mailbox, thread_id: str, cancel: Cancel) -> tuple[MessageJson, ...]:
    if not thread_id:
        return ()
    try:
        found = box.gmail.bound(cancel).thread(thread_id).messages
    except NotFound:
        return ()
    shown = [one for one in found if "DRAFT" not in one.labels]
    known = box.acquainted() | box.own
    told: list[MessageJson] = []
    for one in shown:
        made = mail.message_json(box, one, known)
        made["date"] = mail.when(box, one) or None
        told.append(made)
    return tuple(told)


def pieces(text: str) -> tuple[tuple[str, bool], ...]:
    """A text in pieces; True is a blank that the person has to fill in."""
    told: list[tuple[str, bool]] = []
    end = 0
    for start, stop in flags.blanks(text):
        told += [(text[end:start], False), (text[start:stop], True)]
        end = stop
    return (*told, (text[end:], False))


def reject(box: Mailbox, draft_id: str, reason: str, *, delete: bool = False, cancel: Cancel) -> str:
    """The person does not want this draft; it stays in Gmail unless it is to be deleted.

    The reason is kept in the audit, for what drafts later. Returns what undo takes when it was deleted.
    """
    told = one_line(reason).strip()[:REASON]
    open_ = next((one for one in box.gate.waiting() if one.draft_id == draft_id), None)
    if open_ and open_.state is State.UNKNOWN:
        raise InputError("It is not known whether this draft was sent.", "Look into the sent mail first.")
    if open_ and open_.state is State.SCHEDULED:
        box.gate.cancel(open_.id)
    elif open_:
        box.gate.reject(open_.id, told or "rejected on review")
    act = discard(box, draft_id, cancel=cancel) if delete else ""
    body = {"draft": draft_id, "proposal": open_.id if open_ else "", "reason": told, "act": act}
    box.audit.append("draft.rejected", body, "person")
    return act


def withdraw(box: Mailbox, proposal_id: str) -> None:
    """Take a scheduled send back; the draft stays. Raises GateError when it is too late."""
    box.gate.cancel(proposal_id)


def settle(box: Mailbox, proposal_id: str, *, sent: bool) -> None:
    """Take the person's word for a send whose outcome is unknown."""
    box.gate.settle_unknown(proposal_id, sent=sent)


def original(box: Mailbox, message_id: str, *, cancel: Cancel) -> str:
    """The HTML of a message as its sender wrote it: hostile, never to be shown as it is. Empty without one."""
    root, _ = parts.split(box.gmail.bound(cancel).raw(message_id))
    for part in root.walk():
        if part.type == "text/html" and part.disposition.value != "attachment" and not part.filename:
            return charset.decode(part.decoded(_ORIGINAL_LIMIT), part.content_type.get("charset"))[0]
    return ""


def may(box: Mailbox, capability: str) -> bool:
    """True when the settings allow it: label, draft or send."""
    return capability in box.config.policy.capabilities


def audit_rows(box: Mailbox, before: int = 0) -> Sequence[AuditRow]:
    """A page of the audit log, newest first."""
    return box.audit.rows(AUDIT_PAGE, before)


def verify_audit(app: App) -> AuditAnswer:
    """Recompute the chain of the audit log, which is one for all accounts and needs no login."""
    found = Audit(app.db, "", app.audit_key()).verify()
    return AuditAnswer(
        ok=found.ok, rows=found.rows, head=found.head, anchor=found.anchor, broken_at=found.broken_at
    )
