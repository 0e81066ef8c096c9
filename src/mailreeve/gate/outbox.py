"""The way out for events: only under a standing consent, in order, at least once, until taken or a day is over."""

import hashlib
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from mailreeve import telemetry
from mailreeve.cancel import Cancel
from mailreeve.errors import Cancelled, GoogleError, InputError, NotApproved
from mailreeve.gate.ports import AuditLog, Clock
from mailreeve.models import Json
from mailreeve.outbound import tickets, webhook
from mailreeve.outbound.destination import Destination
from mailreeve.outbound.event import Event, Kind, payload
from mailreeve.outbound.sample import ENCLOSED, made_up
from mailreeve.outbound.template import Enclosures
from mailreeve.outbound.webhook import Outcome, State
from mailreeve.outbound.wire import Wire
from mailreeve.store.consents import Consent, Consents
from mailreeve.store.outbox import Outbox, RowState, Waiting
from mailreeve.store.tickets import Ticket, Tickets

DELAYS = (5, 60, 300, 1_800, 7_200, 18_000, 28_800, 21_600)
"""Seconds before the next attempt, after the first, the second, ...; with the jitter they end within a day."""
DAY_MS = 86_400_000
KEPT_MS = 7 * DAY_MS
"""How long the bytes of a delivery that was given up are kept."""


Files = Callable[[str, int, Cancel], Enclosures]
"""A mail's files, by Gmail's id of it, as far as so many bytes reach. Raises MailreeveError when they cannot be had now."""


@dataclass(frozen=True, slots=True)
class Delivered:
    """What a round brought about."""

    delivered: int = 0
    later: int = 0
    """Will be tried again by itself."""
    dead: int = 0
    """Waits for a person."""


