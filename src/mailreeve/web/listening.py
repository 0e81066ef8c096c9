"""An application on a socket that is open already, on a thread of its own."""

import contextlib
import socket
import threading
import time
from typing import TYPE_CHECKING

from mailreeve.errors import MailreeveError

if TYPE_CHECKING:
    from starlette.types import ASGIApp

_START_SECONDS = 20.0


class Listening:
    """Serves from `start` until `stop`; signals stay with whoever runs it."""

    def __init__(self, application: "ASGIApp", listener: socket.socket, name: str) -> None:
        import uvicorn

        settings = uvicorn.Config(
            application,
            log_config=None,
            access_log=False,
            lifespan="off",
            ws="none",
            server_header=False,
            timeout_keep_alive=5,
            timeout_graceful_shutdown=5,
            limit_concurrency=50,
        )
        server = uvicorn.Server(settings)
        server.capture_signals = contextlib.nullcontext  # type: ignore[method-assign,assignment]
        self._server, self._listener = server, listener
        self._thread = threading.Thread(target=lambda: server.run([listener]), name=name, daemon=True)

    def start(self, refused: MailreeveError) -> None:
        """Returns once it answers. Raises `refused` when it does not within 20 seconds."""
        self._thread.start()
        until = time.monotonic() + _START_SECONDS
        while not self._server.started:
            if time.monotonic() > until or not self._thread.is_alive():
                raise refused
            time.sleep(0.01)

    def stop(self) -> None:
        """End the thread and close the socket."""
        self._server.should_exit = True
        self._thread.join(10)
        self._listener.close()
