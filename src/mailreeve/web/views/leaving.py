"""Leaving a mailing list: the button asks, and the page that it leads to shows what would leave."""

from urllib.parse import quote

from mailreeve.service import unsubscribing
from mailreeve.web.visit import Reply, Visit, go


def ask(visit: Visit) -> Reply:
    """Freeze the request, or write the mail; nothing leaves before a yes on the next page."""
    asked = unsubscribing.propose(visit.box, visit.path["id"], cancel=visit.cancel)
    return go(f"/proposal/{quote(asked['proposal'], safe='')}")
