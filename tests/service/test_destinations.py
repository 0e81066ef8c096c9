"""Destinations from the settings to the wire: consent, hand over, what is told."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.boxes import OpenBox
from tests.outbound.receiver import Receiver, running
from tests.sandbox_server import SandboxServer
from tests.triage.house import code, mail, newsletter

from mailreeve import config
from mailreeve.app import Mailbox
from mailreeve.cancel import Cancel
from mailreeve.cli import root
from mailreeve.errors import ConfigError, NotApproved
from mailreeve.outbound import webhook
from mailreeve.service import destinations as use
from mailreeve.service import digest, later, records, syncing, triage
from mailreeve.store.db import now_ms

SECRET = webhook.new_secret()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with running() as one:
        yield one


def settings(receiver: Receiver, more: str = "", *, capability: str = "outbound") -> str:
    return f"""[policy]
capabilities = ["read", "label", "{capability}"]
[[destination]]
id = "hook"
url = "http://127.0.0.1:{receiver.port}/in"
secrets = ["{SECRET}"]
private = true
{more}
"""


@pytest.fixture
def box(sandbox: SandboxServer, open_box: OpenBox, receiver: Receiver) -> Mailbox:
    return open_box(sandbox, settings(receiver, 'fields = ["message_id", "label", "subject", "text"]'))


def agree(box: Mailbox) -> None:
    use.consent(box, "hook", use.show(box, "hook")["terms"], by="ada", how="terminal")


def test_a_decided_mail_is_told_once_and_only_after_the_consent(
    sandbox: SandboxServer, box: Mailbox, receiver: Receiver
) -> None:
    """Mail from before the yes is not told; a run that is done again tells nothing twice."""
    sandbox.deliver(newsletter())
    assert 0 == triage.triage(box, cancel=Cancel())["outbox"]["delivered"]
    agree(box)
    id_ = sandbox.deliver(mail())
    found = [triage.triage(box, cancel=Cancel())["outbox"]["delivered"] for _ in range(2)]
    assert [1, 0] == found
    assert 1 == sandbox.units()["full"][id_]  # what the run has read is what it tells
    data = json.loads(receiver.seen[0].body)["data"]
    assert (id_, "Lunch tomorrow?", True) == (data["message_id"], data["subject"], "Friday" in data["text"])
    assert "Events: 1 delivered, 0 waiting, 0 given up." in digest.digest(box)["text"]


def test_a_draft_is_told_once_by_its_id_and_without_its_words(
    sandbox: SandboxServer, open_box: OpenBox, receiver: Receiver
) -> None:
    """Also when the run is done again, and when the hand-over of the first run was lost."""
    more = 'kinds = ["draft.created"]\nfields = ["draft_id", "message_id", "text"]'
    box = open_box(
        sandbox, settings(receiver, more, capability="draft").replace('"draft"]', '"draft", "outbound"]')
    )
    agree(box)
    id_ = sandbox.deliver(mail())
    sandbox.deliver(newsletter())
    (draft,) = triage.triage(box, cancel=Cancel())["drafts"]
    told = json.loads(receiver.seen[0].body)
    assert ("draft.created", {"draft_id": draft, "message_id": id_, "text": None}) == (
        told["type"],
        told["data"],
    )
    triage.triage(box, cancel=Cancel())
    assert 1 == len(receiver.seen)
    box.app.db.execute("delete from outbox")  # as if the process had died before it was queued
    triage.triage(box, cancel=Cancel())
    assert [f"d_{id_}_1"] * 2 == [one.headers["webhook-id"] for one in receiver.seen]


def test_a_code_is_told_without_its_words(sandbox: SandboxServer, box: Mailbox, receiver: Receiver) -> None:
    """Neither subject nor text of a mail that is a secret leaves."""
    agree(box)
    sandbox.deliver(code())
    triage.triage(box, cancel=Cancel())
    assert 1 == len(receiver.seen)
    assert b"483920" not in receiver.seen[0].body


def test_what_a_run_left_is_told_by_the_next_one(
    sandbox: SandboxServer, box: Mailbox, receiver: Receiver
) -> None:
    """Waiting and given up stand in the answer with their ids, and a person tries again."""
    agree(box)
    id_ = sandbox.deliver(mail())
    receiver.answers.append((302, {}))
    told = triage.triage(box, cancel=Cancel())["outbox"]
    assert [f"m_{id_}_1"] == [one["event"] for one in told["dead"]]
    done = use.retry(box, told["dead"][0]["seq"], cancel=Cancel())
    assert ("hook", "delivered") == (done["id"], done["status"])


def test_what_waits_is_delivered_between_runs(
    sandbox: SandboxServer, box: Mailbox, receiver: Receiver
) -> None:
    """A worker, or an MCP server, tries again when it is time, and asks nobody before; both tell a line, once."""
    agree(box)
    sandbox.deliver(mail())
    sandbox.deliver(newsletter())
    receiver.answers.append((503, {}))
    assert 2 == len(triage.triage(box, cancel=Cancel())["outbox"]["waiting"])
    assert [] == later.deliver_events(box.app, Cancel())
    assert 1 == len(receiver.seen)
    box.app.db.execute("update outbox set next_at = 0 where next_at > 0")
    told = later.errands(box.app, box.address, now_ms(), Cancel())
    assert [f"events of {box.address}: 2 delivered, 0 tried again later, 0 given up"] == told
    assert ([], 3) == (later.deliver_events(box.app, Cancel()), len(receiver.seen))


def test_labels_choose_the_mail(sandbox: SandboxServer, open_box: OpenBox, receiver: Receiver) -> None:
    """A destination for newsletters hears of newsletters only."""
    box = open_box(sandbox, settings(receiver, 'labels = ["newsletter"]'))
    agree(box)
    sandbox.deliver(newsletter())
    sandbox.deliver(mail())
    triage.triage(box, cancel=Cancel())
    assert ["newsletter"] == [json.loads(one.body)["data"]["label"] for one in receiver.seen]


def test_a_change_of_the_settings_voids_the_consent(
    sandbox: SandboxServer, open_box: OpenBox, receiver: Receiver, box: Mailbox
) -> None:
    """The list says so, and nothing leaves."""
    agree(box)
    other = open_box(sandbox, settings(receiver, 'fields = ["text"]'))
    assert "changed" == use.destinations(other)["destinations"][0]["state"]
    with pytest.raises(NotApproved):
        use.test(other, "hook", cancel=Cancel())
    assert [] == receiver.seen


def test_without_the_capability_nothing_leaves(
    sandbox: SandboxServer, open_box: OpenBox, receiver: Receiver, box: Mailbox
) -> None:
    """A consent from before does not help."""
    agree(box)
    other = open_box(sandbox, settings(receiver, capability="draft"))
    sandbox.deliver(mail())
    assert "outbox" not in triage.triage(other, cancel=Cancel())
    with pytest.raises(NotApproved, match="switched off"):
        use.test(other, "hook", cancel=Cancel())
    assert ([], False) == (receiver.seen, use.destinations(other)["allowed"])


def test_the_sample_is_exactly_what_test_sends(box: Mailbox, receiver: Receiver) -> None:
    """What the person agreed to on the screen is what arrives."""
    shown = json.loads(use.show(box, "hook")["sample"])
    agree(box)
    assert "delivered" == use.test(box, "hook", cancel=Cancel())["status"]
    assert shown["data"] == json.loads(receiver.seen[0].body)["data"]
    assert "revoked" == use.revoke(box, "hook", by="ada")["status"]
    with pytest.raises(NotApproved):
        use.test(box, "hook", cancel=Cancel())


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ('fields = ["raw"]', "no field"),
        ('kind = "http"', "create"),
        ("colour = 1", "unknown key"),
        ("labels = 3", "labels"),
    ],
)
def test_a_destination_that_cannot_be_is_named(
    sandbox: SandboxServer, open_box: OpenBox, receiver: Receiver, more: str, says: str
) -> None:
    """Before a run begins."""
    with pytest.raises(ConfigError, match=says):
        triage.triage(open_box(sandbox, settings(receiver, more)), cancel=Cancel())


def test_a_secret_may_stand_in_the_environment(tmp_path: Path, receiver: Receiver) -> None:
    """Named in the file, read at start; a missing one names its destination."""
    text = settings(receiver).replace(SECRET, "env:MAILREEVE_HOOK")
    (tmp_path / "config.toml").write_text(text, encoding="utf-8")
    loaded = config.load({"MAILREEVE_HOOK": SECRET}, tmp_path)
    assert SECRET == loaded.destination[0].secrets[0].get_secret_value()
    with pytest.raises(ConfigError, match="MAILREEVE_HOOK"):
        config.load({}, tmp_path)


def test_nobody_agrees_without_a_terminal(
    sandbox: SandboxServer,
    box: Mailbox,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    """A script is shown what a person would agree to, and gets code 5."""
    monkeypatch.setenv("MAILREEVE_GOOGLE_BASE", sandbox.base_url)
    monkeypatch.setenv("MAILREEVE_GOOGLE_TOKEN", sandbox.token)
    assert str(box.config.home) == os.environ["MAILREEVE_HOME"]
    assert 5 == root.run(["destinations", "consent", "hook"])
    assert "Offer until Friday?" in capfd.readouterr().err
    assert 0 == root.run(["destinations", "--json"])
    assert "not agreed" == json.loads(capfd.readouterr().out)["destinations"][0]["state"]


RECORDS = 'kinds = ["record.updated"]\nfields = ["contact", "company", "subject", "messages_from", "messages_to", "waits_for"]'


def test_a_crm_is_told_of_each_change_of_a_record_once(
    sandbox: SandboxServer, open_box: OpenBox, receiver: Receiver
) -> None:
    """After the consent, of threads with people the owner writes to; not of newsletters, and no state twice."""
    box = open_box(sandbox, settings(receiver, RECORDS))
    sandbox.deliver(mail("An offer", "Could you send me an offer?\n"))
    syncing.sync(box, full=True, progress=lambda *_: None, cancel=Cancel())
    assert 0 == records.feed(box, days=3650)  # nobody agreed
    agree(box)
    assert 0 == records.feed(box, days=3650)  # nobody whom the owner has written to
    box.correspondents.add({"grace@example.org": 2}, now_ms())
    assert 1 == records.feed(box, days=3650)
    sandbox.deliver(newsletter())
    sandbox.deliver(mail("Another thing", "And by when?\n"))
    triage.triage(box, cancel=Cancel())
    told = [json.loads(one.body) for one in receiver.seen]
    assert [("record.updated", "An offer"), ("record.updated", "Another thing")] == [
        (one["type"], one["data"]["subject"]) for one in told
    ]
    expected = {"contact": "Grace Hopper <grace@example.org>", "company": "example.org", "messages_from": 1}
    assert expected.items() <= told[1]["data"].items()
    triage.triage(box, cancel=Cancel())
    assert (0, 2) == (records.feed(box, days=3650), len(receiver.seen))


def test_a_record_is_no_ticket(sandbox: SandboxServer, open_box: OpenBox, receiver: Receiver) -> None:
    """A ticket system that is to be told of records is refused in words."""
    more = 'kind = "request_tracker"\nkinds = ["record.updated"]'
    with pytest.raises(ConfigError, match="no ticket"):
        _ = open_box(sandbox, settings(receiver, more)).destinations
