"""Mail that became a ticket bears that in Gmail."""

from mailreeve.app import Mailbox, ticketing
from mailreeve.cancel import Cancel
from mailreeve.models import Failure
from mailreeve.service.acts import new_act
from mailreeve.triage import linking


def link(box: Mailbox, cancel: Cancel, run: str = "") -> tuple[Failure, ...]:
    """Set the labels that are owed, under a run or an act of their own; what fails stays owed and is listed.

    Raises Cancelled or LoginNeeded.
    """
    if not box.outlet.unlabelled():
        return ()
    return linking.link(box.parts(), box.outlet, ticketing.labels(box), run or new_act(), cancel)
