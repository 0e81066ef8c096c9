"""The local Google of benchmarks: an empty mailbox that this process serves to others."""

import http.client
import json
import os
import threading
from pathlib import Path
from typing import Any

from mailreeve.sandbox.server import Server
from mailreeve.sandbox.service import Options, open_state


class LocalGoogle:
    """The local Google in this process, and what is asked of it beside Gmail's calls."""

    def __init__(self, file: Path, quota: str = "off") -> None:
        """`file` is the mailbox, empty at first; `quota` is 2026, legacy or off."""
        self._state = open_state(Options(file=file, empty=True, quota=quota))
        self._server = Server(self._state)
        self._thread = threading.Thread(target=self._server.serve_here, daemon=True)
        self._thread.start()
        self.environment = os.environ | {
            "MAILREEVE_GOOGLE_BASE": self._server.base_url,
            "MAILREEVE_GOOGLE_TOKEN": self._state.token,
        }

    def control(self, method: str, name: str, body: bytes | None = None) -> Any:
        """One of the sandbox's own doors."""
        connection = http.client.HTTPConnection(self._server.base_url.removeprefix("http://"), timeout=60)
        headers = {"Authorization": f"Bearer {self._state.token}"}
        connection.request(method, f"/_sandbox/{name}", body, headers)
        answer = json.loads(connection.getresponse().read())
        connection.close()
        return answer

    def deliver(self, raw: bytes) -> None:
        """A message comes in."""
        self.control("POST", "deliver", raw)

    def units(self) -> Any:
        """What was spent, and how many calls were refused."""
        return self.control("GET", "units")

    def stop(self) -> None:
        """End it."""
        self._server.stop()
        self._thread.join(10)
        self._state.close()
