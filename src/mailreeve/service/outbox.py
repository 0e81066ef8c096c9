"""The outbox: what waits for destinations and why, what was given up; deliver it now."""

from datetime import UTC, datetime

from typing_extensions import TypedDict

from mailreeve.app import Mailbox
from mailreeve.cancel import Cancel
from mailreeve.errors import NotApproved
from mailreeve.service import destinations, linking
from mailreeve.service.answers.outside import OutboxJson
from mailreeve.store.outbox import RowState, Waiting


class RowJson(TypedDict):
    """One act outside. `state` is waiting, retrying, needs_consent, or given_up."""

    seq: int
    destination: str
    event: str
    kind: str
    rule: str
    """With its version; empty for what every decided mail tells."""
    message_id: str
    subject: str
    state: str
    attempts: int
    next: str
    """When it is tried again, ISO 8601; empty unless it is."""
    reason: str
    advice: str


class RowsAnswer(TypedDict):
    """What has not been delivered, oldest first."""

    delivered: int
    rows: list[RowJson]


def rows(box: Mailbox) -> RowsAnswer:
    """What waits and what was given up. Asks nobody outside."""
    held = {one.seq for one in box.outlet.held()}
    found = sorted((*box.outlet.waiting(), *box.outlet.dead()), key=lambda one: one.seq)
    return RowsAnswer(
        delivered=box.outlet.delivered(), rows=[_row(box, one, held=one.seq in held) for one in found]
    )


def deliver(box: Mailbox, *, cancel: Cancel) -> OutboxJson:
    """Deliver what is due now. Raises NotApproved while nothing may leave."""
    if not box.may_leave:
        raise NotApproved(destinations.SWITCHED_OFF, destinations.OFF)
    done = box.outlet.deliver(cancel)
    linking.link(box, cancel)
    return destinations.outbox(box, done.delivered)


def _row(box: Mailbox, one: Waiting, *, held: bool) -> RowJson:
    entry = box.ledger.entry(one.message) if one.message else None
    state, advice = "waiting", ""
    if held:
        state, advice = "needs_consent", destinations.how(box, one.destination)
    elif one.state is RowState.DEAD:
        state, advice = (
            "given_up",
            f"`mailreeve outbox retry {one.seq}`" if one.payload else "Its bytes are erased.",
        )
    elif one.attempts:
        state = "retrying"
    return RowJson(
        seq=one.seq,
        destination=one.destination,
        event=one.event,
        kind=one.kind,
        rule=one.rule,
        message_id=one.message,
        subject=entry.sight.subject if entry else "",
        state=state,
        attempts=one.attempts,
        next=datetime.fromtimestamp(one.next_at / 1000, UTC).isoformat(timespec="seconds")
        if state == "retrying"
        else "",
        reason=one.error,
        advice=advice,
    )
