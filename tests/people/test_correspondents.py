"""Whom the person writes to, learnt from sent mail."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.sandbox_server import SandboxServer

from mailreeve.cancel import Cancel
from mailreeve.google import credentials
from mailreeve.google.gmail import Gmail
from mailreeve.google.transport import Transport
from mailreeve.people import correspondents
from mailreeve.store.correspondents import Correspondents
from mailreeve.store.db import Database

SENT = b"From: alex.moreno@example.com\r\nTo: %b\r\nSubject: s\r\nMessage-ID: <%d@x.example>\r\n\r\nHi\r\n"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Correspondents]:
    db = Database(tmp_path / "m.db")
    yield Correspondents(db, "alex.moreno@example.com")
    db.close()


@pytest.fixture
def gmail(sandbox: SandboxServer) -> Iterator[Gmail]:
    transport = Transport(
        credentials.ready(sandbox.token, sandbox.base_url), base=sandbox.base_url, quota="off"
    )
    yield Gmail(transport)
    transport.close()


def test_each_sent_mail_counts_once(sandbox: SandboxServer, gmail: Gmail, store: Correspondents) -> None:
    """A second look finds only what was sent since; the person is no correspondent of theirs."""
    own = {"alex.moreno@example.com"}
    sandbox.deliver(SENT % (b"Ana@x.example, alex.moreno@example.com", 1), labels="SENT")
    looks = [correspondents.refresh(gmail, store, own, Cancel()) for _ in range(2)]
    sandbox.clock(advance=60)
    sandbox.deliver(SENT % (b"bo@x.example", 2), labels="SENT")
    looks.append(correspondents.refresh(gmail, store, own, Cancel()))
    assert ([1, 0, 1], frozenset({"ana@x.example", "bo@x.example"})) == (looks, store.known())
    assert [1, 1] == list(sandbox.units()["full"].values())


def test_received_mail_teaches_nothing(sandbox: SandboxServer, gmail: Gmail, store: Correspondents) -> None:
    """A stranger cannot become a correspondent by writing, whatever From they put."""
    sandbox.deliver(SENT % (b"evil@x.example", 3))
    correspondents.refresh(gmail, store, (), Cancel())
    assert frozenset() == store.known()
