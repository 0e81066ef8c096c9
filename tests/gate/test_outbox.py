"""What leaves to destinations: under a standing consent, in order, at least once."""

import contextlib
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from standardwebhooks import Webhook
from tests.outbound.receiver import Receiver, running

from mailreeve.cancel import Cancel
from mailreeve.errors import Cancelled, InputError, NotApproved
from mailreeve.gate.outbox import DAY_MS, DELAYS, KEPT_MS, Delivered, Outlet, delay_ms
from mailreeve.outbound import webhook
from mailreeve.outbound.destination import Destination
from mailreeve.outbound.event import Event, Kind
from mailreeve.outbound.wire import Wire
from mailreeve.store.audit import Audit
from mailreeve.store.consents import Consents
from mailreeve.store.db import Database, now_ms
from mailreeve.store.outbox import LEASE_MS, Outbox, RowState

ME = "ada@example.com"
SECRET = webhook.new_secret()


@dataclass
class Clock:
    """Stands still until it is moved; starts now, because receivers look at the time."""

    at: int = field(default_factory=now_ms)

    def now(self) -> int:
        return self.at

    def sleep(self, seconds: float) -> None:
        self.at += int(seconds * 1000)


@dataclass
class House:
    """An outlet over a real database and a real receiver."""

    receiver: Receiver
    db: Database
    clock: Clock = field(default_factory=Clock)
    fields: tuple[str, ...] = ("subject",)
    path: str = "hook"
    labels: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        self.outbox, self.consents = Outbox(self.db, ME), Consents(self.db, ME)
        self.audit = Audit(self.db, ME)

    @property
    def destination(self) -> Destination:
        url = f"http://hooks.example.com:{self.receiver.port}/{self.path}"
        kinds = (Kind.DECIDED, Kind.TEST)
        return Destination("d", url, kinds, self.fields, (SECRET,), private=True, labels=self.labels)

    @property
    def outlet(self) -> Outlet:
        """Built anew, as each start of the program does."""
        one = self.destination
        wire = Wire({one.place}, resolve=lambda *_: ["127.0.0.1"])
        return Outlet([one], self.outbox, self.consents, wire, self.audit, self.clock)

    def agree(self) -> None:
        self.outlet.consent("d", self.destination.terms, by="ada", how="terminal")

    def deliver(self, *statuses: int, wait: str = "") -> Delivered:
        headers = {"Retry-After": wait} if wait else {}
        self.receiver.answers[:] = [(status, headers) for status in statuses]
        found = self.outlet.deliver(Cancel())
        self.receiver.answers.clear()
        return found

    def audited(self) -> list[str]:
        return [row.event for row in reversed(self.audit.rows())]


def event(number: int, kind: Kind = Kind.DECIDED) -> Event:
    return Event(f"e{number}", kind, datetime(2026, 11, 23, tzinfo=UTC), subject=f"s{number}", text="private")


@contextlib.contextmanager
def opened() -> Iterator[House]:
    with tempfile.TemporaryDirectory() as folder, running() as receiver:
        db = Database(Path(folder) / "mailreeve.db")
        yield House(receiver, db)
        db.close()


@pytest.fixture
def house() -> Iterator[House]:
    with opened() as one:
        yield one


def test_nothing_is_queued_or_sent_before_a_person_agrees(house: House) -> None:
    """No consent, no event; with it, only the kinds and fields that were agreed to."""
    assert 0 == house.outlet.offer(event(1))
    house.agree()
    assert [1, 0, 0] == [
        house.outlet.offer(event(2)),
        house.outlet.offer(event(2)),
        house.outlet.offer(event(3, Kind.DRAFTED)),
    ]
    assert Delivered(delivered=1) == house.deliver()
    seen = house.receiver.seen[0]
    assert ("e2", {"subject": "s2"}) == (
        seen.headers["webhook-id"],
        Webhook(SECRET).verify(seen.body, seen.headers)["data"],
    )
    assert ["destination.consent", "outbox.delivered"] == house.audited()


def test_a_destination_of_some_labels_hears_of_no_others(house: House) -> None:
    """What a person agreed to for one kind of mail is not told of another; what is of no label is."""
    house.labels = ("fyi",)
    house.agree()
    told = [
        house.outlet.offer(replace(event(number), label=label))
        for number, label in enumerate(("fyi", "receipt", None))
    ]
    assert [1, 0, 1] == told


