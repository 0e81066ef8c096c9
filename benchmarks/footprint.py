"""What a mail costs: processor time, memory, Gmail units, rows and bytes of the store, bytes of the local index.

A mailbox of 1,000 new mails in the local Google, and one run in a process of its own (offline reader, labels, no drafts),
once with the store on SQLite and once on PostgreSQL (Debian's, started here in a folder of its own; left out where it is
not installed). Bytes are those of the tables and their indexes after the run, less those of an empty store. Then the
same mails go into a local index. At last the prompts of a cascade over our own cases are counted. docs/scaling.md reckons with these figures.

    python benchmarks/footprint.py [--messages 1000]
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from servers.local_google import LocalGoogle
from throughput import letter

from mailreeve import config
from mailreeve.app import App
from mailreeve.cancel import Cancel
from mailreeve.store.db import Database

ROOT = Path(__file__).parent.parent
CASES = "evals/cases/dev.jsonl"
OF_SERVER = """select c.relname as name, pg_total_relation_size(c.oid) as bytes from pg_class c
    join pg_namespace n on n.oid = c.relnamespace where n.nspname = current_schema() and c.relkind = 'r'"""
OF_FILE = """select coalesce(i.tbl_name, s.name) as name, sum(s.pgsize) as bytes from dbstat s
    left join sqlite_master i on i.name = s.name and i.type = 'index' group by 1"""


def tables(db: Database) -> Iterator[tuple[str, int, int]]:
    """Name, rows and bytes of each table, its indexes with it."""
    sizes = db.rows(OF_SERVER if db.__class__.__name__ == "PostgresDatabase" else OF_FILE)
    for row in sizes:
        if not row["name"].startswith("sqlite_"):
            count = db.row(f"select count(*) as n from {row['name']}")
            yield row["name"], int(count["n"] if count else 0), int(row["bytes"])


def night(home: Path) -> None:
    """The run, in this process; its figures go to stdout."""
    from mailreeve.service import syncing, triage

    app = App(config.load(os.environ, home))
    box = app.mailbox()
    empty = {name: size for name, _, size in tables(app.db)}
    wall, cpu = time.perf_counter(), time.process_time()
    run = triage.triage(box, cancel=Cancel())
    found: dict[str, Any] = {
        "seconds": time.perf_counter() - wall,
        "cpu": time.process_time() - cpu,
        "mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        / (1024 if sys.platform != "darwin" else 1024**2),
        "units": run["units"],
        "decided": sum(run["decided"].values()) + len(run["needs_human"]),
        "tables": {name: (count, size - empty.get(name, 0)) for name, count, size in tables(app.db)},
    }
    cpu = time.process_time()
    found["idle_units"] = triage.triage(box, cancel=Cancel())["units"]
    found["idle_cpu"] = time.process_time() - cpu
    cpu = time.process_time()
    syncing.sync(box, full=True, progress=lambda *_: None, cancel=Cancel())
    found["sync_cpu"] = time.process_time() - cpu
    box.local.open().db.rows("pragma wal_checkpoint(truncate)")
    found["index"] = box.local.file.stat().st_size
    app.close()
    print(json.dumps(found))


def measured(count: int, url: str) -> dict[str, Any]:
    """The figures of one run over that many mails; without an address the store is a file."""
    with tempfile.TemporaryDirectory(prefix="mailreeve-footprint-") as name:
        home = Path(name) / "home"
        google = LocalGoogle(Path(name) / "google.db")
        home.mkdir()
        (home / "config.toml").write_text(
            f'[google]\nquota = "off"\n[triage]\ndrafts = false\nfirst_cap = {count}\n'
        )
        try:
            for number in range(count):
                google.deliver(letter(number))
            environment = google.environment | ({"MAILREEVE_DATABASE_URL": url} if url else {})
            command = [sys.executable, __file__, "--night", str(home)]
            done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, check=True, text=True)
            found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
            assert count == found["decided"], found
            return found
        finally:
            google.stop()


def model() -> None:
    """Model calls and tokens a mail, over our own cases: the prompts are real, the answers scripted."""
    from tests import scripted_llm

    from mailreeve.mail import tokens

    def answer(request: scripted_llm.Request) -> scripted_llm.Reply:
        content = json.dumps(scripted_llm.verdict(request))
        usage = tokens.count(f"{request.system}\n{request.user}"), tokens.count(content)
        return scripted_llm.Reply(scripted_llm.completion(content, usage=usage))

    with scripted_llm.running() as server, tempfile.TemporaryDirectory(prefix="mailreeve-footprint-") as home:
        server.default = answer
        environment = os.environ | {
            "MAILREEVE_HOME": home,
            "MAILREEVE_LLM_BASE_URL": server.base_url,
            "MAILREEVE_LLM_MODEL": "scripted",
        }
        paths = ["--cases", str(ROOT / CASES), "--labels", str(ROOT / "evals" / "labels.toml"), "--json"]
        command = [sys.executable, "-m", "mailreeve", "eval", "triage", *paths]
        done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, check=True, text=True)
    found = json.loads(done.stdout)
    exact = "counted" if tokens.count("hello world") == 2 else "estimated, never too low"
    print(
        f"a model: {found['model_calls_per_mail']:.2f} calls and {found['tokens_per_mail']:,.0f} tokens a mail ({exact}), over the"
        f" {found['n']} mails of {CASES}"
    )


def told(name: str, count: int, found: dict[str, Any]) -> None:
    """The lines of one store."""
    rows = sum(one for one, _ in found["tables"].values())
    size = sum(one for _, one in found["tables"].values())
    print(
        f"{name:<12}{1000 * found['cpu'] / count:>8.2f}{found['mb']:>9.0f}{found['units'] / count:>8.2f}{rows / count:>8.2f}"
        f"{size / count:>9,.0f}{found['index'] / count:>9,.0f}{1000 * found['sync_cpu'] / count:>10.2f}"
    )
    print(f"  a run without new mail: {found['idle_units']} units, {1000 * found['idle_cpu']:.0f} ms")
    largest = sorted(found["tables"].items(), key=lambda one: -one[1][1])[:5]
    print(
        "  largest: "
        + ", ".join(f"{table} {n / count:.2f} rows {b / count:,.0f} B" for table, (n, b) in largest)
    )


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--messages", type=int, default=1000)
    parser.add_argument("--night", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.night:
        night(asked.night)
        return 0
    sys.path.insert(0, str(ROOT))
    import pytest
    from tests import postgres_server

    count = asked.messages
    print(
        f"{'a mail':<12}{'CPU ms':>8}{'peak MB':>9}{'units':>8}{'rows':>8}{'bytes':>9}{'index B':>9}{'index ms':>10}"
    )
    told("SQLite", count, measured(count, ""))
    try:
        with postgres_server.running() as server:
            told("PostgreSQL", count, measured(count, postgres_server.fresh_schema(server)))
    except pytest.skip.Exception as missing:
        print(missing)
    model()
    print(f"{count:,} mails; load {os.getloadavg()[0]:.1f}; peak MB is of the whole process")
    print(f"python benchmarks/footprint.py --messages {count}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
