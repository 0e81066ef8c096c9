"""cleanup on the command line."""

import os
import subprocess
import sys

import pytest
from tests.cli.conftest import Run
from tests.sandbox_server import SandboxServer


def test_a_script_previews_then_cleans_and_undoes(run: Run, demo: SandboxServer) -> None:
    """The preview has its keys; without --yes nobody is asked and nothing changes; with it, undo takes it back."""
    before = demo.state()["messages"]
    query = ("--query", "in:inbox")
    told = run("cleanup", *query, "--json").json
    first = told["senders"][0]
    assert ("preview", 0) == (told["status"], told["left"])
    assert first["mails"] == max(one["mails"] for one in told["senders"])
    wish = ("cleanup", *query, "--sender", first["address"], "--do", "archive")
    refused = run(*wish, "--json")
    assert (5, "needs_user", before) == (refused.code, refused.json["status"], demo.state()["messages"])
    done = run(*wish, "--yes", "--json").json
    assert ("done", first["mails"]) == (done["status"], done["changed"])
    assert done["changed"] == run("undo", done["change"], "--json").json["undone"]
    assert [sorted(one["labels"]) for one in before] == [
        sorted(one["labels"]) for one in demo.state()["messages"]
    ]


def test_a_person_sees_a_table(run: Run, demo: SandboxServer) -> None:
    """Senders with counts; --yes alone is refused."""
    shown = run("cleanup", "--query", "in:inbox")
    assert (0, True, True) == (shown.code, "Unsubscribe" in shown.out, "mails looked at" in shown.out)
    assert 2 == run("cleanup", "--yes").code


@pytest.mark.parametrize(
    ("said", "changed"), [("1\narchive\nyes\n", True), ("1\narchive\nno\n", False), ("\n", False)]
)
def test_a_person_at_a_terminal_chooses_and_confirms(
    demo: SandboxServer, said: str, *, changed: bool
) -> None:
    """Numbers, an action, and a typed yes; without it nothing changes, and the answer names the undo."""
    pty = pytest.importorskip("pty", reason="POSIX only")
    before = demo.state()["messages"]
    person, terminal = pty.openpty()
    os.write(person, said.encode())
    done = subprocess.run(
        [sys.executable, "-m", "mailreeve", "cleanup", "--query", "in:inbox"],
        stdin=terminal,
        stderr=terminal,
        stdout=subprocess.PIPE,
        check=True,
        timeout=120,
        env={**os.environ, "TERM": "dumb"},  # no bar that moves, which would fill the terminal's buffer
    )
    told = os.read(person, 65536).decode()
    os.close(terminal)
    os.close(person)
    assert "mails looked at" in done.stdout.decode()
    assert changed is (before != demo.state()["messages"])
    assert changed is ("undo a-" in told)
