"""Several workers on one PostgreSQL, with the queues of DBOS (extra `server`).

What is due is found once, each account is served by one worker at a time, and what a dead worker left is taken over.
The ledger decides what is due and what is done. Losing every table of DBOS loses nothing: the next look fills the
queue again.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from mailreeve import platform
from mailreeve.app import App
from mailreeve.cancel import Cancel
from mailreeve.errors import AlreadyRunning, Cancelled, ConfigError, MailreeveError, RunOver, StoreError
from mailreeve.service import later, pulling, triage, waking, watching, working
from mailreeve.store.accounts import Account
from mailreeve.store.due import Due
from mailreeve.store.watches import WatchRow
from mailreeve.store.workers import ALIVE, Workers
from mailreeve.triage.durable import VERSION, Durable, recorded
from mailreeve.triage.work import reason

if TYPE_CHECKING:
    from mailreeve.store.postgres import PostgresDatabase

QUEUE = "mailboxes"
SERVE = "serve"
NIGHT, NEWS, ERRANDS = "night", "news", "errands"
_WAITING, _OPEN = ("ENQUEUED", "DELAYED"), ("PENDING", "ENQUEUED", "DELAYED")
_KEPT = timedelta(days=1)
"""How long DBOS's rows of work that is over are kept."""
_AT_ONCE = 1000
GRACE = 90
"""Seconds that a run in hand has to reach its next safe point when the worker ends."""
_FIRST, _LONGEST = 60, 3600
"""Seconds before an account that failed is tried again; doubled each time."""
_BUSY = 60
"""Seconds before an account is tried again that another process works on."""


def work(
    app: App,
    tell: Callable[[str], None],
    cancel: Cancel,
    *,
    now: working.Clock = working.utc_now,
    tick: float = working.TICK,
    name: str = "",
    version: str = VERSION,
    bell: waking.Bell | None = None,
) -> None:
    """Go on until the cancel is set; `tell` gets a line for each run and each failure.

    Notices of new mail are found by the next look of whichever worker makes it, so that nobody need hear the bell.

    Raises ConfigError without the extra `server`, AlreadyRunning when a worker of this name is alive.
    """
    name = name or working.name_of(app)
    with app.db.alone(f"worker-{name}", f"the worker {name}"):
        Workers(app.db).beat(name, _ms(now()))
        Workers(app.db).failed(name, "")
        fleet = _Fleet(app, tell, cancel, now, name, tick)
        notices = waking.Notices(app, bell or waking.Bell(), now)
        listening = pulling.listening(app, notices, tell, now, min(tick, pulling.PAUSE))
        with working.beating(app, name, now, tick), listening, _launched(fleet, version):
            for said in working.greeting(app, now()):
                tell(said)
            while not cancel.is_set:
                with suppress(StoreError):  # the server is away: DBOS waits for it, too
                    fleet.take_over(version)
                with suppress(Cancelled):
                    cancel.sleep(tick)
        Workers(app.db).end(name)


def key_of(address: str) -> str:
    """What stands for an account in DBOS's tables: they hold no address."""
    return hashlib.sha256(address.encode()).hexdigest()[:16]


@contextmanager
def _launched(fleet: "_Fleet", version: str) -> Iterator[None]:
    """DBOS with our workflows; at the end it waits for the safe point of what is in hand."""
    try:
        from dbos import DBOS, DBOSConfig, DBOSPortableJSONSerializer
    except ImportError:
        raise ConfigError(
            'config.toml has [engine] kind = "dbos", but this installation has no DBOS.',
            f"Install it with {platform.install('server')}, or take the line out.",
        ) from None
    db: PostgresDatabase = fleet.app.db  # type: ignore[assignment] # config.py demands it
    at_once = fleet.app.config.engine.mailboxes
    settings = DBOSConfig(
        name="mailreeve",
        system_database_url=db.uri,
        dbos_system_schema=f"{db.schema}_engine",
        application_version=version,
        executor_id=fleet.name,
        serializer=DBOSPortableJSONSerializer(),  # its own default is pickle: code for whoever can write to the tables
        use_listen_notify=False,
        log_level="WARNING",
        sys_db_pool_size=at_once + 4,
    )
    DBOS(config=settings)
    try:
        look, _ = fleet.register()
        DBOS.launch()
        DBOS.register_queue(
            QUEUE,
            worker_concurrency=at_once,
            partition_concurrency=1,
            polling_interval_sec=min(1.0, fleet.tick),
        )
        DBOS.apply_schedules([{"schedule_name": "look", "workflow_fn": look, "schedule": _cron(fleet.tick)}])
        yield
    finally:
        fleet.cancel.set()
        DBOS.destroy(workflow_completion_timeout_sec=GRACE, destroy_registry=True)


