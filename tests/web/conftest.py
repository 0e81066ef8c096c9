"""What the tests of the review page share: a mailbox over the local Google, its page, and a browser."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.boxes import OpenBox, opening
from tests.sandbox_server import SandboxServer
from tests.web.client import Client

from mailreeve.app import Mailbox
from mailreeve.cancel import Cancel
from mailreeve.service import drafting
from mailreeve.web.serve import ReviewServer

EVERYTHING = '[policy]\ncapabilities = ["read", "label", "draft", "send"]\n[google]\nquota = "off"\n'
QUESTION = (
    b"From: Ana Reyes <ana@x.example>\r\nTo: me@x.example\r\nSubject: Lunch on Friday?\r\n"
    b"Message-ID: <q1@x.example>\r\n\r\nCan you come to lunch on Friday?\r\n"
)


@pytest.fixture
def open_box() -> Iterator[OpenBox]:
    """`open_box(sandbox, settings)`; everything is allowed unless the settings say otherwise."""
    with opening(Path(os.environ["MAILREEVE_HOME"]), EVERYTHING) as make:
        yield make


@pytest.fixture
def box(sandbox: SandboxServer, open_box: OpenBox) -> Mailbox:
    return open_box(sandbox)


@pytest.fixture
def serve() -> Iterator[Callable[[Mailbox], ReviewServer]]:
    """Starts review pages and ends them all."""
    servers: list[ReviewServer] = []

    def make(box: Mailbox) -> ReviewServer:
        servers.append(ReviewServer(box))
        servers[-1].start()
        return servers[-1]

    yield make
    for server in servers:
        server.stop()


@pytest.fixture
def server(box: Mailbox, serve: Callable[[Mailbox], ReviewServer]) -> ReviewServer:
    return serve(box)


@pytest.fixture
def client(server: ReviewServer) -> Client:
    """A browser with a session."""
    return Client(server.url_for())


def reply_to(box: Mailbox, message: str, body: str = "Yes, gladly.") -> str:
    """A drafted reply; returns the draft's id."""
    made = drafting.draft(box, kind="reply", reply_to_id=message, body=body, cancel=Cancel())
    return made["draft_id"]


@pytest.fixture
def draft(sandbox: SandboxServer, box: Mailbox) -> str:
    """A drafted reply to Ana's question."""
    return reply_to(box, sandbox.deliver(QUESTION))
