"""The door for other software on this machine: POST /v1/proposals asks for a mail. Off unless a person opens it."""

import json
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

from mailreeve.app import Mailbox
from mailreeve.cancel import Cancel
from mailreeve.errors import InputError, LoginNeeded, MailreeveError
from mailreeve.service import asking

MOST = 128 * 1024
"""Bytes of a request."""
SECONDS = 10.0
"""For a request to arrive, and for the next one to wait."""
_WORK = 60.0
"""Seconds that one request may work."""


class Refused(Exception):
    """A request that is answered without being done."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class Door:
    """Listens on 127.0.0.1 alone."""

    def __init__(self, box: Callable[[], Mailbox], port: int = 0) -> None:
        """`box` gives the mailbox within the thread that serves. Raises InputError when the port is taken."""
        door = self
        self._turn = threading.Lock()

        class Handler(_Handler):
            ask = staticmethod(lambda key, body: door.ask(box(), key, body))
            hosts: ClassVar[set[str]] = set()

        try:
            self._server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        except OSError as error:
            raise InputError(
                f"Port {port} cannot be opened: {error.strerror}.", "Choose another one."
            ) from None
        Handler.hosts = {f"127.0.0.1:{door.port}", f"localhost:{door.port}"}

    def ask(self, box: Mailbox, key: str, body: bytes) -> tuple[int, dict[str, Any]]:
        """One wish after the other; a slow client holds up nobody."""
        with self._turn:
            return _asked(box, key, body)

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self._server.server_address[1])

    def serve(self, cancel: Cancel) -> None:
        """Until the cancel is set."""
        watch = threading.Thread(target=self._until, args=(cancel,), name="door", daemon=True)
        watch.start()
        try:
            self._server.serve_forever(poll_interval=0.1)
        finally:
            self._server.server_close()

    def _until(self, cancel: Cancel) -> None:
        while not cancel.is_set:
            threading.Event().wait(0.1)
        self._server.shutdown()


def _asked(box: Mailbox, key: str, body: bytes) -> tuple[int, dict[str, Any]]:
    system = asking.who(box, key)
    if not system:
        raise Refused(401, "This key is nobody's.")
    try:
        wish = json.loads(body)
    except (ValueError, RecursionError):
        raise Refused(400, "The body is no JSON.") from None
    try:
        return 202, dict(asking.ask(box, system, wish, cancel=Cancel(_WORK)))
    except asking.TooMany as error:
        raise Refused(429, error.message) from None
    except InputError as error:
        raise Refused(400, str(error)) from None
    except LoginNeeded:
        raise Refused(503, "The mailbox is not connected; its person has to log in.") from None


class _Handler(BaseHTTPRequestHandler):
    """One request. Browsers are refused: they send Origin, and no page can set the type and the key."""

    ask: Callable[[str, bytes], tuple[int, dict[str, Any]]]
    hosts: ClassVar[set[str]]
    server_version, sys_version = "Mailreeve", ""
    timeout = SECONDS

    def do_POST(self) -> None:
        """The only thing there is."""
        try:
            status, answer = self.ask(*self._read())
        except Refused as refused:
            status, answer = refused.status, {"error": str(refused)}
        except MailreeveError as error:
            status, answer = 502, {"error": str(error)}
        self._say(status, answer)

    def _read(self) -> tuple[str, bytes]:
        if self.path != "/v1/proposals":
            raise Refused(404, "There is POST /v1/proposals, and nothing else.")
        host = ", ".join(self.headers.get_all("Host", []))  # two of them name nobody (RFC 9112, 3.2)
        if host not in self.hosts or self.headers.get("Origin") is not None:
            raise Refused(403, "Only programs of this machine are served.")
        kind, _, key = self.headers.get("Authorization", "").partition(" ")
        if kind.lower() != "bearer" or not key:
            raise Refused(401, "Send the key of your system: Authorization: Bearer mrk_...")
        if self.headers.get("Content-Type", "").partition(";")[0].strip().lower() != "application/json":
            raise Refused(415, "Send application/json.")
        length = self.headers.get("Content-Length", "")
        if not length.isdecimal() or self.headers.get("Transfer-Encoding"):
            raise Refused(411, "Send Content-Length.")
        if len(length) > 9 or int(length) > MOST:
            raise Refused(413, f"At most {MOST} bytes.")
        return key.strip(), self.rfile.read(int(length))

    def _say(self, status: int, answer: dict[str, Any]) -> None:
        body = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """The audit tells what was asked for; addresses and keys are in no log."""
