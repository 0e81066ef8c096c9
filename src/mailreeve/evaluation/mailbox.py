"""A local Google of its own for one batch: a child process, and what its control endpoints tell."""

import http.client
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from mailreeve.errors import ConfigError


@dataclass(frozen=True, slots=True)
class SandboxMailbox:
    """An empty mailbox on this machine; nothing that it sends arrives anywhere."""

    base_url: str
    token: str
    account: str

    @property
    def port(self) -> int:
        """Where it listens."""
        return urlsplit(self.base_url).port or 0

    def deliver(self, raw: bytes) -> str:
        """Receive a message now; returns its id."""
        return str(self._control("POST", "deliver", raw)["id"])

    def state(self) -> Any:
        """Messages with their labels, drafts, labels."""
        return self._control("GET", "state")

    def sent(self) -> Any:
        """Everything that was sent."""
        return self._control("GET", "sent")

    def _control(self, method: str, name: str, body: bytes | None = None) -> Any:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request(method, f"/_sandbox/{name}", body, {"Authorization": f"Bearer {self.token}"})
            answer = connection.getresponse()
            data = answer.read()
        finally:
            connection.close()
        if answer.status != 200:
            raise ConfigError(f"The local mailbox answered {answer.status} to {name}.")
        return json.loads(data)


@contextmanager
def started(folder: Path) -> Iterator[SandboxMailbox]:
    """An empty mailbox with its files in `folder`. Raises ConfigError when it does not start."""
    mails = folder / "mails"
    mails.mkdir(parents=True)
    command = [sys.executable, "-m", "mailreeve", "sandbox", "--quota", "off", "--eml", str(mails)]
    command += ["--state", str(folder / "mailbox.db"), "--parent", str(os.getpid())]
    with (folder / "sandbox.log").open("wb") as log:
        child = subprocess.Popen(  # noqa: S603 -- our own interpreter and our own arguments
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log, text=True
        )
    assert child.stdout is not None  # noqa: S101 -- asked for with PIPE
    try:
        line = child.stdout.readline()
        if not line:
            raise ConfigError("The local mailbox did not start.", (folder / "sandbox.log").read_text()[:400])
        yield SandboxMailbox(**json.loads(line))
    finally:
        child.terminate()
        child.wait(10)
        child.stdout.close()
