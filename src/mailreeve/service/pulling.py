"""Pulling notices of new mail out of a Pub/Sub subscription: no address of ours need be reachable from outside."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from mailreeve.app import App
from mailreeve.cancel import Cancel
from mailreeve.errors import Cancelled, StoreError
from mailreeve.service.waking import Clock, Notices
from mailreeve.store.watches import LISTENER, Watches
from mailreeve.triage.work import reason

if TYPE_CHECKING:
    from mailreeve.google.pubsub import Subscription

PAUSE = 5.0
"""Seconds after a pull that brought nothing; Pub/Sub itself keeps a pull open for a while."""
_FIRST, _LONGEST = 60.0, 3600.0
"""Seconds before a pull that failed is tried again; doubled each time."""
_END = 2.0
"""Seconds that the end waits for a pull that is open; what it would bring comes again."""


@contextmanager
def listening(
    app: App, notices: Notices, tell: Callable[[str], None], now: Clock, pause: float = PAUSE
) -> Iterator[None]:
    """Pull in a thread of its own until the end, when the settings name a subscription."""
    if not app.config.wake.subscription:
        yield
        return
    stop = Cancel()
    puller = _Puller(app, notices, tell, now, stop, pause)
    thread = threading.Thread(target=puller.run, name="notices", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(_END)


class _Puller:
    def __init__(
        self,
        app: App,
        notices: Notices,
        tell: Callable[[str], None],
        now: Clock,
        stop: Cancel,
        pause: float,
    ) -> None:
        self._app, self._notices, self._tell, self._now, self._stop = app, notices, tell, now, stop
        self._pause, self._failures = pause, 0
        self._subscription: Subscription | None = None

    def run(self) -> None:
        """Until the stop."""
        with suppress(Cancelled):
            while True:
                self._stop.sleep(self._round())
        self._leave()

    def _leave(self) -> None:
        """Close the line; the next pull opens a new one, with the settings' key as it is then."""
        if self._subscription:
            self._subscription.close()
        self._subscription = None

    def _round(self) -> float:
        """Pull once; returns the seconds to wait."""
        try:
            found = self._pull()
            self._heard()
        except Cancelled:
            raise
        except Exception as error:  # noqa: BLE001 -- the listener lives on: told, kept for doctor, tried again
            return self._failed(error)
        return 0.0 if found else self._pause

    def _pull(self) -> bool:
        self._subscription = self._subscription or self._app.subscription()
        found = self._subscription.pull(self._stop)
        self._notices.take(one.address for one in found)
        self._subscription.acknowledge(found, self._stop)  # only what is written down
        return bool(found)

    def _heard(self) -> None:
        now, watches = int(self._now().timestamp() * 1000), Watches(self._app.db)
        watches.noticed(LISTENER, now)
        if watches.of(LISTENER).error:
            watches.failed(LISTENER, "", now)
        self._failures = 0

    def _failed(self, error: Exception) -> float:
        self._stop.check()  # the end left an open pull behind: what it brought comes again
        self._failures += 1
        self._leave()
        text = f"Notices of new mail cannot be pulled: {reason(error)}"
        with suppress(StoreError):
            Watches(self._app.db).failed(LISTENER, text, int(self._now().timestamp() * 1000))
        seconds: float = min(_LONGEST, _FIRST * 2 ** min(self._failures - 1, 10))
        self._tell(f"{text} Tried again in {seconds / 60:.0f} min; new mail is looked for meanwhile.")
        return seconds
