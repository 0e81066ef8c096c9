"""The gate: the only door for anything that leaves.

    propose_send -> a person's yes to the digest -> execute -> done, failed, or unknown and shown

`approve` is called by the faces' code that has just read a person's own answer: the client's elicitation
form, the review page, a key on the terminal. Nothing that a language model writes reaches it: no tool has
an argument that approves, and no digest, proposal or text of a chat is taken for a yes.
"""

import hashlib
import secrets
from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from mailreeve.errors import (
    AlreadyRunning,
    Cancelled,
    GateError,
    InputError,
    MailreeveError,
    NeedsPerson,
    NotApproved,
)
from mailreeve.gate import appointment, bounce, cancellation, errand, policy
from mailreeve.gate.cancellation import Cancellations
from mailreeve.gate.events import Appointments
from mailreeve.gate.execute import SETTLE_SECONDS, Executor, Outcome, facts
from mailreeve.gate.policy import Answer, Policy
from mailreeve.gate.ports import AuditLog, Clock, MailReader, MailSender, SystemClock
from mailreeve.gate.proposal import AHEAD_MS, APPROVED_MS, DAY_MS, MISSED_MS, digest, same
from mailreeve.gate.propose import Examined, Proposer
from mailreeve.gate.steps import Steps
from mailreeve.models import Draft, Event, EventRequest, Message, Proposal
from mailreeve.models import ProposalState as State
from mailreeve.store.proposals import Approval, Proposals

CHANNELS = frozenset({"elicitation", "page", "tty"})
"""Where a person's own answer can come from."""


