"""The night's decisions: reasons, corrections, undo."""

import pytest
from tests.sandbox_server import SandboxServer
from tests.web.client import Client, Page
from tests.web.conftest import QUESTION

from mailreeve.app import Mailbox
from mailreeve.cancel import Cancel
from mailreeve.service import triage
from mailreeve.store.corrections import Corrections


@pytest.fixture
def message(sandbox: SandboxServer, box: Mailbox) -> str:
    """A mail that a run has decided."""
    id_ = sandbox.deliver(QUESTION)
    triage.triage(box, cancel=Cancel())
    return id_


def row(page: Page, message: str) -> str:
    found = page.tree.css_first(f"#m-{message}")
    assert found is not None
    return " ".join(found.text().split())


def test_before_the_first_run_the_page_says_what_to_do(client: Client) -> None:
    """No run yet."""
    assert "mailreeve triage" in client.get("/night").words


def test_each_decision_says_who_decided_and_why(client: Client, box: Mailbox, message: str) -> None:
    """Label, decider, certainty, reason, evidence, and every other label to choose from."""
    verdict = box.ledger.verdict(message)
    assert verdict is not None
    told = row(client.get("/night"), message)
    assert " ".join(verdict.reason.split()) in told
    assert f"{verdict.confidence:.0%} sure" in told
    assert all(" ".join(line.split()) in told for line in verdict.evidence)


def test_a_correction_changes_the_label_is_remembered_and_can_be_undone(
    client: Client, sandbox: SandboxServer, box: Mailbox, message: str
) -> None:
    """One press: the new label in Gmail instead of the old one, and an event for what learns from it."""
    before = sandbox.labels_of(message)
    verdict = box.ledger.verdict(message)
    assert verdict is not None
    done = client.submit(client.get("/night"), f"/message/{message}/correct", label="newsletter")
    page = client.follow(done)
    assert "you corrected it from" in row(page, message)
    (kept,) = Corrections(box.audit).standing().values()
    assert (message, verdict.label, "newsletter") == (kept.message, kept.old, kept.new)
    after = sandbox.labels_of(message)
    assert 1 == len(after - before)
    assert 1 == len(before - after)
    told = client.follow(client.submit(page, "/undo"))
    assert before == sandbox.labels_of(message)
    assert {} == Corrections(box.audit).standing()
    assert "taken back" in told.words


@pytest.mark.parametrize("label", ["", "no-such-label", "INBOX"])
def test_a_label_that_is_none_is_refused(
    client: Client, sandbox: SandboxServer, message: str, label: str
) -> None:
    """Only the person's own labels can be chosen."""
    before = sandbox.labels_of(message)
    assert 400 == client.submit(client.get("/night"), f"/message/{message}/correct", label=label).status
    assert before == sandbox.labels_of(message)


def test_a_run_is_undone_from_its_line(client: Client, sandbox: SandboxServer, message: str) -> None:
    """Labels and drafts go as `mailreeve undo` would take them."""
    page = client.get("/night")
    form = next(one for one in page.tree.css('form[action="/undo"]') if "Undo r-" in one.text())
    fields = {one.attributes["name"] or "": one.attributes.get("value") or "" for one in form.css("input")}
    told = client.follow(client.post("/undo", fields))
    assert "taken back" in told.words
    assert {"INBOX", "UNREAD"} == sandbox.labels_of(message)
    assert [] == sandbox.state()["drafts"]


def test_a_run_that_changed_nothing_offers_no_undo(client: Client, box: Mailbox, message: str) -> None:
    """Only the run with changes has the button; once it is taken back, none has."""
    empty = triage.triage(box, cancel=Cancel())["run"]
    page = client.get("/night")
    buttons = [one.text() for one in page.tree.css("button") if "Undo r-" in one.text()]
    assert 1 == len(buttons)
    assert empty not in buttons[0]
    triage.undo(box, since="1h", cancel=Cancel())
    assert "Undo r-" not in client.get("/night").words


def test_an_undo_of_nothing_is_told(client: Client, message: str) -> None:
    """An id that is none becomes a page that says so, not a failure."""
    page = client.get("/night")
    told = client.submit(page, "/undo", id="a-none")
    assert 400 == told.status
    assert "nothing to undo" in told.words
