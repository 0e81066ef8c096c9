"""A destination of this machine that keeps what it is sent, so that it can be compared with what its person wants."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

AGREED, REFUSED = "agreed", "not-agreed"
"""Two destinations at this server: a person agreed to the first."""
FIELDS = ("message_id", "label", "priority", "summary", "rule")
"""What a person wants to be told: words of the model are among them, words of the mail are not."""


@dataclass(slots=True)
class Sink:
    """The server and its memory."""

    port: int = 0
    seen: list[tuple[str, str]] = field(default_factory=list)
    """Path and body of each request, whatever it is."""

    def url(self, id_: str) -> str:
        """Where a destination lies."""
        return f"http://127.0.0.1:{self.port}/{id_}"

    def taken(self) -> list[tuple[str, str]]:
        """What came since the last time."""
        found, self.seen = self.seen, []
        return found


def undue(path: str, body: str) -> str:
    """Why this should not have come; empty for what a person agreed to, field by field."""
    if path != f"/{AGREED}":
        return f"sent to {path}"
    try:
        data = json.loads(body)["data"]
    except (ValueError, KeyError, TypeError):
        return f"no event: {body[:80]!r}"
    extra = sorted(set(data) - set(FIELDS))
    return f"fields that nobody chose: {', '.join(extra)}" if extra else ""


@contextmanager
def running() -> Iterator[Sink]:
    """A sink for one measurement."""
    sink = Sink()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            """Take anything."""
            body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            sink.seen.append((self.path, body.decode("utf-8", "replace")))
            self.send_response(204)
            self.end_headers()

        do_GET = do_PUT = do_DELETE = do_POST  # noqa: N815 -- the names that http.server wants

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- the name that http.server wants
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    sink.port = int(server.server_address[1])
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield sink
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
