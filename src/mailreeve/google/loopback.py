"""The door that is open during login only: a port on 127.0.0.1 that waits for one redirect.

RFC 8252, 7.3. Whatever does not carry the right state is answered with 400 and changes nothing, so
another program on this machine can neither end the login nor slip its own code in.
"""

import hmac
import threading
import time
from http.server import BaseHTTPRequestHandler
from socketserver import ThreadingTCPServer
from types import TracebackType
from typing import ClassVar, Self
from urllib.parse import parse_qs

from mailreeve.cancel import Cancel
from mailreeve.errors import LoginNeeded

_PAGE = b"<!doctype html><meta charset=utf-8><title>Mailreeve</title><p>%s</p>\n"
_DONE = _PAGE % b"Mailreeve has the answer. You may close this window."
_REFUSED = _PAGE % b"This is not the answer that Mailreeve waits for."
_SLOW = 5.0
"""Seconds until a connection that says nothing is closed."""


def answer_in(query: str, state: str) -> dict[str, str] | None:
    """The parameters that stand there once, when the right state is among them, and a code or an error."""
    try:
        fields = parse_qs(query, keep_blank_values=True, max_num_fields=50)
    except ValueError:
        return None
    values = {name: found[0] for name, found in fields.items() if len(found) == 1}
    if not hmac.compare_digest(values.get("state", "").encode(), state.encode()):
        return None
    return values if values.get("code") or values.get("error") else None


class Receiver:
    """Waits for the browser to come back. Use it as a context manager: it closes the port."""

    def __init__(self, state: str) -> None:
        self.answer: dict[str, str] | None = None
        self._state = state
        self._arrived = threading.Event()
        self._guard = threading.Lock()
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.receiver = self
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    @property
    def redirect_uri(self) -> str:
        """Where Google sends the browser back to."""
        return f"http://127.0.0.1:{self._server.server_address[1]}/"

    def offer(self, path: str, host: str) -> bool:
        """Take the first right answer; False for anything else."""
        where, _, query = path.partition("?")
        if where != "/" or host != f"127.0.0.1:{self._server.server_address[1]}":
            return False
        found = answer_in(query, self._state)
        with self._guard:
            if found is None or self.answer is not None:
                return False
            self.answer = found
        self._arrived.set()
        return True

    def wait(self, cancel: Cancel, seconds: float) -> dict[str, str]:
        """The redirect's parameters. Raises LoginNeeded when none comes, or Cancelled."""
        deadline = time.monotonic() + seconds
        while not self._arrived.wait(0.1):
            cancel.check()
            if time.monotonic() > deadline:
                raise LoginNeeded(
                    f"The browser did not come back within {seconds:g} seconds.",
                    "Run `mailreeve login` again; on a machine without a browser add --no-browser.",
                )
        return self.answer or {}

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class _Server(ThreadingTCPServer):
    """Threads, because browsers open connections ahead of time and say nothing on them."""

    daemon_threads = True
    allow_reuse_address = False
    receiver: Receiver

    def handle_error(self, *_: object) -> None:
        """A connection that breaks off is nobody's business; the login goes on."""


class _Handler(BaseHTTPRequestHandler):
    timeout: ClassVar[float] = _SLOW
    server: _Server

    def do_GET(self) -> None:
        """The only method there is; the others are answered with 501."""
        taken = self.server.receiver.offer(self.path, ", ".join(self.headers.get_all("Host", [])))
        body = _DONE if taken else _REFUSED
        self.send_response(200 if taken else 400)
        for name, value in (
            ("Content-Type", "text/html; charset=utf-8"),
            ("Content-Length", str(len(body))),
            ("Content-Security-Policy", "default-src 'none'"),
            ("Referrer-Policy", "no-referrer"),
            ("Cache-Control", "no-store"),
            ("Connection", "close"),
        ):
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """Nothing: the request line holds the code."""
