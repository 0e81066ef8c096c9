"""A real Radicale on loopback, over a folder of its own."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

USER, PASSWORD = "ana", "a password"


@contextmanager
def running(folder: Path) -> Iterator[str]:
    """The address of a collection for cards, which is there and empty, with one for events at ../calendar/.

    Skips where Radicale is not installed.
    """
    pytest.importorskip("radicale", reason="Radicale is not installed: pip install radicale")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    users = folder / "users"
    users.write_text(f"{USER}:{PASSWORD}\n")
    for name, tag in (("book", "VADDRESSBOOK"), ("calendar", "VCALENDAR")):
        collection = folder / "data" / "collection-root" / USER / name
        collection.mkdir(parents=True)
        (collection / ".Radicale.props").write_text(f'{{"tag": "{tag}"}}')
    options = (
        f"--server-hosts=127.0.0.1:{port}", "--auth-type=htpasswd", f"--auth-htpasswd-filename={users}",
        "--auth-htpasswd-encryption=plain", f"--storage-filesystem-folder={folder / 'data'}", "--auth-delay=0",
    )  # fmt: skip
    environment = {"PATH": os.environ["PATH"], "RADICALE_CONFIG": ""}
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "radicale", *options], env=environment, stdout=log, stderr=log
        )
        try:
            _wait(port, process)
            yield f"http://127.0.0.1:{port}/{USER}/book/"
        finally:
            process.terminate()
            process.wait(10)


class Client:
    """A collection as another program sees it."""

    media = "text/vcard"

    def __init__(self, url: str) -> None:
        self.url = url

    def call(self, method: str, name: str = "", text: str = "") -> tuple[str, str]:
        login = b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        headers = {
            "Authorization": f"Basic {login}",
            "Content-Type": f"{self.media}; charset=utf-8",
            "Depth": "1",
        }
        request = urllib.request.Request(self.url + name, text.encode() or None, headers, method=method)  # noqa: S310 -- our own server
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 -- as above
            return answer.read().decode(), answer.headers.get("ETag", "")


def _wait(port: int, process: "subprocess.Popen[bytes]") -> None:
    for _ in range(600):
        if process.poll() is not None:
            break
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError("Radicale did not start")
