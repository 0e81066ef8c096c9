"""Destinations: who they are, agreeing to one, taking it back, trying it."""

from collections import Counter

from mailreeve.app import Mailbox
from mailreeve.cancel import Cancel
from mailreeve.errors import InputError, NotApproved
from mailreeve.gate.outbox import DAY_MS
from mailreeve.mail.invisible import one_line
from mailreeve.outbound.destination import Destination
from mailreeve.service import linking
from mailreeve.service.answers.outside import (
    DeadJson,
    DestinationAct,
    DestinationJson,
    DestinationsAnswer,
    HeldJson,
    OutboxJson,
    TicketJson,
)

OFF = 'Add "outbound" to [policy] capabilities in config.toml; until then nothing leaves.'
SWITCHED_OFF = "Nothing leaves to destinations: the capability `outbound` is switched off."


def destinations(box: Mailbox) -> DestinationsAnswer:
    """All of them, and what waits. Asks nobody outside."""
    return DestinationsAnswer(
        allowed=box.may_leave, destinations=[_told(box, one) for one in box.destinations], outbox=outbox(box)
    )


def show(box: Mailbox, id_: str) -> DestinationJson:
    """One of them with the exact sample that a person agrees to. Raises InputError."""
    one = box.outlet.get(id_)
    return {**_told(box, one), "sample": box.outlet.shown(one).decode()}


def consent(box: Mailbox, id_: str, terms: str, *, by: str, how: str) -> DestinationAct:
    """A person agrees to the terms that they were shown. Raises InputError, NotApproved."""
    _demand(box)
    box.outlet.consent(id_, terms, by=by, how=how)
    waits = sum(one.destination == id_ for one in box.outlet.waiting())
    told = f"What waits for it ({waits}) goes with the next `mailreeve triage`, or with `mailreeve outbox deliver`."
    advice = told if waits else f"Try it with `mailreeve destinations test {id_}`."
    return DestinationAct(id=id_, status="agreed", advice=advice)


def revoke(box: Mailbox, id_: str, *, by: str) -> DestinationAct:
    """Nothing leaves to it from now on; one that is no longer in the settings can be revoked too."""
    found = box.outlet.revoke(id_, by=by)
    return DestinationAct(id=id_, status="revoked" if found else "none", advice="")


def test(box: Mailbox, id_: str, *, cancel: Cancel) -> DestinationAct:
    """Send the sample with made-up mail, under the consent. Raises NotApproved without one."""
    _demand(box)
    event = box.outlet.test(box.outlet.get(id_))
    box.outlet.deliver(cancel)
    found = box.outlet.fate(id_, event)
    advice = found.error if found and found.error else ""
    return DestinationAct(id=id_, status=_status(found.state if found else ""), advice=advice)


def retry(box: Mailbox, seq: int, *, cancel: Cancel) -> DestinationAct:
    """Try a delivery that was given up once more, now. Raises InputError when there is none."""
    _demand(box)
    if not box.outlet.retry(seq):
        raise InputError(
            f"There is no delivery {seq} that could be tried again.", "`mailreeve destinations` lists them."
        )
    box.outlet.deliver(cancel)
    linking.link(box, cancel)
    row = box.outlet.row(seq)
    return DestinationAct(id=row.destination, status=_status(row.state), advice=row.error)


def outbox(box: Mailbox, delivered: int | None = None) -> OutboxJson:
    """What waits and what was given up; `delivered` counts all that ever was unless it is told."""
    return OutboxJson(
        delivered=box.outlet.delivered() if delivered is None else delivered,
        waiting=[one.event for one in box.outlet.waiting()],
        dead=[
            DeadJson(seq=one.seq, destination=one.destination, event=one.event, reason=one.error)
            for one in box.outlet.dead()
        ],
        held=[
            HeldJson(
                seq=one.seq,
                destination=one.destination,
                event=one.event,
                rule=one.rule,
                message_id=one.message,
                advice=how(box, one.destination),
            )
            for one in box.outlet.held()
        ],
        unlabelled=[one.message for one, _ in box.outlet.unlabelled()] if _labels(box) else [],
        tickets=[
            TicketJson(destination=one.destination, thread_id=one.thread, ticket=one.ticket, url=one.link)
            for one in box.outlet.tickets(DAY_MS)
        ],
    )


def lines(told: OutboxJson) -> list[str]:
    """The same in words, for the digest; empty when there is nothing to say."""
    said = []
    if told["delivered"] or told["waiting"] or told["dead"]:
        said.append(
            f"Events: {told['delivered']} delivered, {len(told['waiting'])} waiting, {len(told['dead'])} given up."
        )
    held = {one["event"] for one in told["held"]}
    said += [f"- waiting: {one}" for one in told["waiting"] if one not in held]
    wants = Counter(
        (one["destination"], one["rule"].partition("@")[0], one["advice"]) for one in told["held"]
    )
    said += [
        f"- rule {rule} has {count} for {where}, which wait for you: {how}"
        for (where, rule, how), count in wants.items()
    ]
    said += [
        f"- given up {one['seq']} ({one['destination']}, {one['event']}): {one_line(one['reason'])}"
        for one in told["dead"]
    ]
    said += [
        f"- {one} became a ticket and does not bear its label yet: the next run sets it"
        for one in told["unlabelled"]
    ]
    said += [
        f"- ticket {one['ticket']} at {one['destination']} {one['url']}".rstrip() for one in told["tickets"]
    ]
    return said


def _labels(box: Mailbox) -> bool:
    return "label" in box.config.policy.capabilities


def how(box: Mailbox, id_: str) -> str:
    """How a person lets what a rule wants go."""
    return f"run `mailreeve destinations consent {id_}`" if box.may_leave else OFF


def _status(state: str) -> str:
    return {"delivered": "delivered", "dead": "dead"}.get(str(state), "waiting")


def _demand(box: Mailbox) -> None:
    if not box.may_leave:
        raise NotApproved(SWITCHED_OFF, OFF)


def _told(box: Mailbox, one: Destination) -> DestinationJson:
    given = box.outlet.given(one.id)
    kinds = {item.id: item.kind for item in box.config.destination}
    state = "not agreed" if given is None else "agreed" if given.terms == one.terms else "changed"
    return DestinationJson(
        id=one.id,
        kind=kinds[one.id],
        host=one.place.authority,
        url=one.url,
        kinds=[str(kind) for kind in one.kinds],
        fields=list(one.fields),
        labels=list(one.labels),
        attachments=one.attachments,
        state=state,
        terms=one.terms,
        agreed_at=given.at.isoformat(timespec="seconds") if given else "",
        agreed_by=given.by if given else "",
    )
