"""What waits: drafts and proposals, the most pressing first."""

from mailreeve.service import review
from mailreeve.web.render import page
from mailreeve.web.visit import Reply, Visit


def show(visit: Visit) -> Reply:
    """One page of the queue."""
    found = review.queue(visit.box, visit.number("page"), cancel=visit.cancel)
    return page(visit, "queue.html", here="/", queue=found)
