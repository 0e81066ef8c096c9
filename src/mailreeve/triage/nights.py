"""When the nights are: pure arithmetic of local times, right on the days when clocks change."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

GRACE = timedelta(hours=1)
"""A planned run that did not begin for so long is said to be missing."""


@dataclass(frozen=True, slots=True)
class Plan:
    """The local times at which a run is due each day."""

    at: tuple[time, ...]
    zone: tzinfo | None = None
    """None is the machine's zone, with its changes of the clock."""

    def between(self, after: datetime, until: datetime) -> tuple[datetime, ...]:
        """The planned moments with after < moment <= until, in UTC: each date and time is exactly one moment.

        A time that the clock skips is as long after midnight as on other days; of one that it shows twice, the first.
        """
        first, last = (one.astimezone(self.zone).date() for one in (after, until))
        days = (first + timedelta(days=number) for number in range(-1, (last - first).days + 2))
        found = {self._moment(day, at) for day in days for at in self.at}
        return tuple(sorted(one for one in found if after < one <= until))

    def next(self, now: datetime) -> datetime | None:
        """The next planned moment; None when no time is named."""
        return next(iter(self.between(now, now + timedelta(days=3))), None)

    def overdue(self, last: datetime, now: datetime) -> tuple[datetime, ...]:
        """The planned moments since the start of the last run that nothing ran for."""
        return tuple(one for one in self.between(last, now) if now - one > GRACE)

    def skipped(self, one: datetime, then: datetime) -> tuple[datetime, ...]:
        """The planned moments between two runs that nothing ran for: the second one serves the last of them."""
        return self.between(one, then)[:-1]

    def dates(self, moments: Sequence[datetime]) -> tuple[date, ...]:
        """Their local dates, each once."""
        return tuple(dict.fromkeys(one.astimezone(self.zone).date() for one in moments))

    def _moment(self, day: date, at: time) -> datetime:
        return datetime.combine(day, at, self.zone).astimezone(UTC)


def told(days: Sequence[date]) -> str:
    """Dates for a person: all of a few, the ends of many."""
    if len(days) <= 3:
        return ", ".join(day.isoformat() for day in days)
    return f"{len(days)} days from {days[0].isoformat()} to {days[-1].isoformat()}"
