"""The worker: a run each night, new mail meanwhile, and mail whose time to leave has come."""

import hashlib
import platform
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta

from mailreeve.app import App, Mailbox
from mailreeve.cancel import Cancel
from mailreeve.errors import AlreadyRunning, Cancelled, MailreeveError, StoreError
from mailreeve.platform import exclusive
from mailreeve.service import later, pulling, triage, waking, watching
from mailreeve.service.answers import RunAnswer
from mailreeve.service.finding import Finding, bad, good
from mailreeve.store.due import FINISHED
from mailreeve.store.ledger import Ledger
from mailreeve.store.runs import Runs, RunState
from mailreeve.store.workers import Workers
from mailreeve.triage import dead, intake
from mailreeve.triage.nights import told
from mailreeve.triage.run import Options
from mailreeve.triage.work import reason

TICK = 20.0
"""Seconds between two looks at the clock: a suspended machine, or a clock that was set, is noticed in that time."""
_FIRST, _LONGEST = 60.0, 3600.0
"""Seconds before an account that failed is tried again; doubled each time."""
_LOOKED_AT = 50

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """By this machine's clock."""
    return datetime.now(UTC)


def work(
    app: App,
    tell: Callable[[str], None],
    cancel: Cancel,
    *,
    now: Clock = utc_now,
    tick: float = TICK,
    bell: waking.Bell | None = None,
) -> None:
    """Go on until the cancel is set; `tell` gets a line for each run and each failure. Looks at once when the bell rings.

    Raises AlreadyRunning when this home has a worker.
    """
    with exclusive(app.config.home / "locks" / "worker.lock", "the worker of this home"):
        name = name_of(app)
        Workers(app.db).beat(name, _ms(now()))
        Workers(app.db).failed(name, "")
        worker, bell = _Worker(app, tell, cancel, now, name), bell or waking.Bell()
        notices = waking.Notices(app, bell, now)
        with (
            beating(app, name, now, tick),
            pulling.listening(app, notices, tell, now, min(tick, pulling.PAUSE)),
        ):
            for said in greeting(app, now()):
                tell(said)
            while not cancel.is_set:
                worker.round()
                with suppress(Cancelled):
                    bell.rest(cancel, tick) if app.config.wake.is_on else cancel.sleep(tick)
        Workers(app.db).end(name)


def name_of(app: App) -> str:
    """A home on a machine."""
    home = hashlib.sha256(str(app.config.home).encode()).hexdigest()[:8]
    return f"{platform.node()}-{home}"


@contextmanager
def beating(app: App, name: str, now: Clock, tick: float) -> Iterator[None]:
    """Signs of life from a thread of its own: a run may take hours."""
    end = threading.Event()

    def beat() -> None:
        while not end.wait(tick):
            with suppress(StoreError):  # the next one may come through
                Workers(app.db).beat(name, _ms(now()))

    thread = threading.Thread(target=beat, name="beat", daemon=True)
    thread.start()
    try:
        yield
    finally:
        end.set()
        thread.join()


class _Worker:
    def __init__(self, app: App, tell: Callable[[str], None], cancel: Cancel, now: Clock, name: str) -> None:
        self._app, self._tell, self._cancel, self._now, self._name = app, tell, cancel, now, name
        self._polled: dict[str, datetime] = {}
        self._failures: dict[str, int] = {}
        self._retry: dict[str, datetime] = {}
        self._known: set[str] = set()

    def round(self) -> None:
        """Look once at every account; what fails is told, and tried again later and later."""
        if not self._rests(""):
            self._guarded("", self._every_account)

    def _every_account(self) -> None:
        app = self._app
        for address in [one.address for one in app.logins]:
            if self._cancel.is_set:
                return
            if not self._rests(address):
                self._guarded(address, lambda address=address: self._serve(address))  # type: ignore[misc]

    def _rests(self, address: str) -> bool:
        until = self._retry.get(address)
        return until is not None and self._now() < until

    def _guarded(self, address: str, step: Callable[[], None]) -> None:
        """The worker loop: a failure is told and kept, and the worker lives on."""
        try:
            step()
        except (Cancelled, AlreadyRunning):
            return  # the person's stop; or another process does the work
        except Exception as error:  # noqa: BLE001 -- told, kept for doctor, and tried again
            self._failed(address, error)
        else:
            if self._failures.pop(address, 0):
                self._retry.pop(address)
                Workers(self._app.db).failed(self._name, "")

    def _failed(self, address: str, error: Exception) -> None:
        count = self._failures[address] = self._failures.get(address, 0) + 1
        seconds = min(_LONGEST, _FIRST * 2 ** min(count - 1, 10))
        self._retry[address] = self._now() + timedelta(seconds=seconds)
        self._app.forget(address)  # a new login, or new connections, are taken up by the next try
        kind = type(error).__name__ if isinstance(error, MailreeveError) else "Fault"
        text = f"{kind}: {reason(error)}"
        with suppress(StoreError):
            Workers(self._app.db).failed(self._name, text)
        self._tell(f"{text} Tried again in {seconds / 60:.0f} min.")

    def _serve(self, address: str) -> None:
        now, app = self._now(), self._app
        for said in watching.keep(app, address, _ms(now), self._cancel):
            self._tell(said)
        notice = waking.since(app, address)
        if self._is_night(address, now) or self._is_left(address) or self._has_news(address, now, notice):
            answer = triage.triage(app.mailbox(address), cancel=self._cancel)
            for said in (line(answer), *answer.get("digest", ())):
                self._tell(said)
            if notice:
                waking.followed(app, address, notice, _ms(now), found=True)
            return
        for done in later.errands(app, address, _ms(now), self._cancel):
            self._tell(done)

    def _is_night(self, address: str, now: datetime) -> bool:
        rows = Workers(self._app.db).all()
        first = next((row.since for row in rows if row.name == self._name), _ms(now))
        return is_night(self._app, address, first, now)

    def _is_left(self, address: str) -> bool:
        """The last run was broken off with mail in hand: asked at the start, and after a failure."""
        if address in self._known and not self._failures.get(address):
            return False
        self._known.add(address)
        return is_left(self._app.mailbox(address))

    def _has_news(self, address: str, now: datetime, notice: int) -> bool:
        """Ask Gmail's history, after a notice or when it is time to."""
        every = waking.every(self._app, address, _ms(now))
        if not notice and (not every or now - self._polled.get(address, now - every) < every):
            return False
        self._polled[address] = now
        found = has_news(self._app.mailbox(address), self._cancel)
        waking.followed(self._app, address, notice, _ms(now), found=found)
        return found


