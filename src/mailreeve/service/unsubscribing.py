"""Leaving mailing lists: what a mail offers becomes a question to the person; nothing leaves from here."""

import hashlib

from mailreeve.app import Mailbox
from mailreeve.cancel import Cancel
from mailreeve.errors import InputError
from mailreeve.gate import question
from mailreeve.mail import mime
from mailreeve.mail.unsubscribe import Ways, ways
from mailreeve.models import Address, Message
from mailreeve.models import ProposalState as State
from mailreeve.service import drafting, sending
from mailreeve.service.answers import DraftAnswer
from mailreeve.service.answers.leaving import UnsubscribeAnswer

_SUBJECT = "unsubscribe"


def offer(box: Mailbox, message_id: str, *, cancel: Cancel) -> Ways | None:
    """What the mail says about leaving its list; None when it says nothing."""
    message = box.gmail.bound(cancel).get(message_id)
    found = ways(message)
    return found if found.link or found.address else None


def propose(box: Mailbox, message_id: str, *, cancel: Cancel) -> UnsubscribeAnswer:
    """Freeze one request (RFC 8058) or write a mail to the list's address, and ask the person.

    Raises InputError when the mail offers neither in a way that can be trusted.
    """
    message = box.gmail.bound(cancel).get(message_id)
    found = ways(message)
    if found.url:
        proposal = box.gate.propose_cancellation(message, found.url)
        return _told(
            "one_click",
            proposal.id,
            proposal.draft_id,
            proposal.digest,
            question.text(proposal, zone=box.zone),
        )
    if not found.address:
        raise InputError(found.doubt or "This mail offers no way to leave a list.", _open(found))
    draft_id = _written(box, message, found, cancel)
    pending = sending.propose(box, draft_id)
    return _told("mail", pending.proposal_id, draft_id, pending.digest, pending.question)


def _open(found: Ways) -> str:
    shown = f" Its own link, for you to open if you trust it: {found.link}" if found.link else ""
    return f"Nothing is fetched for you.{shown}"


def _told(how: str, proposal: str, draft_id: str, digest: str, asked: str) -> UnsubscribeAnswer:
    return UnsubscribeAnswer(
        status="needs_user",
        how=how,
        draft_id=draft_id,
        proposal=proposal,
        digest=digest,
        question=asked,
        advice="Nothing left yet: send_mail with this draft_id asks the user, and `mailreeve review` shows it.",
    )


def _written(box: Mailbox, message: Message, found: Ways, cancel: Cancel) -> str:
    """The mail to the list, from the address that the list writes to; the one that waits already, if any."""
    mark = hashlib.sha256(f"unsubscribe {message.id}".encode()).hexdigest()[:32]
    for one in box.gate.waiting():
        if one.mark == mark and one.state is State.PROPOSED:
            return one.draft_id
    reached: tuple[Address, ...] = (*message.to, *message.cc)
    own = {one.address.key for one in box.send_as}
    made = drafting.draft(
        box,
        kind="new",
        to=[found.address],
        from_=next((one.key for one in reached if one.key in own), ""),
        subject=found.subject or _SUBJECT,
        body=found.body or "unsubscribe",
        by=f"the list's own header, in a mail of {message.author.address}",
        mark=mark,
        cancel=cancel,
    )
    return made["draft_id"]


def as_draft(box: Mailbox, message_id: str, *, cancel: Cancel) -> DraftAnswer:
    """The same for a face that shows drafts: the text is the whole question."""
    asked = propose(box, message_id, cancel=cancel)
    if asked["how"] == "mail":
        return drafting.show(box, asked["draft_id"])
    proposal = box.gate.get(asked["proposal"])
    return DraftAnswer(
        draft_id=proposal.draft_id,
        message_id=proposal.message_id,
        thread_id=proposal.thread_id,
        to=[],
        cc=[],
        bcc=[],
        subject=proposal.subject,
        digest=proposal.digest,
        flags=[flag.text for flag in proposal.flags],
        text=mime.from_bytes(proposal.raw).text,
        url=box.url(proposal.thread_id),
        change="",
    )
