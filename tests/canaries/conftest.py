"""A house for each test."""

import os
import tempfile
import webbrowser
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.canaries import planted
from tests.canaries.house import House, Yes, furnish, helpful, loud
from tests.outbound.receiver import running
from tests.sandbox_server import SandboxServer
from tests.scripted_llm import ScriptedLlm

from mailreeve.sandbox import people


@pytest.fixture
def house(
    sandbox: SandboxServer,
    llm_server: ScriptedLlm,
    capfd: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[House]:
    """Mail with canaries has arrived; nobody is logged in yet. Temporary files have a folder of their own."""
    home, temporary = Path(os.environ["MAILREEVE_HOME"]), tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setenv("TMPDIR", str(temporary))
    monkeypatch.setattr(tempfile, "tempdir", None)
    webbrowser.register("yes", None, Yes("yes"), preferred=True)
    llm_server.default = helpful

    def read() -> tuple[str, str]:
        out, err = capfd.readouterr()
        return out, err

    with running() as receiver, loud():
        furnish(home, sandbox, llm_server, receiver)
        made = House(home, sandbox, llm_server, receiver, read)
        made.ids = {name: sandbox.deliver(raw) for name, raw in planted.letters(sandbox.account).items()}
        sandbox.deliver(planted.sent(sandbox.account), labels="SENT")
        put_around(sandbox)
        yield made


def put_around(sandbox: SandboxServer) -> None:
    """Somebody in the address book, and an event in the calendar."""
    with sandbox.state_file() as state:
        fields = {
            "names": [people.named({"givenName": planted.CONTACT})],
            "emailAddresses": [{"value": f"{planted.CONTACT}@example.org"}],
            "biographies": [{"value": f"{planted.CONTACT} likes tiles"}],
        }
        people.put(state, "people", fields)
    event = {
        "summary": planted.EVENT,
        "description": planted.BODY,
        "start": {"dateTime": "2026-11-26T10:00:00Z"},
        "end": {"dateTime": "2026-11-26T11:00:00Z"},
    }
    assert 200 == sandbox.call("POST", "/calendar/v3/calendars/primary/events", event)[0]
