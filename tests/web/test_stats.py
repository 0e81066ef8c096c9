"""The page of figures: counts as a picture, in plain SVG."""

from tests.sandbox_server import SandboxServer
from tests.web.client import Client
from tests.web.conftest import QUESTION

from mailreeve.app import Mailbox
from mailreeve.cancel import Cancel
from mailreeve.service import night, triage
from mailreeve.store.patterns import Source


def test_without_mail_it_says_so(client: Client) -> None:
    """And the page is in the list of places."""
    page = client.get("/stats")
    assert 200 == page.status
    assert "Nothing was sorted" in page.words
    assert page.tree.css_first('nav a[href="/stats"][aria-current]') is not None


def test_corrections_and_answers_are_drawn(sandbox: SandboxServer, box: Mailbox, client: Client) -> None:
    """A correction is a bar of its day; answers stand in a row for each span of time, the fullest with the whole width."""
    id_ = sandbox.deliver(QUESTION)
    triage.triage(box, since="1d", cancel=Cancel())
    assert 1 == len(client.get("/stats").tree.css("figure"))
    entry = box.ledger.entry(id_)
    assert entry is not None
    other = next(spec.id for spec in box.labels if entry.verdict and spec.id != entry.verdict.label)
    night.correct(box, id_, other, cancel=Cancel())
    box.learned.observe(id_, "", Source.REPLIED, entry.sight.received_at + 2 * 3_600_000)
    page = client.get("/stats")
    assert ["Mail a day, by who decided", "Corrections a day"] == [
        one.attributes["aria-label"] for one in page.tree.css("figure svg")
    ]
    assert [0.0, 100.0, 0.0, 0.0, 0.0] == [
        float(one.attributes["width"] or 0) for one in page.tree.css(".bars rect")
    ]
    assert [] == page.tree.css("[style]")


def test_a_day_has_a_bar_of_who_decided(sandbox: SandboxServer, box: Mailbox, client: Client) -> None:
    """The bar of the only day with mail has full height; the counts stand beside it."""
    sandbox.deliver(QUESTION)
    triage.triage(box, since="1d", cancel=Cancel())
    page = client.get("/stats?since=7d")
    bars = page.tree.css("svg rect")
    assert 120.0 == sum(float(bar.attributes["height"] or 0) for bar in bars)
    assert "1 mail since" in page.words
    assert [] == page.tree.css("[style]")
    assert 200 == client.get("/stats?since=%3Cscript%3E").status
