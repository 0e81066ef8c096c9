"""login, logout and uninstall as a person or a program runs them."""

import contextlib
import json
import os
import pty
import subprocess
import sys
import webbrowser
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests import logins
from tests.sandbox_server import SandboxServer

from mailreeve.cli import account as cli
from mailreeve.cli.root import run

COMMAND = (sys.executable, "-m", "mailreeve")
Captured = pytest.CaptureFixture[str]


class ChattyBrowser(webbrowser.BaseBrowser):
    """Says yes at once, and prints on standard output as browsers do."""

    works = True

    def open(self, url: str, new: int = 0, autoraise: bool = True) -> bool:
        subprocess.run([sys.executable, "-c", "print('Opening in existing session.')"], check=True)
        logins.browser(url)
        return self.works


CHATTY = ChattyBrowser("chatty")


@pytest.fixture(autouse=True)
def chatty(monkeypatch: pytest.MonkeyPatch) -> None:
    """The only browser of each of these tests, whichever other tests have chosen theirs."""
    webbrowser.register("chatty", None, CHATTY, preferred=True)
    monkeypatch.setattr(webbrowser, "_tryorder", ["chatty"])


@pytest.fixture
def home(tmp_path: Path, sandbox: SandboxServer) -> Path:
    """A home with settings for the sandbox and nobody logged in."""
    folder = tmp_path / "home"
    logins.settings(folder, sandbox.base_url)
    return folder


@pytest.fixture
def logged_in(home: Path, capfd: Captured) -> Path:
    assert 0 == run(["login", "--browser"])
    capfd.readouterr()
    return home


def told(capfd: Captured) -> tuple[Any, str]:
    """The JSON on stdout, which is alone there, and stderr."""
    out, err = capfd.readouterr()
    return json.loads(out), err


# --- login ------------------------------------------------------------------------------------------


def test_login_says_what_is_asked_for_and_prints_json_alone(
    home: Path, sandbox: SandboxServer, capfd: Captured
) -> None:
    """Permissions, the limit of Google's scopes and the link go to stderr; the browser's chatter too."""
    assert 0 == run(["login", sandbox.account, "--browser", "--json"])
    answer, err = told(capfd)
    assert {"account", "capabilities", "missing", "kept_in", "granted"} == set(answer)
    assert (sandbox.account, ["read", "label", "draft"], []) == (
        answer["account"],
        answer["capabilities"],
        answer["missing"],
    )
    assert "cannot separate drafting from sending" in err
    assert "keeps sending off until `send` is in [policy] capabilities" in err
    assert "No language model is set" in err
    assert f"{sandbox.base_url}/o/oauth2/v2/auth?" in err
    assert "Opening in existing session." in err


def test_login_tells_a_person_where_things_stand(home: Path, sandbox: SandboxServer, capfd: Captured) -> None:
    """The account, what was granted and unticked, what that disables, where the login is, the next step."""
    config = '[policy]\ncapabilities = ["read", "draft", "send"]\n'
    (home / "config.toml").write_text((home / "config.toml").read_text() + config, encoding="utf-8")
    sandbox.consent(scopes=["https://www.googleapis.com/auth/gmail.readonly"])
    assert 0 == run(["login", "--browser"])
    out, err = capfd.readouterr()
    assert f"Logged in as {sandbox.account}." in out
    assert "Granted: read mail, labels and settings." in out
    assert "Mailreeve may here: read." in out
    assert "Not granted: draft. Without it there is no drafts of replies." in out
    assert f"kept in {home / 'tokens'}" in out
    assert "`mailreeve triage --dry-run`" in out
    assert "`mailreeve serve`" in out
    assert "Sending is on in your settings" in err


def test_a_browser_that_does_not_open_is_told(home: Path, capfd: Captured) -> None:
    """The link is there to be opened by hand."""
    CHATTY.works = False
    try:
        assert 0 == run(["login", "--browser", "--json"])
    finally:
        CHATTY.works = True
    assert "please open the link yourself" in told(capfd)[1]


@pytest.mark.parametrize(("deny", "arguments"), [(True, []), (False, ["bob@example.org"])])
def test_a_login_that_fails_needs_a_login(
    home: Path, sandbox: SandboxServer, capfd: Captured, deny: bool, arguments: list[str]
) -> None:
    """A refusal and a wrong account end with exit code 4, the error alone on stdout, and no token."""
    sandbox.consent(deny=deny)
    assert 4 == run(["login", "--browser", "--json", *arguments])
    assert ["error"] == list(json.loads(capfd.readouterr().out))
    assert [] == list(home.glob("tokens/*.json"))


def test_login_without_a_client_is_a_mistake_in_the_settings(
    home: Path, tmp_path: Path, capfd: Captured
) -> None:
    """Exit code 2, and the way to make one."""
    (tmp_path / "client_secret.json").unlink()
    assert 2 == run(["login", "--browser"])
    assert "Google Cloud console" in capfd.readouterr().err


def headless(answer: Callable[[str], str]) -> tuple[int, str]:
    """`login --no-browser --json` in a process of its own; `answer` turns the link into what is pasted."""
    command = [*COMMAND, "login", "--no-browser", "--json"]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as child:
        assert child.stderr is not None
        link = next(line.strip() for line in child.stderr if line.startswith("http"))
        out, _ = child.communicate(answer(link) + "\n", timeout=30)
        return child.returncode, out


