"""The quota bucket: one row per account, shared by all processes of this home.

In any minute at most `per_minute` units leave it: four fifths flow in evenly, one fifth lies in store.
Background calls touch only the top quarter of the store, so an interactive call finds at least 15 % of a
minute at once and never queues behind a nightly run.
"""

from collections.abc import Callable

from mailreeve.cancel import Cancel
from mailreeve.store.db import Database, now_ms

FLOW = 0.8
STORE = 0.2
KEPT = 0.15
"""Of a minute's units: what flows in per minute, what the bucket holds, what background calls leave in it."""

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
        self._capacity = per_minute * STORE
        self._per_ms = per_minute * FLOW / 60_000
        self._kept = per_minute * KEPT

    def take(self, units: int, interactive: bool, cancel: Cancel) -> None:
        """Wait until the units are there, and take them. Raises Cancelled while waiting.

        More units than the bucket holds are lent by a full bucket; the next caller waits longer.
        """
        while self._per_ms and (wait := self._try(units, interactive)) > 0:
            cancel.sleep(min(wait, LONGEST_NAP))

    def _try(self, units: int, interactive: bool) -> float:
        """Take the units, or say how many seconds to wait."""
        with self._db.transaction():
            level = self._level()
            needed = min(self._capacity, units + (0.0 if interactive else self._kept))
            wait = (needed - level) / self._per_ms / 1000
            if wait <= 0:
                level -= units
            self._db.execute(
                "insert into quota (account, level, at) values (?, ?, ?)"
                " on conflict (account) do update set level = excluded.level, at = excluded.at",
                (self._account, level, self._clock()),
            )
        return max(0.0, wait)

    def _level(self) -> float:
        """What the bucket holds now. A clock that was set back adds nothing, and the row starts anew from there."""
        row = self._db.row("select level, at from quota where account = ?", (self._account,))
        if row is None:
            return self._capacity
        elapsed = max(0, self._clock() - int(row["at"]))
        return min(self._capacity, float(row["level"]) + elapsed * self._per_ms)
