"""The worker as a service manager sees it: one a home, a run when one is due, an orderly end on SIGTERM."""

import http.client
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.cli.conftest import Run
from tests.sandbox_server import SandboxServer

from mailreeve import config
from mailreeve.app import App
from mailreeve.cancel import Cancel
from mailreeve.errors import AlreadyRunning
from mailreeve.service import working
from mailreeve.store.runs import Runs, RunState
from mailreeve.store.workers import Workers

GREETING = ("Working for ", "The first run ")
NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


class Steered(Cancel):
    """Ends after so many rounds, and moves the clock by what it would have slept."""

    def __init__(self, rounds: int, step: timedelta) -> None:
        super().__init__()
        self.now, self._left, self._step = NOW, rounds, step

    def sleep(self, seconds: float) -> None:
        self.now += self._step
        self._left -= 1
        if not self._left:
            self.set()


def rounds(app: App, count: int, step: timedelta) -> list[str]:
    """What a worker says in so many rounds."""
    cancel, said = Steered(count, step), list[str]()

    def tell(line: str) -> None:
        if line.startswith(GREETING):
            return
        said.append(line)
        started = int(cancel.now.timestamp() * 1000)  # a run's start is by the machine's clock
        app.db.execute("update run set started_at = ? where id = ?", (started, line.split(maxsplit=1)[0]))

    working.work(app, tell, cancel, now=lambda: cancel.now, tick=3600)
    return said


@pytest.fixture
def app(demo: SandboxServer) -> Iterator[App]:
    home = Path(os.environ["MAILREEVE_HOME"])
    settings = "[google]\nquota = 'off'\n[user]\ntimezone = 'UTC'\n[night]\nat = '03:00'\nevery = '15m'\n"
    (home / "config.toml").write_text(settings, encoding="utf-8")
    with closing(App(config.load())) as made:
        yield made


def ended(app: App) -> list[str]:
    return [run.id for run in Runs(app.db, app.account().address).latest() if run.state is RunState.DONE]


def moved(app: App, before: timedelta) -> None:
    """As if the last run had begun so long before noon."""
    moment = int((NOW - before).timestamp() * 1000)
    app.db.execute("update run set started_at = ?", (moment,))


def test_a_night_is_one_run_and_the_next_is_a_day_later(app: App) -> None:
    """Nothing runs before 03:00; then once, however often the worker looks."""
    assert [] == rounds(app, 10, timedelta(minutes=60))
    assert [] == ended(app)
    said = rounds(app, 20, timedelta(minutes=60))
    assert 1 == len(said) == len(ended(app))
    assert said[0].startswith(f"{ended(app)[0]} done: ")


def test_a_night_that_was_slept_through_is_made_up_for_once(app: App) -> None:
    """Started at noon after three nights without a run it runs at once, and not again after a restart."""
    rounds(app, 20, timedelta(hours=1))
    moved(app, timedelta(days=3))
    assert 1 == len(rounds(app, 3, timedelta(minutes=1)))
    assert [] == rounds(app, 3, timedelta(minutes=1))


def test_new_mail_is_taken_up_between_the_nights(app: App, demo: SandboxServer) -> None:
    """Every fifteen minutes it asks for new mail; only when there is some it makes a run."""
    rounds(app, 20, timedelta(hours=1))
    app.db.execute("update run set started_at = ?", (int(NOW.timestamp() * 1000),))
    assert [] == rounds(app, 4, timedelta(minutes=10))
    demo.deliver(
        b"From: Grace <grace@example.org>\r\nTo: you\r\nSubject: Friday?\r\n\r\nDoes Friday work?\r\n"
    )
    assert 1 == len(rounds(app, 4, timedelta(minutes=10)))


def test_an_error_is_said_kept_and_tried_again_later(app: App, demo: SandboxServer) -> None:
    """Gmail refuses the token: a line and a longer pause each time; doctor knows."""
    app.account()
    demo.faults([{"path": "/settings/sendAs", "kind": "revoked"}, {"path": "/messages", "kind": "revoked"}])
    rounds(app, 1, timedelta(minutes=1))
    app.db.execute("update worker set since = ?", (int((NOW - timedelta(days=1)).timestamp() * 1000),))
    said = rounds(app, 12, timedelta(minutes=1))
    assert ["1 min.", "2 min.", "4 min.", "8 min."] == [line.rpartition("again in ")[2] for line in said]
    assert not working.health(app, app.account().address, NOW).ok
    assert [said[-1].rpartition(" Tried")[0]] == [row.error for row in Workers(app.db).all()]


