"""One account's line to Gmail: which call may go which way, what it costs, and when to ask again."""

import logging
import random
import threading
from collections.abc import Iterable
from copy import copy
from typing import Any

from mailreeve.cancel import Cancel
from mailreeve.errors import MailreeveError, NotFound, OutcomeUnknown, ScopeMissing
from mailreeve.google import border, discovery, wording
from mailreeve.google.border import Refusal
from mailreeve.google.endpoints import endpoints
from mailreeve.google.quota import PER_MINUTE, Bucket, Profile, WindowBucket, batch_size, cost
from mailreeve.google.wire import Answer, Wire
from mailreeve.models import Json

ATTEMPTS = 6
LONGEST_NAP = 32.0
"""Seconds; the top of the exponential backoff."""
TOLD_FROM = 1.0
"""Seconds; a shorter wait is not worth a line on stderr."""
LONGEST_WAIT = 120.0
"""Seconds; a longer Retry-After ends the work instead."""

REPEATABLE = frozenset(
    {
        "messages.modify",
        "messages.batchModify",
        "messages.trash",
        "messages.untrash",
        "watch",
        "stop",
        "pubsub.projects.subscriptions.pull",
        "pubsub.projects.subscriptions.acknowledge",
        "calendar.freebusy.query",
    }
)
"""What does no more when it arrives twice."""
CREATING = frozenset(
    {"drafts.create", "drafts.update", "labels.create", "people.createContact", "people.updateContact"}
)
DELETING = frozenset({"drafts.delete", "labels.delete", "people.deleteContact"})
SCHEDULING = frozenset({"calendar.events.insert", "calendar.events.patch", "calendar.events.delete"})
"""What only `scheduling.Scheduler` asks for."""
MAIL = frozenset({"messages.get", "threads.get"})
"""With format=full their answers are as large as what a sender writes."""
SENDING = frozenset({"drafts.send"})
"""What only `sending.Sender` asks for."""

_log = logging.getLogger(__name__)
_jitter = random.SystemRandom()


