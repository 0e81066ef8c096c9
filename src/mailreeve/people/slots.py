"""Free time: what is left of the hours that somebody offers. Pure; all arithmetic in UTC, so clocks may change."""

import datetime as dt
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from mailreeve.models import Busy, Json

STEP = dt.timedelta(minutes=30)
"""Slots begin at whole and half hours of the offered time."""


@dataclass(frozen=True, slots=True)
class Offer:
    """When somebody can be met: hours of the day on days of the week (Monday is 0), in their zone."""

    begins: dt.time
    ends: dt.time
    zone: dt.tzinfo
    weekdays: Collection[int] = frozenset(range(5))


def free(
    busy: Iterable[Busy], start: dt.datetime, end: dt.datetime, length: dt.timedelta, offer: Offer
) -> Iterator[Busy]:
    """Stretches of this length in which nobody is busy, in the offer's zone, none overlapping another."""
    taken = sorted((one.start.astimezone(dt.UTC), one.end.astimezone(dt.UTC)) for one in busy)
    low, high = start.astimezone(dt.UTC), end.astimezone(dt.UTC)
    for begins, ends in _windows(low, high, offer):
        at = begins
        while at + length <= ends:
            after = at + length
            if at < low or after > high:
                at += STEP
                continue
            clash = [stop for first, stop in taken if first < after and stop > at]
            if clash:
                at = _next(at, begins, max(clash))
                continue
            yield Busy(at.astimezone(offer.zone), after.astimezone(offer.zone))
            at = _next(at, begins, after)


def _next(at: dt.datetime, begins: dt.datetime, over: dt.datetime) -> dt.datetime:
    """The first step of a window at or after a moment, and always a later one than now."""
    steps = -((begins - over) // STEP)
    return max(begins + steps * STEP, at + STEP)


def _windows(low: dt.datetime, high: dt.datetime, offer: Offer) -> Iterator[tuple[dt.datetime, dt.datetime]]:
    """The offered hours of each day, as moments: a day on which clocks change has more or fewer of them."""
    day = low.astimezone(offer.zone).date()
    last = high.astimezone(offer.zone).date()
    while day <= last:
        if day.weekday() in offer.weekdays:
            over = day + dt.timedelta(days=offer.ends <= offer.begins)
            begins = dt.datetime.combine(day, offer.begins, offer.zone).astimezone(dt.UTC)
            yield begins, dt.datetime.combine(over, offer.ends, offer.zone).astimezone(dt.UTC)
        day += dt.timedelta(days=1)


def local(text: str, zone: dt.tzinfo) -> dt.datetime:
    """A time as a person writes it, in their zone unless it names one.

    Raises ValueError for what is no time, and for one that the clocks skip.
    """
    moment = dt.datetime.fromisoformat(text)
    if moment.tzinfo is not None:
        return moment.astimezone(zone)
    there = moment.replace(tzinfo=zone)
    if there.astimezone(dt.UTC).astimezone(zone).replace(tzinfo=None) != moment:
        raise ValueError("this time does not exist: the clocks go forward over it")
    return there


def stamp(moment: dt.datetime) -> Json:
    """A time as the Calendar API takes it, with its zone where that has a name."""
    zone = getattr(moment.tzinfo, "key", "")
    return {"dateTime": moment.isoformat(), **({"timeZone": zone} if zone else {})}
