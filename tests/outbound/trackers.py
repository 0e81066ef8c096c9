"""A small tracker that keeps issues and comments in memory, in GitHub's shape; it can lose its answers."""

import contextlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any

from tests.outbound.serving import serving


@dataclass
class Tracker:
    """Its memory."""

    port: int = 0
    issues: list[dict[str, Any]] = field(default_factory=list)
    comments: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    seen: list[tuple[str, str, dict[str, str], Any]] = field(default_factory=list)
    """Method, path, headers and JSON of each request."""
    lose: int = 0
    """So many of the next writes are done, and their answers lost."""
    refuse: list[int] = field(default_factory=list)
    """Statuses of the next answers, for which nothing is done."""

    def answer(self, method: str, path: str, body: Any) -> Any:
        parts = path.partition("?")[0].strip("/").split("/")[3:]
        if parts == ["issues"] and method == "GET":
            return self.issues[::-1]
        if parts == ["issues"]:
            number = len(self.issues) + 1
            self.issues.append({"number": number, "html_url": f"https://tracker.example/{number}", **body})
            return self.issues[-1]
        kept = self.comments.setdefault(int(parts[1]), [])
        if method == "GET":
            return kept
        kept.append({"id": len(kept) + 1, **body})
        return kept[-1]


@contextlib.contextmanager
def running() -> Iterator[Tracker]:
    """On 127.0.0.1."""
    tracker = Tracker()

    class Handler(BaseHTTPRequestHandler):
        def _take(self) -> None:
            raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            body = json.loads(raw) if raw else None
            tracker.seen.append((self.command, self.path, dict(self.headers.items()), body))
            self.close_connection = True
            if tracker.refuse:
                self.send_response(tracker.refuse.pop(0))
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            said = json.dumps(tracker.answer(self.command, self.path, body)).encode()
            if tracker.lose and self.command != "GET":
                tracker.lose -= 1
                return
            self.send_response(200)
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        do_GET = do_POST = _take  # noqa: N815 -- the names that http.server looks for

        def log_message(self, *_: object) -> None:
            pass

    with serving(Handler) as tracker.port:
        yield tracker