class Outlet:
    """Everything that leaves to destinations. Built in app/; nobody else holds a wire."""

    def __init__(
        self,
        destinations: Sequence[Destination],
        outbox: Outbox,
        consents: Consents,
        wire: Wire,
        audit: AuditLog,
        clock: Clock,
        known: Tickets | None = None,
        files: Files | None = None,
    ) -> None:
        """`known` holds the tickets of threads, `files` fetches a mail's files: both only for ticket systems."""
        for one in destinations:
            one.check()
        self._destinations = {one.id: one for one in destinations}
        self._outbox = outbox
        self._consents = consents
        self._wire = wire
        self._audit = audit
        self._clock = clock
        self._tickets = known
        self._files = files

    @property
    def standing(self) -> tuple[Destination, ...]:
        """The destinations that a person agreed to as they are now."""
        return tuple(one for one in self._destinations.values() if self.stands(one))

    def given(self, destination_id: str) -> Consent | None:
        """The consent that was given, to whatever terms."""
        return self._consents.get(destination_id)

    def not_offered(self, destination: Destination, since: int) -> tuple[tuple[str, int], ...]:
        """Messages decided since a moment, and since the consent, that it was not told of: ids and generations."""
        return self._outbox.not_offered(destination.id, max(since, self.agreed_at(destination)))

    def not_told(self, destination: Destination, since: int) -> tuple[tuple[str, int], ...]:
        """The same for messages that got a draft."""
        return self._outbox.not_told(destination.id, max(since, self.agreed_at(destination)))

    def agreed_at(self, destination: Destination) -> int:
        """When a person agreed to it, in epoch milliseconds; now when nobody did."""
        given = self._consents.get(destination.id)
        return int(given.at.timestamp() * 1000) if given else self._clock.now()

    def waiting(self) -> tuple[Waiting, ...]:
        """What is due now or later, oldest first."""
        return self._outbox.listed(RowState.PENDING, RowState.DELIVERING)

    def dead(self) -> tuple[Waiting, ...]:
        """What was given up, oldest first."""
        return self._outbox.listed(RowState.DEAD)

    def delivered(self) -> int:
        """How many ever were."""
        return self._outbox.count(RowState.DELIVERED)

    def unlabelled(self) -> tuple[tuple[Waiting, Ticket], ...]:
        """What went to tickets and does not bear their label in Gmail yet, oldest first."""
        found = self._outbox.unlabelled() if self._tickets else ()
        pairs = [(one, self._tickets.get(one.destination, one.thread)) for one in found if self._tickets]
        return tuple((one, ticket) for one, ticket in pairs if ticket)

    def labelled(self, rows: Sequence[Waiting]) -> None:
        """These need no label any more."""
        self._outbox.labelled([one.seq for one in rows])

    def tickets(self, within_ms: int) -> tuple[Ticket, ...]:
        """The tickets that threads got lately."""
        return self._tickets.since(self._clock.now() - within_ms) if self._tickets else ()

    def fate(self, destination_id: str, event: str) -> Waiting | None:
        """Where an event stands."""
        return self._outbox.find(destination_id, event)

    def row(self, seq: int) -> Waiting:
        """One row. Raises InputError when there is none of this number."""
        return self._outbox.get(seq)

    def consent(self, destination_id: str, terms: str, *, by: str, how: str) -> None:
        """A person agrees to what they were shown; `terms` are those of the sample on their screen.

        Raises InputError for an unknown destination, NotApproved when it changed since it was shown.
        """
        destination = self.get(destination_id)
        if destination.terms != terms:
            raise NotApproved(
                f"Destination {destination_id} changed since it was shown.", "Look at it again."
            )
        self._consents.give(destination_id, terms, by, how)
        self._audit.append(
            "destination.consent", {"destination": destination_id, "terms": terms, "how": how}, by
        )

    def revoke(self, destination_id: str, *, by: str) -> bool:
        """Take a consent back: nothing leaves to it from now on. False when there was none."""
        found = self._consents.revoke(destination_id)
        if found:
            self._audit.append("destination.revoke", {"destination": destination_id}, by)
        return found

    def get(self, destination_id: str) -> Destination:
        """A destination of the configuration. Raises InputError when there is none of this id."""
        found = self._destinations.get(destination_id)
        if found is None:
            there = ", ".join(self._destinations) or "none"
            raise InputError(f"There is no destination {destination_id[:40]!r}.", f"There is: {there}.")
        return found

    def stands(self, destination: Destination) -> bool:
        """True while a person's consent to exactly these terms stands."""
        return self._consents.stands(destination.id, destination.terms)

    def offer(self, event: Event) -> int:
        """Queue an event for every destination that wants it and has a consent; returns for how many.

        Offering the same event again changes nothing.
        """
        return sum(self.queue(one, event) for one in self._destinations.values())

    def queue(self, destination: Destination, event: Event) -> bool:
        """Queue an event for one destination; False when it is there, not wanted, or nobody agrees."""
        wanted = (
            event.type in destination.kinds and _labelled(destination, event) and self.stands(destination)
        )
        return wanted and self._queue(destination, event)

    def order(self, destination_id: str, event: Event) -> bool:
        """Queue what a rule wants, agreed to or not: without a consent it waits, and every list says so.

        Ordering the same event again changes nothing. Raises InputError for an unknown destination.
        """
        return self._queue(self.get(destination_id), event)

    def outdated(self, destination: Destination) -> tuple[Waiting, ...]:
        """What rules want of it and what was made for other terms than a person agrees to now."""
        return self._outbox.ordered(destination.id, destination.terms) if self.stands(destination) else ()

    def renew(self, row: Waiting, event: Event | None) -> bool:
        """Make such a row anew for the terms of now; without an event, its mail is gone, it is given up."""
        if event is None:
            return self._outbox.drop(row, "Its mail is no longer in Gmail.", self._clock.now())
        destination = self.get(row.destination)
        return self._outbox.renew(row, destination.terms, payload(event, destination.fields))

    def held(self) -> tuple[Waiting, ...]:
        """What rules want and what waits for a person's consent, oldest first."""
        agreed = {one.terms for one in self.standing}
        return tuple(one for one in self.waiting() if one.rule and one.terms not in agreed)

    def shown(self, destination: Destination) -> bytes:
        """What a person agrees to: the exact request for a made-up mail. Raises InputError for a broken template."""
        body = self.sample(destination)
        files = Enclosures((ENCLOSED,)) if destination.attachments else Enclosures()
        return tickets.preview(destination.desk, body, files) if destination.desk else body

    def test(self, destination: Destination) -> str:
        """Queue the sample; returns the event's id. Raises NotApproved without a consent."""
        event = self._made_up()
        if not self.stands(destination):
            raise NotApproved(
                f"Nobody has agreed to destination {destination.id}.",
                f"Run `mailreeve destinations consent {destination.id}`.",
            )
        self._queue(destination, event)
        return event.id

    def sample(self, destination: Destination) -> bytes:
        """What this destination would get for a made-up mail."""
        return payload(self._made_up(), destination.fields)

    def deliver(self, cancel: Cancel, most: int = 1_000) -> Delivered:
        """Deliver what is due, at most `most` times.

        Raises Cancelled between deliveries; what was delivered stays delivered.
        """
        self._outbox.forget(self._clock.now() - KEPT_MS)
        done: Counter[RowState] = Counter()
        for _ in range(most):
            cancel.check()
            agreed = [one.terms for one in self.standing]
            row = self._outbox.take(tuple(self._destinations), self._clock.now(), agreed)
            if row is None:
                break
            done[self._deliver(row, cancel)] += 1
        return Delivered(done[RowState.DELIVERED], done[RowState.PENDING], done[RowState.DEAD])

    def retry(self, seq: int) -> bool:
        """Try a delivery again that was given up; False when there is none, or its bytes are gone."""
        return self._outbox.retry(seq, self._clock.now())

    def _made_up(self) -> Event:
        return made_up(datetime.fromtimestamp(self._clock.now() / 1000, UTC))

    def _queue(self, destination: Destination, event: Event) -> bool:
        body = payload(event, destination.fields)
        now = self._clock.now()
        thread, rule = event.thread_id or event.id, event.rule or ""
        # a ticket gets each mail once; a webhook hears of each decision, and of what a rule sent not again
        once = rule or (destination.desk and event.type is Kind.DECIDED)
        about = (event.message_id or "") if once else ""
        place = _received(event) if rule else now  # mails of a thread are decided in any order
        return self._outbox.add(
            destination.id, event.id, event.type, destination.terms, body, now, thread, rule, about, place
        )

    def _deliver(self, row: Waiting, cancel: Cancel) -> RowState:
        destination = self._destinations[row.destination]
        if row.terms != destination.terms or not self.stands(destination):
            return self._dead(row, "Nobody agrees to this destination as it is now.")
        if hashlib.sha256(row.payload).hexdigest() != row.digest:
            return self._dead(row, "The stored bytes are damaged.")
        try:
            with telemetry.span("outbox.deliver", destination=destination.id, attempt=row.attempts) as span:
                outcome = self._sent(destination, row, cancel)
                span.note(outcome=outcome.state.value)
        except Cancelled:
            self._outbox.again(row, self._clock.now(), "")
            raise
        except GoogleError as error:
            outcome = Outcome(State.RETRY, f"The mail's files cannot be had: {error.message}")
        if outcome.state is State.DELIVERED:
            with self._outbox.transaction():  # a ticket that is known is one whose first event is settled
                ticket = bool(outcome.ticket and self._tickets)
                if ticket and self._tickets:
                    self._tickets.put(destination.id, row.thread, outcome.ticket, outcome.link)
                self._outbox.delivered(row, self._clock.now(), label=ticket)
                self._audit.append("outbox.delivered", _facts(row, outcome))
            return RowState.DELIVERED
        if outcome.state is State.GONE:
            self.revoke(destination.id, by="receiver")
        if outcome.state is not State.RETRY:
            return self._dead(row, outcome.reason, outcome)
        return self._later(row, outcome)

    def _sent(self, destination: Destination, row: Waiting, cancel: Cancel) -> Outcome:
        if destination.desk is None:
            now = datetime.fromtimestamp(self._clock.now() / 1000, UTC)
            headers = webhook.signed(row.event, now, row.payload, destination.secrets)
            return webhook.post(self._wire, destination.place, row.payload, headers, cancel)
        assert self._tickets is not None  # noqa: S101 -- app/ hands it over wherever there is a desk
        known = self._tickets.get(destination.id, row.thread)
        job = tickets.Job(
            row.payload,
            tickets.mark("mrt", self._outbox.account, destination.id, row.thread),
            tickets.mark("mre", self._outbox.account, destination.id, row.event),
            known.ticket if known else "",
            self._files(row.message, destination.attachments, cancel)
            if destination.attachments and self._files
            else Enclosures(),
        )
        return tickets.deliver(
            self._wire, destination.place, destination.desk, destination.headers, job, cancel
        )

    def _later(self, row: Waiting, outcome: Outcome) -> RowState:
        at = (
            self._clock.now() + 1_000 * max(outcome.wait, 0) + delay_ms(row.event, row.attempts, outcome.wait)
        )
        if row.attempts > len(DELAYS) or at > row.first_at + DAY_MS:
            return self._dead(row, f"Given up after a day. {outcome.reason}", outcome)
        self._outbox.again(row, at, outcome.reason)
        return RowState.PENDING

    def _dead(self, row: Waiting, reason: str, outcome: Outcome | None = None) -> RowState:
        self._outbox.give_up(row, reason, self._clock.now())
        self._audit.append("outbox.dead", _facts(row, outcome))
        return RowState.DEAD


