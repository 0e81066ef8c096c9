"""The steps of everything that leaves: what was confirmed, once, and the truth about it afterwards.

Each is durable before the next: compare with what was confirmed; use up the approval and write `executing`, in one
transaction; carry it, with one request; write down what became of it. A process that dies on the way leaves
`executing` behind, and the next one only looks.
"""

from abc import ABC, abstractmethod
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path

from mailreeve import telemetry
from mailreeve.errors import MailreeveError, NotFound, OutcomeUnknown
from mailreeve.gate.ports import AuditLog, Clock
from mailreeve.gate.proposal import may_move
from mailreeve.gate.reconcile import Finding
from mailreeve.models import Draft, Json, Proposal
from mailreeve.models import ProposalState as State
from mailreeve.platform import exclusive
from mailreeve.store.proposals import OPEN, Proposals

SETTLE_SECONDS = 15.0
"""After a lost answer, how long a request may still be under way at Google's side."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a proposal: done, failed, or unknown with the reason."""

    proposal: Proposal
    differences: tuple[str, ...] = ()
    """Where the sent message's recipients are not the confirmed ones: an alarm."""

    @property
    def state(self) -> State:
        """done, failed or unknown; cancelled or expired when it never started."""
        return self.proposal.state

    @property
    def reason(self) -> str:
        """What happened, in one sentence."""
        return self.proposal.outcome


class Steps(ABC):
    """What mail and events have in common; see the module's docstring for the order."""

    done = "It was sent."
    kept = "It was not sent; the draft is kept."

    def __init__(
        self,
        proposals: Proposals,
        audit: AuditLog,
        clock: Clock,
        locks: Path,
        settle_seconds: float = SETTLE_SECONDS,
    ) -> None:
        self._proposals = proposals
        self._audit = audit
        self._clock = clock
        self._locks = locks
        self._settle_seconds = settle_seconds

    @abstractmethod
    def _confirmed(self, proposal: Proposal) -> Draft:
        """What was confirmed, if it still is what it was. Raises what says that it is not."""

    @abstractmethod
    def _carry(self, draft: Draft) -> str:
        """The one request; returns the id of what came of it. Raises OutcomeUnknown when its answer is lost."""

    @abstractmethod
    def _look(self, proposal: Proposal, *, settled: bool) -> Finding:
        """What became of it; `settled` says that the request can no longer be under way."""

    @abstractmethod
    def _check_recipients(self, proposal: Proposal) -> tuple[str, ...]:
        """Compare what left with what was confirmed: a difference is an alarm."""

    def run(self, proposal: Proposal, sends_per_day: int) -> Outcome:
        """Send an approved proposal.

        Raises DraftChanged when the draft is no longer what was confirmed (the proposal is then closed),
        NotApproved when the approval is used, AlreadyRunning when another process is at it, GoogleError when
        the draft could not be read. Nothing has been sent when it raises.
        """
        with self._alone(proposal):
            draft = self._confirmed(proposal)
            started = self._start(proposal, sends_per_day)
            with telemetry.span("gate.send", proposal=proposal.id) as span:
                outcome = self._send(started, draft)
                span.note(state=outcome.state.value)
            return outcome

    def look_again(self, proposal: Proposal) -> Outcome:
        """Find out about a send that nobody is busy with any more; never sends.

        Raises AlreadyRunning while the sending process is alive.
        """
        with self._alone(proposal):
            age = self._clock.now() - proposal.executing_at
            finding = self._look(proposal, settled=age >= self._settle_seconds * 1000)
            return self._conclude(proposal, finding)

    def _alone(self, proposal: Proposal) -> AbstractContextManager[None]:
        """Hold a lock that the system drops when the process dies: nobody takes a living send over."""
        return exclusive(self._lock(proposal.id), "sending this message")

    def _lock(self, proposal_id: str) -> Path:
        return self._locks / f"{proposal_id}.lock"

    def tidy(self) -> None:
        """Remove the locks of closed proposals; they are never sent again, so nobody needs them."""
        for file in self._locks.glob("*.lock"):
            proposal = self._proposals.get(file.stem)
            if proposal and proposal.state not in OPEN:
                file.unlink(missing_ok=True)

    def _start(self, proposal: Proposal, sends_per_day: int) -> Proposal:
        now = self._clock.now()
        with self._proposals.transaction():
            self._proposals.start(proposal, now, sends_per_day)
            self._audit.append("send.executing", facts(proposal))
        return replace(proposal, state=State.EXECUTING, executing_at=now)

    def _send(self, proposal: Proposal, draft: Draft) -> Outcome:
        """What leaves is the draft that was just compared, not what lies in the store."""
        try:
            sent_id = self._carry(draft)
        except (OutcomeUnknown, NotFound):
            return self._conclude(proposal, self._search(proposal))
        except MailreeveError as error:
            reason = f"{self.kept} {error.message}"
            return self._conclude(proposal, Finding(State.FAILED, reason))
        return self._conclude(proposal, Finding(State.DONE, self.done, sent_id))

    def _search(self, proposal: Proposal) -> Finding:
        """Look until it is clear, or until the request can no longer be under way."""
        end = self._clock.now() + self._settle_seconds * 1000
        pause = self._settle_seconds / 15
        while True:
            settled = self._clock.now() >= end
            finding = self._look(proposal, settled=settled)
            if settled or finding.state is not State.UNKNOWN:
                return finding
            self._clock.sleep(pause)
            pause *= 2

    def _conclude(self, proposal: Proposal, finding: Finding) -> Outcome:
        """Write the truth down first, then check who really got it."""
        if finding.state is State.UNKNOWN and proposal.state is State.UNKNOWN:
            return Outcome(proposal)
        closed = self.close(proposal, finding.state, finding.reason, finding.sent_id)
        if closed.state is not State.DONE:
            return Outcome(closed)
        found = self._check_recipients(closed)
        return Outcome(self._proposals.get(proposal.id) or closed, found)

    def close(self, proposal: Proposal, state: State, outcome: str, sent_id: str = "") -> Proposal:
        """Move a proposal to an end, with its row in the audit; returns it as it stands then.

        Where the table has no such move, because somebody was faster, it stays as it is.
        """
        with self._proposals.transaction():
            current = self._proposals.get(proposal.id) or proposal
            if may_move(current.state, state):
                now = self._clock.now()
                self._proposals.move(current, state, outcome=outcome, sent_id=sent_id, now=now)
                self._audit.append(f"send.{state}", {**facts(proposal), "sent": sent_id})
            return self._proposals.get(proposal.id) or proposal


def facts(proposal: Proposal) -> Json:
    """What the audit keeps of a proposal: ids and hashes."""
    return {
        "proposal": proposal.id,
        "kind": proposal.kind,
        "draft": proposal.draft_id,
        "thread": proposal.thread_id,
        "digest": proposal.digest,
        "how": proposal.decided_how,
    }
