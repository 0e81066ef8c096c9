"""How near a night comes to Gmail's quota: 2,000 new mails against the local Google that enforces it, in real time.

The mails come into the local Google; then a process of its own makes one run (offline reader, labels, no drafts) as
`mailreeve triage` does. The ceiling is the quota itself: 6,000 units a minute under the list of 2026. Told are the
units spent, the minutes, the share of the ceiling, and how many calls Google refused for the quota (a 403
`userRateLimitExceeded`, which older APIs answer as 429). Limits: 95 % of the ceiling, under 1 % refused.
2,000 mails take seven minutes: that is what the quota allows.

    python benchmarks/throughput.py [--messages 2000] [--quota 2026]
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from servers.local_google import LocalGoogle

from mailreeve import config
from mailreeve.app import App
from mailreeve.cancel import Cancel
from mailreeve.google.quota import PER_MINUTE

SHARE, REFUSED = 0.95, 0.01
SUBJECTS = (
    "Minutes of meeting",
    "Your invoice",
    "Newsletter",
    "Can you look at",
    "Order shipped:",
    "Invitation",
)


def letter(number: int) -> bytes:
    """A made-up mail, a thread of its own."""
    subject = f"{SUBJECTS[number % len(SUBJECTS)]} {number}"
    text = f"The notes of the {number}th meeting are below.\r\n" * (3 + number % 20)
    return (
        f"From: Kim <kim{number % 97}@y.example>\r\nTo: me@x.example\r\nSubject: {subject}\r\n"
        f"Message-ID: <{number}@y.example>\r\n\r\n{text}"
    ).encode()


def night(home: Path) -> None:
    """The run, in this process; its figures go to stdout."""
    from mailreeve.service import triage

    app = App(config.load(os.environ, home))
    began, cpu = time.perf_counter(), time.process_time()
    answer = triage.triage(app.mailbox(), cancel=Cancel())
    seconds = time.perf_counter() - began
    app.close()
    print(json.dumps({"seconds": seconds, "cpu": time.process_time() - cpu, "run": answer}))


def measured(count: int, quota: str) -> dict[str, Any]:
    """The figures of one run over that many mails."""
    with tempfile.TemporaryDirectory(prefix="mailreeve-throughput-") as name:
        folder, home = Path(name), Path(name) / "home"
        google = LocalGoogle(folder / "google.db", quota)
        home.mkdir()
        (home / "config.toml").write_text(
            f'[google]\nquota = "{quota}"\n[triage]\ndrafts = false\nfirst_cap = {max(count, 1)}\n'
        )
        try:
            for number in range(count):
                google.deliver(letter(number))
            before = google.units()
            command = [sys.executable, __file__, "--night", str(home)]
            done = subprocess.run(
                command, env=google.environment, stdout=subprocess.PIPE, check=True, text=True
            )
            found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
            after = google.units()
            spent = {key: after[key] - before[key] for key in ("units", "calls", "refused")}
            return found | spent | {"by_method": after["by_method"]}
        finally:
            google.stop()


def main() -> int:
    """Print the table; 1 when a limit is missed."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--messages", type=int, default=2000)
    parser.add_argument("--quota", choices=["2026", "legacy"], default="2026")
    parser.add_argument("--night", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.night:
        night(asked.night)
        return 0
    found = measured(asked.messages, asked.quota)
    run, ceiling = found["run"], PER_MINUTE[asked.quota]
    decided = sum(run["decided"].values()) + len(run["needs_human"])
    if decided != asked.messages or run["failed"]:
        raise SystemExit(f"the run did not decide every mail: {run}")
    share = found["units"] / (ceiling * found["seconds"] / 60)
    refused = found["refused"] / (found["calls"] + found["refused"])
    print(
        f"{'mails':>8}{'units':>9}{'calls':>8}{'refused':>9}{'minutes':>9}{'units/min':>11}{'of ceiling':>12}{'CPU s':>8}"
    )
    print(
        f"{asked.messages:>8,}{found['units']:>9,}{found['calls']:>8,}{found['refused']:>9,}"
        f"{found['seconds'] / 60:>9.2f}{found['units'] / found['seconds'] * 60:>11,.0f}{share:>12.1%}{found['cpu']:>8.1f}"
    )
    for method, one in found["by_method"].items():
        print(f"  {method:<24}{one['calls']:>8,} calls{one['units']:>9,} units")
    missed = share < SHARE or refused >= REFUSED
    print(
        f"refused {refused:.2%}; quota of {asked.quota}: {ceiling:,} units a minute; load {os.getloadavg()[0]:.1f}"
    )
    print(f"python benchmarks/throughput.py; {'a limit is missed' if missed else 'both limits are kept'}")
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
