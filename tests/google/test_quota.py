"""Quota units: the table, and the bucket of one process."""

import pytest

from mailreeve.cancel import Cancel
from mailreeve.errors import Cancelled
from mailreeve.google import transport
from mailreeve.google.quota import FREE, PER_MINUTE, WindowBucket, cost


class Clock(Cancel):
    """Time that passes only by sleeping."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        self.check()


def test_reading_costs_more_for_projects_of_2026() -> None:
    """Both published price lists are known, and they differ for reading only."""
    assert [(20, 5), (40, 10), (20, 5), (20, 5)] == [
        (cost(method), cost(method, "legacy"))
        for method in ("messages.get", "threads.get", "messages.attachments.get", "drafts.get")
    ]
    assert [5, 2, 50, 100] == [
        cost(method, "legacy")
        for method in ("messages.list", "history.list", "messages.batchModify", "drafts.send")
    ]
    assert {"2026": 6_000, "legacy": 15_000, "off": 0} == PER_MINUTE


def test_every_method_that_may_go_out_has_a_price() -> None:
    """The lists of allowed methods and the price list know the same names."""
    for method in transport.REPEATABLE | transport.CREATING | transport.DELETING | transport.SENDING:
        assert (method in FREE) == (cost(method) == 0)


def test_a_method_that_is_not_ours_has_no_price() -> None:
    """Sending a message directly and deleting for good are unknown here."""
    for method in ("messages.send", "messages.delete", "messages.batchDelete", "settings.filters.create"):
        with pytest.raises(KeyError):
            cost(method)


@pytest.mark.parametrize("size", [1, 7, 20, 500])
def test_no_minute_sees_more_than_the_limit(size: int) -> None:
    """In any 60 seconds at most the limit is spent, whatever the size of the calls."""
    clock = Clock()
    bucket = WindowBucket(1_000, clock=lambda: clock.now)
    spent = []
    for _ in range(4_000 // size):
        bucket.take(size, True, clock)
        spent.append((clock.now, size))
    for start, _ in spent:
        assert sum(units for at, units in spent if start <= at < start + 60) <= 1_000
    assert clock.now >= 60


def test_background_work_leaves_a_fifth_to_the_person() -> None:
    """When background work has to wait, an interactive call still goes through at once."""
    clock = Clock()
    bucket = WindowBucket(1_000, clock=lambda: clock.now)
    for _ in range(40):
        bucket.take(20, False, clock)
    bucket.take(200, True, clock)
    assert 0 == clock.now
    bucket.take(20, True, clock)
    assert 60 == clock.now


def test_background_work_waits_at_four_fifths() -> None:
    """The fifth is kept even when nobody asks for it."""
    clock = Clock()
    bucket = WindowBucket(1_000, clock=lambda: clock.now)
    for _ in range(40):
        bucket.take(20, False, clock)
    assert 0 == clock.now
    bucket.take(20, False, clock)
    assert 60 == clock.now


def test_spent_units_count_for_a_whole_minute() -> None:
    """Time that passes by itself frees nothing early, and frees everything after."""
    clock = Clock()
    bucket = WindowBucket(100, clock=lambda: clock.now)
    bucket.take(100, True, clock)
    clock.now = 59.0
    bucket.take(1, True, clock)
    assert 60 == clock.now
    clock.now = 61.0
    bucket.take(99, True, clock)
    assert 61 == clock.now


def test_without_a_limit_nobody_waits() -> None:
    """The profile "off" hands out anything."""
    clock = Clock()
    WindowBucket(PER_MINUTE["off"]).take(10**9, False, clock)
    assert 0 == clock.now


def test_waiting_for_units_can_be_given_up() -> None:
    """A set Cancel ends the wait with Cancelled."""
    clock = Clock()
    bucket = WindowBucket(100, clock=lambda: clock.now)
    bucket.take(100, True, clock)
    clock.set()
    with pytest.raises(Cancelled):
        bucket.take(1, True, clock)


def test_a_call_larger_than_the_limit_does_not_wait_for_ever() -> None:
    """More units than a minute has are taken as a whole minute's."""
    clock = Clock()
    bucket = WindowBucket(100, clock=lambda: clock.now)
    bucket.take(500, True, clock)
    bucket.take(500, False, clock)
    assert 60 == clock.now
