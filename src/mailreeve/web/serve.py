"""The server: a random port on 127.0.0.1, on a thread of its own."""

import contextlib
import importlib.util
import socket
import threading
import time
from typing import TYPE_CHECKING
from urllib.parse import quote

from mailreeve import platform
from mailreeve.app import Mailbox
from mailreeve.errors import ConfigError, MailreeveError
from mailreeve.web.app import Desk, build

if TYPE_CHECKING:
    import uvicorn

_NEEDED = ("jinja2", "nh3")
_START_SECONDS = 20.0


class ReviewServer:
    """The review page of one mailbox. What `start` and `url_for` return is a secret: open it, never print it."""

    def __init__(self, box: Mailbox) -> None:
        self._box = box
        self._socket: socket.socket | None = None
        self._server: uvicorn.Server | None = None
        self._thread: threading.Thread | None = None
        self._desk: Desk | None = None

    def start(self) -> str:
        """Open the port; returns the address that opens the page once, within two minutes.

        Raises ConfigError when the packages of the extra `web` are missing.
        """
        missing = [name for name in _NEEDED if importlib.util.find_spec(name) is None]
        if missing:
            raise ConfigError(
                f"The review page needs {' and '.join(missing)}.",
                f"Run {platform.install('web')}; without it there is `mailreeve review` on the terminal.",
            )
        import uvicorn

        self._socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        self._socket.bind(("127.0.0.1", 0))
        self._desk = Desk(self._box, f"127.0.0.1:{self._socket.getsockname()[1]}")
        settings = uvicorn.Config(
            build(self._desk),
            log_config=None,
            access_log=False,
            lifespan="off",
            ws="none",
            server_header=False,
            timeout_keep_alive=5,
            timeout_graceful_shutdown=5,
            limit_concurrency=50,
        )
        self._server = uvicorn.Server(settings)
        self._server.capture_signals = contextlib.nullcontext  # type: ignore[method-assign,assignment] # Ctrl-C is ours
        sockets = [self._socket]
        self._thread = threading.Thread(
            target=lambda server=self._server: server.run(sockets), name="review page", daemon=True
        )
        self._thread.start()
        self._wait()
        return self.url_for()

    def _wait(self) -> None:
        assert self._server is not None  # noqa: S101 -- called by start alone
        assert self._thread is not None  # noqa: S101 -- called by start alone
        until = time.monotonic() + _START_SECONDS
        while not self._server.started:
            if time.monotonic() > until or not self._thread.is_alive():
                raise MailreeveError(
                    "The review page did not start.", "Try it again, or use `mailreeve review`."
                )
            time.sleep(0.01)

    @property
    def host(self) -> str:
        """127.0.0.1 and the port."""
        assert self._desk is not None  # noqa: S101 -- start was called
        return self._desk.host

    def url_for(self, proposal_id: str = "", draft_id: str = "") -> str:
        """An address that opens a proposal, else a draft, else the queue, once, within two minutes."""
        assert self._desk is not None  # noqa: S101 -- start was called
        where = f"/draft/{quote(draft_id, safe='')}" if draft_id else "/"
        if proposal_id:
            where = f"/proposal/{quote(proposal_id, safe='')}"
        return f"http://{self.host}/open/{self._desk.sessions.secret(where)}"

    def stop(self) -> None:
        """Close the port and end the thread; does nothing when it does not run."""
        if self._server and self._thread:
            self._server.should_exit = True
            self._thread.join(10)
        if self._socket:
            self._socket.close()
        self._server = self._thread = self._socket = None
