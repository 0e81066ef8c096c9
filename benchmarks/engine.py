"""What the engines cost: the local loop, DBOS on SQLite and DBOS on PostgreSQL, over one run of 500 messages.

The model is a stub of 50 ms, Gmail one that answers from memory; the ledger, the journal and the audit are real. Each
engine drives the same steps twice: bare (the model's 50 ms and nothing else) and Mailreeve's. Then eight mailboxes with
63 messages each go through the queue of DBOS on PostgreSQL, with one worker process and with two; each works at two
mailboxes at once and asks the model about four mails of each, which is the default. PostgreSQL is
Debian's, started in a folder of its own.

    python benchmarks/engine.py [--messages 500] [--rounds 3]
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC
from pathlib import Path
from typing import Any

from mailreeve.cancel import Cancel
from mailreeve.models import (
    Address,
    DecidedBy,
    HistoryPage,
    Label,
    Message,
    Page,
    Priority,
    Profile,
    Ref,
    Usage,
    Verdict,
)
from mailreeve.reading.offline.reader import OfflineReader
from mailreeve.store.audit import Audit
from mailreeve.store.db import Database
from mailreeve.store.journal import Journal
from mailreeve.store.ledger import Ledger
from mailreeve.store.postgres import PostgresDatabase
from mailreeve.triage.durable import Durable
from mailreeve.triage.engine import Engine, LocalLoop
from mailreeve.triage.labels import BUILT_IN
from mailreeve.triage.loop import silent, triage
from mailreeve.triage.parts import Parts, Settings
from mailreeve.triage.run import Options

ROOT = Path(__file__).parent.parent
LATENCY, CONCURRENCY = 0.05, 16
MAILBOXES, EACH, AT_ONCE, BOX_CONCURRENCY = 8, 63, 2, 4
BARE_LIMIT, WORKERS_LIMIT = 1.3, 0.75


class _StubReader:
    """A model that takes 50 ms."""

    by, usage = DecidedBy.LLM, Usage()

    def classify(self, message: Message, labels: Sequence[Any], cancel: Cancel) -> Verdict:
        time.sleep(LATENCY)
        return Verdict(
            message.id, "fyi", Priority.NORMAL, False, "A note.", 0.9, "It is a stub.", DecidedBy.LLM
        )

    def summarize(self, *_: Any) -> Any:
        raise NotImplementedError

    draft = summarize


@dataclass
class _StubGmail:
    """A mailbox in memory; it answers at once."""

    count: int
    units: int = 0
    names: list[str] = field(default_factory=list)

    def bound(self, *_: Any, **__: Any) -> "_StubGmail":
        return self

    def profile(self) -> Profile:
        return Profile("ana@corp.example", "7", self.count, self.count)

    def search(self, *_: Any, **__: Any) -> Page:
        return Page(tuple(Ref(f"m{number}", f"t{number}") for number in range(self.count)), "", self.count)

    def history(self, *_: Any) -> HistoryPage:
        return HistoryPage((), (), (), "7")

    def get_by_thread(
        self, ids: Mapping[str, str], cancel: Cancel, beside: object = None
    ) -> Iterator[tuple[str, Message]]:
        for id_ in ids:
            yield (
                id_,
                Message(
                    id_,
                    thread_id=f"t{id_[1:]}",
                    subject=f"Minutes of meeting {id_}",
                    from_=(Address("Kim", f"kim{id_}@x.example"),),
                    text="Enclosed are the notes of the last meeting, as agreed. They are for your files.\n"
                    * 5,
                    labels=("INBOX", "UNREAD"),
                    history_id="7",
                ),
            )

    def get_many(self, ids: Sequence[str], cancel: Cancel) -> Iterator[tuple[str, Message]]:
        return self.get_by_thread(dict.fromkeys(ids, ""), cancel)

    def labels(self) -> tuple[Label, ...]:
        return tuple(Label(f"L{number}", name) for number, name in enumerate(self.names))

    def create_label(self, name: str) -> Label:
        self.names.append(name)
        return Label(f"L{len(self.names) - 1}", name)

    def modify(self, *_: Any, **__: Any) -> None:
        return None


@dataclass
class _BareSteps:
    """The same steps with the model's time alone."""

    count: int

    def take(self) -> None:
        return None

    def waiting(self) -> tuple[str, ...]:
        return tuple(f"m{number}" for number in range(self.count))

    def due(self) -> tuple[str, ...]:
        return ()

    def judge(self, ids: Sequence[str]) -> None:
        with ThreadPoolExecutor(CONCURRENCY) as pool:
            list(pool.map(lambda _: time.sleep(LATENCY), ids))

    def apply(self, ids: Sequence[str]) -> None:
        return None

    def draft(self, id_: str) -> None:
        return None

    checkpoint = take


