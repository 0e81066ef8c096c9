"""The quota bucket: one for all processes, and never in the way of a person."""

import random
import threading
from collections import deque
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from mailreeve.cancel import Cancel
from mailreeve.errors import Cancelled
from mailreeve.store.db import Database
from mailreeve.store.quota import QuotaBucket

if TYPE_CHECKING:
    from mailreeve.google.quota import Bucket

MINUTE = 60_000


class Hour:
    """A wall clock that a test sets."""

    def __init__(self) -> None:
        self.ms = 1_700_000_000_000

    def __call__(self) -> int:
        return self.ms


class Timed(Cancel):
    """Sleeping moves the clock instead of the test."""

    def __init__(self, clock: Hour) -> None:
        super().__init__()
        self.clock = clock

    def sleep(self, seconds: float) -> None:
        self.clock.ms += max(1, round(seconds * 1000))
        self.check()


def test_it_is_what_the_gmail_client_asks_for(db: Database) -> None:
    """The store's bucket fits the client's protocol without either knowing the other."""
    bucket: Bucket = QuotaBucket(db, "a", 6_000)
    bucket.take(20, interactive=True, cancel=Cancel())


def spend_for_a_minute(bucket: QuotaBucket, clock: Hour, units: int, *, interactive: bool) -> int:
    spent, end = 0, clock.ms + MINUTE
    while True:
        bucket.take(units, interactive, Timed(clock))
        if clock.ms >= end:
            return spent
        spent += units


def test_no_minute_of_a_person_passes_the_limit(db: Database) -> None:
    """A full bucket and all that flows in during a minute are together at most Google's limit."""
    clock = Hour()
    bucket = QuotaBucket(db, "a", 6_000, clock)
    first = spend_for_a_minute(bucket, clock, 20, interactive=True)
    assert 0.95 * 6_000 <= first <= 6_000
    steady = spend_for_a_minute(bucket, clock, 20, interactive=True)
    assert 0.95 * 4_800 <= steady <= 4_800 + 20


def test_a_night_alone_takes_nearly_all(db: Database) -> None:
    """While nobody works, batches of twelve reads flow at 96 % of the limit."""
    clock = Hour()
    bucket = QuotaBucket(db, "a", 6_000, clock)
    start, batches = clock.ms, 100
    for _ in range(batches):
        bucket.take(240, interactive=False, cancel=Timed(clock))
    per_minute = batches * 240 * MINUTE / (clock.ms - start)
    assert 0.955 * 6_000 <= per_minute <= 0.98 * 6_000


def test_a_person_who_comes_in_the_night_is_served_before_it(db: Database) -> None:
    """One search waits seconds; from then on background work leaves units in store, until the person is gone."""
    clock = Hour()
    bucket = QuotaBucket(db, "a", 6_000, clock)
    spend_for_a_minute(bucket, clock, 240, interactive=False)
    before = clock.ms
    bucket.take(240, interactive=True, cancel=Timed(clock))
    assert clock.ms - before <= 3_000
    background = clock.ms
    bucket.take(240, interactive=False, cancel=Timed(clock))
    assert clock.ms - background >= 10_000
    before = clock.ms
    bucket.take(900, interactive=True, cancel=Timed(clock))
    assert before == clock.ms


def test_no_minute_passes_the_limit_when_a_person_comes_and_goes(db: Database) -> None:
    """In any 60 seconds across the changes, all calls together stay within the limit."""
    clock, rng = Hour(), random.Random(20261124)  # noqa: S311 -- a fixed seed, no secret
    bucket = QuotaBucket(db, "a", 6_000, clock)
    taken: deque[tuple[int, int]] = deque()
    person_until = 0
    for _ in range(2_000):
        if rng.random() < 0.005:
            person_until = clock.ms + rng.randint(0, 5) * MINUTE
        interactive = clock.ms < person_until and rng.random() < 0.3
        units = rng.choice([5, 20, 40, 240])
        bucket.take(units, interactive, Timed(clock))
        taken.append((clock.ms, units))
        while taken[0][0] <= clock.ms - MINUTE:
            taken.popleft()
        assert sum(spent for _, spent in taken) <= 6_000 + 1


def test_a_person_finds_units_while_a_nightly_run_takes_all_it_can(db: Database) -> None:
    """When background work beside a person has used up its share, 15 % of a minute is there at once for them."""
    clock = Hour()
    bucket = QuotaBucket(db, "a", 6_000, clock)
    bucket.take(20, interactive=True, cancel=Timed(clock))
    spend_for_a_minute(bucket, clock, 20, interactive=False)
    before = clock.ms
    for _ in range(44):
        bucket.take(20, interactive=True, cancel=Timed(clock))
    assert before == clock.ms


def test_a_large_batch_is_lent_and_paid_back(db: Database) -> None:
    """More units than the bucket holds are given once it is full, and the next caller waits for them."""
    clock = Hour()
    bucket = QuotaBucket(db, "a", 6_000, clock)
    before = clock.ms
    bucket.take(2_000, interactive=True, cancel=Timed(clock))
    assert before == clock.ms
    bucket.take(20, interactive=True, cancel=Timed(clock))
    assert clock.ms - before >= 800 / 4_800 * MINUTE


def test_a_clock_set_back_does_not_stop_the_bucket(db: Database) -> None:
    """After the clock jumps back an hour, units flow again from there."""
    clock = Hour()
    bucket = QuotaBucket(db, "a", 6_000, clock)
    bucket.take(1_200, interactive=True, cancel=Timed(clock))
    clock.ms -= 60 * MINUTE
    before = clock.ms
    bucket.take(100, interactive=True, cancel=Timed(clock))
    assert clock.ms - before < 2 * MINUTE


def test_waiting_ends_when_the_caller_gives_up(db: Database) -> None:
    """Nobody hangs on an empty bucket."""
    bucket = QuotaBucket(db, "a", 60)
    bucket.take(12, interactive=True, cancel=Cancel())
    cancel = Cancel()
    cancel.set()
    with pytest.raises(Cancelled):
        bucket.take(12, interactive=True, cancel=cancel)


def test_no_limit_takes_no_time(db: Database) -> None:
    """A profile without a limit does not touch the database."""
    QuotaBucket(db, "a", 0).take(10_000_000, interactive=False, cancel=Cancel())
    assert [] == db.rows("select * from quota")


def test_all_processes_share_one_bucket(tmp_path: Path) -> None:
    """What one connection took, another one cannot take again; accounts are apart."""
    file = tmp_path / "quota.db"
    Database(file).close()
    taken: list[int] = []

    def take() -> None:
        db = Database(file)
        bucket = QuotaBucket(db, "a", 6_000)
        try:
            while True:
                bucket.take(100, interactive=True, cancel=Cancel(0.05))
                taken.append(100)
        except Cancelled:
            db.close()

    threads = [threading.Thread(target=take) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert 1_200 <= sum(taken) <= 1_200 + 4_800
    db = Database(file)
    QuotaBucket(db, "b", 6_000).take(1_200, interactive=True, cancel=Cancel(0.05))
    db.close()
