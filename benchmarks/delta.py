"""A night's delta of 200 mails in mailboxes of 1,000 to 1,000,000: the work follows the delta.

The ledger and the local index are filled with that many made-up mails (a verdict and some twenty words each); then 200
mails come into the local Google and a process of its own makes the nightly run (offline reader, labels) and a sync of
the index. Told are its peak memory, rows written, steps of SQLite's machine (what it reads and computes), seconds and
Gmail units. One thing follows the mailbox and is told by itself: the check of the whole database file for damage, once
a run, before anything may leave. Limits: 300 MB; steps and rows at 1,000,000 at most 1.5 times those at 1,000.

    python benchmarks/delta.py [--sizes 1000,10000,100000,1000000]
"""

import argparse
import json
import os
import resource
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from servers.local_google import LocalGoogle

from mailreeve import config
from mailreeve.app import App
from mailreeve.cancel import Cancel
from mailreeve.models import Address, Message

if TYPE_CHECKING:
    from collections.abc import Callable

NEW, MB, RATIO = 200, 300, 1.5
SIZES = "1000,10000,100000,1000000"
STEPS_AT_ONCE = 100
FIRST = 1_500_000_000_000
SETTINGS = '[google]\nquota = "off"\n[triage]\ndrafts = false\n'
WORDS = [
    "tide",
    "harbour",
    "contract",
    "invoice",
    "meeting",
    "plan",
    "gale",
    "sail",
    "pier",
    "rope",
    "chart",
    "anchor",
    "cargo",
    "crew",
    "light",
    "port",
]
LEDGER = """
with recursive number (n) as (select 1 union all select n + 1 from number where n < ?)
insert into ledger (account, message, generation, thread, state, run, verdict, decided_by, sender, subject, received_at,
    labels, queued_at, place, updated_at)
select ?, printf('%016x', n), 0, printf('%016x', n / 3), 'done', 'earlier', ?, 'offline', 'Ana <ana@x.example>',
    'Harbour ' || n, ? + n * 200000, '["INBOX"]', ?, n, ? from number"""
VERDICT = json.dumps({"label": "fyi", "priority": "normal", "summary": "A note about the harbour." * 4})


class _Counted(sqlite3.Connection):
    """A connection whose work is counted."""

    steps = 0
    all: "list[_Counted]" = []  # noqa: RUF012 -- all of the process

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.all.append(self)
        self._checks = False
        self.set_trace_callback(self._asked)
        self.set_progress_handler(self._step, STEPS_AT_ONCE)

    def _asked(self, sql: str) -> None:
        self._checks = "integrity_check" in sql

    def _step(self) -> int:
        _Counted.steps += 0 if self._checks else STEPS_AT_ONCE
        return 0


def opened(home: Path) -> App:
    """The app over the local Google of the environment."""
    return App(config.load(os.environ, home))


def night(app: App) -> tuple[float, float]:
    """Seconds of a run of the triage, and of a sync."""
    from mailreeve.service import syncing, triage

    box, began = app.mailbox(), time.perf_counter()
    answer = triage.triage(box, cancel=Cancel())
    middle = time.perf_counter()
    syncing.sync(box, full=True, progress=lambda *_: None, cancel=Cancel())
    if answer["failed"]:
        raise SystemExit(f"the run failed: {answer}")
    return middle - began, time.perf_counter() - middle


def fill(home: Path, count: int) -> None:
    """A mailbox known up to here, with that many mails in ledger and index."""
    app = opened(home)
    night(app)
    box, now = app.mailbox(), int(time.time() * 1000)
    app.db.execute(LEDGER, (count, box.address, VERDICT, FIRST, now, now))
    index = box.local.open()
    for start in range(0, count, 2_000):
        index.add([one(n) for n in range(start, min(start + 2_000, count))])
    app.close()


