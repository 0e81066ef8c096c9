"""What a call costs in Gmail's quota units, and a bucket that keeps an account below its limit.

Projects made since 2026-05-01 have 6,000 units per minute and user, and reading costs more than before;
older ones keep 15,000 and the old costs. The "Quotas" page of the Cloud console is authoritative.
Source: developers.google.com/workspace/gmail/api/reference/quota.
"""

import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Literal, Protocol

from mailreeve.cancel import Cancel

Profile = Literal["2026", "legacy", "off"]

PER_MINUTE: dict[Profile, int] = {"2026": 6_000, "legacy": 15_000, "off": 0}
"""Units per minute, user and project; 0 is no limit."""

KEPT = 0.2
"""The share of a minute's units that background work leaves to the person at the keyboard."""

WINDOW = 60.0

LARGEST_BATCH = 25
"""Google advises at most 50 calls per batch; 25 stay well below its limit of concurrent requests."""

_COSTS = {
    "getProfile": 1,
    "labels.list": 1,
    "labels.get": 1,
    "labels.create": 5,
    "labels.delete": 5,
    "settings.sendAs.list": 1,
    "history.list": 2,
    "messages.list": 5,
    "messages.get": 20,
    "messages.attachments.get": 20,
    "messages.modify": 5,
    "messages.batchModify": 50,
    "messages.trash": 5,
    "messages.untrash": 5,
    "threads.get": 40,
    "threads.list": 10,
    "drafts.list": 5,
    "drafts.get": 20,
    "drafts.create": 10,
    "drafts.update": 15,
    "drafts.delete": 10,
    "drafts.send": 100,
    "watch": 100,
    "stop": 50,
}
FREE = frozenset({
    "people.connections.list", "people.get", "people.createContact", "people.updateContact",
    "people.deleteContact", "otherContacts.list", "calendar.events.list", "calendar.events.get",
    "calendar.events.insert", "calendar.events.patch", "calendar.events.delete", "calendar.freebusy.query",
    "pubsub.projects.subscriptions.pull", "pubsub.projects.subscriptions.acknowledge",
})  # fmt: skip
"""Calls of the People and the Calendar API and of Pub/Sub, which Gmail's quota does not count."""
_LEGACY = {"messages.get": 5, "messages.attachments.get": 5, "threads.get": 10, "drafts.get": 5}


def cost(method: str, profile: Profile = "2026") -> int:
    """Units of one call; it does not depend on format or fields.

    Raises KeyError for a method that Mailreeve has no business to call.
    """
    if method in FREE:
        return 0
    return _LEGACY.get(method, _COSTS[method]) if profile == "legacy" else _COSTS[method]


def batch_size(method: str, profile: Profile) -> int:
    """How many calls go into one batch: as few as cost one twenty-fifth of a minute, and at most 25."""
    share = PER_MINUTE[profile] // 25
    return max(1, min(LARGEST_BATCH, share // cost(method, profile))) if share else LARGEST_BATCH


class Bucket(Protocol):
    """Hands out units; the store has one that all processes of an account share."""

    def take(self, units: int, interactive: bool, cancel: Cancel) -> None:
        """Wait until the units are there and take them. Raises Cancelled while waiting."""


class WindowBucket:
    """Units of this process alone: never more than the limit in any 60 seconds."""

    def __init__(self, per_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        """`per_minute` of 0 is no limit."""
        self._limit = per_minute
        self._clock = clock
        self._spent: deque[tuple[float, int]] = deque()
        self._guard = threading.Lock()

    def take(self, units: int, interactive: bool, cancel: Cancel) -> None:
        """Wait until the units are there and take them; background calls leave a fifth alone."""
        allowed = self._limit if interactive else int(self._limit * (1 - KEPT))
        while self._limit and (wait := self._try(min(units, allowed), allowed)) > 0:
            cancel.sleep(wait)

    def _try(self, units: int, allowed: int) -> float:
        """Take the units, or say in how many seconds enough of the old ones are forgotten."""
        with self._guard:
            now = self._clock()
            while self._spent and self._spent[0][0] <= now - WINDOW:
                self._spent.popleft()
            over = sum(spent for _, spent in self._spent) + units - allowed
            if over <= 0:
                self._spent.append((now, units))
                return 0.0
            for at, spent in self._spent:
                over -= spent
                if over <= 0:
                    return at + WINDOW - now
            return WINDOW
