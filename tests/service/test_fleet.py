"""Workers that share the queues of DBOS on PostgreSQL: each account once, dead workers' work taken over, ids alone."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.organization import Organization, serving

from mailreeve import config
from mailreeve.app import App
from mailreeve.cancel import Cancel
from mailreeve.service import fleet
from mailreeve.store.postgres import PostgresDatabase
from mailreeve.store.runs import RunState
from mailreeve.store.workers import Workers

ANA, BO, CY = "ana@corp.example", "bo@corp.example", "cy@corp.example"
MAIL = (
    b"From: Kim <kim@x.example>\r\nTo: %s\r\nSubject: Report CANARY-SUBJECT\r\nMessage-ID: <%d@x.example>\r\n\r\n"
    b"Can you send me the CANARY-BODY report by Friday?\r\n"
)


@pytest.fixture
def corp(tmp_path: Path) -> Iterator[Organization]:
    with serving(tmp_path, "ana", "bo", "cy") as made:
        for number, (address, server) in enumerate(made.people.items()):
            server.deliver(MAIL % (address.encode(), number))
        yield made


def opened(corp: Organization, home: Path, schema: str) -> App:
    home.mkdir(mode=0o700, exist_ok=True)
    people = ", ".join(f'"{one}"' for one in corp.people)
    (home / "config.toml").write_text(
        f'[google]\nbase = "{corp.base_url}"\nquota = "off"\n[engine]\nkind = "dbos"\n'
        f'[organization]\nservice_account = "{corp.key}"\nmailboxes = [{people}]\n',
        encoding="utf-8",
    )
    return App(config.load({"MAILREEVE_DATABASE_URL": schema}, home))


@contextmanager
def working(app: App, *, version: str = "1", name: str = "w1") -> Iterator[list[str]]:
    """A worker on a thread; what it says."""
    Workers(app.db).beat(name, 0)  # nights are expected since long ago
    said, cancel = list[str](), Cancel()
    errors: list[BaseException] = []

    def work() -> None:
        try:
            fleet.work(app, said.append, cancel, tick=1, name=name, version=version)
        except BaseException as error:  # noqa: BLE001 -- raised below, in the test's thread
            errors.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield said
    finally:
        cancel.set()
        thread.join(120)
    if errors:
        raise errors[0]


def until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_every_account_is_served_once_and_the_tables_hold_ids_alone(
    corp: Organization, schema: str, tmp_path: Path
) -> None:
    """Three mailboxes, a run each; DBOS's tables know no address, no subject, no text."""
    app = opened(corp, tmp_path / "home", schema)
    with working(app) as said:
        until(lambda: len(said) == 3)
        time.sleep(2.5)  # two more looks find nothing to do
    assert 3 == len(said), said
    for address, server in corp.people.items():
        (run,) = app.mailbox(address).ledger.runs.latest()
        assert (RunState.DONE, 1) == (run.state, run.result["seen"])
        assert 1 == len(server.state()["drafts"])
    kept = tables(app)
    assert "begin" in kept
    assert not [word for word in ("CANARY", "corp.example", "kim", "Kim") if word in kept]
    app.close()


def tables(app: App) -> str:
    """All that DBOS wrote down."""
    assert isinstance(app.db, PostgresDatabase)
    schema = f"{app.db.schema}_engine"
    names = [
        row["tablename"]
        for row in app.db.rows("select tablename from pg_tables where schemaname = ?", (schema,))
    ]
    assert "workflow_status" in names
    rows = [
        row for name in names for row in app.db.rows(f'select t::text as line from {schema}."{name}" as t')
    ]
    return "\n".join(row["line"] for row in rows)
