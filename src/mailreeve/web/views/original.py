"""A mail as its sender laid it out, made inert, in a frame that can do nothing."""

from mailreeve.service import mail, review, unsubscribing
from mailreeve.web.html import inert
from mailreeve.web.render import page
from mailreeve.web.visit import Reply, Visit


def show(visit: Visit) -> Reply:
    """The page around the frame."""
    found = mail.read(visit.box, [visit.path["id"]], cancel=visit.cancel)
    message = found["messages"][0] if found["messages"] else None
    offer = unsubscribing.offer(visit.box, visit.path["id"], cancel=visit.cancel) if message else None
    return page(
        visit, "original.html", frames=True, here="/", message=message, id=visit.path["id"], offer=offer
    )


def framed(visit: Visit) -> Reply:
    """What stands in the frame."""
    return Reply(inert(review.original(visit.box, visit.path["id"], cancel=visit.cancel)), framed=True)
