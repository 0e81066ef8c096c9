"""A local server that gives prepared answers in turn and keeps what it was asked."""

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler

from tests.outbound.serving import serving


@dataclass(frozen=True)
class Asked:
    """One request."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Answering:
    """The server's port and memory."""

    port: int
    asked: list[Asked] = field(default_factory=list)


@contextlib.contextmanager
def answering(answers: Sequence[bytes]) -> Iterator[Answering]:
    """On 127.0.0.1; 404 when no answer is left."""
    left, made = list(answers), Answering(0)

    class Handler(BaseHTTPRequestHandler):
        def _take(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            made.asked.append(Asked(self.command, self.path, dict(self.headers.items()), body))
            said = left.pop(0) if left else b""
            self.send_response(200 if said else 404)
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)
            self.close_connection = True

        do_GET = do_POST = do_PUT = do_PATCH = _take  # noqa: N815 -- the names that http.server looks for

        def log_message(self, *_: object) -> None:
            pass

    with serving(Handler) as made.port:
        yield made
