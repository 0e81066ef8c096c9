"""What waits for a person, and whether the audit log is whole."""

from mailreeve.app import Mailbox
from mailreeve.models import Proposal
from mailreeve.models import ProposalState as State
from mailreeve.service.answers import AuditAnswer, ProposalJson, ReviewAnswer

RECENT = 50
_OPEN = (State.PROPOSED, State.APPROVED, State.SCHEDULED, State.EXECUTING, State.UNKNOWN)


def proposals(box: Mailbox) -> ReviewAnswer:
    """The open proposals first, then what became of the last ones."""
    found = sorted(box.gate.recent(RECENT), key=lambda one: one.state not in _OPEN)
    return ReviewAnswer(proposals=[_json(box, one) for one in found])


def verify_audit(box: Mailbox) -> AuditAnswer:
    """Recompute the chain of the audit log."""
    found = box.audit.verify()
    return AuditAnswer(
        ok=found.ok, rows=found.rows, head=found.head, anchor=found.anchor, broken_at=found.broken_at
    )


def _json(box: Mailbox, proposal: Proposal) -> ProposalJson:
    expires = box.local_time(proposal.expires_at).isoformat(timespec="minutes") if proposal.expires_at else ""
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
    )
