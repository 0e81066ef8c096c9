"""What waits for a person, as the command line prints it and the review tool answers: each thing once."""

from mailreeve.app import Mailbox
from mailreeve.cancel import Cancel
from mailreeve.errors import GateError, NotFound
from mailreeve.mail import mime
from mailreeve.models import Draft, Proposal
from mailreeve.models import ProposalState as State
from mailreeve.service import review
from mailreeve.service.answers import ProposalJson, ReviewAnswer, WaitingDraft

_RECENT = 50
"""Decided proposals that are listed when all are asked for."""
_OPEN = (State.PROPOSED, State.APPROVED, State.SCHEDULED, State.EXECUTING, State.UNKNOWN)


def waiting(
    box: Mailbox, *, history: bool = False, first: int = 0, limit: int = 0, cancel: Cancel
) -> ReviewAnswer:
    """The open proposals, then the drafts that nobody proposed yet, the most pressing first.

    `history` adds what became of the last proposals. At most `limit` of both lists together from place `first`
    on; 0 is all. A draft is read for its page only, which costs Gmail units.
    """
    box.gate.look_for_bounces()
    proposals = [one for one in box.gate.recent(_RECENT) if one.state in _OPEN or history]
    proposals = sorted(_with_every_open(box, proposals), key=lambda one: one.state not in _OPEN)
    taken = {one.draft_id for one in proposals if one.state in _OPEN}
    ids = [id_ for id_ in review.order(box, cancel=cancel) if id_ not in taken]
    end = first + limit if limit else None
    start = max(0, first - len(proposals))
    stop = None if end is None else max(0, end - len(proposals))
    drafts = [one for id_ in ids[start:stop] if (one := _draft(box, id_, cancel))]
    return ReviewAnswer(
        proposals=[proposal_json(box, one) for one in proposals[first:end]],
        drafts=drafts,
        bounced=[proposal_json(box, one) for one in review.bounced(box)],
        total=len(proposals) + len(ids),
    )


def _with_every_open(box: Mailbox, recent: list[Proposal]) -> list[Proposal]:
    """An open one is listed however old it is."""
    known = {one.id for one in recent}
    return [*recent, *(one for one in box.gate.waiting() if one.id not in known)]


def _draft(box: Mailbox, id_: str, cancel: Cancel) -> WaitingDraft | None:
    """None when it was sent or deleted a moment ago."""
    try:
        draft = box.gmail.bound(cancel).draft(id_)
    except NotFound:
        return None
    message = mime.from_bytes(draft.raw)
    entry = box.ledger.latest_in(draft.thread_id)
    verdict = entry.verdict if entry else None
    return WaitingDraft(
        draft_id=draft.id,
        thread_id=draft.thread_id,
        to=[one.address for one in (*message.to, *message.cc, *message.bcc)],
        subject=message.subject,
        flags=_flags(box, draft),
        about=verdict.summary if verdict else "",
        note=entry.note if entry and entry.draft == draft.id else "",
        priority=verdict.priority.value if verdict else "",
        url=box.url(draft.thread_id),
    )


def _flags(box: Mailbox, draft: Draft) -> list[str]:
    try:
        return [flag.text for flag in box.gate.examine(draft).flags]
    except GateError as error:
        return [str(error)]


def proposal_json(box: Mailbox, proposal: Proposal) -> ProposalJson:
    """A proposal as the outer face tells it."""
    expires = box.local_time(proposal.expires_at).isoformat(timespec="minutes") if proposal.expires_at else ""
    at = proposal.scheduled_at
    leaves = box.local_time(at).isoformat(timespec="minutes") if at else ""
    return ProposalJson(
        id=proposal.id,
        kind=proposal.kind,
        state=proposal.state.value,
        digest=proposal.digest,
        to=list(proposal.envelope.recipients),
        subject=proposal.subject,
        flags=[flag.text for flag in proposal.flags],
        draft_id=proposal.draft_id,
        url=box.url(proposal.thread_id),
        expires=expires,
        leaves=leaves,
        bounced=proposal.bounce,
    )
