"""What goes on after the person's yes: sends whose time has come, and reports that a mail did not arrive."""

import time
from contextlib import suppress

from mailreeve.app import App, Mailbox
from mailreeve.cancel import Cancel
from mailreeve.errors import GoogleError, LoginNeeded
from mailreeve.models import ProposalState as State
from mailreeve.service import linking, sending
from mailreeve.service.answers import Failed, SendAnswer
from mailreeve.store.due import Due
from mailreeve.store.proposals import Proposals


def deliver(box: Mailbox) -> list[SendAnswer]:
    """Send what is due, each once; a time that was missed by over an hour is asked about again."""
    return [sending.told(outcome) for outcome in box.gate.deliver_due()]


def deliver_all(app: App) -> list[SendAnswer]:
    """The same for every login. Google is not loaded unless something is due."""
    now = time.time_ns() // 1_000_000
    due = [one.address for one in app.logins if Proposals(app.db, one.address).due(now)]
    return [answer for address in due for answer in deliver(app.mailbox(address))]


def errands(app: App, address: str, now: int, stop: Cancel) -> list[str]:
    """What is due for one account between runs, a line each: sends whose time has come, events for destinations.

    Google, and what lies outside, are asked nothing unless something is due. `now` is in epoch milliseconds.
    """
    done = []
    if Proposals(app.db, address).due(now):
        done += [f"{one['proposal']} {one['status']}" for one in deliver(app.mailbox(address))]
    if address in events_due(app, now):
        done += _events(app, address, stop)
    return done


def deliver_events(app: App, stop: Cancel) -> list[str]:
    """Events that are due of every login, a line for each account."""
    due = events_due(app, time.time_ns() // 1_000_000)
    mine = [one.address for one in app.logins if one.address in due] if due else []
    return [line for address in mine for line in _events(app, address, stop)]


def _events(app: App, address: str, stop: Cancel) -> list[str]:
    box = app.mailbox(address)
    told = box.outlet.deliver(stop)
    if told.delivered:
        with suppress(GoogleError, LoginNeeded):  # the next run sets what is owed, and says so
            linking.link(box, stop)
    if not (told.delivered or told.later or told.dead):
        return []
    counts = f"{told.delivered} delivered, {told.later} tried again later, {told.dead} given up"
    return [f"events of {address}: {counts}"]


def events_due(app: App, now: int) -> set[str]:
    """The accounts with events that are due, where the settings let events leave at all."""
    able = "outbound" in app.config.policy.capabilities
    names = [one.id for one in app.config.destination] if able else []
    return Due(app.db).events(now, names) if names else set()


def bounced(box: Mailbox) -> list[Failed]:
    """Proposals of which it is new that somebody was not reached: `address: reason`."""
    return [Failed(id=one.id, reason=one.bounce) for one in box.gate.look_for_bounces()]


def cancel(box: Mailbox, proposal_id: str) -> SendAnswer:
    """Withdraw a proposal that has not left; the draft stays. Raises InputError, or GateError when too late."""
    closed = box.gate.cancel(proposal_id)
    if closed.state is State.EXPIRED:
        return sending.answer(closed, "It had expired already. The draft is kept in Gmail.")
    return sending.answer(closed, "Withdrawn: it will not leave. The draft is kept in Gmail.")
