"""A local HTTP server whose behaviour a test writes, for what no well-behaved server does.

def test_it(wire):
    wire.then(Reply(503), Drop(), Reply(200, {"id": "1"}))    # in this order; the last one stays
    transport = ... base=wire.base ...
    assert 3 == len(wire.seen)
"""

import json
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from socketserver import ThreadingTCPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from mailreeve.cancel import Cancel


@dataclass
class Seen:
    """One request as it arrived."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes
    connection: int

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    @property
    def form(self) -> dict[str, str]:
        return {name: values[-1] for name, values in parse_qs(self.body.decode()).items()}


@dataclass
class Reply:
    """An answer; `cut` breaks the connection after so many bytes of the body."""

    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    cut: int | None = None


@dataclass
class Drop:
    """The request is read, then the connection is closed without an answer."""


@dataclass
class Stall:
    """The request is read, and no answer comes while the server runs."""


Step = Reply | Drop | Stall | Callable[[Seen], Reply]


class WireServer:
    """What arrives, and what is answered."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.seen: list[Seen] = []
        self._scheme = "https" if tls else "http"
        self.stopped = threading.Event()
        self._steps: list[Step] = [Reply(200, {})]
        self._guard = threading.Lock()
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.wire = self
        if tls:
            self._server.socket = tls.wrap_socket(
                self._server.socket, server_side=True, do_handshake_on_connect=False
            )

    @property
    def base(self) -> str:
        return f"{self._scheme}://127.0.0.1:{self._server.server_address[1]}"

    def then(self, *steps: Step) -> None:
        self._steps = list(steps)

    def step(self, seen: Seen) -> Step:
        with self._guard:
            self.seen.append(seen)
            return self._steps.pop(0) if len(self._steps) > 1 else self._steps[0]

    @contextmanager
    def running(self) -> Iterator["WireServer"]:
        thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self.stopped.set()
            self._server.shutdown()
            thread.join()
            self._server.server_close()


class _Server(ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 64
    wire: WireServer

    def handle_error(self, *_: object) -> None:
        """Connections break off here on purpose."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server
    timeout = 10

    def _any(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        seen = Seen(self.command, self.path, headers, body, self.client_address[1])
        step = self.server.wire.step(seen)
        if isinstance(step, Drop | Stall):
            if isinstance(step, Stall):
                self.server.wire.stopped.wait(10)
            self.close_connection = True
            return
        self._reply(step if isinstance(step, Reply) else step(seen))

    do_GET = do_POST = do_PUT = do_DELETE = do_PROPFIND = _any  # noqa: N815 - the names that http.server looks for

    def _reply(self, reply: Reply) -> None:
        body = reply.body if isinstance(reply.body, bytes) else json.dumps(reply.body or {}).encode()
        self.send_response(reply.status)
        headers = {"content-type": "application/json; charset=UTF-8", **reply.headers}
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body if reply.cut is None else body[: reply.cut])
        if reply.cut is not None:
            self.close_connection = True

    def log_message(self, *args: object) -> None:
        """Quiet."""


def google_error(status: int, reason: str = "", message: str = "no", **more: Any) -> Reply:
    """An error body as Google writes it."""
    error: dict[str, Any] = {"code": status, "message": message, **more}
    if reason:
        error["errors"] = [{"message": message, "domain": "global", "reason": reason}]
    return Reply(status, {"error": error})


class NoNap(Cancel):
    """A Cancel that writes down how long it was asked to sleep, and does not sleep."""

    def __init__(self) -> None:
        super().__init__()
        self.naps: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.naps.append(seconds)
        self.check()
