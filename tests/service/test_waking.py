"""Being told of new mail: watches renewed daily, notices that wake, and polling that covers whatever they miss."""

from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.sandbox_server import SandboxServer

from mailreeve import config
from mailreeve.app import App
from mailreeve.cancel import Cancel
from mailreeve.service import triage, waking, watching, working
from mailreeve.store.entries import EntryState
from mailreeve.store.runs import Run, RunState
from mailreeve.store.watches import Watches

TOPIC = "projects/p-1/topics/mail"
NAME = "projects/p-1/subscriptions/reeve"
SETTINGS = '[google]\nquota = "off"\n[user]\ntimezone = "UTC"\n[night]\nat = []\n[triage]\ndrafts = false\n'
WAKE = f'[wake]\ntopic = "{TOPIC}"\n'
HOUR = timedelta(hours=1)


class Steered(Cancel):
    """Ends after so many rounds; this machine's and Google's clock go on by a step for each. `then` happens after the first."""

    def __init__(
        self, server: SandboxServer, rounds: int, step: timedelta, then: Callable[[], object] | None
    ) -> None:
        super().__init__()
        self._server, self._left, self._step, self._then = server, rounds, step, then

    def sleep(self, seconds: float) -> None:
        self._server.clock(advance=self._step.total_seconds())
        self._left -= 1
        if self._then:
            self._then()
            self._then = None
        if not self._left:
            self.set()


class House:
    """A mailbox with a cursor, and a worker whose time a test steers."""

    def __init__(self, server: SandboxServer, home: Path, settings: str) -> None:
        home.mkdir(mode=0o700, exist_ok=True)
        (home / "config.toml").write_text(SETTINGS + settings, encoding="utf-8")
        environment = {"MAILREEVE_GOOGLE_BASE": server.base_url, "MAILREEVE_GOOGLE_TOKEN": server.token}
        self.server, self.app = server, App(config.load(environment, home))
        self.bell = waking.Bell()
        self.notices = waking.Notices(self.app, self.bell, self.now)
        triage.triage(self.app.mailbox(), cancel=Cancel())

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.server.clock(advance=0), UTC)

    @property
    def ms(self) -> int:
        return int(self.now().timestamp() * 1000)

    def work(
        self, rounds: int, step: timedelta = timedelta(0), then: Callable[[], object] | None = None
    ) -> list[str]:
        """What a new worker says in so many rounds; its first one always looks for new mail."""
        said = list[str]()
        steered = Steered(self.server, rounds, step, then)
        working.work(self.app, said.append, steered, now=self.now, tick=1, bell=self.bell)
        assert said.pop(0).startswith("Working for ")
        return said

    def deliver(self, *numbers: int) -> list[str]:
        return [self.server.deliver(note(number)) for number in numbers]

    @property
    def runs(self) -> list[Run]:
        """Beside the first one, the oldest first."""
        return [*reversed(self.app.mailbox().ledger.runs.latest())][1:]

    @property
    def state(self) -> str:
        return watching.told(self.app, self.server.account, self.ms)["state"]

    def undecided(self, ids: list[str]) -> list[str]:
        ledger = self.app.mailbox().ledger
        return [id_ for id_ in ids if not (one := ledger.entry(id_)) or one.state is not EntryState.DONE]

    def asked(self, method: str) -> int:
        """How many calls of a method Google saw."""
        calls: int = self.server.units()["by_method"].get(method, {"calls": 0})["calls"]
        return calls


def note(number: int) -> bytes:
    head = f"From: Kim <kim@x.example>\r\nTo: me@example.org\r\nSubject: Notes {number}\r\n"
    return f"{head}Message-ID: <{number}@x.example>\r\n\r\nThe notes of day {number}, for your files.\r\n".encode()


@pytest.fixture
def house(sandbox: SandboxServer, tmp_path: Path) -> Iterator[House]:
    made = House(sandbox, tmp_path / "home", WAKE)
    with closing(made.app):
        yield made


# --- the watch


def test_a_watch_is_made_at_once_and_renewed_daily(house: House) -> None:
    """In three days of hourly rounds: four calls, and it is never less than six days from its end."""
    assert "none" == house.state
    said = house.work(73, HOUR)
    assert 4 == house.asked("watch") == len(said)
    assert said[0].startswith(f"Gmail watches {house.server.account} until ")
    assert Watches(house.app.db).of(house.server.account).expires > house.ms + 6 * 24 * 3_600_000 - 3_600_000
    assert ("live", True) == (house.state, watching.health(house.app, house.server.account, house.ms).ok)


def test_a_watch_lapse_loses_nothing(house: House) -> None:
    """Eight days without a worker: said before, said by the worker, renewed, and what came meanwhile is decided."""
    house.work(1)
    ids = house.deliver(1, 2, 3)
    house.server.clock(advance=8 * 24 * 3600)  # Gmail's history of that time has expired too
    late = house.deliver(4)
    found = watching.health(house.app, house.server.account, house.ms)
    assert ("lapsed", False, True) == (house.state, found.ok, "lapsed at" in found.detail)
    said = house.work(2)
    assert "The last watch had lapsed at" in said[0]
    assert "live" == house.state
    assert ([], []) == (house.undecided(ids), house.undecided(late))
    assert [4] == [run.result["seen"] for run in house.runs]