def one(number: int) -> Message:
    """A made-up mail of the index."""
    text = " ".join(WORDS[(number * step) % len(WORDS)] for step in range(1, 21))
    return Message(
        id=f"{number + 1:016x}",
        thread_id=f"{number // 3:016x}",
        labels=("INBOX", "UNREAD"),
        internal_date=FIRST + number * 200_000,
        subject=f"Harbour {number}",
        from_=(Address("Ana", "ana@x.example"),),
        text=text,
        headers=(("From", "Ana <ana@x.example>"), ("To", "me@x.example")),
    )


def measured(home: Path) -> None:
    """The night, in this process; the figures go to stdout."""
    plain: Callable[..., Any] = sqlite3.connect

    def counted(*arguments: Any, **named: Any) -> sqlite3.Connection:
        found: sqlite3.Connection = plain(*arguments, factory=_Counted, **named)
        return found

    sqlite3.connect = counted  # type: ignore[assignment] # for this process, to count
    app = opened(home)
    triaged, synced = night(app)
    rows = sum(connection.total_changes for connection in _Counted.all)
    began = time.perf_counter()
    app.db.damage()
    check = time.perf_counter() - began
    app.close()
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (
        1024 if sys.platform != "darwin" else 1024**2
    )
    figures = {
        "mb": memory,
        "rows": rows,
        "steps": _Counted.steps,
        "check": check,
        "triage": triaged,
        "sync": synced,
    }
    print(json.dumps(figures))


def size(count: int) -> dict[str, float]:
    """The figures of one size of mailbox."""
    with tempfile.TemporaryDirectory(prefix="mailreeve-delta-") as name:
        folder = Path(name)
        google, home = LocalGoogle(folder / "google.db"), folder / "home"
        home.mkdir()
        (home / "config.toml").write_text(SETTINGS)

        def child(what: str) -> str:
            command = [sys.executable, __file__, f"--{what}", str(home), "--sizes", str(count)]
            done = subprocess.run(
                command, env=google.environment, stdout=subprocess.PIPE, check=True, text=True
            )
            return done.stdout

        try:
            child("fill")
            for number in range(NEW):
                head = f"From: kim{number}@y.example\r\nTo: me@x.example\r\nSubject: Minutes {number}\r\n"
                text = f"{head}Message-ID: <{number}@y.example>\r\n\r\nThe notes of meeting {number}.\r\n"
                google.deliver(text.encode())
            before = google.units()["units"]
            found: dict[str, float] = json.loads(child("night").splitlines()[-1])
            return found | {"units": google.units()["units"] - before}
        finally:
            google.stop()


def main() -> int:
    """Print the table; 1 when a limit is missed."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sizes", default=SIZES)
    parser.add_argument("--fill", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--night", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    sizes = [int(one) for one in asked.sizes.split(",")]
    if asked.fill:
        fill(asked.fill, sizes[0])
        return 0
    if asked.night:
        measured(asked.night)
        return 0
    print(
        f"{'mails known':>12}{'peak MB':>9}{'rows':>9}{'steps':>12}{'triage s':>10}{'(check s)':>11}{'sync s':>8}{'units':>8}",
        flush=True,
    )
    found = []
    for count in sizes:
        found.append(size(count))
        one = found[-1]
        print(
            f"{count:>12,}{one['mb']:>9.0f}{one['rows']:>9,}{one['steps']:>12,}{one['triage']:>10.1f}{one['check']:>11.2f}"
            f"{one['sync']:>8.1f}{one['units']:>8,}",
            flush=True,
        )
    first, last = found[0], found[-1]
    slopes = {name: last[name] / first[name] for name in ("rows", "steps", "units")}
    told = ", ".join(f"{name} {ratio:.2f}" for name, ratio in slopes.items())
    print(f"from {sizes[0]:,} to {sizes[-1]:,} mails: times {told}")
    missed = any(ratio > RATIO for ratio in slopes.values()) or any(one["mb"] > MB for one in found)
    print(f"python benchmarks/delta.py; {'a limit is missed' if missed else 'all limits are kept'}")
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
