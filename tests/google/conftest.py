"""What the tests of the Google client share."""

from collections.abc import Callable, Iterator

import pytest
from tests.google.wire_server import NoNap, WireServer
from tests.sandbox_server import SandboxServer

from mailreeve.google.credentials import ready
from mailreeve.google.gmail import Gmail
from mailreeve.google.transport import Transport

TOKEN = "ya29.made-up-access-token"


@pytest.fixture
def wire() -> Iterator[WireServer]:
    """A local server whose behaviour the test writes."""
    with WireServer().running() as server:
        yield server


@pytest.fixture
def nap() -> NoNap:
    """Records sleeps instead of sleeping."""
    return NoNap()


@pytest.fixture
def connect(nap: NoNap) -> Iterator[Callable[..., Transport]]:
    """Makes transports to a base, closed when the test ends; waiting is recorded in `nap`."""
    made: list[Transport] = []

    def to(base: str, token: str = TOKEN, timeout: float = 5.0) -> Transport:
        transport = Transport(ready(token, base), base=base, quota="off", timeout=timeout)
        made.append(transport)
        return transport.bound(nap)

    yield to
    for transport in made:
        transport.close()


@pytest.fixture
def gmail(sandbox: SandboxServer, connect: Callable[..., Transport]) -> Gmail:
    """Gmail over HTTP, on the sandbox's empty mailbox."""
    return Gmail(connect(sandbox.base_url, token=sandbox.token))
