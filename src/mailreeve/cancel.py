"""Giving up in time: a deadline and a flag that long work looks at between calls."""

import threading
import time

from mailreeve.errors import Cancelled


class Cancel:
    """Checked between calls and never after a request that creates or sends."""

    def __init__(self, seconds: float | None = None) -> None:
        self._deadline = None if seconds is None else time.monotonic() + seconds
        self._flag = threading.Event()

    def set(self) -> None:
        """Ask the work to stop at its next check."""
        self._flag.set()

    def within(self, seconds: float) -> "Cancel":
        """One that ends with this one, and after so many seconds at the latest."""
        child = Cancel(seconds if self.left is None else min(seconds, self.left))
        child._flag = self._flag
        return child

    @property
    def is_set(self) -> bool:
        """True when the work should stop."""
        return self._flag.is_set() or self.left == 0

    @property
    def left(self) -> float | None:
        """Seconds until the deadline, never below 0; None without a deadline."""
        return None if self._deadline is None else max(0.0, self._deadline - time.monotonic())

    def check(self) -> None:
        """Raise Cancelled when the work should stop."""
        if self.is_set:
            raise Cancelled("Stopped before the end.", "What was finished is kept.")

    def sleep(self, seconds: float) -> None:
        """Wait, but wake up and raise Cancelled when the work should stop."""
        left = self.left
        self._flag.wait(seconds if left is None else min(seconds, left))
        self.check()