def delay_ms(event: str, attempts: int, wait: int = 0) -> int:
    """How long to wait after this many attempts, or how much longer than the receiver asked for.

    Up to a tenth is added, told by the event's id, so that not everything comes back at once.
    """
    seconds = DELAYS[min(attempts, len(DELAYS)) - 1]
    jitter = int.from_bytes(hashlib.sha256(f"{event} {attempts}".encode()).digest()[:2]) / 655_360
    return max(0, int(1_000 * (seconds * (1 + jitter) - wait)))


def _labelled(destination: Destination, event: Event) -> bool:
    """True unless the destination wants certain labels only, and the event is about mail with another one."""
    return not destination.labels or event.label is None or event.label in destination.labels


def _received(event: Event) -> int:
    """When the mail came, in epoch milliseconds; 0 when that is not known."""
    return int(datetime.fromisoformat(event.received).timestamp() * 1000) if event.received else 0


def _facts(row: Waiting, outcome: Outcome | None) -> Json:
    """What the audit keeps: ids and hashes."""
    return {
        "destination": row.destination,
        "event": row.event,
        **({"rule": row.rule} if row.rule else {}),
        "kind": row.kind,
        "sha256": row.digest,
        "attempts": row.attempts,
        "status": outcome.status if outcome else 0,
    }