def greeting(app: App, now: datetime) -> list[str]:
    """What a worker will do, said at its start: when the next night is, how often it looks, what waits for a first run."""
    try:
        accounts = [one.address for one in app.logins]
    except MailreeveError:
        return []  # the first round tells it
    if not accounts:
        return ["No account is logged in yet. Run `mailreeve login`: the worker then takes it up by itself."]
    coming, span = app.plan.next(now), app.config.night.every
    night = f"next night {coming.astimezone(app.plan.zone):%Y-%m-%d %H:%M}" if coming else "no nights"
    news = f", new mail every {span.total_seconds() / 60:.0f} min" if span else ""
    told = ", new mail when Gmail tells of it" if app.config.wake.is_on else ""
    whom = accounts[0] if len(accounts) == 1 else f"{len(accounts)} accounts"
    lines = [f"Working for {whom}: {night}{news}{told}. Ctrl-C or SIGTERM ends it."]
    new = sum(Ledger(app.db, address).cursor() is None for address in accounts)
    if new and coming:
        who = "" if len(accounts) == 1 else f" of {new} of them"
        lines.append(f"The first run{who} is made in that night; `mailreeve triage` makes it now.")
    return lines


def is_night(app: App, address: str, first: int, now: datetime) -> bool:
    """A planned moment passed and no run that came to its end began since: also after a restart, and once.

    `first` is when nights began to be expected, in epoch milliseconds.
    """
    runs = Runs(app.db, address).latest(_LOOKED_AT)
    last = next((run.started for run in runs if run.state in FINISHED), None)
    return bool(app.plan.between(last or datetime.fromtimestamp(first / 1000, UTC), now))


def is_left(box: Mailbox) -> bool:
    """The last run was broken off, and what it had in hand is not done yet."""
    dead.close_if_dead(box.ledger)
    last = next(iter(box.ledger.runs.latest(1)), None)
    return last is not None and last.state is RunState.INTERRUPTED and bool(box.ledger.left())


def has_news(box: Mailbox, cancel: Cancel) -> bool:
    """Gmail's history tells of mail that the ledger does not know: not before the first night, which sets the cursor."""
    if box.ledger.cursor() is None:
        return False
    found = {ref.id for ref in intake.collect(box.parts(), Options(), cancel).refs}
    return bool(found - box.ledger.decided(found) - {entry.message for entry in box.ledger.open()})


def line(answer: RunAnswer) -> str:
    """A run in a line: ids and counts."""
    decided = answer["decided"]
    count = decided["rule"] + decided["pattern"] + decided["offline"] + decided["llm"]
    return (
        f"{answer['run']} {answer['state']}: {answer['seen']} seen, {count} decided, "
        f"{len(answer['needs_human'])} for you to decide, {len(answer['failed'])} failed, "
        f"{len(answer['drafts'])} drafts, {answer['units']} units, {answer['seconds']:.1f} s"
    )


def health(app: App, address: str, now: datetime | None = None) -> Finding:
    """Whether the nights happen that are expected."""
    now = now or utc_now()
    workers = Workers(app.db)
    if not app.is_planned:
        return good("no night is planned: `mailreeve worker` makes one each night")
    failing = [row.error for row in workers.all() if row.error]
    last = next(iter(Runs(app.db, address).latest(1)), None)
    missing = app.plan.overdue(last.started, now) if last else ()
    if missing:
        return bad(
            f"No run in the nights of {told(app.plan.dates(missing))}.",
            "Start `mailreeve worker` or your timer, or change [night] at in config.toml.",
        )
    if failing:
        return bad(f"The worker's last try failed: {failing[0]}", "Mend that; the worker tries again itself.")
    alive = "a worker is alive" if workers.alive(_ms(now)) else "no worker is alive"
    coming = app.plan.next(now)
    when = f", next night {coming.astimezone(app.plan.zone):%Y-%m-%d %H:%M}" if coming else ""
    return good(alive + when)


def _ms(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
