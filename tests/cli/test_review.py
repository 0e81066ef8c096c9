"""review: the list, the terminal, and the page from the command line."""

import base64
import os
import pty
import select
import signal
import subprocess
import sys
import termios
import time
from pathlib import Path

import pytest
from tests.cli.conftest import Run
from tests.sandbox_server import SandboxServer
from tests.web.client import Client

SECONDS = 60.0
QUESTION = (
    b"From: Ana <ana@x.example>\r\nSubject: Lunch?\r\nMessage-ID: <q@x.example>\r\n\r\nAre you free?\r\n"
)


class Terminal:
    """A command on a terminal of its own."""

    def __init__(self, *arguments: str, **environment: str) -> None:
        self._own, child = pty.openpty()
        self.seen = ""
        self.process = subprocess.Popen(
            [sys.executable, "-m", "mailreeve", *arguments],
            stdin=child,
            stdout=child,
            stderr=child,
            env={**os.environ, "TERM": "xterm", "NO_COLOR": "1", "COLUMNS": "100", **environment},
            start_new_session=True,
        )
        os.close(child)

    def until(self, words: str) -> None:
        """Read until the words stand there, and forget what was read."""
        end = time.monotonic() + SECONDS
        while words not in self.seen:
            assert time.monotonic() < end, self.seen
            ready, _, _ = select.select([self._own], [], [], 1)
            if ready:
                try:
                    self.seen += os.read(self._own, 65536).decode(errors="replace")
                except OSError:  # the other side is closed
                    break
        assert words in self.seen, self.seen
        self.seen = self.seen.partition(words)[2]

    def press(self, key: str) -> None:
        """One key, once the program reads keys: what is typed before that is thrown away by the terminal."""
        self._when(raw=True)
        os.write(self._own, key.encode())

    def type(self, line: str) -> None:
        """A line, once the program reads lines."""
        self._when(raw=False)
        os.write(self._own, f"{line}\r".encode())

    def _when(self, *, raw: bool) -> None:
        end = time.monotonic() + SECONDS
        while raw is bool(termios.tcgetattr(self._own)[3] & termios.ICANON):
            assert time.monotonic() < end, self.seen
            time.sleep(0.02)

    def end(self) -> int:
        try:
            return self.process.wait(SECONDS)
        finally:
            self.process.kill()
            os.close(self._own)


@pytest.fixture
def draft(demo: SandboxServer, run: Run) -> str:
    """A drafted reply in the demo mailbox, which has no other draft of ours."""
    message = demo.deliver(QUESTION)
    with (Path(os.environ["MAILREEVE_HOME"]) / "config.toml").open("a", encoding="utf-8") as file:
        file.write('[policy]\ncapabilities = ["read", "label", "draft", "send"]\n')
    draft_id: str = run("draft", "--reply", message, "--body", "Gladly.", "--json").json["draft_id"]
    return draft_id


def test_in_a_pipe_it_lists(run: Run, draft: str) -> None:
    """Without a terminal nothing is asked: what waits is listed, and nothing else."""
    shown = run("review").out
    assert draft in shown
    assert "Lunch?" in shown
    found = run("review", "--json").json
    assert ([], [draft], 1) == (
        found["proposals"],
        [one["draft_id"] for one in found["drafts"]],
        found["total"],
    )
    run("undo", "--since", "1h")
    assert "Nothing waits for you." in run("review").out
    assert [] == run("review", "--json").json["drafts"]


def test_what_was_decided_is_listed_only_when_asked_for(run: Run, draft: str) -> None:
    """A withdrawn proposal waits for nobody; --all still tells of it."""
    proposal = run("send", draft, "--json").json["proposal"]
    waiting = run("review", "--json").json
    assert ([proposal], []) == ([one["id"] for one in waiting["proposals"]], waiting["drafts"])
    run("review", "cancel", proposal)
    after = run("review", "--json").json
    assert ([], [draft]) == (after["proposals"], [one["draft_id"] for one in after["drafts"]])
    history = run("review", "--all", "--json").json
    assert [(proposal, "rejected")] == [(one["id"], one["state"]) for one in history["proposals"]]
    assert proposal in run("review", "--all").out


def test_a_typed_yes_on_the_terminal_sends_once(demo: SandboxServer, draft: str) -> None:
    """Enter reads, e edits in $EDITOR and shows the change, anything but yes declines, yes sends what was shown."""
    editor = Path(os.environ["MAILREEVE_HOME"]) / "editor.sh"
    editor.write_text('#!/bin/sh\nprintf "With pleasure." > "$1"\n', encoding="utf-8")
    editor.chmod(0o700)
    terminal = Terminal("review", EDITOR=str(editor), VISUAL=str(editor))
    terminal.until("q quit")
    terminal.press("\r")
    terminal.until("Are you free?")
    terminal.until("Press any key")
    terminal.press(" ")
    terminal.until("q quit")
    terminal.press("e")
    terminal.until("q quit")
    terminal.press("\r")
    terminal.until("-Gladly.")
    terminal.until("+With pleasure.")
    terminal.until("Press any key")
    terminal.press(" ")
    terminal.until("q quit")
    terminal.press("a")
    terminal.until("Type yes")
    terminal.type("y")
    terminal.until("declined")
    assert [] == demo.sent()
    terminal.until("q quit")
    terminal.press("a")
    terminal.until("| With pleasure.")
    terminal.until("Type yes")
    terminal.type("yes")
    terminal.until("Nothing waits for you.")
    assert 0 == terminal.end()
    (sent,) = demo.sent()
    assert b"With pleasure." in base64.urlsafe_b64decode(sent["raw"])


def test_a_rejection_on_the_terminal_keeps_the_draft(demo: SandboxServer, draft: str) -> None:
    """R asks for the reason; q ends."""
    before = len(demo.state()["drafts"])
    terminal = Terminal("review")
    terminal.until("q quit")
    terminal.press("r")
    terminal.until("Why not")
    terminal.type("too short")
    terminal.until("still in Gmail")
    terminal.until("q quit")
    terminal.press("q")
    assert 0 == terminal.end()
    assert (before, []) == (len(demo.state()["drafts"]), demo.sent())


def test_the_page_opens_in_the_browser_and_its_secret_is_written_nowhere(
    demo: SandboxServer, draft: str, tmp_path: Path
) -> None:
    """The address goes to the browser alone; Ctrl-C ends the page cleanly."""
    told = tmp_path / "told"
    browser = tmp_path / "browser.sh"
    browser.write_text(
        f'#!/bin/sh\nprintf %s "$1" > {told}.part && mv {told}.part {told}\n', encoding="utf-8"
    )
    browser.chmod(0o700)
    process = subprocess.Popen(
        [sys.executable, "-m", "mailreeve", "review", "--web"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "BROWSER": f"{browser} %s"},
    )
    try:
        end = time.monotonic() + SECONDS
        while not told.exists():
            assert time.monotonic() < end
            assert process.poll() is None, process.communicate()
            time.sleep(0.05)
        url = told.read_text(encoding="utf-8")
        client = Client(url)
        assert "Lunch?" in client.get("/").words
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=SECONDS)
    finally:
        process.kill()
    secret = url.rpartition("/")[2]
    assert (0, "") == (process.returncode, out)
    assert secret not in err
    assert client.cookie.partition("=")[2] not in err
