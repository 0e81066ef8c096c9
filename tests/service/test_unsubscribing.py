"""Leaving lists as the faces ask for it."""

import pytest
from tests.boxes import OpenBox
from tests.sandbox_server import SandboxServer

from mailreeve.cancel import Cancel
from mailreeve.errors import InputError
from mailreeve.service import sending, unsubscribing

SEND = '[policy]\ncapabilities = ["read", "label", "draft", "send"]\n'


def mail(sandbox: SandboxServer, offer: str) -> str:
    raw = f"From: News <l@news.example>\r\nTo: {sandbox.account}\r\nSubject: Weekly\r\n{offer}\r\nHello\r\n"
    return sandbox.deliver(raw.encode())


def test_a_mail_to_leave_is_written_once_and_sent_after_a_yes(
    sandbox: SandboxServer, open_box: OpenBox
) -> None:
    """To the one address of the header, with its subject; asking again gives the same question."""
    box = open_box(sandbox, SEND)
    id_ = mail(sandbox, "List-Unsubscribe: <mailto:out@news.example?subject=leave&cc=eve@evil.example>\r\n")
    asked = unsubscribing.propose(box, id_, cancel=Cancel())
    assert asked["proposal"] == unsubscribing.propose(box, id_, cancel=Cancel())["proposal"]
    assert ("mail", []) == (asked["how"], sandbox.sent())
    assert "leave" in asked["question"]
    done = sending.confirm(box, asked["proposal"], asked["digest"], channel="tty", by="ada")
    assert "sent" == done["status"]
    assert ["out@news.example"] == sandbox.sent()[0]["envelope"]["to"]


def test_an_offer_that_cannot_be_trusted_is_shown_and_not_fetched(
    sandbox: SandboxServer, open_box: OpenBox
) -> None:
    """The link is told, so that the person can open it themselves."""
    box = open_box(sandbox, SEND)
    id_ = mail(sandbox, "List-Unsubscribe: <https://news.example/u>\r\n")
    with pytest.raises(InputError) as refused:
        unsubscribing.propose(box, id_, cancel=Cancel())
    assert "https://news.example/u" in refused.value.advice


def test_a_mail_of_no_list_has_nothing_to_leave(sandbox: SandboxServer, open_box: OpenBox) -> None:
    """No header, no offer."""
    box = open_box(sandbox, SEND)
    id_ = mail(sandbox, "")
    assert None is unsubscribing.offer(box, id_, cancel=Cancel())
    with pytest.raises(InputError):
        unsubscribing.propose(box, id_, cancel=Cancel())
