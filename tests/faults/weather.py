"""Simulated time and bad weather: waiting moves the local Google's clock, and requests fail by a seeded lot."""

import random
from datetime import UTC, datetime
from typing import Any

from tests.sandbox_server import SandboxServer

from mailreeve.cancel import Cancel

TIME_FAILING = {"429": 0.04, "403-rate": 0.01, "500": 0.01, "502": 0.005, "503": 0.005, "lost": 0.01}
"""5 % say wait, 2 % are faults of the server, 1 % are done and the answer is lost."""


class Time(Cancel):
    """The time of a simulation: whoever waits, moves it."""

    def __init__(self, sandbox: SandboxServer, start: float) -> None:
        super().__init__()
        self.slept = 0.0
        self._sandbox = sandbox
        self._seconds = sandbox.clock(now=start)

    def sleep(self, seconds: float) -> None:
        """Let the time pass, for Google too."""
        self.slept += seconds
        self.to(self._seconds + seconds)
        self.check()

    def to(self, seconds: float) -> None:
        """Go on to a moment, in epoch seconds."""
        self._seconds = max(seconds, self._seconds)
        self._sandbox.clock(now=self._seconds)

    def now(self) -> datetime:
        """The time, as `Parts.now` wants it."""
        return datetime.fromtimestamp(self._seconds, UTC)


def storm(lot: random.Random, requests: int) -> list[dict[str, Any]]:
    """Faults for the next requests, each failing with the odds of TIME_FAILING."""
    kinds, odds = list(TIME_FAILING), list(TIME_FAILING.values())
    drawn = lot.choices([*kinds, ""], [*odds, 1 - sum(odds)], k=requests)
    return [
        {"path": "/", "nth": nth, "kind": kind, "seconds": lot.choice((1, 5, 30))}
        for nth, kind in enumerate(drawn, start=1)
        if kind
    ]