def parts(db: Database, account: str, count: int, concurrency: int = CONCURRENCY) -> Parts:
    """What app/ would join, with stubs for what is outside."""
    audit = Audit(db, account)
    return Parts(
        account=account,
        gmail=_StubGmail(count),  # type: ignore[arg-type] # it answers what a triage asks
        offline=OfflineReader((), (account,)),
        llm=_StubReader(),
        ledger=Ledger(db, account),
        journal=Journal(db, account, audit),
        audit=audit,
        labels=BUILT_IN,
        zone=UTC,
        settings=Settings(drafts=False, first_cap=count, offline_bar=1.0, concurrency=concurrency),
        own=(account,),
    )


def run(db: Database, account: str, count: int, engine: Engine, concurrency: int = CONCURRENCY) -> str:
    """One run of Mailreeve; all of it is decided by the model."""
    result = triage(parts(db, account, count, concurrency), Options(), engine=engine)
    assert count == result.coverage.decided["llm"], result.coverage
    return result.run


def bare(count: int, engine: Engine) -> str:
    """The engine with nothing to do."""
    engine.begin(lambda: "r-bare")
    engine.drain(_BareSteps(count), Cancel(), silent)
    return "r-bare"


@contextmanager
def dbos(url: str, name: str = "bench") -> Iterator[Any]:
    """DBOS over a database, with the two workflows and a queue as the fleet's."""
    from dbos import DBOS, DBOSConfig, DBOSPortableJSONSerializer

    DBOS(
        config=DBOSConfig(
            name="mailreeve",
            system_database_url=url,
            application_version="1",
            executor_id=name,
            serializer=DBOSPortableJSONSerializer(),
            use_listen_notify=False,
            log_level="ERROR",
        )
    )
    yield DBOS
    DBOS.destroy(workflow_completion_timeout_sec=0, destroy_registry=True)


def timed(work: Callable[[], object]) -> tuple[float, float]:
    """Seconds by the wall and of this process's processor."""
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - wall, time.process_time() - cpu


def measured(
    name: str, count: int, rounds: int, do: Callable[[str, int], object], bare_of: Callable[[int], object]
) -> list[Any]:
    """One engine: bare and Mailreeve in turn; the medians."""
    ours, base = [], []
    do("warm@corp.example", CONCURRENCY)  # what is loaded and made once
    for number in range(rounds):
        base.append(timed(lambda: bare_of(count)))
        ours.append(timed(lambda number=number: do(f"a{number}@corp.example", count)))  # type: ignore[misc]
    wall, bare_wall = (statistics.median(one[0] for one in rows) for rows in (ours, base))
    return [name, bare_wall, wall, wall / bare_wall, 1000 * statistics.median(one[1] for one in ours) / count]


def with_dbos(name: str, url: str, db: Database, count: int, rounds: int) -> list[Any]:
    """The same inside workflows."""
    with dbos(url) as made:

        @made.workflow(name="ours")  # type: ignore[untyped-decorator]
        def ours(account: str, many: int) -> str:
            return run(db, account, many, Durable())

        @made.workflow(name="bare")  # type: ignore[untyped-decorator]
        def bare_one(many: int) -> str:
            return bare(many, Durable())

        made.launch()
        return measured(name, count, rounds, ours, bare_one)


# --- workers


