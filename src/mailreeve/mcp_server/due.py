"""Sends at a time and events for destinations, while the server runs: looked for in the background once a program has asked for something."""

import logging

import anyio
import anyio.to_thread

from mailreeve.app import App
from mailreeve.cancel import Cancel
from mailreeve.errors import MailreeveError

SECONDS = 30.0
"""Between two looks into the store."""
_LOG = logging.getLogger(__name__)


class Due:
    """Sends what the person confirmed for a time that has come, and delivers events that wait."""

    def __init__(self, app: App, seconds: float = SECONDS) -> None:
        self._app = app
        self._seconds = seconds
        self._woken = anyio.Event()

    def wake(self) -> None:
        """Begin to look; until then not even the store is opened."""
        self._woken.set()

    async def run(self) -> None:
        """Look until the server ends; a send that is under way is waited for."""
        await self._woken.wait()
        while True:
            await anyio.to_thread.run_sync(self._look)
            await anyio.sleep(self._seconds)

    def _look(self) -> None:
        from mailreeve.service import later

        try:
            for answer in later.deliver_all(self._app):
                _LOG.warning("proposal %s: %s. %s", answer["proposal"], answer["status"], answer["advice"])
            for line in later.deliver_events(self._app, Cancel()):
                _LOG.info("%s", line)
        except MailreeveError as error:
            _LOG.warning("planned mail could not be looked after: %s", error)
        except Exception:  # noqa: BLE001 -- a worker loop: it must not take the server down with it
            _LOG.exception("planned mail could not be looked after")