def test_without_a_browser_the_answer_is_pasted(home: Path, sandbox: SandboxServer) -> None:
    """On a server: open the link elsewhere, paste the address that the browser ends at."""
    code, out = headless(logins.visit)
    assert (0, sandbox.account) == (code, json.loads(out)["account"])


def test_a_pasted_answer_of_another_login_is_refused(home: Path) -> None:
    """The state must be that of the login that runs; exit code 2, and nothing is kept."""
    code, out = headless(lambda link: logins.visit(link.replace("state=", "state=other")))
    assert (2, ["error"]) == (code, list(json.loads(out)))
    assert [] == list(home.glob("tokens/*.json"))


def test_without_anybody_to_paste_it_waits_for_a_person(home: Path) -> None:
    """In a script, with stdin closed, exit code 5 says that a person has to do it."""
    done = subprocess.run(
        [*COMMAND, "login", "--no-browser"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (5, "") == (done.returncode, done.stdout)
    assert "nothing was" in done.stderr


def test_where_the_browser_is_is_guessed_sensibly(monkeypatch: pytest.MonkeyPatch) -> None:
    """Over ssh the browser is elsewhere, even with a display; on Linux there is one only with a display."""
    for name in ("SSH_CONNECTION", "SSH_TTY", "DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    assert cli.has_browser() is not sys.platform.startswith("linux")
    monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-0")
    assert cli.has_browser()
    monkeypatch.setenv("SSH_CONNECTION", "192.0.2.1 22 192.0.2.2 22")
    assert not cli.has_browser()


# --- logout -----------------------------------------------------------------------------------------


def test_logout_forgets_the_login(logged_in: Path, sandbox: SandboxServer, capfd: Captured) -> None:
    """Exit code 0, and the next command needs a login."""
    assert 0 == run(["logout", "--json"])
    assert {"account": sandbox.account, "at_google": "revoked", "advice": ""} == told(capfd)[0]
    assert 4 == run(["logout"])
    assert "No account is logged in yet." in capfd.readouterr().err


def test_logout_while_google_is_down_is_done_in_part(
    logged_in: Path, sandbox: SandboxServer, capfd: Captured
) -> None:
    """Exit code 3: gone here, and the link for removing it there."""
    sandbox.faults([{"path": "/revoke", "kind": "lost"}])
    assert 3 == run(["logout"])
    out, err = capfd.readouterr()
    assert "gone from this machine, but Google was not told" in out
    assert "https://myaccount.google.com/connections" in err
    assert [] == list(logged_in.glob("tokens/*.json"))


# --- uninstall --------------------------------------------------------------------------------------


def test_uninstall_without_a_terminal_needs_yes(
    logged_in: Path, sandbox: SandboxServer, capfd: Captured
) -> None:
    """A script that says nothing gets the list, exit code 5, and everything stays."""
    assert 5 == run(["uninstall", "--json"])
    answer, err = told(capfd)
    assert ("needs_user", [sandbox.account]) == (answer["status"], answer["logins"])
    assert str(logged_in / "config.toml") in err
    assert (logged_in / "config.toml").exists()


def test_uninstall_removes_everything(logged_in: Path, sandbox: SandboxServer, capfd: Captured) -> None:
    """With --yes all that was listed is gone."""
    sandbox.api("POST", "/labels", {"name": "Mailreeve/Urgent"})
    assert 0 == run(["uninstall", "--yes", "--json"])
    answer, err = told(capfd)
    assert ("done", ["Mailreeve/Urgent"]) == (answer["status"], answer["labels"])
    assert "Gmail label Mailreeve/Urgent" in err
    assert not logged_in.exists()
    assert not [one for one in sandbox.state()["labels"] if one["type"] == "user"]
    assert 0 == run(["uninstall"])
    assert "There is nothing to remove." in capfd.readouterr().err


def test_uninstall_that_fails_in_part_says_so(
    logged_in: Path, sandbox: SandboxServer, capfd: Captured
) -> None:
    """Exit code 3 with what failed by name, and the folder is kept."""
    sandbox.api("POST", "/labels", {"name": "Mailreeve/Urgent"})
    sandbox.faults([{"path": "/labels/", "method": "DELETE", "kind": "403-daily"}])
    assert 3 == run(["uninstall", "--yes"])
    out, err = capfd.readouterr()
    assert "failed Mailreeve/Urgent: " in err
    assert "still there" in out
    assert (logged_in / "config.toml").exists()


def at_a_terminal(typed: str, *arguments: str) -> tuple[int, str, str]:
    """A command whose person sits at a terminal and has typed; exit code, stdout, what the terminal shows."""
    person, program = pty.openpty()
    os.write(person, f"{typed}\n".encode())
    with subprocess.Popen(
        [*COMMAND, *arguments], stdin=program, stdout=subprocess.PIPE, stderr=program, text=True
    ) as child:
        os.close(program)
        shown = b""
        with contextlib.suppress(OSError):  # how Linux says that nobody is at the other end any more
            while some := os.read(person, 65_536):
                shown += some
        os.close(person)
        out, _ = child.communicate(timeout=30)
    return child.returncode, out, shown.decode()


@pytest.mark.parametrize(("typed", "status", "is_left"), [("n", "declined", True), ("y", "done", False)])
def test_uninstall_asks_a_person(logged_in: Path, typed: str, status: str, is_left: bool) -> None:
    """On a terminal the list is shown and a yes is needed."""
    code, out, shown = at_a_terminal(typed, "uninstall", "--json")
    assert (0, status) == (code, json.loads(out)["status"])
    assert "This will be removed:" in shown
    assert "Remove all this?" in shown
    assert is_left is logged_in.exists()
