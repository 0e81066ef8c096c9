"""Each date has its nights once, in every zone and on the days when clocks change."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from mailreeve.triage.nights import Plan, told

BERLIN = ZoneInfo("Europe/Berlin")


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "at"),
    [
        (zone, at)
        for zone in ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "America/Sao_Paulo")
        for at in ("00:00", "01:45", "02:00", "02:30", "03:00", "23:59")
    ],
)  # fmt: skip
def test_a_year_has_a_night_for_each_date(zone: str, at: str) -> None:
    """No date is skipped and none is doubled, whatever the clock does; a night is a day after the last, give or take an hour."""
    plan = Plan((time.fromisoformat(at),), ZoneInfo(zone))
    start = datetime(2026, 1, 1, tzinfo=ZoneInfo(zone)) - timedelta(seconds=1)
    nights = plan.between(start, start + timedelta(days=365))
    assert 365 == len(nights)
    gaps = {later - earlier for earlier, later in pairwise(nights)}
    assert gaps <= {timedelta(hours=hours) for hours in (23, 23.5, 24, 24.5, 25)}
    assert 365 == len({one.astimezone(ZoneInfo(zone)).date() for one in nights})


def test_a_time_that_the_clock_skips_comes_an_hour_later_and_a_double_one_comes_first() -> None:
    """Berlin 2026: 02:30 is 03:30 on 29 March, and the earlier of two on 25 October."""
    plan = Plan((time(2, 30),), BERLIN)
    assert (utc("2026-03-29T01:30"),) == plan.between(utc("2026-03-28T12:00"), utc("2026-03-29T12:00"))
    assert (utc("2026-10-25T00:30"),) == plan.between(utc("2026-10-24T12:00"), utc("2026-10-25T12:00"))


def test_asked_at_any_moment_the_next_night_is_the_first_one_after_it() -> None:
    """A worker that looks every twenty seconds meets each planned moment once, two times a day and over both changes."""
    plan = Plan((time(3), time(12, 15)), BERLIN)
    now, met = utc("2026-03-27T00:00"), []
    while now < utc("2026-03-31T00:00"):
        coming = plan.next(now)
        assert coming is not None
        assert (coming,) == plan.between(now, coming)
        met.append(coming)
        now = coming
    assert 8 <= len(met)
    assert len(set(met)) == len(met)
    assert Plan((), BERLIN).next(now) is None


def test_what_did_not_run_is_counted_once_it_is_late() -> None:
    """A run serves the night before it; a night is missing an hour after it should have begun."""
    plan = Plan((time(3),), UTC)
    first, then = utc("2026-11-20T03:00:20"), utc("2026-11-23T08:00")
    assert (date(2026, 11, 21), date(2026, 11, 22)) == plan.dates(plan.skipped(first, then))
    assert () == plan.skipped(first, utc("2026-11-21T09:00"))
    assert () == plan.overdue(then, utc("2026-11-24T03:59"))
    assert (utc("2026-11-24T03:00"),) == plan.overdue(then, utc("2026-11-24T04:01"))


def test_many_dates_are_told_by_their_ends() -> None:
    """Up to three are named, more are counted."""
    days = [date(2026, 11, day) for day in range(1, 8)]
    assert "2026-11-01, 2026-11-02" == told(days[:2])
    assert "7 days from 2026-11-01 to 2026-11-07" == told(days)