def test_a_missed_night_is_said_by_doctor_and_in_the_digest(app: App, run: Run) -> None:
    """Two nights without a run: doctor names them, and the next digest does."""
    address = app.account().address
    rounds(app, 20, timedelta(hours=1))
    moved(app, timedelta(days=2))
    found = working.health(app, address, NOW)
    assert (False, True) == (found.ok, "2026-11-22, 2026-11-23" in found.detail)
    started = datetime.now(UTC) - timedelta(days=3)
    app.db.execute("update run set started_at = ?", (int(started.timestamp() * 1000),))
    assert "No run in the nights of" in run("digest").out
    assert run("triage", "--json").code == 0
    assert "No run in the nights of" in run("digest").out


def test_a_worker_says_at_its_start_what_it_will_do(app: App) -> None:
    """Whom it works for, its next night, how often it looks; that the first run is yet to come; that nobody is logged in."""
    first, second = working.greeting(app, NOW)
    whom = "alex.moreno@example.com"
    assert (
        f"Working for {whom}: next night 2026-11-24 03:00, new mail every 15 min. Ctrl-C or SIGTERM ends it."
        == first
    )
    assert "The first run is made in that night; `mailreeve triage` makes it now." == second
    rounds(app, 20, timedelta(hours=1))
    assert 1 == len(working.greeting(app, NOW))
    with closing(App(config.load({"MAILREEVE_HOME": str(app.config.home / "other")}))) as empty:
        (line,) = working.greeting(empty, NOW)
    assert line.startswith("No account is logged in yet.")


def test_runs_tell_of_the_worker(app: App, run: Run) -> None:
    """Alive it is told with its next run; after its end it is not."""
    assert (False, "") == ((told := run("runs", "--json").json)["worker"], told["next"])
    now = datetime.now(UTC)
    Workers(app.db).beat(working.name_of(app), int(now.timestamp() * 1000))
    told = run("runs", "--json").json
    assert (True, "T03:00:00+00:00") == (told["worker"], told["next"][10:])
    assert "next run is planned" in run("runs").out
    Workers(app.db).end(working.name_of(app))
    assert not run("runs", "--json").json["worker"]


@contextmanager
def process(app: App) -> Iterator["subprocess.Popen[str]"]:
    with subprocess.Popen(
        [sys.executable, "-m", "mailreeve", "worker"], env=dict(os.environ), stderr=subprocess.PIPE, text=True
    ) as started:
        try:
            yield started
        finally:
            started.kill()


@pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX signals")
def test_one_worker_a_home_and_sigterm_ends_it(app: App) -> None:
    """The second says that one is there; SIGTERM ends the first with 0, and the row says so."""
    rounds(app, 20, timedelta(hours=1))
    moved(app, timedelta(days=900))
    with process(app) as first:
        assert first.stderr is not None
        assert "Working for alex.moreno@example.com: next night " in first.stderr.readline()
        assert " done: " in first.stderr.readline()
        with pytest.raises(AlreadyRunning):
            working.work(app, lambda _line: None, Cancel())
        assert Workers(app.db).alive(int(datetime.now(UTC).timestamp() * 1000))
        first.send_signal(signal.SIGTERM)
        assert 0 == first.wait(30)
    assert [0] == [row.beat for row in Workers(app.db).all()]


@pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX signals")
def test_a_worker_takes_pushes_where_the_settings_say(app: App) -> None:
    """It says where; a push without a token gets 403; at its end the port is closed."""
    with closing(socket.create_server(("127.0.0.1", 0))) as one:
        port = one.getsockname()[1]
    with (app.config.home / "config.toml").open("a", encoding="utf-8") as file:
        file.write(f'[wake]\ntopic = "projects/p-1/topics/mail"\npush_listen = "127.0.0.1:{port}"\n')
        file.write('push_audience = "reeve"\npush_account = "push@p-1.iam.gserviceaccount.com"\n')
    with process(app) as worker:
        assert worker.stderr is not None
        assert f"Pushes are taken at http://127.0.0.1:{port}.\n" == worker.stderr.readline()
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        connection.request("POST", "/wake", b"{}")
        assert 403 == connection.getresponse().status
        connection.close()
        assert worker.stderr.readline().startswith("Working for ")
        worker.send_signal(signal.SIGTERM)
        assert 0 == worker.wait(30)
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), 5)
