"""What the tests of the command line share: running it in this process, as a script would."""

import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tests.outbound.receiver import Receiver, running
from tests.sandbox_server import Factory, SandboxServer

from mailreeve.cli import root
from mailreeve.outbound import webhook


@dataclass(frozen=True)
class Done:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Stdout as JSON, which must be all of it."""
        return json.loads(self.out)


Run = Callable[..., Done]


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str]) -> Run:
    """Run a command line: `run("search", "is:unread", "--json")`."""

    def call(*arguments: str) -> Done:
        capfd.readouterr()
        code = root.run(arguments)
        out, err = capfd.readouterr()
        return Done(code, out, err)

    return call


@pytest.fixture
def demo(sandbox_factory: Factory, monkeypatch: pytest.MonkeyPatch) -> SandboxServer:
    """The demo mailbox, reached by environment variables as an outside check reaches it."""
    server = sandbox_factory(demo=True)
    monkeypatch.setenv("MAILREEVE_GOOGLE_BASE", server.base_url)
    monkeypatch.setenv("MAILREEVE_GOOGLE_TOKEN", server.token)
    home = Path(os.environ["MAILREEVE_HOME"])
    home.mkdir()
    (home / "config.toml").write_text(
        "[google]\nquota = 'off'\n", encoding="utf-8"
    )  # no pacing: tests do not wait
    return server


@pytest.fixture
def receiver(demo: SandboxServer) -> Iterator[Receiver]:
    """A webhook that the settings of the demo name."""
    with running() as one:
        (Path(os.environ["MAILREEVE_HOME"]) / "config.toml").write_text(
            '[google]\nquota = "off"\n[policy]\ncapabilities = ["read", "outbound"]\n[[destination]]\nid = "hook"\n'
            f'url = "http://127.0.0.1:{one.port}/in"\nprivate = true\nsecrets = ["{webhook.new_secret()}"]\n',
            encoding="utf-8",
        )
        yield one
