"""What goes on after the person's yes: sends whose time has come, and reports that a mail did not arrive."""

import time

from mailreeve.app import App, Mailbox
from mailreeve.models import ProposalState as State
from mailreeve.service import sending
from mailreeve.service.answers import Failed, SendAnswer
from mailreeve.store.proposals import Proposals


def deliver(box: Mailbox) -> list[SendAnswer]:
    """Send what is due, each once; a time that was missed by over an hour is asked about again."""
    return [sending.told(outcome) for outcome in box.gate.deliver_due()]


def deliver_all(app: App) -> list[SendAnswer]:
    """The same for every login. Google is not loaded unless something is due."""
    now = time.time_ns() // 1_000_000
    due = [one.address for one in app.logins if Proposals(app.db, one.address).due(now)]
    return [answer for address in due for answer in deliver(app.mailbox(address))]


def bounced(box: Mailbox) -> list[Failed]:
    """Proposals of which it is new that somebody was not reached: `address: reason`."""
    return [Failed(id=one.id, reason=one.bounce) for one in box.gate.look_for_bounces()]


def cancel(box: Mailbox, proposal_id: str) -> SendAnswer:
    """Withdraw a proposal that has not left; the draft stays. Raises InputError, or GateError when too late."""
    closed = box.gate.cancel(proposal_id)
    if closed.state is State.EXPIRED:
        return sending.answer(closed, "It had expired already. The draft is kept in Gmail.")
    return sending.answer(closed, "Withdrawn: it will not leave. The draft is kept in Gmail.")
