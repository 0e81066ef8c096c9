"""The server: it starts, shares its file, cuts connections, and ends."""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from tests.sandbox.given import Google, b64, letter
from tests.sandbox_server import Factory, SandboxServer

from mailreeve.sandbox import demo
from mailreeve.sandbox.server import alive
from mailreeve.sandbox.service import StartError
from mailreeve.sandbox.state import State


def test_an_empty_mailbox_is_served(sandbox: SandboxServer) -> None:
    """The fixture serves a mailbox without mail."""
    assert 0 == sandbox.api("GET", "/profile")["messagesTotal"]
    assert [] == sandbox.sent()


def test_a_state_file_is_shared(sandbox_factory: Factory, tmp_path: Path) -> None:
    """Two servers on one file show the same mailbox under the same token, while both run."""
    first = sandbox_factory(state=tmp_path / "kept.db")
    message = first.deliver(letter())
    second = sandbox_factory(state=tmp_path / "kept.db")
    assert first.token == second.token
    second.api("POST", f"/messages/{message}/modify", {"addLabelIds": ["STARRED"]})
    assert {"INBOX", "UNREAD", "STARRED"} == first.labels_of(message)


def test_concurrent_changes_are_all_kept(sandbox_factory: Factory, tmp_path: Path) -> None:
    """Eight threads on two servers: no message, label or unit is lost, and history ids are unique."""
    servers = [sandbox_factory(state=tmp_path / "shared.db") for _ in range(2)]
    start = servers[0].api("GET", "/profile")["historyId"]
    wrong: list[BaseException] = []

    def work(number: int) -> None:
        try:
            server = servers[number % 2]
            for _ in range(10):
                message = server.deliver(letter(f"From {number}"))
                server.api("POST", f"/messages/{message}/modify", {"addLabelIds": ["STARRED"]})
        except BaseException as error:  # noqa: BLE001 -- handed to the test's own thread
            wrong.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [] == wrong
    google = Google(servers[0])
    assert 80 == len(google.ids("is:starred", maxResults=500))
    records = google.get("/history", startHistoryId=start, maxResults=500)["history"]
    assert 160 == len({record["id"] for record in records})
    assert 80 == servers[1].units()["by_method"]["messages.modify"]["calls"]


def test_one_draft_is_sent_once_by_many(google: Google) -> None:
    """Of many that send the same draft at once exactly one succeeds."""
    raw = letter(from_=google.server.account, to="bob@example.org")
    draft = google.post("/drafts", {"message": {"raw": b64(raw)}})["id"]
    answers: list[int] = []

    def work() -> None:
        answers.append(google.ask("POST", "/drafts/send", {"id": draft})[0])

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [200] + [404] * 7 == sorted(answers)
    assert 1 == len(google.server.sent())


@contextmanager
def running(*arguments: str) -> Iterator[tuple[subprocess.Popen[str], dict[str, Any]]]:
    """`mailreeve sandbox` as a process, and the first line that it prints."""
    process = subprocess.Popen(
        [sys.executable, "-m", "mailreeve", "sandbox", *arguments], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    try:
        yield process, json.loads(process.stdout.readline())
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_command_prints_one_line_and_ends_when_asked(number: signal.Signals, tmp_path: Path) -> None:
    """base_url, token and account; SIGTERM and SIGINT end it with 0, and nothing else is on standard output."""
    faults = tmp_path / "faults.json"
    faults.write_text('[{"path": "/labels", "kind": "503"}]')
    (tmp_path / "a.eml").write_bytes(letter())
    with running("--eml", str(tmp_path), "--faults", str(faults), "--quota", "legacy") as (process, told):
        assert {"base_url", "token", "account"} == set(told)
        assert told["base_url"].startswith("http://127.0.0.1:")
        assert 503 == status(told, "/gmail/v1/users/me/labels")
        assert 200 == status(told, "/gmail/v1/users/me/profile")
        process.send_signal(number)
        assert 0 == process.wait(10)
        assert process.stdout is not None
        assert "" == process.stdout.read()


def status(told: dict[str, Any], path: str) -> int:
    """The status of a GET with the printed token."""
    import http.client

    connection = http.client.HTTPConnection(told["base_url"].removeprefix("http://"), timeout=30)
    connection.request("GET", path, headers={"Authorization": f"Bearer {told['token']}"})
    found = connection.getresponse()
    found.read()
    connection.close()
    return found.status


def test_ids_and_token_outlive_the_process(tmp_path: Path) -> None:
    """With --state a second start, after a kill too, tells the same token and serves the same ids."""
    state = str(tmp_path / "mailbox.db")
    with running("--state", state) as (first, told):
        first.kill()
        first.wait()
    with running("--state", state) as (_, again):
        assert told["token"] == again["token"]
        assert 200 == status(again, "/gmail/v1/users/me/messages/18f000009e3779b1")


def test_the_command_ends_with_its_parent() -> None:
    """With --parent it does not outlive that process."""
    parent = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE, text=True)
    with running("--parent", str(parent.pid)) as (process, _):
        assert process.poll() is None
        parent.communicate("\n")
        assert 0 == process.wait(10)


