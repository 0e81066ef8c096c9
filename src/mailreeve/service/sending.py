"""Asking to send, and what a person's answer does.

No argument of these approves: `confirm` is called by the faces' code that has just read a person's own answer.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from typing_extensions import TypedDict

from mailreeve.app import Mailbox
from mailreeve.errors import InputError, NotFound
from mailreeve.gate import errand, question
from mailreeve.gate.execute import Outcome
from mailreeve.gate.proposal import digest, same
from mailreeve.mail import mime
from mailreeve.models import Proposal
from mailreeve.models import ProposalState as State
from mailreeve.service.answers import SendAnswer

_STATUS = {
    State.DONE: "sent",
    State.SCHEDULED: "scheduled",
    State.UNKNOWN: "unknown",
    State.EXECUTING: "unknown",
    State.REJECTED: "declined",
    State.CANCELLED: "declined",
    State.PROPOSED: "needs_user",
    State.EXPIRED: "needs_user",
    State.APPROVED: "needs_user",
}


@dataclass(frozen=True, slots=True)
class Pending:
    """What a face shows before it asks."""

    proposal_id: str
    digest: str
    question: str
    """The whole preview as plain text, always the same for the same proposal."""
    decision: Literal["ask", "allow"]
    """`allow` when a setting of the person lets it go without a question."""


def propose(box: Mailbox, draft_id: str, at: str | None = None) -> Pending:
    """Freeze a draft as it lies in Gmail now; `at` (ISO 8601) sends it later.

    Raises NotFound, InputError, or GateError when the policy refuses.
    """
    if errand.waits_here(draft_id):
        waits = box.gate.waits_for(draft_id)
        if waits is None or at:
            raise InputError("Nothing of this id waits for an answer.", "Propose it again, for now.")
        return Pending(waits.id, waits.digest, question.text(waits, zone=box.zone), "ask")
    proposal = box.gate.propose_send(draft_id, _moment(box, at))
    decision: Literal["ask", "allow"] = "ask" if proposal.state is State.PROPOSED else "allow"
    return Pending(proposal.id, proposal.digest, question.text(proposal, zone=box.zone), decision)


def confirm(
    box: Mailbox, proposal_id: str, digest: str, channel: str, by: str, nonce: str = ""
) -> SendAnswer:
    """A person said yes to this digest: approve it, and send it unless it is for later.

    `channel` is elicitation, page or tty; `policy` sends what the policy allowed already. `nonce` is the
    one-use token of the question, where the channel has one.
    """
    if channel != "policy":
        proposal = box.gate.approve(proposal_id, digest, channel, by, nonce)
    else:
        proposal = box.gate.get(proposal_id)
    if proposal.state is State.SCHEDULED:
        return _scheduled(box, proposal)
    return told(box.gate.execute(proposal.id))


def is_errand(draft_id: str) -> bool:
    """True for the id of something that is no draft in Gmail: a change of the calendar, a list to leave."""
    return errand.waits_here(draft_id)


def decline(box: Mailbox, proposal_id: str, reason: str) -> SendAnswer:
    """It was not approved; the draft stays in Gmail."""
    done = box.gate.reject(proposal_id, reason)
    kept = "Nothing was changed." if errand.is_errand(done.kind) else "The draft is kept in Gmail."
    return answer(done, f"Not approved. {kept}")


def waiting(
    box: Mailbox, proposal_id: str, why: str = "this program cannot ask the user, who decides"
) -> SendAnswer:
    """Nobody could be asked: the draft waits, and here is where a person goes on."""
    proposal = box.gate.get(proposal_id)
    program = commands(box)
    ways = [
        f"with `{program} send {proposal.draft_id}` on a terminal",
        f"on the page that `{program} review --web` opens",
    ]
    if not box.config.demo and not errand.is_errand(proposal.kind):
        ways.append(f"from Gmail (https://mail.google.com/mail/?authuser={box.address}#drafts)")
    return answer(proposal, f"Nothing was sent: {why}. It can be sent {', or '.join(ways)}.")


def commands(box: Mailbox) -> str:
    """How commands begin that a person is shown."""
    return "mailreeve --demo" if box.config.demo else "mailreeve"


class Letter(TypedDict):
    """What a proposal holds, for a card beside the question."""

    to: list[str]
    cc: list[str]
    bcc: list[str]
    subject: str
    text: str
    flags: list[str]


def letter(box: Mailbox, proposal_id: str) -> Letter:
    """What an open proposal would send."""
    proposal = box.gate.get(proposal_id)
    envelope = proposal.envelope
    return Letter(
        to=list(envelope.to),
        cc=list(envelope.cc),
        bcc=list(envelope.bcc),
        subject=proposal.subject,
        text=mime.from_bytes(proposal.raw).text,
        flags=[flag.text for flag in proposal.flags],
    )


def current(box: Mailbox, proposal_id: str) -> Proposal:
    """A proposal as it stands now, or, when it is closed, the newest one for its draft.

    A person who changes the draft on the page and approves it answers a new proposal.
    """
    found = box.gate.get(proposal_id)
    if found.state not in {State.REJECTED, State.CANCELLED}:
        return found
    return _newest(box, found.draft_id) or found


def meanwhile(box: Mailbox, draft_id: str, asked: str = "") -> SendAnswer | None:
    """What a person did elsewhere with a draft that is asked about again; None when they are to be asked.

    On the review page or a terminal they may have sent it. `asked` is the proposal that was left with them, if any:
    then their no is told too, as long as the draft is the one that they declined.
    """
    newest = _newest(box, draft_id)
    if newest is None:
        return None
    found = box.gate.get(newest.id)
    if found.state is State.DONE and found.decided_how in {"page", "tty"}:
        return outcome(box, found)
    if not asked:
        return None
    if found.state in {State.APPROVED, State.EXECUTING}:
        return outcome(box, found)
    if found.state in {State.REJECTED, State.FAILED} and _is_unchanged(box, found):
        return outcome(box, found)
    return None


def outcome(box: Mailbox, proposal: Proposal) -> SendAnswer:
    """Where a question stands that was left with a person on the review page."""
    if proposal.state is State.SCHEDULED:
        return _scheduled(box, proposal)
    if proposal.state is State.PROPOSED:
        advice = (
            "Nothing was sent yet: the review page in the user's browser shows the message and waits for their"
            " answer. Tell them, then call send_mail again for this draft; it tells what they decided."
        )
    elif proposal.state in {State.APPROVED, State.EXECUTING}:
        advice = "The user approved it and it is being sent. Call send_mail again to learn what became of it."
    elif proposal.state is State.REJECTED:
        advice = f"The user did not approve it: {proposal.outcome}"
    else:
        advice = proposal.outcome
    return answer(proposal, advice)


def _newest(box: Mailbox, draft_id: str) -> Proposal | None:
    return next((one for one in box.gate.recent() if one.draft_id == draft_id), None)


def _is_unchanged(box: Mailbox, proposal: Proposal) -> bool:
    """True when the draft in Gmail is still what the proposal, whose bytes are wiped by now, was made from."""
    if errand.is_errand(proposal.kind):
        return True
    try:
        draft = box.gmail.draft(proposal.draft_id)
    except NotFound:
        return False
    now = replace(proposal, raw=draft.raw, thread_id=draft.thread_id)
    return same(digest(now), proposal.digest)


def _scheduled(box: Mailbox, proposal: Proposal) -> SendAnswer:
    when = box.local_time(proposal.scheduled_at)
    return answer(proposal, f"It leaves at {when:%Y-%m-%d %H:%M %Z}, while Mailreeve runs then.")


def told(outcome: Outcome) -> SendAnswer:
    """What became of an attempt to send."""
    return answer(outcome.proposal, outcome.reason)


def answer(proposal: Proposal, advice: str) -> SendAnswer:
    """Where a proposal stands, as the outer face tells it."""
    return SendAnswer(
        status=_STATUS.get(proposal.state, "failed"),
        draft_id=proposal.draft_id,
        message_id=proposal.message_id,
        sent_id=proposal.sent_id,
        proposal=proposal.id,
        advice=advice,
    )


def _moment(box: Mailbox, at: str | None) -> datetime | None:
    if not at:
        return None
    try:
        moment = datetime.fromisoformat(at)
    except ValueError:
        raise InputError(f"{at[:40]!r} is no time.", "Write it as 2026-11-24T08:30.") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=box.zone)