@pytest.mark.parametrize("change", [{"path": "other"}, {"fields": ("subject", "text")}], ids=str)
def test_any_change_voids_the_consent_and_what_waits_under_it(
    house: House, change: dict[str, object]
) -> None:
    """Nothing leaves to the new terms, not even after they are agreed to: those bytes were made for the old ones."""
    house.agree()
    house.outlet.offer(event(1))
    for name, value in change.items():
        setattr(house, name, value)
    assert 0 == house.outlet.offer(event(2))
    house.agree()
    assert Delivered(dead=1) == house.deliver()
    assert [] == house.receiver.seen
    assert "Nobody agrees" in house.outbox.listed(RowState.DEAD)[0].error
    house.outlet.offer(event(3))
    assert Delivered(delivered=1) == house.deliver()


def test_a_person_agrees_to_what_they_were_shown(house: House) -> None:
    """Terms that changed meanwhile are refused, and so is a destination that is none."""
    shown = house.destination.terms
    house.path = "other"
    with pytest.raises(NotApproved, match="changed since"):
        house.outlet.consent("d", shown, by="ada", how="terminal")
    with pytest.raises(InputError, match="no destination"):
        house.outlet.consent("x", shown, by="ada", how="terminal")
    assert not house.outlet.stands(house.destination)


def test_a_consent_that_is_taken_back_stops_what_waits(house: House) -> None:
    """At once; tried again by hand it still needs the consent, and has it when it is given anew."""
    house.agree()
    house.outlet.offer(event(1))
    assert [True, False] == [house.outlet.revoke("d", by="ada"), house.outlet.revoke("d", by="ada")]
    assert Delivered(dead=1) == house.deliver()
    seq = house.outbox.listed(RowState.DEAD)[0].seq
    assert house.outlet.retry(seq)
    assert Delivered(dead=1) == house.deliver()
    assert [] == house.receiver.seen
    house.agree()
    assert house.outlet.retry(seq)
    assert Delivered(delivered=1) == house.deliver()


def test_a_receiver_that_is_gone_is_switched_off(house: House) -> None:
    """410 takes the consent back; a redirect only puts this delivery aside."""
    house.agree()
    for number in (1, 2, 3):
        house.outlet.offer(event(number))
    assert Delivered(dead=3) == house.deliver(307, 410)
    assert 2 == len(house.receiver.seen)
    assert not house.outlet.stands(house.destination)
    assert "destination.revoke" in house.audited()


def test_it_is_tried_for_a_day_and_then_given_up(house: House) -> None:
    """The same id and bytes at each attempt, further and further apart, nine times."""
    house.agree()
    house.outlet.offer(event(1))
    start, found = house.clock.at, []
    while not house.outbox.listed(RowState.DEAD):
        found.append(house.clock.at - start)
        house.deliver(500)
        house.clock.at = max(
            house.clock.at, *(one.next_at for one in house.outbox.listed(RowState.PENDING)), 0
        )
    assert len(DELAYS) + 1 == len(found) == len(house.receiver.seen)
    assert 20 * 3_600_000 < found[-1] < DAY_MS
    assert 1 == len({(one.headers["webhook-id"], one.body) for one in house.receiver.seen})
    row = house.outbox.listed(RowState.DEAD)[0]
    assert "Given up after a day" in row.error
    assert house.outlet.retry(row.seq)
    assert Delivered(delivered=1) == house.deliver()
    assert ["destination.consent", "outbox.dead", "outbox.delivered"] == house.audited()


def test_the_schedule_ends_within_a_day() -> None:
    """With the most that is added to each pause."""
    assert sum(DELAYS) * 1.1 < 86_400
    pauses = [
        [delay_ms(f"e{n}", attempt) / 1000 for n in range(200)] for attempt in range(1, len(DELAYS) + 1)
    ]
    assert all(
        seconds <= min(row) < max(row) <= seconds * 1.1 for seconds, row in zip(DELAYS, pauses, strict=True)
    )


@pytest.mark.parametrize(("wait", "least"), [("600", 600), ("2", 5), ("junk", 5)])
def test_a_receiver_that_asks_for_time_gets_it(house: House, wait: str, least: int) -> None:
    """Retry-After counts when it is longer than our own pause."""
    house.agree()
    house.outlet.offer(event(1))
    assert Delivered(later=1) == house.deliver(429, wait=wait)
    pause = (house.outbox.listed(RowState.PENDING)[0].next_at - house.clock.at) / 1000
    assert least <= pause <= least * 1.1