def _seconds(tick: float) -> int:
    """Whole seconds between two looks, at most a minute."""
    return min(60, max(1, int(tick)))


def _cron(tick: float) -> str:
    return f"*/{_seconds(tick)} * * * * *" if tick < 60 else "0 * * * * *"


class _Keys:
    """Accounts by what stands for them, found anew when the list of them is another one."""

    def __init__(self) -> None:
        self._made: tuple[tuple[Account, ...], dict[str, str]] = ((), {})

    def address(self, accounts: tuple[Account, ...], key: str) -> str:
        """The address of a key; empty for one that is none of ours."""
        if self._made[0] is not accounts:
            self._made = (accounts, {key_of(one.address): one.address for one in accounts})
        return self._made[1].get(key, "")


@dataclass(frozen=True, slots=True)
class _Fleet:
    """One worker of several."""

    app: App
    tell: Callable[[str], None]
    cancel: Cancel
    now: working.Clock
    name: str
    tick: float
    keys: _Keys = field(default_factory=_Keys)

    def register(self) -> tuple[Callable[[datetime, Any], None], Callable[[str, str, int], str]]:
        """The two workflows. What they are given and what they return are keys and ids."""
        from dbos import DBOS

        @DBOS.workflow(name=SERVE)
        def serve(key: str, why: str, attempt: int) -> str:
            return self.serve(key, why, attempt)

        @DBOS.workflow(name="look")
        def look(moment: datetime, _context: Any) -> None:
            for key, why in recorded("find", lambda: self.find(moment)):
                _enqueue(serve, key, why)

        return look, serve

    # --- what is due

    def find(self, moment: datetime) -> list[list[str]]:
        """The accounts with something to do and nothing in the queue: keys, and why."""
        if self.cancel.is_set:
            return []
        now, due = self.now(), Due(self.app.db)
        first = min((row.since for row in Workers(self.app.db).all()), default=_ms(now))
        last, awake, notices = due.last_runs(), waking.awake(self.app), waking.rows(self.app)
        errands = (
            due.sends(_ms(now)) | later.events_due(self.app, _ms(now)) | watching.due(self.app, _ms(now))
        )
        in_hand, found = _in_hand(), list[list[str]]()
        for address in [one.address for one in self.app.logins]:
            since = datetime.fromtimestamp(last.get(address, first) / 1000, UTC)
            night = bool(self.app.plan.between(since, now))
            news = address in awake or self._is_time_to_poll(address, moment, notices)
            why = NIGHT if night else NEWS if news else ERRANDS if address in errands else ""
            if why and key_of(address) not in in_hand:
                found.append([key_of(address), why])
        return found

    def _is_time_to_poll(self, address: str, moment: datetime, notices: Mapping[str, WatchRow]) -> bool:
        """Once in each span between two looks, told by the planned moment: the same for every worker."""
        every = waking.every(self.app, address, _ms(moment), notices)
        if not every:
            return False
        span, at = int(every.total_seconds()), int(moment.timestamp())
        return at // span != (at - _seconds(self.tick)) // span

    # --- serving one account

    def serve(self, key: str, why: str, attempt: int) -> str:
        """Do what is due for an account; returns the run. What failed or was stopped is queued again, for later."""
        address = self._address(key)
        if not address:
            return ""  # no longer one of ours
        try:
            self.cancel.check()
            return self._served(address, why, attempt)
        except RunOver:
            return ""  # taken over from a dead worker, and ended by another: the next look finds what is due
        except Cancelled:
            self._again(key, why, max(1, attempt), 1)
        except AlreadyRunning:
            self._again(key, why, max(1, attempt), _BUSY)
        except Exception as error:  # noqa: BLE001 -- the worker loop: told, kept for doctor, and tried again
            seconds = min(_LONGEST, _FIRST * 2 ** min(attempt, 10))
            self._failed(address, error, seconds)
            self._again(key, why, attempt + 1, seconds)
        return ""

    def _served(self, address: str, why: str, attempt: int) -> str:
        for told in watching.keep(self.app, address, _ms(self.now()), self.cancel):
            self.tell(told)
        notice = waking.since(self.app, address)
        if not recorded("is due", lambda: self._is_due(address, why, attempt, notice)):
            for done in later.errands(self.app, address, _ms(self.now()), self.cancel):
                self.tell(done)
            return ""
        answer = triage.triage(self.app.mailbox(address), cancel=self.cancel, engine=Durable())
        self.tell(working.line(answer))
        if notice:
            waking.followed(self.app, address, notice, _ms(self.now()), found=True)
        if attempt:
            Workers(self.app.db).failed(self.name, "")
        return answer["run"]

    def _is_due(self, address: str, why: str, attempt: int, notice: int) -> bool:
        """The ledger says: somebody else may have done it since it was queued."""
        box = self.app.mailbox(address)
        if attempt and box.ledger.left():
            return True  # a run was stopped, or its worker died
        if why == NIGHT:
            first = min((row.since for row in Workers(self.app.db).all()), default=0)
            return working.is_night(self.app, address, first, self.now())
        if why != NEWS:
            return False
        found = working.has_news(box, self.cancel)
        waking.followed(self.app, address, notice, _ms(self.now()), found=found)
        return found

    def _again(self, key: str, why: str, attempt: int, seconds: float) -> None:
        from dbos import DBOS, SetEnqueueOptions

        with SetEnqueueOptions(queue_partition_key=key, delay_seconds=seconds):
            DBOS.enqueue_workflow_with_options(
                {"workflow_name": SERVE, "queue_name": QUEUE}, key, why, attempt
            )

    def _failed(self, address: str, error: Exception, seconds: float) -> None:
        self.app.forget(address)  # a new login, or new connections, are taken up by the next try
        kind = type(error).__name__ if isinstance(error, MailreeveError) else "Fault"
        text = f"{kind}: {reason(error)}"
        with suppress(StoreError):
            Workers(self.app.db).failed(self.name, text)
        self.tell(f"{text} Tried again in {seconds / 60:.0f} min.")

    def _address(self, key: str) -> str:
        return self.keys.address(self.app.logins, key)

    # --- what others left

    def take_over(self, version: str) -> None:
        """Queue again what dead workers had in hand; forget what is over, and what an older version queued.

        Workers that look at once would queue a thing twice: one of them does.
        """
        with suppress(AlreadyRunning), self.app.db.alone("take-over", "a look at what dead workers left"):
            from dbos import DBOS

            dead = [row.name for row in Workers(self.app.db).all() if self._is_dead(row.name, row.beat)]
            left = _ids(status="PENDING", executor_id=dead) if dead else []
            ours = set(_ids(status="PENDING", executor_id=dead, app_version=version)) if dead else set()
            if ours:
                DBOS.resume_workflows([id_ for id_ in left if id_ in ours], queue_name=QUEUE)
            old = [id_ for id_ in left if id_ not in ours] + _older(version)
            over = _ids(status=["SUCCESS", "ERROR", "CANCELLED"], completed_before=_ago(_KEPT))
            if old or over:
                DBOS.delete_workflows([*old, *over])

    def _is_dead(self, name: str, beat: int) -> bool:
        return name != self.name and _ms(self.now()) - beat >= ALIVE