class Gate:
    """Proposals, approvals and execution for one account."""

    def __init__(
        self,
        proposals: Proposals,
        reader: MailReader,
        sender: MailSender,
        audit: AuditLog,
        rules: Policy,
        locks: Path,
        *,
        clock: Clock | None = None,
        contacts: Callable[[], Collection[str]] = tuple,
        settle_seconds: float = SETTLE_SECONDS,
        appointments: Appointments | None = None,
        cancellations: Cancellations | None = None,
    ) -> None:
        """`locks` is a private folder; `contacts` gives addresses that the person knows from elsewhere.

        `appointments` changes the calendar; None while the person has not turned it on. `cancellations`
        leaves lists; None reaches nobody.
        """
        self._proposals = proposals
        self._reader = reader
        self._audit = audit
        self._policy = rules
        self._clock = clock or SystemClock()
        self._proposer = Proposer(proposals, reader, audit, rules, self._clock, contacts)
        self._appointments = appointments
        self._cancellations = cancellations
        self._executor = Executor(proposals, reader, sender, audit, self._clock, locks, settle_seconds)

    # --- proposing ----------------------------------------------------------------------------------

    def examine(self, draft: Draft) -> Examined:
        """The envelope and the flags of a draft as it would leave now.

        Raises GateError when its addresses can be read in two ways.
        """
        return self._proposer.examine(draft)

    def propose_send(self, draft_id: str, at: datetime | None = None, *, ask: bool = False) -> Proposal:
        """Freeze a draft as it lies in Gmail now, to be sent at once or at a time.

        The same bytes for the same time give the same proposal again while it is open. When the policy allows
        it without a question it is approved on return, unless `ask` leaves it to a person; otherwise its state
        is `proposed`.
        Raises NotFound, InputError, GateError when the policy refuses, NeedsPerson while it is not known
        what became of an earlier attempt with this draft.
        """
        return self._propose(draft_id, "send_later" if at else "send", self._proposer.moment(at), ask=ask)

    def propose_digest(self, draft_id: str, ours: Collection[str]) -> Proposal:
        """The same for the digest, which may go to the account's own address without a question if a person agreed.

        `ours` are the SHA-256 of the bytes that Mailreeve wrote: a person is asked about any others.
        """
        return self._propose(draft_id, "digest", 0, ours=ours)

    def propose_standing(self, draft_id: str, kind: str, ours: Collection[str]) -> Proposal:
        """The same for a mail of a template, which may leave without a question while a person's consent to it stands.

        `ours` are as for the digest: what somebody changed in the draft since is asked about.
        """
        return self._propose(draft_id, kind, 0, ours=ours)

    def _propose(
        self, draft_id: str, kind: str, at: int, *, ask: bool = False, ours: Collection[str] | None = None
    ) -> Proposal:
        """`ask` leaves it to a person even where the policy would allow it."""
        self._expire()
        draft = self._reader.draft(draft_id)
        ask = ask or (ours is not None and hashlib.sha256(draft.raw).hexdigest() not in ours)
        before = self._open(draft_id)
        if before and _same_wish(before, draft, kind, at):
            return before
        proposal, ruling = self._proposer.draw_up(draft, kind, at)
        self._add(before, proposal)
        if ruling.answer is Answer.ALLOW and not ask:
            return self._approve(proposal, "policy", ruling.reason, secrets.token_hex(16))
        return proposal

    def _add(self, before: Proposal | None, proposal: Proposal) -> None:
        with self._proposals.transaction():
            if before:
                self._withdraw(before, "Replaced by a newer proposal for this draft.")
            if not self._proposals.add(proposal):
                raise GateError("Another proposal for this draft was made just now.", "Ask again.")
            self._audit.append("send.proposed", facts(proposal))

    def propose_event(self, kind: str, wish: EventRequest, about: Event | None = None) -> Proposal:
        """Freeze a change of the calendar, which a person is asked about whatever the settings trust.

        `about` is the event as it was read. Raises GateError, InputError; NeedsPerson while it is not known what
        became of an earlier change of it.
        """
        self._expire()
        if self._appointments is None:
            raise GateError("The calendar is not connected.", "Run `mailreeve login --calendar`.")
        draft = appointment.draft(kind, wish, about, self._proposals.account)
        before = self._open(draft.id)
        proposal = self._proposer.draw_up_event(kind, draft, wish)
        self._add(before, proposal)
        return proposal

    def propose_cancellation(self, message: Message, url: str) -> Proposal:
        """Freeze one request to leave a mail's list, which a person is asked about whatever the settings trust.

        Raises InputError, GateError; NeedsPerson while it is not known what became of an earlier one.
        """
        self._expire()
        draft = cancellation.draft(message, url, self._proposals.account)
        before = self._open(draft.id)
        if before and _same_wish(before, draft, cancellation.KIND, 0):
            return before
        flags = cancellation.flags(message, url, self._proposals.recent(1_000))
        proposal = self._proposer.draw_up_errand(cancellation.KIND, draft, flags, thread=draft.thread_id)
        self._steps(proposal)  # whether it may leave at all
        self._add(before, proposal)
        return proposal

    def waits_for(self, draft_id: str) -> Proposal | None:
        """The open proposal for a draft or an event, or None."""
        return self._proposals.open_for(draft_id)

    def _steps(self, proposal: Proposal) -> Steps:
        """Who carries out this kind."""
        if not errand.is_errand(proposal.kind):
            return self._executor
        if not appointment.is_event(proposal.kind):
            if self._cancellations is None or not self._policy.send:
                raise GateError("Nothing can leave from here.", policy.advice(self._policy))
            return self._cancellations
        if self._appointments is None:
            raise GateError("The calendar is not connected.", "Run `mailreeve login --calendar`.")
        return self._appointments

    def _open(self, draft_id: str) -> Proposal | None:
        """The open proposal of a draft that can be taken up again or replaced."""
        before = self._proposals.open_for(draft_id)
        if before is None or before.state not in {State.EXECUTING, State.UNKNOWN}:
            return self._unless_stale(before) if before else None
        outcome = self._steps(before).look_again(before)
        if outcome.state in {State.EXECUTING, State.UNKNOWN}:
            raise NeedsPerson(
                f"It is not known whether this draft was sent already. {outcome.reason}",
                "Look into the sent mail in Gmail; `mailreeve review` shows what is known by now.",
            )
        return None

    # --- deciding -----------------------------------------------------------------------------------

    def get(self, proposal_id: str) -> Proposal:
        """A proposal of this account as it stands now. Raises InputError when there is none."""
        self._expire()
        found = self._proposals.get(proposal_id)
        if found is None:
            raise InputError("There is no such proposal.", "`mailreeve review` lists them.")
        return self._unless_stale(found) or self._proposals.get(proposal_id) or found

    def waiting(self) -> tuple[Proposal, ...]:
        """What needs a person: open questions, schedules, and sends whose outcome is unknown."""
        self._expire()
        return self._proposals.in_states((State.PROPOSED, State.SCHEDULED, State.UNKNOWN))

    def recent(self, limit: int = 50) -> tuple[Proposal, ...]:
        """The newest proposals, whatever became of them."""
        self._expire()
        return self._proposals.recent(limit)

    def approve(self, proposal_id: str, shown: str, channel: str, by: str, nonce: str = "") -> Proposal:
        """Take a person's yes to the digest that they were shown. For the faces' person side only.

        `nonce` is the one-use token of the question, where the channel has one. Raises NotApproved when the
        digest is another, the proposal was decided, expired, or its time has passed.
        """
        if channel not in CHANNELS:
            raise NotApproved(f"{channel!r} is no way to ask a person.")
        proposal = self.get(proposal_id)
        if proposal.state is not State.PROPOSED:
            raise NotApproved(f"This proposal is {proposal.state} already.", "Ask for a new one.")
        if not same(shown, proposal.digest) or not same(digest(proposal), proposal.digest):
            raise NotApproved(
                "What was shown is not what is proposed; nothing was sent.", "Look at it again."
            )
        if _missed(proposal, self._clock.now()):
            raise NotApproved("The time to send it has passed.", "Ask for a new proposal.")
        return self._approve(proposal, channel, by, nonce or secrets.token_hex(16))

    def _approve(self, proposal: Proposal, channel: str, by: str, nonce: str) -> Proposal:
        approval = Approval(proposal.digest, channel, nonce, by, self._clock.now())
        with self._proposals.transaction():
            self._proposals.approve(proposal, approval)
            approved = self._proposals.get(proposal.id) or proposal
            actor = "policy" if channel == "policy" else "person"
            self._audit.append("send.approved", facts(approved), actor)
            if approved.scheduled_at:
                self._proposals.move(approved, State.SCHEDULED)
            return self._proposals.get(proposal.id) or approved

    def reject(self, proposal_id: str, reason: str) -> Proposal:
        """Close a proposal that waits for its answer; the draft stays in Gmail."""
        return self._executor.close(self.get(proposal_id), State.REJECTED, reason)

    def cancel(self, proposal_id: str) -> Proposal:
        """Withdraw a proposal that has not left yet; the draft stays in Gmail.

        Raises GateError when it is too late.
        """
        closed = self._withdraw(self.get(proposal_id), "Withdrawn.")
        if closed.state not in {State.REJECTED, State.CANCELLED, State.EXPIRED}:
            raise GateError(f"It is too late: the proposal is {closed.state}.", closed.outcome)
        return closed

    def _withdraw(self, proposal: Proposal, reason: str) -> Proposal:
        state = State.REJECTED if proposal.state is State.PROPOSED else State.CANCELLED
        return self._executor.close(proposal, state, reason)

    def settle_unknown(self, proposal_id: str, *, sent: bool) -> Proposal:
        """Take a person's word for what became of a send whose outcome is unknown."""
        proposal = self.get(proposal_id)
        if proposal.state is not State.UNKNOWN:
            raise GateError(f"The outcome is known: the proposal is {proposal.state}.", proposal.outcome)
        if sent:
            return self._executor.close(proposal, State.DONE, "A person found it among the sent mail.")
        return self._executor.close(proposal, State.FAILED, "A person found that it was not sent.")

    # --- executing ----------------------------------------------------------------------------------

    def execute(self, proposal_id: str) -> Outcome:
        """Send what was approved, once. Nothing has been sent when it raises.

        Raises NotApproved, DraftChanged, GateError when the policy refuses by now, GoogleError when the draft
        could not be read, AlreadyRunning while another process is at it.
        """
        proposal = self.get(proposal_id)
        now = self._clock.now()
        if proposal.state not in {State.APPROVED, State.SCHEDULED}:
            raise NotApproved(f"Nothing was sent: the proposal is {proposal.state}.", "Ask for a new one.")
        if now < proposal.scheduled_at:
            raise NotApproved("Its time has not come.", "It leaves by itself while Mailreeve runs.")
        if _missed(proposal, now):
            raise NotApproved("Its time was missed by over an hour.", "It has to be confirmed again.")
        if proposal.scheduled_at:
            self._check_hour(proposal)
        if not errand.is_errand(proposal.kind):
            self._check_policy(proposal, now)
        return self._steps(proposal).run(proposal, self._policy.sends_per_day)

    def _check_hour(self, proposal: Proposal) -> None:
        """A clock that jumped ahead must not send what was confirmed for later: Google's has to agree."""
        said = self._reader.moment()
        if said and said + AHEAD_MS < proposal.scheduled_at:
            raise NotApproved(
                "By Google's clock its time has not come: this machine's clock is ahead.",
                "Set this machine's clock (turn on network time); it leaves by itself when its time comes.",
            )

    def _check_policy(self, proposal: Proposal, now: int) -> None:
        """The settings may have changed since the approval."""
        sent = self._proposals.sent_since(now - DAY_MS)
        of_kind = self._proposals.sent_since(now - DAY_MS, proposal.kind)
        ruling = policy.rule(self._policy, proposal.kind, proposal.envelope, proposal.flags, sent, of_kind)
        if ruling.answer is Answer.REFUSE:
            raise GateError(ruling.reason, policy.advice(self._policy))
        if proposal.decided_how == "policy" and ruling.answer is not Answer.ALLOW:
            raise NotApproved("The settings no longer allow it without a question.", "Ask for a new one.")

    def recover(self) -> tuple[Outcome, ...]:
        """At start: find out about sends that a crash or a lost answer left open. Never sends."""
        outcomes = []
        for proposal in self._proposals.in_states((State.EXECUTING, State.UNKNOWN)):
            try:
                outcomes.append(self._steps(proposal).look_again(proposal))
            except (AlreadyRunning, GateError):
                continue  # its process is alive and will tell; or the calendar is not connected
        self._executor.tidy()
        return tuple(outcomes)

    def due(self) -> tuple[Proposal, ...]:
        """Scheduled proposals whose time has come."""
        return self._proposals.due(self._clock.now())

    def deliver_due(self) -> tuple[Outcome, ...]:
        """Send what is due, each once. A time missed by over an hour becomes a new question.

        What cannot be sent now, such as without a connection, stays scheduled and is tried again.
        """
        return tuple(self._deliver(proposal) for proposal in self.due())

    def look_for_bounces(self) -> tuple[Proposal, ...]:
        """Find reports that what was sent lately did not arrive; returns the proposals with news."""
        return bounce.note(self._reader, self._proposals, self._audit, self._clock.now())

    def _deliver(self, proposal: Proposal) -> Outcome:
        if _missed(proposal, self._clock.now()):
            return Outcome(self._ask_again(proposal))
        try:
            return self.execute(proposal.id)
        except Cancelled:
            raise
        except MailreeveError as error:
            told = replace(self._proposals.get(proposal.id) or proposal, outcome=str(error))
            return Outcome(told)

    def _ask_again(self, proposal: Proposal) -> Proposal:
        moment = datetime.fromtimestamp(proposal.scheduled_at / 1000, UTC)
        missed = f"It should have left at {moment:%Y-%m-%d %H:%M} UTC; nobody was there to send it."
        closed = self._executor.close(proposal, State.EXPIRED, missed)
        try:
            self._propose(proposal.draft_id, "send", 0, ask=True)
        except MailreeveError as error:
            self._proposals.tell(closed.id, f"{missed} Asking again was not possible: {error.message}")
        return self._proposals.get(closed.id) or closed

    def _expire(self) -> None:
        for proposal in self._proposals.overdue(self._clock.now()):
            self._executor.close(proposal, State.EXPIRED, "Nobody answered in time.")

    def _unless_stale(self, proposal: Proposal) -> Proposal | None:
        """None when its approval waited too long for its execution; it is expired then."""
        if proposal.state is State.APPROVED and self._clock.now() - proposal.decided_at > APPROVED_MS:
            self._executor.close(proposal, State.EXPIRED, "The confirmation was not used within ten minutes.")
            return None
        return proposal


def _same_wish(before: Proposal, draft: Draft, kind: str, at: int) -> bool:
    return (before.raw, before.thread_id, before.kind, before.scheduled_at) == (
        draft.raw,
        draft.thread_id,
        kind,
        at,
    )


def _missed(proposal: Proposal, now: int) -> bool:
    return bool(proposal.scheduled_at) and now - proposal.scheduled_at > MISSED_MS