def test_one_who_gave_up_leaves_the_row_as_it_was(house: House) -> None:
    """Nothing is sent, and the next process need not wait for a lease."""
    house.agree()
    house.outlet.offer(event(1))
    cancel = Cancel()
    cancel.set()
    with pytest.raises(Cancelled):
        house.outlet.deliver(cancel)
    assert Delivered(delivered=1) == house.deliver()


def test_bytes_that_were_given_up_are_wiped_after_a_week(house: House) -> None:
    """Then nothing can be tried again."""
    house.agree()
    house.outlet.offer(event(1))
    house.deliver(302)
    house.clock.at += KEPT_MS + 1
    house.deliver()
    assert [b""] == [row.payload for row in house.outbox.listed(RowState.DEAD)]


def test_damaged_bytes_do_not_leave(house: House) -> None:
    """What was queued is what leaves, or nothing."""
    house.agree()
    house.outlet.offer(event(1))
    house.db.execute("update outbox set payload = ?", (b"{}",))
    assert Delivered(dead=1) == house.deliver()
    assert [] == house.receiver.seen


def test_the_sample_is_what_would_arrive(house: House) -> None:
    """Shown before anybody agrees; sent only afterwards."""
    shown = house.outlet.sample(house.destination)
    assert {"subject": "Offer until Friday?"} == json.loads(shown)["data"]
    with pytest.raises(NotApproved):
        house.outlet.test(house.destination)
    house.agree()
    house.outlet.test(house.destination)
    house.deliver()
    assert [shown] == [one.body for one in house.receiver.seen]


def test_a_destination_that_cannot_be_is_refused_at_the_start(house: House) -> None:
    """Not at its first event."""
    wrong = replace(house.destination, fields=("raw",))
    with pytest.raises(InputError, match="no field"):
        Outlet([wrong], house.outbox, house.consents, Wire(()), house.audit, house.clock)


STEP = st.one_of(
    *[st.tuples(st.just("offer"), st.sampled_from([1, 2, 3]))] * 3,
    st.tuples(st.just("deliver"), st.sampled_from([200, 500])),
    st.tuples(st.just("deliver"), st.sampled_from([200, 200, 204, 500, 429, 503, 302, 410, 0])),
    st.tuples(st.just("wait"), st.sampled_from([1, 10, 400, 4_000, 40_000, 90_000])),
    st.tuples(st.just("agree"), st.just(0)),
    st.tuples(st.just("revoke"), st.just(0)),
    st.tuples(st.just("fields"), st.sampled_from([0, 1])),
    st.tuples(st.just("killed"), st.sampled_from([0, 1])),
)
FIELDS = (("subject",), ("subject", "text"))


