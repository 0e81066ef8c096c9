"""Notices pulled out of a Pub/Sub subscription by a worker that lives: new mail is decided without anybody looking for it."""

import json
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from tests.organization import serving
from tests.sandbox_server import SandboxServer
from tests.service import threads
from tests.service.test_fleet import opened
from tests.service.test_fleet import working as fleet_working
from tests.service.test_waking import NAME, TOPIC, WAKE, House, note
from tests.service.threads import until

from mailreeve import config
from mailreeve.app import App
from mailreeve.google.pubsub import SCOPE
from mailreeve.service import watching, working
from mailreeve.store.watches import LISTENER, Watches

PULL = f'{WAKE}subscription = "{NAME}"\n'


@pytest.fixture
def house(sandbox: SandboxServer, tmp_path: Path) -> Iterator[House]:
    made = House(sandbox, tmp_path / "home", PULL)
    with closing(made.app):
        yield made


def subscribe(server: SandboxServer) -> None:
    assert 200 == server.call("PUT", f"/v1/{NAME}", {"topic": TOPIC})[0]


def waiting(server: SandboxServer) -> int:
    """How many messages nobody has acknowledged."""
    with server.state_file() as state:
        return int(state.scalar("select count(*) from notices"))


@contextmanager
def at_work(house: House) -> Iterator[list[str]]:
    """A worker by the clock on the wall; what it says."""
    said: list[str] = []
    with threads.at_work(lambda cancel: working.work(house.app, said.append, cancel, tick=1)):
        yield said


def test_new_mail_is_decided_when_gmail_tells_of_it(house: House) -> None:
    """The worker pulls, acknowledges, and makes a run; with an hour to the next look nothing else would have."""
    subscribe(house.server)
    with at_work(house) as said:
        until(lambda: bool(said))
        until(
            lambda: house.asked("history.list") >= 3
        )  # its first look, and the one after the watch's own notice
        ids = house.deliver(1)
        until(lambda: [] == house.undecided(ids))
        until(lambda: waiting(house.server) == 0)  # all acknowledged
    assert "live" == house.state
    assert Watches(house.app.db).of(house.server.account).noticed


def test_a_subscription_that_is_not_there_is_told_and_the_mail_is_found(house: House) -> None:
    """The line and doctor name the setting; the first look of the worker finds the mail; once it is there all is well."""
    ids = house.deliver(1)
    with at_work(house) as said:
        until(lambda: any("no such subscription" in line for line in said))
        until(lambda: [] == house.undecided(ids))
    found = watching.health(house.app, house.server.account, house.ms)
    assert ("failing", True) == (house.state, "[wake] subscription" in found.detail)
    subscribe(house.server)
    with at_work(house):
        until(lambda: not Watches(house.app.db).of(LISTENER).error)
    assert "live" == house.state


def test_what_cannot_be_written_down_is_not_acknowledged(house: House) -> None:
    """The store is away while a notice is in hand: the notice comes again."""
    subscribe(house.server)
    house.app.mailbox().gmail.watch(TOPIC)
    with house.app.db.transaction():
        house.app.db.execute("drop table watch")  # whatever is written now fails
    with at_work(house) as said:
        until(lambda: any("cannot be pulled" in line for line in said))
    assert 1 == waiting(house.server)


def test_the_end_does_not_wait_for_an_open_pull(house: House) -> None:
    """Pub/Sub keeps a pull open: the worker ends all the same, and what comes of the pull then is nobody's trouble."""
    subscribe(house.server)
    house.app.mailbox().gmail.watch(TOPIC)
    house.server.faults([{"path": ":pull$", "method": "POST", "kind": "slow", "seconds": 6}])
    with at_work(house) as said:
        until(lambda: bool(json.loads(house.server.call("GET", "/_sandbox/faults")[2])[0]["seen"]))
    open_pulls = [one for one in threading.enumerate() if one.name == "notices"]
    assert 1 == len(open_pulls)
    house.app.close()
    open_pulls[0].join(60)
    assert ([], False) == ([line for line in said if "pulled" in line], open_pulls[0].is_alive())


def test_workers_that_share_queues_are_woken_too(tmp_path: Path, schema: str) -> None:
    """The next look of any of them finds the notice; the service account pulls in its own name."""
    with serving(tmp_path, "ana", "bo") as corp:
        ana, bo = corp.people.values()
        subscribe(ana)
        home = tmp_path / "home"
        with closing(opened(corp, home, schema)) as app:
            for one in corp.people:
                app.mailbox(one).ledger.save_cursor(corp.people[one].state()["historyId"])
            text = (home / "config.toml").read_text(encoding="utf-8")
        (home / "config.toml").write_text(text + f"[night]\nat = []\n{PULL}", encoding="utf-8")
        with (
            closing(App(config.load({"MAILREEVE_DATABASE_URL": schema}, home))) as app,
            fleet_working(app) as said,
        ):
            until(lambda: 2 == sum("Gmail watches" in line for line in said))
            bo.deliver(note(1))
            until(lambda: any("1 seen" in line for line in said))
        assert 1 == sum("seen" in line for line in said)
        with ana.state_file() as state:
            asked = state.scalar("select count(*) from tokens where scopes = ?", (SCOPE,))
        assert 1 == asked  # one access token for all pulls