def _enqueue(serve: Callable[[str, str, int], str], key: str, why: str) -> None:
    from dbos import DBOS, SetEnqueueOptions

    with SetEnqueueOptions(queue_partition_key=key):
        DBOS.enqueue_workflow(QUEUE, serve, key, why, 0)


def _in_hand() -> set[str]:
    """The keys of the accounts that are served, or will be."""
    from dbos import DBOS

    found = DBOS.list_workflows(name=SERVE, status=list(_OPEN), load_input=False, load_output=False)
    return {one.queue_partition_key or "" for one in found}


def _older(version: str) -> list[str]:
    """What waits for workers of an older version: this version's look finds it again."""
    from dbos import DBOS

    waiting = DBOS.list_workflows(status=list(_WAITING), load_input=False, load_output=False)
    return [
        one.workflow_id
        for one in waiting
        if (one.app_version or "").isdigit() and int(one.app_version or 0) < int(version)
    ]


def _ids(**wanted: Any) -> list[str]:
    from dbos import DBOS

    found = DBOS.list_workflows(**wanted, limit=_AT_ONCE, load_input=False, load_output=False)
    return [one.workflow_id for one in found]


def _ago(span: timedelta) -> str:
    return (datetime.now(UTC) - span).isoformat()


def _ms(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
