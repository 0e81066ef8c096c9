"""Sending mail: the only place from which anything is sent, after the steps of steps.py."""

from dataclasses import replace
from pathlib import Path

from mailreeve.errors import DraftChanged, GateError, MailreeveError, NotFound
from mailreeve.gate import envelope, reconcile
from mailreeve.gate.ports import AuditLog, Clock, MailReader, MailSender
from mailreeve.gate.proposal import digest, same
from mailreeve.gate.reconcile import Finding
from mailreeve.gate.steps import SETTLE_SECONDS, Outcome, Steps, facts
from mailreeve.models import Draft, Proposal
from mailreeve.models import ProposalState as State
from mailreeve.store.proposals import Proposals

__all__ = ["SETTLE_SECONDS", "Executor", "Outcome", "facts"]


class Executor(Steps):
    """Sends what was approved: the confirmed bytes themselves."""

    def __init__(
        self,
        proposals: Proposals,
        reader: MailReader,
        sender: MailSender,
        audit: AuditLog,
        clock: Clock,
        locks: Path,
        settle_seconds: float = SETTLE_SECONDS,
    ) -> None:
        super().__init__(proposals, audit, clock, locks, settle_seconds)
        self._reader = reader
        self._sender = sender

    def _carry(self, draft: Draft) -> str:
        return self._sender.send_draft(draft.id, draft.raw, draft.thread_id).id

    def _confirmed(self, proposal: Proposal) -> Draft:
        """The draft as it is now, if its digest is the confirmed one."""
        try:
            draft = self._reader.draft(proposal.draft_id)
        except NotFound:
            self.close(proposal, State.CANCELLED, "The draft is no longer in Gmail.")
            raise DraftChanged(
                "The draft is no longer in Gmail.", "Look for it among the sent mail."
            ) from None
        now = replace(proposal, raw=draft.raw, thread_id=draft.thread_id)
        if not same(digest(now), proposal.digest) or self._envelope(draft.raw) != proposal.envelope:
            self.close(proposal, State.CANCELLED, "The draft was changed after its confirmation.")
            raise DraftChanged("The draft was changed after its confirmation; nothing was sent.")
        return draft

    @staticmethod
    def _envelope(raw: bytes) -> object:
        try:
            return envelope.read(raw)
        except GateError:
            return None

    def _look(self, proposal: Proposal, *, settled: bool) -> Finding:
        return reconcile.look(self._reader, proposal, settled=settled, taken=self._proposals.sent_ids())

    def _check_recipients(self, proposal: Proposal) -> tuple[str, ...]:
        """Compare the sent message with the envelope: a difference is an alarm."""
        try:
            found = reconcile.differences(self._reader.get(proposal.sent_id), proposal)
        except MailreeveError:
            self._audit.append("send.unchecked", facts(proposal))
            return ()
        if found:
            self._audit.append("send.mismatch", {**facts(proposal), "differences": len(found)})
            told = f"Sent, but NOT to the confirmed recipients: {'; '.join(found)}."
            self._proposals.tell(proposal.id, told)
        return found
