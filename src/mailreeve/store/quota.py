"""The quota bucket: one row per account, shared by all processes of this home.

While a person works, four fifths of a minute's units flow in evenly and one fifth lies in store. Background
calls touch only the top quarter of the store, so an interactive call finds at least 15 % of a minute at once
and never queues behind a nightly run. When nobody has worked for a while, background calls take nearly all:
the first interactive call then stops them within one batch, and the store fills up for the person.
Either way what lies in store and what flows in during a minute are together at most Google's limit.
"""

from collections.abc import Callable
from dataclasses import dataclass

from mailreeve.cancel import Cancel
from mailreeve.store.db import Database, now_ms


@dataclass(frozen=True, slots=True)
class Regime:
    """Of a minute's units: what flows in per minute, what is stored at most, what background calls leave in it."""

    flow: float
    store: float
    kept: float


ATTENDED = Regime(flow=0.8, store=0.2, kept=0.15)
ALONE = Regime(flow=0.96, store=0.04, kept=0.0)

MINUTE_MS = 60_000
ATTENDED_MS = 10 * MINUTE_MS
"""So long after an interactive call a person is taken to be there."""

LONGEST_NAP = 5.0
"""Seconds; other processes change the level meanwhile, so the wait is reckoned anew."""


class QuotaBucket:
    """Gmail units of one account (Google counts them per minute, user and project)."""

    def __init__(
        self, db: Database, account: str, per_minute: int, clock: Callable[[], int] = now_ms
    ) -> None:
        """`per_minute` of 0 is no limit; `clock` tells epoch milliseconds."""
        self._db = db
        self._account = account
        self._clock = clock
        self._per_minute = per_minute

    def take(self, units: int, interactive: bool, cancel: Cancel) -> None:
        """Wait until the units are there, and take them. Raises Cancelled while waiting.

        More units than the bucket holds are lent by a full bucket; the next caller waits longer.
        """
        while self._per_minute and (wait := self._try(units, interactive)) > 0:
            cancel.sleep(min(wait, LONGEST_NAP))

    def _try(self, units: int, interactive: bool) -> float:
        """Take the units, or say how many seconds to wait."""
        with self._db.transaction():
            now = self._clock()
            level, attended = self._state(now, interactive)
            regime = _regime(now, attended)
            kept = 0.0 if interactive else regime.kept
            needed = min(self._per_minute * regime.store, units + self._per_minute * kept)
            wait = (needed - level) / (self._per_minute * regime.flow / 60)
            if wait <= 0:
                level -= units
            self._db.execute(
                "insert into quota (account, level, at, attended) values (?, ?, ?, ?)"
                " on conflict (account) do update"
                " set level = excluded.level, at = excluded.at, attended = excluded.attended",
                (self._account, level, now, attended),
            )
        return max(0.0, wait)

    def _state(self, now: int, interactive: bool) -> tuple[float, int]:
        """What the bucket holds now, and when a person last called.

        A clock that was set back adds nothing, and the row starts anew from there. When the person has left,
        the store is given up, so that no minute across the change passes the limit; after a minute without
        any call the store is full.
        """
        row = self._db.row("select level, at, attended from quota where account = ?", (self._account,))
        at, last = (min(now, int(row[key])) for key in ("at", "attended")) if row else (0, 0)
        attended = now if interactive else last
        regime = _regime(now, attended)
        full = self._per_minute * regime.store
        if row is None or now - at >= MINUTE_MS:
            return full, attended
        level = float(row["level"])
        if regime is ALONE and _regime(at, last) is ATTENDED:
            level = min(0.0, level)
        return min(full, level + (now - at) * self._per_minute * regime.flow / MINUTE_MS), attended


def _regime(now: int, attended: int) -> Regime:
    return ATTENDED if attended and now - attended < ATTENDED_MS else ALONE
