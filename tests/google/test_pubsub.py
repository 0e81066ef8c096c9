"""A watch and the notices that it leads to, over HTTP on the sandbox; nothing of a notice is trusted."""

import base64
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.organization import serving
from tests.sandbox_server import SandboxServer

from mailreeve.cancel import Cancel
from mailreeve.errors import GoogleRefused, LoginNeeded, NotFound, ScopeMissing
from mailreeve.google.delegation import delegated, read_key
from mailreeve.google.gmail import Gmail
from mailreeve.google.pubsub import SCOPE, Notice, Subscription, address_of
from mailreeve.google.transport import Transport

Connect = Callable[..., Transport]
TOPIC = "projects/p-1/topics/mail"
NAME = "projects/p-1/subscriptions/reeve"
MAIL = b"From: Ana <ana@x.example>\r\nTo: me\r\nSubject: Hello\r\n\r\nHello.\r\n"
WEEK = 7 * 24 * 3600 * 1000


@pytest.fixture
def subscription(sandbox: SandboxServer, connect: Connect) -> Subscription:
    sandbox.call("PUT", f"/v1/{NAME}", {"topic": TOPIC})
    return Subscription(connect(sandbox.base_url, token=sandbox.token), NAME)


def test_a_watch_lasts_a_week_and_its_notices_name_the_mailbox(
    gmail: Gmail, sandbox: SandboxServer, subscription: Subscription
) -> None:
    """Watched, told, acknowledged; after stop nothing is told."""
    now = int(sandbox.clock(advance=0) * 1000)
    assert now <= gmail.watch(TOPIC) - WEEK <= now + 60_000
    sandbox.deliver(MAIL)
    (notice,) = subscription.pull(Cancel())
    assert sandbox.account == notice.address
    subscription.acknowledge([notice], Cancel())
    sandbox.clock(advance=60)
    assert () == subscription.pull(Cancel())
    gmail.stop_watch()
    sandbox.deliver(MAIL)
    assert () == subscription.pull(Cancel())
    assert {"watch": 100, "stop": 50} == {
        name: one["units"] for name, one in sandbox.units()["by_method"].items() if name in {"watch", "stop"}
    }
    assert 150 == gmail.units


def test_what_is_not_acknowledged_comes_again(
    gmail: Gmail, sandbox: SandboxServer, subscription: Subscription
) -> None:
    """A reader that dies with notices in hand gets them once more."""
    gmail.watch(TOPIC)
    first = subscription.pull(Cancel())
    sandbox.clock(advance=60)
    again = subscription.pull(Cancel())
    assert [one.address for one in first] == [one.address for one in again]
    assert first[0].ack != again[0].ack


def test_refusals_say_what_to_do(gmail: Gmail, sandbox: SandboxServer, connect: Connect) -> None:
    """A wrong topic, a subscription that is not there, a login without the scope."""
    with pytest.raises(GoogleRefused) as caught:
        gmail.watch("nonsense")
    assert "gmail-api-push@system.gserviceaccount.com" in caught.value.advice
    line = connect(sandbox.base_url, token=sandbox.token)
    with pytest.raises(NotFound, match="no such subscription") as missing:
        Subscription(line, NAME).pull(Cancel())
    assert "[wake] subscription" in missing.value.advice
    token = sandbox.token_for("https://www.googleapis.com/auth/gmail.modify")
    with pytest.raises(ScopeMissing):
        Subscription(connect(sandbox.base_url, token=token), NAME).pull(Cancel())


def test_a_service_account_pulls_in_its_own_name(tmp_path: Path) -> None:
    """No person is named in its assertion; for a mailbox of its own it gets no token."""
    with serving(tmp_path, "ana") as corp:
        (ana,) = corp.people.values()
        ana.call("PUT", f"/v1/{NAME}", {"topic": TOPIC})
        ana.api("POST", "/watch", {"topicName": TOPIC})
        key = read_key(corp.key)
        line = Transport(delegated(key, None, (SCOPE,), base=corp.base_url), base=corp.base_url, quota="off")
        assert [ana.account] == [one.address for one in Subscription(line, NAME).pull(Cancel())]
        line.close()
        wrong = delegated(key, None, ("https://mail.google.com/",), base=corp.base_url)
        other = Transport(wrong, base=corp.base_url, quota="off")
        with pytest.raises(LoginNeeded, match="the key of the service account"):
            Gmail(other).profile()
        other.close()


def encoded(text: bytes) -> str:
    return base64.urlsafe_b64encode(text).decode()


@pytest.mark.parametrize(
    ("message", "address"),
    [
        ({"data": encoded(b'{"emailAddress": "Ana@X.example", "historyId": 7}')}, "ana@x.example"),
        ({"data": encoded(b'{"emailAddress": "ana@x.example"}').rstrip("=")}, "ana@x.example"),
        ({"data": encoded(b'{"emailAddress": ["ana@x.example"]}')}, ""),
        ({"data": encoded(b"[" * 2000)}, ""),
        ({"data": encoded(b'{"emailAddress": "' + b"a" * 5000 + b'"}')}, ""),
        ({"data": "%%%"}, ""),
        ({"data": encoded(b"\xff\xfe")}, ""),
        ({"data": 7}, ""),
        ({}, ""),
        ("text", ""),
        (None, ""),
    ],
)
def test_of_a_message_only_the_address_is_read(message: object, address: str) -> None:
    """Everything else, and everything that is not of Gmail's form, is nothing."""
    assert address == address_of(message)


def test_a_notice_without_an_id_is_acknowledged_as_nothing(
    subscription: Subscription, sandbox: SandboxServer
) -> None:
    """An empty list would be refused by Pub/Sub: it is not sent."""
    subscription.acknowledge([Notice("", "")], Cancel())
    sandbox.faults([{"path": ":acknowledge", "kind": "500"}])
    subscription.acknowledge([], Cancel())
