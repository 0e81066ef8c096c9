"""send on a real terminal: a pseudo-terminal on which nobody but the test types (POSIX)."""

import os
import subprocess
import sys

import pytest
from tests.cli.conftest import Run
from tests.sandbox_server import SandboxServer

pty = pytest.importorskip("pty", reason="there are no pseudo-terminals on Windows")


def on_terminal(typed: str, *arguments: str) -> tuple[int, str]:
    """Run a command whose stdin and stderr are a terminal; what was shown there."""
    reader, writer = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "mailreeve", *arguments],
        stdin=writer,
        stdout=subprocess.DEVNULL,
        stderr=writer,
    ) as child:
        os.close(writer)
        os.write(reader, f"{typed}\n".encode())
        shown = b""
        try:
            while chunk := os.read(reader, 65536):
                shown += chunk
        except OSError:  # how Linux tells that the other end was closed
            pass
        child.wait()
    os.close(reader)
    return child.returncode, shown.decode().replace("\r\n", "\n")


def draft(run: Run, body: str) -> str:
    made = run("draft", "--to", "ana@client.example", "--subject", "Offer", "--body", body, "--json").json
    return str(made["draft_id"])


def test_a_long_question_says_what_matters_again(run: Run, demo: SandboxServer) -> None:
    """Recipients, subject and warnings stand right above the prompt; the fingerprint is told once."""
    id_ = draft(run, "\n".join(f"Line {n}" for n in range(60)))
    code, shown = on_terminal("no", "send", id_)
    end = shown[shown.index("fingerprint") :]
    assert 0 == code
    assert 2 == shown.count("To:      ana@client.example")
    assert "To:      ana@client.example" in end
    assert "Subject: Offer" in end
    assert 1 == shown.count("fingerprint")
    assert "digest" not in shown
    assert [] == demo.sent()


def test_a_short_question_says_everything_once(run: Run, demo: SandboxServer) -> None:
    """What fits the screen is not repeated, and a typed yes sends it."""
    code, shown = on_terminal("yes", "send", draft(run, "Hello"))
    assert 0 == code
    assert 1 == shown.count("Subject: Offer")
    assert 1 == len(demo.sent())


def test_without_a_terminal_the_ways_on_are_named(run: Run, demo: SandboxServer) -> None:
    """Nobody is there to ask: the commands are those of this program."""
    id_ = draft(run, "Hello")
    done = run("send", id_)
    assert 5 == done.code
    assert "nobody is at this terminal" in done.out
    assert f"`mailreeve send {id_}`" in done.out
    assert "`mailreeve review --web`" in done.out
