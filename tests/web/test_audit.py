"""The audit log on the page."""

from tests.web.client import Client

from mailreeve.app import Mailbox
from mailreeve.service import review


def test_the_log_is_paged_newest_first(client: Client, box: Mailbox) -> None:
    """Every row is on exactly one page."""
    for number in range(review.AUDIT_PAGE + 5):
        box.audit.append("test.row", {"n": number})
    first = client.get("/audit")
    older = first.tree.css_first("a[rel=next]")
    assert older is not None
    second = client.get(older.attributes["href"] or "")
    seen = [int(one.text()) for page in (first, second) for one in page.tree.css(".seq")]
    assert list(range(review.AUDIT_PAGE + 5, 0, -1)) == seen
    assert "unbroken" in first.words


def test_a_changed_row_shows(client: Client, box: Mailbox) -> None:
    """The page says that the chain is broken, and where."""
    for number in range(3):
        box.audit.append("test.row", {"n": number})
    box.app.db.execute("drop trigger audit_no_update")
    box.app.db.execute("update audit set body = '{\"n\":7}' where seq = 2")
    page = client.get("/audit")
    assert "broken at row 2" in page.words
    assert page.tree.css_first("[role=alert]") is not None