class Story:
    """A run of steps, and what must hold after each."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.offered = 0
        self.queued: set[str] = set()

    def offer(self, count: int) -> None:
        stood = self.house.outlet.stands(self.house.destination)
        for _ in range(count):
            self.offered += 1
            assert int(stood) == self.house.outlet.offer(event(self.offered))
            if stood:
                self.queued.add(f"e{self.offered}")

    def deliver(self, status: int) -> None:
        self.watched(lambda: self.house.deliver(*[status] * 3))

    def wait(self, seconds: int) -> None:
        self.house.clock.sleep(seconds)

    def agree(self, _: int) -> None:
        self.house.agree()

    def revoke(self, _: int) -> None:
        self.house.outlet.revoke("d", by="ada")

    def fields(self, which: int) -> None:
        self.house.fields = FIELDS[which]

    def killed(self, after: int) -> None:
        """The process dies with a row in its hands; before the request, or after it and before the answer is kept."""
        house = self.house
        row = house.outbox.take(["d"], house.clock.now())
        if row and after and row.terms == house.destination.terms and house.outlet.stands(house.destination):
            place, now = house.destination.place, datetime.now(UTC)
            headers = webhook.signed(row.event, now, row.payload, [SECRET])
            webhook.post(
                Wire({place}, resolve=lambda *_: ["127.0.0.1"]), place, row.payload, headers, Cancel()
            )

    def watched(self, act: object) -> None:
        """Without a consent that stands nothing arrives; with it, the fields that it names and no others."""
        before, stood = len(self.house.receiver.seen), self.house.outlet.stands(self.house.destination)
        assert callable(act)
        act()
        new = self.house.receiver.seen[before:]
        assert stood or not new
        for seen in new:
            assert set(self.house.fields) == set(json.loads(seen.body)["data"])

    def finish(self) -> None:
        """The receiver is well, the person agrees, time passes: nothing is left waiting, and nothing was lost."""
        self.agree(0)
        for _ in range(3):
            self.wait(LEASE_MS // 1000 + DELAYS[-1] * 2)
            self.watched(self.house.deliver)
        assert () == self.house.outbox.listed(RowState.PENDING, RowState.DELIVERING)
        done = self.house.outbox.listed(RowState.DELIVERED, limit=1000)
        dead = self.house.outbox.listed(RowState.DEAD, limit=1000)
        assert self.queued == {row.event for row in (*done, *dead)}
        names = [seen.headers["webhook-id"] for seen in self.house.receiver.seen]
        assert {row.event for row in done} <= {*names}
        assert all(row.error for row in dead)
        order = [int(name[1:]) for name in names]
        assert sorted(order) == order
        bodies = {(seen.headers["webhook-id"], seen.body) for seen in self.house.receiver.seen}
        assert len({*names}) == len(bodies)


def told(steps: list[tuple[str, int]]) -> None:
    with opened() as house:
        story = Story(house)
        house.agree()
        for name, value in steps:
            getattr(story, name)(value)
        story.finish()


CHECKS = [HealthCheck.too_slow, HealthCheck.data_too_large]


@settings(max_examples=25, deadline=None, derandomize=True, suppress_health_check=CHECKS)
@given(st.lists(STEP, min_size=5, max_size=40))
def test_any_story_keeps_order_consent_and_every_event(steps: list[tuple[str, int]]) -> None:
    """Offers, answers, kills, changes and consents in any order: in order, at least once, never without a consent."""
    told(steps)


@pytest.mark.prove
@settings(max_examples=1_000, deadline=None, suppress_health_check=CHECKS)
@given(st.lists(STEP, min_size=5, max_size=60))
def test_a_thousand_stories(steps: list[tuple[str, int]]) -> None:
    """The same over a thousand stories."""
    told(steps)


PROCESS = """
import sys
from pathlib import Path
from mailreeve.cancel import Cancel
from mailreeve.gate.outbox import Outlet
from mailreeve.gate.ports import SystemClock
from mailreeve.outbound.destination import Destination
from mailreeve.outbound.event import Kind
from mailreeve.outbound.wire import Wire
from mailreeve.store.audit import Audit
from mailreeve.store.consents import Consents
from mailreeve.store.db import Database
from mailreeve.store.outbox import Outbox

file, secret, *urls = sys.argv[1:]
db, me = Database(Path(file)), "ada@example.com"
all_ = [Destination(f"d{n}", url, (Kind.DECIDED,), ("subject",), (secret,), True) for n, url in enumerate(urls)]
outlet = Outlet(all_, Outbox(db, me), Consents(db, me), Wire({d.place for d in all_}), Audit(db, me), SystemClock())
for _ in range(60):
    outlet.deliver(Cancel())
"""


def test_three_processes_deliver_each_event_once_and_in_order(house: House) -> None:
    """Over one database at the same time: twenty events for each of three destinations, none twice."""
    urls = [f"http://127.0.0.1:{house.receiver.port}/{name}" for name in "abc"]
    for number, url in enumerate(urls):
        one = Destination(f"d{number}", url, (Kind.DECIDED,), ("subject",), (SECRET,), private=True)
        outlet = Outlet([one], house.outbox, house.consents, Wire(()), house.audit, house.clock)
        outlet.consent(one.id, one.terms, by="ada", how="terminal")
        assert 20 == sum(outlet.offer(event(count)) for count in range(20))
    command = [sys.executable, "-c", PROCESS, str(house.db.file), SECRET, *urls]
    processes = [subprocess.Popen(command) for _ in range(3)]
    assert [0, 0, 0] == [process.wait(120) for process in processes]
    for name in "abc":
        got = [one.headers["webhook-id"] for one in house.receiver.seen if one.path == f"/{name}"]
        assert [f"e{count}" for count in range(20)] == got
