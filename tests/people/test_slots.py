"""Free time, where clocks change and where they do not."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from mailreeve.models import Busy
from mailreeve.people import slots

BERLIN, LONDON, DELHI, LORD_HOWE = map(
    ZoneInfo, ("Europe/Berlin", "Europe/London", "Asia/Kolkata", "Australia/Lord_Howe")
)
EVERY_DAY = frozenset(range(7))


def found(day: str, hours: str, zone: ZoneInfo, minutes: int = 60, busy: tuple[Busy, ...] = ()) -> list[str]:
    """The free stretches of one local day, as local times."""
    begins, ends = (dt.time.fromisoformat(one) for one in hours.split("-"))
    start = dt.datetime.combine(dt.date.fromisoformat(day), dt.time(), zone)
    end = dt.datetime.combine(dt.date.fromisoformat(day), dt.time(23, 59), zone)
    offer = slots.Offer(begins, ends, zone, EVERY_DAY)
    every = slots.free(busy, start, end, dt.timedelta(minutes=minutes), offer)
    return [f"{one.start:%H:%M%z}" for one in every]


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)


def test_a_meeting_leaves_what_is_around_it() -> None:
    """Slots begin at half hours and touch no meeting; a meeting's end may be a slot's start."""
    busy = (Busy(at("2026-11-25T10:10+01:00"), at("2026-11-25T11:00+01:00")),)
    assert ["09:00+0100", "11:00+0100"] == found("2026-11-25", "09:00-12:30", BERLIN, busy=busy)
    assert [] == found("2026-11-25", "10:00-11:30", BERLIN, busy=busy)


def test_the_night_in_which_clocks_go_forward_is_an_hour_shorter() -> None:
    """29 March 2026 in Berlin has no 02:00: five real hours between midnight and six, each told as the clock shows."""
    told = found("2026-03-29", "00:00-06:00", BERLIN)
    assert ["00:00+0100", "01:00+0100", "03:00+0200", "04:00+0200", "05:00+0200"] == told


def test_the_night_in_which_clocks_go_back_is_an_hour_longer() -> None:
    """25 October 2026 in Berlin has 02:00 twice, told apart by the offset."""
    told = found("2026-10-25", "01:00-04:00", BERLIN)
    assert ["01:00+0200", "02:00+0200", "02:00+0100", "03:00+0100"] == told


def test_zones_of_half_hours_keep_their_own_clock() -> None:
    """Delhi is five and a half hours ahead, and Lord Howe changes by half an hour."""
    busy = (Busy(at("2026-11-25T04:00+00:00"), at("2026-11-25T05:00+00:00")),)  # 09:30 to 10:30 in Delhi
    assert ["10:30+0530", "11:30+0530"] == found("2026-11-25", "09:00-12:30", DELHI, busy=busy)
    told = found("2026-10-04", "01:00-04:00", LORD_HOWE, minutes=30)
    assert ["01:00+1030", "01:30+1030", "02:30+1100", "03:00+1100", "03:30+1100"] == told


def test_a_meeting_told_in_another_zone_is_the_same_moment() -> None:
    """A meeting at nine in London is at ten in Berlin, also in the week in which only one of them has changed."""
    busy = (Busy(dt.datetime(2026, 3, 30, 9, tzinfo=LONDON), dt.datetime(2026, 3, 30, 10, tzinfo=LONDON)),)
    assert ["09:00+0200", "11:00+0200"] == found("2026-03-30", "09:00-12:00", BERLIN, busy=busy)


def test_a_whole_day_and_hours_over_midnight() -> None:
    """A busy day leaves nothing; hours that end before they begin run into the next day."""
    day = Busy(dt.datetime(2026, 11, 25, tzinfo=BERLIN), dt.datetime(2026, 11, 26, tzinfo=BERLIN))
    assert [] == found("2026-11-25", "09:00-17:00", BERLIN, busy=(day,))
    offer = slots.Offer(dt.time(22), dt.time(1), BERLIN, EVERY_DAY)
    start, end = at("2026-11-25T12:00+01:00"), at("2026-11-26T12:00+01:00")
    told = [one.start.hour for one in slots.free((), start, end, dt.timedelta(hours=1), offer)]
    assert [22, 23, 0] == told


def test_weekends_are_left_out() -> None:
    """Friday, then Monday."""
    offer = slots.Offer(dt.time(9), dt.time(10), BERLIN)
    start, end = at("2026-11-27T00:00+01:00"), at("2026-12-01T00:00+01:00")
    told = [one.start.day for one in slots.free((), start, end, dt.timedelta(hours=1), offer)]
    assert [27, 30] == told


def test_a_time_that_the_clocks_skip_is_refused() -> None:
    """02:30 on the last Sunday of March is no time in Berlin; with an offset it is one."""
    with pytest.raises(ValueError, match="clocks"):
        slots.local("2026-03-29T02:30", BERLIN)
    assert at("2026-03-29T03:30+02:00") == slots.local("2026-03-29T02:30+01:00", BERLIN)
