"""What wakes a worker before its time: notices of new mail.

A notice only wakes. So one that comes twice, late, in another order, or not at all changes nothing in the end, and
polling goes on beside it, more seldom.
"""

import threading
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta

from mailreeve.app import App
from mailreeve.cancel import Cancel
from mailreeve.store.watches import LISTENER, Watches, WatchRow

SELDOM, OFTEN = timedelta(hours=1), timedelta(minutes=15)
"""How often new mail is looked for anyway: while notices can be expected, and while they cannot."""

Clock = Callable[[], datetime]


class Bell:
    """Rung when a notice came, so that the worker of this process looks at once."""

    def __init__(self) -> None:
        self._event = threading.Event()

    def ring(self) -> None:
        """From any thread."""
        self._event.set()

    def rest(self, cancel: Cancel, seconds: float) -> None:
        """Wait until it rings, or so long. Raises Cancelled."""
        while seconds > 0 and not self._event.is_set():
            cancel.sleep(min(1.0, seconds))
            seconds -= 1.0
        self._event.clear()


class Notices:
    """Where notices go, however they came."""

    def __init__(self, app: App, bell: Bell, now: Clock) -> None:
        self._app, self._bell, self._now = app, bell, now

    def take(self, addresses: Iterable[str]) -> None:
        """Write down which mailboxes changed; addresses that are none of ours are nothing. Raises StoreError."""
        mine = {one.address for one in self._app.logins} & set(addresses)
        for address in mine:
            Watches(self._app.db).noticed(address, int(self._now().timestamp() * 1000))
        if mine:
            self._bell.ring()


def awake(app: App) -> set[str]:
    """The mailboxes that a notice came for which no look has followed yet."""
    return {row.account for row in Watches(app.db).all().values() if row.is_awake}


def since(app: App, address: str) -> int:
    """The moment of the last notice that was not followed yet; 0 when there is none."""
    row = Watches(app.db).of(address)
    return row.noticed if row.is_awake else 0


def rows(app: App) -> dict[str, WatchRow]:
    """All that is known of notices, in one question to the store."""
    return Watches(app.db).all() if app.config.wake.is_on else {}


def every(app: App, address: str, now: int, known: Mapping[str, WatchRow] | None = None) -> timedelta | None:
    """How often new mail is looked for without a notice; None: only in the nights. `known` are the `rows` of now."""
    wanted = app.config.night.every
    if not app.config.wake.is_on:
        return wanted
    row, listener = (
        Watches(app.db).of(one) if known is None else known.get(one, WatchRow(one))
        for one in (address, LISTENER)
    )
    trusted = row.expires > now and not row.error and not row.missed and not listener.error
    return min(wanted or SELDOM, SELDOM if trusted else OFTEN)


def followed(app: App, address: str, notice: int, now: int, *, found: bool) -> None:
    """A look was made, after a notice (its moment) or without one (0), and found new mail or none."""
    watches = Watches(app.db)
    if notice:
        watches.looked(address, notice)
    elif found and watches.of(address).expires > now:
        watches.missed(address)