class Transport:
    """Carries requests for one account, from any number of threads.

    A method that is in none of the lists above, such as messages.send or messages.delete, has no way out.
    """

    def __init__(
        self,
        credentials: Any,
        *,
        base: str | None = None,
        timeout: float = 60.0,
        quota: Profile = "2026",
        bucket: Bucket | None = None,
    ) -> None:
        """`credentials` come from `mailreeve.google.credentials`; `timeout` is in seconds."""
        self._endpoints = endpoints(base)
        self._quota = quota
        self._bucket = bucket or WindowBucket(PER_MINUTE[quota])
        self.interactive = True
        self.wire = Wire(credentials, self._endpoints, timeout)
        self.cancel = Cancel()
        self._meter = _Meter()

    def bound(self, cancel: Cancel, *, interactive: bool = True) -> "Transport":
        """The same line, the same meter; waiting ends with `cancel`, background work leaves units over."""
        twin = copy(self)
        twin.cancel = cancel
        twin.interactive = interactive
        return twin

    @property
    def users(self) -> Any:
        """The `users` resource of googleapiclient: the builder of requests."""
        return discovery.users(self._endpoints)

    @property
    def messages(self) -> Any:
        """The `users.messages` resource, which builds a request for each mail."""
        return discovery.messages(self._endpoints)

    def service(self, name: str) -> Any:
        """Another API of Google's, such as people.v1: the builder of its requests."""
        return discovery.service(self._endpoints, name)

    @property
    def batch_address(self) -> str:
        """Where batches of this account go."""
        return discovery.batch_address(self._endpoints)

    @property
    def units(self) -> int:
        """Quota units spent so far through this line and its twins."""
        return self._meter.total

    def batch_size(self, method: str) -> int:
        """How many calls of this method go into one batch."""
        return batch_size(method, self._quota)

    def spend(self, method: str, calls: int = 1) -> None:
        """Wait for the units of some calls, and count them."""
        self.cancel.check()
        units = cost(method, self._quota) * calls
        if not units:
            return
        self._bucket.take(units, self.interactive, self.cancel)
        self._meter.add(units)

    def safe(self, request: Any) -> Json:
        """Carry a request that may be repeated: reading, labels on messages, trash.

        Asks again after 429, rate-limit 403, 5xx and broken connections. Raises GoogleError, LoginNeeded
        or Cancelled.
        """
        method = _method(request)
        if request.method != "GET":
            _demand(method, REPEATABLE)
        attempt = 0
        while True:
            self.spend(method)
            result = self.attempt(request, method)
            if not isinstance(result, Refusal):
                return result
            if not self.rest(result, attempt):
                raise result.error from None
            attempt += 1

    def attempt(self, request: Any, method: str) -> Json | Refusal:
        """Carry a repeatable request, asking once; the units are spent by the caller."""
        try:
            mail = method in MAIL and "format=full" in request.uri
            answer = self.wire.carry_mail(request) if mail else self.wire.carry(request)
        except border.wire_errors() as error:
            return self.broken(error, method)
        return self._understood(answer, request, method)

    def _understood(self, answer: Answer, request: Any, method: str) -> Json | Refusal:
        result = border.understand(answer, method, wording.about(request))
        if isinstance(result, Refusal) and isinstance(result.error, ScopeMissing):
            self.wire.outdate()  # the person may log in anew while this process lives
        return result

    def broken(self, error: Exception, method: str) -> Refusal:
        """Why a repeatable request got no answer, and whether asking again can help."""
        return border.broken(error, method, loopback=self._endpoints.is_loopback)

    def rest(self, refusal: Refusal, attempt: int) -> bool:
        """Sleep before the next attempt (full jitter); False when there is none."""
        if not refusal.retry or attempt + 1 >= ATTEMPTS or refusal.after > LONGEST_WAIT:
            return False
        nap = max(_jitter.uniform(0, min(LONGEST_NAP, 2.0**attempt)), refusal.after)
        if nap >= TOLD_FROM:
            _log.warning(
                "%s Asking again in %.0f s (%d of %d).",
                refusal.error.message, nap, attempt + 2, ATTEMPTS,
            )  # fmt: skip
        self.cancel.sleep(nap)
        return True

    def once(self, request: Any, allowed: Iterable[str] = CREATING) -> Json:
        """Carry a creating request exactly once.

        Raises OutcomeUnknown when its answer is lost, times out, is a 5xx or makes no sense; every other
        error says that nothing was done.
        """
        method = _method(request)
        _demand(method, allowed)
        self.spend(method)
        try:
            answer = self.wire.carry_once(request)
        except border.wire_errors() as error:
            raise border.broken_once(error, method) from None
        result = self._understood(answer, request, method)
        if isinstance(result, Refusal):
            lost = answer.status >= 500 or answer.status < 300 or answer.status == 408
            raise (border.unknown(method) if lost else result.error) from None
        if request.method != "DELETE" and not (result.get("id") or result.get("resourceName")):
            raise border.unknown(method)
        return result

    def delete(self, request: Any) -> None:
        """Delete a draft or a label; a lost answer is settled by asking again.

        Raises NotFound when it was not there from the start.
        """
        doubt = False
        for attempt in range(ATTEMPTS):
            try:
                self.once(request, DELETING)
            except NotFound:
                if not doubt:
                    raise
            except OutcomeUnknown as error:
                doubt = True
                if not self.rest(Refusal(error, retry=True), attempt):
                    raise
                continue
            return

    def close(self) -> None:
        """Close idle connections."""
        self.wire.close()


class _Meter:
    """Counts units across threads."""

    def __init__(self) -> None:
        self.total = 0
        self._guard = threading.Lock()

    def add(self, units: int) -> None:
        with self._guard:
            self.total += units


def _method(request: Any) -> str:
    """Such as "messages.get" for gmail.users.messages.get, "people.get" for people.people.get."""
    return str(request.methodId).removeprefix("gmail.users.").removeprefix("people.")


def _demand(method: str, allowed: Iterable[str]) -> None:
    """Refuse what must not go this way; a mistake of ours, not of the person."""
    if method not in allowed:
        raise MailreeveError(f"{method} is not allowed on this line.", "Please report this as a bug.")
