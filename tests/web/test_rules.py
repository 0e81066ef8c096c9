"""Rules and destinations on the page: listed, tried, explained, agreed to."""

from collections.abc import Callable, Iterator

import pytest
from tests.boxes import OpenBox
from tests.outbound.receiver import Receiver, running
from tests.sandbox_server import SandboxServer
from tests.triage.house import mail
from tests.web.client import Client
from tests.web.conftest import EVERYTHING

from mailreeve.app import Mailbox
from mailreeve.cancel import Cancel
from mailreeve.outbound import webhook
from mailreeve.service import triage
from mailreeve.web.serve import ReviewServer

SECRET = webhook.new_secret()
RULE = """[[rule]]
id = "grace"
match = { from = "grace@example.org" }
do = { webhook = "hook", star = true }
"""


def settings(port: int, fields: str) -> str:
    return (
        EVERYTHING.replace('"send"', '"send", "outbound"')
        + f"""[[destination]]
id = "hook"
url = "http://127.0.0.1:{port}/in"
secrets = ["{SECRET}"]
kinds = ["rule.fired"]
fields = ["{fields}"]
private = true
"""
    )


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with running() as one:
        yield one


@pytest.fixture
def box(sandbox: SandboxServer, open_box: OpenBox, receiver: Receiver) -> Mailbox:
    made = open_box(sandbox, settings(receiver.port, "subject"))
    (made.config.home / "rules.toml").write_text(RULE, encoding="utf-8")
    return made


def test_a_rule_is_listed_tried_and_explained(sandbox: SandboxServer, box: Mailbox, client: Client) -> None:
    """Its conditions, what it does, the mails that it would have touched, and why; nothing is changed."""
    id_ = sandbox.deliver(mail("Lunch <b>tomorrow</b>?"))
    listed = client.get("/rules").words
    assert all(word in listed for word in ("grace@example.org", "webhook hook", "star", "waits for your yes"))
    tried = client.get("/rules/test?since=30d")
    assert "1 mails looked at, 1 touched" in tried.words
    assert "Lunch <b>tomorrow</b>?" in tried.words
    explained = client.get(f"/rules/explain/{id_}").words
    assert 'from = "grace@example.org": holds' in explained
    assert (0, ()) == (len(box.journal.changes("")), box.outlet.waiting())


def test_a_person_agrees_to_the_sample_on_the_screen_and_takes_it_back(
    sandbox: SandboxServer, box: Mailbox, client: Client, receiver: Receiver
) -> None:
    """Nothing leaves before; afterwards what waited goes; after no, nothing again."""
    sandbox.deliver(mail())
    triage.triage(box, cancel=Cancel())
    assert "Not delivered" in client.get("/rules").words
    page = client.get("/destination/hook")
    assert '"subject":"Offer until Friday?"' in page.words
    assert 303 == client.submit(page, "/destination/hook/consent").status
    assert "You agreed" in client.get("/destination/hook").words
    triage.triage(box, cancel=Cancel())
    assert 1 == len(receiver.seen)
    assert 303 == client.submit(client.get("/destination/hook"), "/destination/hook/revoke").status
    assert not box.outlet.stands(box.destinations[0])


def test_a_yes_to_what_has_changed_since_does_not_count(
    sandbox: SandboxServer,
    box: Mailbox,
    client: Client,
    open_box: OpenBox,
    receiver: Receiver,
    serve: Callable[[Mailbox], ReviewServer],
) -> None:
    """The form carries the terms that were shown; with others it is refused, and a change is said."""
    before = client.get("/destination/hook").form("/destination/hook/consent")
    changed = open_box(sandbox, settings(receiver.port, "text"))
    other = Client(serve(changed).url_for())
    page = other.get("/destination/hook")
    refused = other.submit(page, "/destination/hook/consent", terms=before["terms"])
    assert (409, False) == (refused.status, changed.outlet.stands(changed.destinations[0]))
    client.submit(client.get("/destination/hook"), "/destination/hook/consent")
    assert "changed since you agreed" in other.get("/rules").words


def test_what_was_given_up_is_tried_again_by_a_button(
    sandbox: SandboxServer, box: Mailbox, client: Client, receiver: Receiver
) -> None:
    """The page says why it was given up."""
    client.submit(client.get("/destination/hook"), "/destination/hook/consent")
    sandbox.deliver(mail())
    receiver.answers.append((302, {}))
    triage.triage(box, cancel=Cancel())
    page = client.get("/rules")
    assert "points elsewhere" in page.words
    seq = box.outlet.dead()[0].seq
    assert 303 == client.submit(page, f"/outbox/{seq}/retry").status
    assert ((), 2) == (box.outlet.dead(), len(receiver.seen))


def test_a_wrong_rule_is_said_on_the_page(box: Mailbox, client: Client) -> None:
    """With its line, instead of an empty list."""
    (box.config.home / "rules.toml").write_text(RULE.replace('"hook"', '"crm"'), encoding="utf-8")
    page = client.get("/rules")
    assert 200 == page.status
    assert "no destination 'crm'" in page.words
