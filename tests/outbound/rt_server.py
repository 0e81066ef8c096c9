"""Request Tracker itself, over a copy of its SQLite database: its own web server on 127.0.0.1, ended with its copy."""

import base64
import contextlib
import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

SERVER = Path("/usr/share/request-tracker5/libexec/rt-server")
DATABASE = Path("/var/lib/dbconfig-common/sqlite3/request-tracker5/rtdb")
LOGIN = "Basic " + base64.b64encode(b"root:password").decode()


@dataclass(frozen=True)
class RequestTracker:
    """A running one."""

    port: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def get(self, path: str) -> Any:
        """One GET of REST 2, as its first user."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request("GET", f"/REST/2.0{path}", headers={"Authorization": LOGIN})
            return json.loads(connection.getresponse().read())
        finally:
            connection.close()

    def tickets(self, subject: str) -> list[dict[str, Any]]:
        """The tickets whose subject holds this."""
        query = quote(f"Subject LIKE '{subject}'")
        found: list[dict[str, Any]] = self.get(f"/tickets?query={query}&fields=Subject,Priority")["items"]
        return found

    def kinds(self, ticket: str) -> list[str]:
        """What happened to a ticket that a person did: Create, Comment, Correspond."""
        items = self.get(f"/ticket/{ticket}/history?fields=Type&per_page=100")["items"]
        return [one["Type"] for one in items if one["Type"] in {"Create", "Comment", "Correspond"}]


@contextlib.contextmanager
def running(folder: Path) -> Iterator[RequestTracker]:
    """Skips where it is not installed or may not be read."""
    if not SERVER.exists() or not os.access(DATABASE, os.R_OK):
        pytest.skip("Request Tracker is not installed (request-tracker5, rt5-db-sqlite, rt5-standalone)")
    shutil.copy(DATABASE, folder / "rtdb")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings = {"rtname": "example", "Organization": "example", "WebDomain": "127.0.0.1", "WebPath": ""}
    settings |= {"DatabaseType": "SQLite", "DatabaseName": str(folder / "rtdb"), "MailCommand": "testfile"}
    settings |= {"WebPort": str(port), "Timezone": "UTC", "LogToSyslog": "", "LogToSTDERR": "error"}
    text = "".join(f"Set(${name}, '{value}');\n" for name, value in settings.items())
    (folder / "site.pm").write_text(text + "1;\n", encoding="utf-8")
    (folder / "empty").mkdir()
    (folder / "tmp").mkdir()
    environment = {**os.environ, "RT_SITE_CONFIG": str(folder / "site.pm"), "TMPDIR": str(folder / "tmp")}
    environment["RT_SITE_CONFIG_DIR"] = str(folder / "empty")
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(
            ["perl", str(SERVER), "--port", str(port), "--host", "127.0.0.1"],
            env=environment,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        made = RequestTracker(port)
        _wait(made, server, folder / "log")
        yield made
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(20)


def _wait(made: RequestTracker, server: "subprocess.Popen[bytes]", log: Path) -> None:
    for _ in range(600):
        with contextlib.suppress(OSError, ValueError):
            made.get("/rt")
            return
        assert server.poll() is None, log.read_text(encoding="utf-8", errors="replace")[-2000:]
        time.sleep(0.1)
    pytest.fail("Request Tracker did not start")