def test_a_process_is_alive_or_not() -> None:
    """Asked by its number."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    assert alive(os.getpid())
    assert not alive(process.pid)


def test_wrong_faults_are_a_usage_error(tmp_path: Path) -> None:
    """A faults file that cannot be read ends with 2 and one line on standard error."""
    faults = tmp_path / "faults.json"
    faults.write_text('[{"path": "/", "kind": "fire"}]')
    done = subprocess.run(
        [sys.executable, "-m", "mailreeve", "sandbox", "--faults", str(faults)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (2, "") == (done.returncode, done.stdout)
    assert "Unknown kind 'fire'" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("name", ["no/folder/state.db", "not-a-database.db"])
def test_a_state_that_cannot_be_used_is_a_usage_error(tmp_path: Path, name: str) -> None:
    """A missing folder and a file of another kind end with 2 and say which file it is."""
    (tmp_path / "not-a-database.db").write_bytes(b"hello" * 1000)
    done = subprocess.run(
        [sys.executable, "-m", "mailreeve", "sandbox", "--state", str(tmp_path / name)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (2, "") == (done.returncode, done.stdout)
    assert Path(name).name in done.stderr
    assert "Traceback" not in done.stderr


def test_a_state_of_another_version_is_refused(sandbox_factory: Factory, tmp_path: Path) -> None:
    """It is left as it is, and the error says what to do."""
    server = sandbox_factory(state=tmp_path / "kept.db")
    with server.state_file() as state:
        state.execute("pragma user_version = 99")
    with pytest.raises(StartError, match=r"kept\.db: written by another version of Mailreeve; remove it"):
        sandbox_factory(state=tmp_path / "kept.db")


def test_many_can_start_on_one_new_file(tmp_path: Path) -> None:
    """Processes that start at the same time agree on token and mail, which is loaded once."""
    command = [sys.executable, "-m", "mailreeve", "sandbox", "--state", str(tmp_path / "new.db")]
    processes = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    told = []
    for process in processes:
        assert process.stdout is not None
        told.append(json.loads(process.stdout.readline()))
    server = SandboxServer(tmp_path / "new.db", State(tmp_path / "new.db", ""))
    try:
        total = server.api("GET", "/profile")["messagesTotal"]
        assert {server.token} == {line["token"] for line in told}
        assert len(demo.messages(datetime.now(UTC))) == total
    finally:
        server.stop()
        for process in processes:
            process.terminate()
            process.wait()
            if process.stdout:
                process.stdout.close()


@pytest.mark.skipif(sys.platform == "win32", reason="file modes are POSIX")
def test_the_state_file_is_the_owners(sandbox_factory: Factory, tmp_path: Path) -> None:
    """Mail and token are readable by their owner only."""
    sandbox_factory(state=tmp_path / "kept.db")
    modes = {file.stat().st_mode & 0o777 for file in tmp_path.glob("kept.db*")}
    assert {0o600} == modes


def test_a_taken_port_is_a_usage_error(sandbox: SandboxServer) -> None:
    """A port that is in use ends with 2."""
    port = sandbox.base_url.rpartition(":")[2]
    done = subprocess.run(
        [sys.executable, "-m", "mailreeve", "sandbox", "--port", port],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (2, "") == (done.returncode, done.stdout)
    assert "in use" in done.stderr
