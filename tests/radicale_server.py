"""A real Radicale on loopback, over a folder of its own."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

USER, PASSWORD = "ana", "a password"


@contextmanager
def running(folder: Path) -> Iterator[str]:
    """The address of a collection for cards, which is there and empty; skips where Radicale is not installed."""
    pytest.importorskip("radicale", reason="Radicale is not installed: pip install radicale")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    users, book = folder / "users", folder / "data" / "collection-root" / USER / "book"
    users.write_text(f"{USER}:{PASSWORD}\n")
    book.mkdir(parents=True)
    (book / ".Radicale.props").write_text('{"tag": "VADDRESSBOOK"}')
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
