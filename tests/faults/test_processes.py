"""Signals and overlapping runs, with the real command line in processes of their own."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from tests.sandbox_server import SandboxServer
from tests.triage.conftest import ours
from tests.triage.house import mail, newsletter

from mailreeve.store.db import Database
from mailreeve.store.ledger import Ledger

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX signals")

PATIENCE = 60.0


@contextmanager
def started(sandbox: SandboxServer, home: Path, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """The command line over the sandbox, as a timer starts it."""
    home.mkdir(exist_ok=True)
    (home / "config.toml").write_text("[google]\nquota = 'off'\n", encoding="utf-8")
    told = {
        "MAILREEVE_HOME": str(home),
        "MAILREEVE_GOOGLE_BASE": sandbox.base_url,
        "MAILREEVE_GOOGLE_TOKEN": sandbox.token,
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "mailreeve", *arguments],
        env={**os.environ, **told},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def ended(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    out, err = process.communicate(timeout=PATIENCE)
    return process.returncode, out, err


def until_asked(sandbox: SandboxServer, number: int) -> None:
    """Wait until the slow request is under way."""
    deadline = time.monotonic() + PATIENCE
    while True:
        _, _, data = sandbox.call("GET", "/_sandbox/faults")
        if json.loads(data)[0]["seen"] >= number:
            return
        assert time.monotonic() < deadline
        time.sleep(0.02)


def deliver(sandbox: SandboxServer) -> list[str]:
    return [sandbox.deliver(newsletter()), sandbox.deliver(mail()), sandbox.deliver(mail("And Monday?"))]


def assert_done(sandbox: SandboxServer, ids: Sequence[str]) -> None:
    assert all(1 == len(ours(sandbox, id_)) for id_ in ids)
    assert 2 == len(sandbox.state()["drafts"])
    assert [] == sandbox.sent()


@pytest.mark.parametrize(
    ("path", "number"),
    [
        pytest.param("/batch$", signal.SIGTERM, id="SIGTERM while mail is read"),
        pytest.param("/drafts$", signal.SIGINT, id="SIGINT while a draft is written"),
        pytest.param("/modify|/batchModify", signal.SIGTERM, id="SIGTERM at labels", marks=pytest.mark.prove),
        pytest.param("/history", signal.SIGINT, id="SIGINT at the history", marks=pytest.mark.prove),
    ],
)
def test_a_signal_in_mid_run_loses_nothing(
    sandbox: SandboxServer, tmp_path: Path, path: str, number: int
) -> None:
    """The request under way is finished, the run says that it was stopped (130), and the next one goes on."""
    ids = deliver(sandbox)
    sandbox.faults([{"path": path, "nth": 1, "kind": "slow", "seconds": 0.6}])
    with started(sandbox, tmp_path / "home", "triage", "--json") as process:
        until_asked(sandbox, 1)
        process.send_signal(number)
        code, out, err = ended(process)
    assert (130, "Cancelled") == (code, json.loads(out)["error"]["kind"]), err
    assert "Traceback" not in err
    assert "mailreeve triage` goes on from there" in err
    sandbox.faults([])
    with started(sandbox, tmp_path / "home", "triage", "--json") as process:
        code, out, err = ended(process)
    assert (0, []) == (code, json.loads(out)["failed"]), err
    assert_done(sandbox, ids)


def test_a_second_run_at_the_same_time_ends_cleanly(sandbox: SandboxServer, tmp_path: Path) -> None:
    """A timer that fires while a run, or an MCP server's run, works: exit 0, said on stderr, nothing done twice."""
    ids = deliver(sandbox)
    home = tmp_path / "home"
    with (
        closing(Database(home / "mailreeve.db")) as db,
        Ledger(db, sandbox.account).alone("a run of the MCP server"),
        started(sandbox, home, "triage", "--json") as process,
    ):
        code, out, err = ended(process)
    assert (0, {"state": "already_running"}) == (code, json.loads(out))
    assert "Another process is already doing this" in err
    assert [set()] * 3 == [ours(sandbox, id_) for id_ in ids]
    with started(sandbox, home, "triage", "--json") as process:
        assert 0 == ended(process)[0]
    assert_done(sandbox, ids)


def test_two_timers_at_the_same_moment_make_one_night(sandbox: SandboxServer, tmp_path: Path) -> None:
    """Both end with 0; every message has one label, every question one draft."""
    ids = deliver(sandbox)
    home = tmp_path / "home"
    with (
        started(sandbox, home, "triage", "--json") as one,
        started(sandbox, home, "triage", "--json") as other,
    ):
        codes = [ended(process)[0] for process in (one, other)]
    assert [0, 0] == codes
    assert_done(sandbox, ids)
