"""Drawing up a proposal: the draft as it would leave now, and what the policy says about it."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import datetime

from mailreeve.errors import GateError, InputError
from mailreeve.gate import envelope, flags, known, policy
from mailreeve.gate.policy import Answer, Policy, Ruling
from mailreeve.gate.ports import AuditLog, Clock, MailReader
from mailreeve.gate.proposal import DAY_MS, PROPOSED_MS, body_hash, digest, new_id
from mailreeve.gate.reconcile import MARK
from mailreeve.mail import mime
from mailreeve.models import Draft, Envelope, EventRequest, Flag, Message, Proposal
from mailreeve.models import ProposalState as State
from mailreeve.store.proposals import Proposals

LATEST_DAYS = 365
"""How far ahead a message can be scheduled."""
_ABOUT_GUESTS = frozenset({"new_recipient", "lookalike", "external", "many_recipients", "hidden_text"})
"""Flags of a mail that say something about the guests of an event too."""


@dataclass(frozen=True, slots=True)
class Examined:
    """A draft as it would leave now."""

    message: Message
    envelope: Envelope
    flags: tuple[Flag, ...]


class Proposer:
    """Reads drafts and judges them; changes nothing."""

    def __init__(
        self,
        proposals: Proposals,
        reader: MailReader,
        audit: AuditLog,
        rules: Policy,
        clock: Clock,
        contacts: Callable[[], Collection[str]],
    ) -> None:
        self._proposals = proposals
        self._reader = reader
        self._audit = audit
        self._policy = rules
        self._clock = clock
        self._contacts = contacts

    def examine(self, draft: Draft) -> Examined:
        """The envelope and the flags of a draft, from its bytes.

        Raises GateError when its addresses can be read in two ways.
        """
        seen = envelope.read(draft.raw)
        message = mime.from_bytes(draft.raw)
        own = self._policy.own_addresses
        people = known.gather(self._reader, self._proposals, own, draft, seen, message.in_reply_to)
        people = replace(people, contacts=frozenset(address.lower() for address in self._contacts()))
        return Examined(message, seen, flags.of(draft.raw, message, seen, people))

    def draw_up(self, draft: Draft, kind: str, at: int) -> tuple[Proposal, Ruling]:
        """A proposal that is not kept yet. Raises GateError when the policy refuses."""
        examined = self.examine(draft)
        now = self._clock.now()
        sent = self._proposals.sent_since(now - DAY_MS)
        of_kind = self._proposals.sent_since(now - DAY_MS, kind)
        ruling = policy.rule(self._policy, kind, examined.envelope, examined.flags, sent, of_kind)
        if ruling.answer is Answer.REFUSE:
            self._audit.append("send.refused", {"draft": draft.id, "kind": kind})
            raise GateError(ruling.reason, policy.advice(self._policy))
        proposal = Proposal(
            id=new_id(),
            kind=kind,
            account=self._proposals.account,
            draft_id=draft.id,
            thread_id=draft.thread_id,
            message_id=examined.message.message_id,
            mark=examined.message.header(MARK),
            envelope=examined.envelope,
            subject=examined.message.subject,
            raw=draft.raw,
            body_hash=body_hash(examined.message),
            flags=examined.flags,
            digest="",
            state=State.PROPOSED,
            created_at=now,
            expires_at=now + PROPOSED_MS,
            scheduled_at=at,
        )
        return replace(proposal, digest=digest(proposal)), ruling

    def draw_up_event(self, kind: str, draft: Draft, wish: EventRequest) -> Proposal:
        """A change of the calendar that is not kept yet: a person is asked, whatever the settings trust."""
        private = wish.body.get("extendedProperties", {}).get("private", {})
        flags = tuple(flag for flag in self.examine(draft).flags if flag.code in _ABOUT_GUESTS)
        return self.draw_up_errand(kind, draft, flags, str(private.get("mailreeve", "")))

    def draw_up_errand(
        self, kind: str, draft: Draft, flags: tuple[Flag, ...], mark: str = "", thread: str = ""
    ) -> Proposal:
        """What leaves without being a mail, not kept yet: a person is asked, whatever the settings trust."""
        message, now = mime.from_bytes(draft.raw), self._clock.now()
        proposal = Proposal(
            id=new_id(),
            kind=kind,
            account=self._proposals.account,
            draft_id=draft.id,
            thread_id=thread,
            message_id=message.message_id,
            mark=mark,
            envelope=envelope.read(draft.raw),
            subject=message.subject,
            raw=draft.raw,
            body_hash=body_hash(message),
            flags=flags,
            digest="",
            state=State.PROPOSED,
            created_at=now,
            expires_at=now + PROPOSED_MS,
        )
        return replace(proposal, digest=digest(proposal))

    def moment(self, at: datetime | None) -> int:
        """When to send, in epoch milliseconds, 0 for at once. Raises InputError for a time that cannot be."""
        if at is None:
            return 0
        if at.tzinfo is None:
            raise InputError("The time to send has no zone.", "Write it as 2026-11-24T09:00+01:00.")
        moment = int(at.timestamp() * 1000)
        if not 0 < moment - self._clock.now() <= LATEST_DAYS * DAY_MS:
            raise InputError(f"The time to send must lie ahead, within {LATEST_DAYS} days.", "Correct it.")
        return moment