def test_without_notices_polling_finds_the_mail_and_doctor_says_so(house: House) -> None:
    """A watch that somebody ended, or notices that nobody passes on: found within the hour, then every 15 minutes, and told."""
    house.work(2)
    house.server.api("POST", "/stop")
    for number in range(watching.SILENT):
        ids = house.deliver(number)
        house.work(62, timedelta(minutes=1))
        assert [] == house.undecided(ids)
    found = watching.health(house.app, house.server.account, house.ms)
    assert ("silent", False) == (house.state, found.ok)
    assert "subscription" in found.fix
    before = house.asked("history.list")
    house.work(61, timedelta(minutes=1))
    assert 4 <= house.asked("history.list") - before <= 5
    house.notices.take([house.server.account])
    assert "live" == house.state


def test_a_refused_watch_is_told_and_the_mail_is_found_all_the_same(house: House) -> None:
    """A line and doctor say why, an hour later it is tried again, and until then it is looked for every 15 minutes."""
    house.server.faults([{"path": "/watch$", "kind": "403-daily"}])
    said = house.work(2)
    assert (1, True) == (len(said), "could not be renewed: The daily limit" in said[0])
    found = watching.health(house.app, house.server.account, house.ms)
    assert ("failing", False) == (house.state, found.ok)
    ids = house.deliver(1)
    house.work(17, timedelta(minutes=1))
    assert [] == house.undecided(ids)
    house.server.faults([])
    assert [] != house.work(50, timedelta(minutes=1))
    assert "live" == house.state


def test_without_a_topic_nobody_is_asked_to_tell(sandbox: SandboxServer, tmp_path: Path) -> None:
    """Polling is the default: no watch, no notice, and doctor calls it in order."""
    house = House(sandbox, tmp_path / "home", "")
    with closing(house.app):
        house.work(3, HOUR)
        assert (0, "off") == (house.asked("watch"), house.state)
        assert watching.health(house.app, sandbox.account, house.ms).ok


def test_logging_out_ends_the_watch(house: House) -> None:
    """Google is told, once; a mailbox without a watch costs no call."""
    house.work(1)
    watching.stop(house.app, house.server.account, Cancel())
    watching.stop(house.app, house.server.account, Cancel())
    assert (1, "none") == (house.asked("stop"), house.state)


# --- notices


def test_a_notice_brings_a_run_at_once(house: House) -> None:
    """Within the next round, and not within the hour."""
    house.work(2)
    ids = list[str]()
    house.work(30, timedelta(minutes=1), then=lambda: ids.extend(house.deliver(1)))
    assert ids == house.undecided(ids) != []

    def tell() -> None:
        ids.extend(house.deliver(2))
        house.notices.take([house.server.account])

    house.work(2, then=tell)
    assert [] == house.undecided(ids)


@pytest.mark.parametrize("times", [1, 2, 7])
def test_notices_that_come_twice_late_or_out_of_order_process_a_range_once(house: House, times: int) -> None:
    """However often and when it is told: one run for the mail, each message fetched once, then looks that find nothing."""
    house.work(2)
    ids = house.deliver(1, 2)
    for _ in range(times):
        house.notices.take([house.server.account, "stranger@x.example"])
    house.work(3)
    fetched = house.asked("messages.get")
    for _ in range(times):  # delayed: the mail that they tell of is long decided
        house.notices.take([house.server.account])
        house.work(1)
    assert ([2], []) == ([run.result["seen"] for run in house.runs], house.undecided(ids))
    assert (2, fetched) == (fetched, house.asked("messages.get"))
    assert {house.server.account} == set(Watches(house.app.db).all())


def test_a_notice_that_comes_during_a_look_is_not_lost(house: House) -> None:
    """What was noticed after the look began stands, also when the clock shows the same moment."""
    watches, account = Watches(house.app.db), house.server.account
    watches.noticed(account, 1_000)
    seen = waking.since(house.app, account)
    watches.noticed(account, 1_000)
    waking.followed(house.app, account, seen, 1_000, found=False)
    assert waking.since(house.app, account) > seen
    watches.noticed(account, 10)  # by a clock that is behind
    assert watches.of(account).is_awake


def test_a_look_that_fails_is_made_again(house: House) -> None:
    """Gmail was away when the notice came: the notice stands until a look came through."""
    house.work(2)
    ids = house.deliver(1)
    house.server.faults([{"path": "/history", "kind": "403-daily"}])
    house.notices.take([house.server.account])
    assert "Tried again in 1 min." in house.work(1)[-1]
    house.server.faults([])
    house.server.clock(advance=120)
    house.work(1)
    assert [] == house.undecided(ids)


def test_a_run_that_was_broken_off_goes_on_when_the_worker_starts(house: House) -> None:
    """Killed with new mail in hand between two nights: the next worker does not wait for more mail."""
    box = house.app.mailbox()
    house.work(2)
    ids = house.deliver(1, 2)

    class Death(BaseException):
        pass

    def dies(_done: int, total: int | None, _what: str) -> None:
        if total:
            raise Death

    with suppress(Death):
        triage.triage(box, progress=dies, cancel=Cancel())
    assert RunState.INTERRUPTED is house.runs[-1].state
    house.work(1)
    assert ([], RunState.DONE) == (house.undecided(ids), house.runs[-1].state)
    before = len(house.runs)
    house.work(3)
    assert before == len(house.runs)
