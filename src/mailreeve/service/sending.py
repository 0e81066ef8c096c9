"""Asking to send, and what a person's answer does.

No argument of these approves: `confirm` is called by the faces' code that has just read a person's own answer.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from mailreeve.app import Mailbox
from mailreeve.errors import InputError
from mailreeve.gate import question
from mailreeve.gate.execute import Outcome
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
        when = box.local_time(proposal.scheduled_at)
        return _answer(proposal, f"It leaves at {when:%Y-%m-%d %H:%M %Z}, while Mailreeve runs then.")
    return _told(box.gate.execute(proposal.id))


def decline(box: Mailbox, proposal_id: str, reason: str) -> SendAnswer:
    """It was not approved; the draft stays in Gmail."""
    return _answer(box.gate.reject(proposal_id, reason), "Not approved. The draft is kept in Gmail.")


def waiting(box: Mailbox, proposal_id: str) -> SendAnswer:
    """Nobody could be asked: the draft waits, and here is where a person goes on."""
    proposal = box.gate.get(proposal_id)
    advice = (
        f"Nothing was sent: this program cannot ask the user. They can send it from Gmail"
        f" (https://mail.google.com/mail/?authuser={box.address}#drafts) or run `mailreeve send {proposal.draft_id}`"
        " on a terminal."
    )
    return _answer(proposal, advice)


def _told(outcome: Outcome) -> SendAnswer:
    return _answer(outcome.proposal, outcome.reason)


def _answer(proposal: Proposal, advice: str) -> SendAnswer:
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