def worker(url: str, store: str, name: str) -> None:
    """One worker process: it says `ready`, and works until its stdin closes."""
    db = PostgresDatabase(store)
    with dbos(url, name) as made:

        @made.workflow(name="serve")  # type: ignore[untyped-decorator]
        def serve(account: str) -> str:
            return run(db, account, EACH, Durable(), BOX_CONCURRENCY)

        made.launch()
        made.register_queue(
            "mailboxes", worker_concurrency=AT_ONCE, partition_concurrency=1, polling_interval_sec=0.05
        )
        print("ready", flush=True)
        sys.stdin.read()
    db.close()


def with_workers(url: str, store: str, number: int, tag: str) -> tuple[float, list[int]]:
    """Seconds until all mailboxes are served, and how many each worker served."""
    from dbos import DBOSClient, DBOSPortableJSONSerializer

    command = [sys.executable, __file__, "--worker", url, store]
    started = [
        subprocess.Popen([*command, f"{tag}-{one}"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for one in range(number)
    ]
    for one in started:
        assert one.stdout is not None
        assert "ready" in one.stdout.readline()
    client = DBOSClient(
        system_database_url=url, serializer=DBOSPortableJSONSerializer(), application_name="mailreeve"
    )
    start = time.perf_counter()
    handles = [
        client.enqueue(
            {"workflow_name": "serve", "queue_name": "mailboxes", "queue_partition_key": account}, account
        )
        for account in (f"{tag}-{box}@corp.example" for box in range(MAILBOXES))
    ]
    ids = [one.workflow_id for one in handles]
    while len(done := client.list_workflows(workflow_ids=ids, status="SUCCESS")) < MAILBOXES:
        time.sleep(0.02)
    seconds = time.perf_counter() - start
    for one in started:
        one.communicate()
    client.destroy()
    shares = [sum(row.executor_id == f"{tag}-{one}" for row in done) for one in range(number)]
    return seconds, shares


def main() -> int:
    """Print the tables; 1 when a limit is missed."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--messages", type=int, default=500)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--worker", nargs=3, metavar=("URL", "STORE", "NAME"), help=argparse.SUPPRESS)
    wanted = parser.parse_args()
    if wanted.worker:
        worker(*wanted.worker)
        return 0
    sys.path.insert(0, str(ROOT))
    from tests import postgres_server

    count, rounds = wanted.messages, wanted.rounds
    with (
        tempfile.TemporaryDirectory(prefix="mailreeve-bench-") as folder,
        postgres_server.running() as server,
    ):
        file, store = Path(folder), postgres_server.fresh_schema(server)
        local, shared = Database(file / "local.db"), PostgresDatabase(store)
        rows = [
            measured(
                "local loop, SQLite",
                count,
                rounds,
                lambda account, many: run(local, account, many, LocalLoop()),
                lambda many: bare(many, LocalLoop()),
            ),
            with_dbos(
                "DBOS and store on SQLite",
                f"sqlite:///{file / 'engine.db'}",
                Database(file / "two.db"),
                count,
                rounds,
            ),
            with_dbos("DBOS and store on PostgreSQL", shared.uri, shared, count, rounds),
        ]
        print(f"{count} messages, model {LATENCY * 1000:.0f} ms, {CONCURRENCY} at once; medians of {rounds}")
        print(f"{'engine':30} {'bare s':>8} {'ours s':>8} {'ratio':>6} {'CPU ms/message':>15}")
        for name, base, ours, ratio, cpu in rows:
            print(f"{name:30} {base:8.2f} {ours:8.2f} {ratio:6.2f} {cpu:15.2f}")
        taken = [
            [with_workers(shared.uri, store, number, f"r{turn}w{number}") for number in (1, 2)]
            for turn in range(rounds)
        ]
        one, two = (statistics.median(turn[index][0] for turn in taken) for index in (0, 1))
        shares = json.dumps([turn[1][1] for turn in taken])
        print(
            f"{MAILBOXES} mailboxes of {EACH}: one worker {one:.2f} s, two {two:.2f} s, ratio {two / one:.2f}; shares {shares}"
        )
        print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")
        local.close()
        shared.close()
    print("python benchmarks/engine.py")
    return int(max(row[3] for row in rows) > BARE_LIMIT or two / one > WORKERS_LIMIT)


if __name__ == "__main__":
    sys.exit(main())
