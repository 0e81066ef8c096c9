"""Changing the calendar after the steps of steps.py: what a person confirmed, once.

A new event bears an id of our own choice and every change a mark of its own, so that after a crash or a lost answer
one look says whether it is there: it is never asked for a second time.
"""

from pathlib import Path

from mailreeve.errors import AlreadyThere, DraftChanged, MailreeveError, NotFound, OutcomeUnknown
from mailreeve.gate import appointment
from mailreeve.gate.ports import AuditLog, Clock, EventCarrier, EventReader
from mailreeve.gate.proposal import digest, same
from mailreeve.gate.reconcile import Finding
from mailreeve.gate.steps import SETTLE_SECONDS, Steps
from mailreeve.models import Draft, Event, Proposal
from mailreeve.models import ProposalState as State
from mailreeve.store.proposals import Proposals


class Appointments(Steps):
    """Carries out changes of the calendar that were approved."""

    done = "It is in the calendar."
    kept = "Nothing was changed."

    def __init__(
        self,
        proposals: Proposals,
        calendar: EventReader,
        carrier: EventCarrier,
        audit: AuditLog,
        clock: Clock,
        locks: Path,
        settle_seconds: float = SETTLE_SECONDS,
    ) -> None:
        super().__init__(proposals, audit, clock, locks, settle_seconds)
        self._calendar = calendar
        self._carrier = carrier

    def _confirmed(self, proposal: Proposal) -> Draft:
        if not same(digest(proposal), proposal.digest):
            self.close(proposal, State.CANCELLED, "What was confirmed is damaged.")
            raise DraftChanged("What is stored is not what was confirmed; nothing was changed.")
        return Draft(proposal.draft_id, "", proposal.thread_id, proposal.raw)

    def _carry(self, draft: Draft) -> str:
        wish = appointment.read(draft.raw)
        try:
            made = self._carrier.carry(wish)
        except AlreadyThere:
            raise OutcomeUnknown("An event of this id is there.") from None  # ours, most likely: look
        return made.id if made else wish.event

    def _look(self, proposal: Proposal, *, settled: bool) -> Finding:
        id_ = proposal.draft_id.removeprefix(appointment.PREFIX)
        try:
            event: Event | None = self._calendar.get(id_)
        except NotFound:
            event = None
        except MailreeveError as error:
            return Finding(
                State.UNKNOWN, f"It is not known whether the calendar was changed. {error.message}"
            )
        if proposal.kind == "event_delete":
            happened = event is None or event.gone
        else:
            happened = event is not None and bool(proposal.mark) and event.mark == proposal.mark
        if happened:
            return Finding(State.DONE, self.done, id_)
        if settled:
            return Finding(State.FAILED, "Nothing was changed: the calendar does not have it.")
        return Finding(State.UNKNOWN, "It is not known yet whether the calendar was changed.")

    def _check_recipients(self, proposal: Proposal) -> tuple[str, ...]:
        return ()  # Google writes to whom the request names
