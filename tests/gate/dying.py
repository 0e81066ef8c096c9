"""A process that sends, and dies at a step that the test names: kill -9, no clean-up.

Started once per test; for every line on its standard input it forks a child, so that the slow imports are
paid once. A line is JSON: `proposal`, `kill_at` (the number of the step, 0 is never), `kill_after` (seconds
from the request on, 0 is never). The answer is a JSON line: `status` as waitpid tells it, `steps` as far as the child came.
"""

import json
import os
import signal
import sys
import threading
from pathlib import Path
from typing import Any

from mailreeve.errors import MailreeveError
from mailreeve.gate.gate import Gate
from mailreeve.gate.policy import Policy
from mailreeve.google import credentials
from mailreeve.google.gmail import Gmail
from mailreeve.google.sending import Sender
from mailreeve.google.transport import Transport
from mailreeve.store.audit import Audit
from mailreeve.store.db import Database
from mailreeve.store.proposals import Proposals


class Steps:
    """Counts what happens, writes it down, and ends the process at one of them."""

    def __init__(self, log: Path, kill_at: int, kill_after: float) -> None:
        self.log = log.open("a", encoding="utf-8")
        self.kill_at = kill_at
        self.kill_after = kill_after
        self.number = 0

    def step(self, name: str) -> None:
        self.number += 1
        self.log.write(name + "\n")
        self.log.flush()
        if self.number == self.kill_at:
            os.kill(os.getpid(), signal.SIGKILL)
        if self.kill_after and name == "before sender.send_draft":
            timer = threading.Timer(self.kill_after, os.kill, (os.getpid(), signal.SIGKILL))
            timer.daemon = True
            timer.start()


class Stepping:
    """Any part of the gate, with a step before and after each call."""

    def __init__(self, part: Any, name: str, steps: Steps) -> None:
        self._part = part
        self._name = name
        self._steps = steps

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._part, name)

        def stepped(*args: Any, **options: Any) -> Any:
            self._steps.step(f"before {self._name}.{name}")
            result = method(*args, **options)
            self._steps.step(f"after {self._name}.{name}")
            return result

        return stepped


class SteppingDatabase(Database):
    """A step before and after every statement that writes, the commits among them."""

    steps: Steps | None = None

    def execute(self, sql: str, values: Any = ()) -> int:
        if self.steps is None:
            return super().execute(sql, values)
        name = " ".join(sql.split()[:2])
        self.steps.step(f"before {name}")
        result = super().execute(sql, values)
        self.steps.step(f"after {name}")
        return result

    def many(self, sql: str, values: Any) -> None:
        rows = list(values)
        if self.steps is not None:
            self.steps.step(f"before {' '.join(sql.split()[:2])}")
        super().many(sql, rows)
        if self.steps is not None:
            self.steps.step(f"after {' '.join(sql.split()[:2])}")


def child(settings: dict[str, Any], wish: dict[str, Any], log: Path) -> None:
    steps = Steps(log, wish["kill_at"], wish["kill_after"])
    folder = Path(settings["folder"])
    db = SteppingDatabase(folder / "mailreeve.db")
    token = credentials.ready(settings["token"], settings["base_url"])
    transport = Transport(token, base=settings["base_url"], timeout=settings["timeout"], quota="off")
    account = settings["account"]
    gate = Gate(
        Proposals(db, account),
        Stepping(Gmail(transport), "gmail", steps),
        Stepping(Sender(transport), "sender", steps),
        Stepping(Audit(db, account), "audit", steps),
        Policy(send=True, own_addresses=(account,), sends_per_day=100_000),
        folder / "locks",
        settle_seconds=settings["settle_seconds"],
    )
    db.steps = steps
    try:
        gate.execute(wish["proposal"])
    except MailreeveError as error:
        steps.step(f"refused {type(error).__name__}")


def serve(settings: dict[str, Any]) -> None:
    # builds the request classes before the first fork; opens no connection
    _ = Transport(credentials.ready(settings["token"], settings["base_url"]), base=settings["base_url"]).users
    import httplib2  # noqa: F401 -- imported before the fork

    log = Path(settings["folder"]) / "steps.log"
    for line in sys.stdin:
        log.write_text("", encoding="utf-8")
        pid = os.fork()
        if pid == 0:
            child(settings, json.loads(line), log)
            os._exit(0)
        _, status = os.waitpid(pid, 0)
        steps = log.read_text(encoding="utf-8").splitlines()
        sys.stdout.write(json.dumps({"status": status, "steps": steps}) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    serve(json.loads(sys.argv[1]))
