"""One destination: exactly what it would get, and the person's yes to that."""

from urllib.parse import quote

from mailreeve.errors import InputError
from mailreeve.service import destinations
from mailreeve.web.render import page
from mailreeve.web.visit import Reply, Visit, go


def show(visit: Visit) -> Reply:
    """Where it lies, what it is told of, and the exact request for a made-up mail."""
    one = destinations.show(visit.box, visit.path["id"])
    return page(visit, "destination.html", here="/rules", one=one, allowed=visit.box.may_leave)


def consent(visit: Visit) -> Reply:
    """The person agrees to the terms that were on their screen. Raises NotApproved when they changed since."""
    done = destinations.consent(
        visit.box, visit.path["id"], visit.field("terms"), by="review page", how="page"
    )
    visit.session.tell(f"You agreed to {done['id']}. {done['advice']}")
    return _back(visit)


def revoke(visit: Visit) -> Reply:
    """Nothing leaves to it from now on."""
    destinations.revoke(visit.box, visit.path["id"], by="review page")
    visit.session.tell("Taken back. Nothing leaves to it from now on.")
    return _back(visit)


def retry(visit: Visit) -> Reply:
    """Try an act again that was given up."""
    seq = visit.path["seq"]
    if not seq.isdecimal() or len(seq) > 18:
        raise InputError("There is no such act.", "Load the page again.")
    done = destinations.retry(visit.box, int(seq), cancel=visit.cancel)
    visit.session.tell(f"{done['id']}: {done['status']}. {done['advice']}".strip())
    return go("/rules")


def _back(visit: Visit) -> Reply:
    return go(f"/destination/{quote(visit.path['id'], safe='')}")
