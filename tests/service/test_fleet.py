"""Workers that share the queues of DBOS on PostgreSQL: each account once, dead workers' work taken over, ids alone."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from tests.organization import Organization, serving
from tests.sandbox_server import SandboxServer
from tests.service import fleet_worker
from tests.service.threads import at_work, until
from tests.triage.house import mail

from mailreeve import config
from mailreeve.app import App
from mailreeve.cancel import Cancel
from mailreeve.errors import AlreadyRunning
from mailreeve.service import drafting, fleet, sending
from mailreeve.store.migrations import MIGRATIONS
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
    said: list[str] = []

    def tell(line: str) -> None:
        if not line.startswith(("Working for ", "The first run ")):
            said.append(line)

    def work(cancel: Cancel) -> None:
        fleet.work(app, tell, cancel, tick=1, name=name, version=version)

    with at_work(work, 120):
        yield said


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


# --- one mailbox: a worker that dies, is ended, is replaced


@pytest.fixture
def mailbox(sandbox: SandboxServer, tmp_path: Path) -> Path:
    """A home for one mailbox with two questions in it, whose first draft takes its time."""
    sandbox.deliver(mail("Lunch on Friday?"))
    sandbox.deliver(mail("Dinner on Sunday?"))
    sandbox.faults([{"path": "/drafts$", "method": "POST", "nth": 1, "kind": "slow", "seconds": 2}])
    home = tmp_path / "one"
    home.mkdir(mode=0o700)
    (home / "config.toml").write_text('[engine]\nkind = "dbos"\n[google]\nquota = "off"\n', encoding="utf-8")
    return home


def environment(sandbox: SandboxServer, schema: str) -> dict[str, str]:
    return {
        "MAILREEVE_DATABASE_URL": schema,
        "MAILREEVE_GOOGLE_BASE": sandbox.base_url,
        "MAILREEVE_GOOGLE_TOKEN": sandbox.token,
    }


def app_of(sandbox: SandboxServer, schema: str, home: Path) -> App:
    return App(config.load(environment(sandbox, schema), home))


def killed_while_drafting(app: App, sandbox: SandboxServer, schema: str) -> None:
    """A worker in a process of its own dies while Google makes the first draft; the others know at once."""
    Workers(app.db).beat("w1", 0)
    before = len(sandbox.state()["drafts"])
    told = {**os.environ, **environment(sandbox, schema), "MAILREEVE_HOME": str(app.config.home)}
    with subprocess.Popen(
        [sys.executable, fleet_worker.__file__, "w1"], env=told, stdout=subprocess.DEVNULL
    ) as one:
        try:
            until(lambda: drafting_now(sandbox))
        finally:
            one.kill()
    until(lambda: len(sandbox.state()["drafts"]) == before + 1)  # Google ends what it was asked for
    app.db.execute("update worker set beat = 1")


def drafting_now(sandbox: SandboxServer) -> bool:
    _, _, data = sandbox.call("GET", "/_sandbox/faults")
    return bool(json.loads(data)[0]["seen"])


def over(app: App) -> bool:
    return app.db.row("select 1 from run where state = 'done'") is not None


def assert_done_once(app: App, sandbox: SandboxServer) -> None:
    state = sandbox.state()
    assert 2 == len([one for one in state["messages"] if "Mailreeve/To reply" in one["labels"]])
    assert 2 == len(state["drafts"])
    assert app.mailbox().audit.verify().ok


@pytest.mark.parametrize(
    "lost",
    [
        pytest.param(False, id="taken over"),
        pytest.param(True, id="the tables of DBOS are lost", marks=pytest.mark.prove),
    ],
)
def test_what_a_dead_worker_had_in_hand_goes_on(
    sandbox: SandboxServer, schema: str, mailbox: Path, lost: bool
) -> None:
    """Another worker ends the same run, with one draft for each question; without the tables it is a new run."""
    with closing(app_of(sandbox, schema, mailbox)) as app:
        killed_while_drafting(app, sandbox, schema)
        if lost:
            assert isinstance(app.db, PostgresDatabase)
            app.db.execute(f"drop schema {app.db.schema}_engine cascade")
        (begun,) = app.mailbox().ledger.runs.latest()
        with working(app, name="w2"):
            until(lambda: over(app))
        runs = app.mailbox().ledger.runs.latest()
        states = [RunState.DONE, RunState.INTERRUPTED] if lost else [RunState.DONE]
        assert (states, begun.id) == ([run.state for run in runs], runs[-1].id)
        assert begun.started == runs[-1].started
        assert_done_once(app, sandbox)


def test_sigterm_gives_the_run_back_and_another_worker_goes_on(
    sandbox: SandboxServer, schema: str, mailbox: Path
) -> None:
    """Ended in mid-run it stops after the draft in hand, the run says interrupted, and the next one writes the rest."""
    with closing(app_of(sandbox, schema, mailbox)) as app:
        with working(app):
            until(lambda: drafting_now(sandbox))
            with pytest.raises(AlreadyRunning, match="w1"):
                fleet.work(app, print, Cancel(), name="w1")
        (run,) = app.mailbox().ledger.runs.latest()
        assert (RunState.INTERRUPTED, 1) == (run.state, len(sandbox.state()["drafts"]))
        assert [0] == [row.beat for row in Workers(app.db).all()]
        with working(app, name="w2"):
            until(lambda: over(app))
        assert_done_once(app, sandbox)


@pytest.mark.prove
def test_an_upgrade_in_mid_run_keeps_what_waits_for_the_person(
    sandbox: SandboxServer, schema: str, mailbox: Path
) -> None:
    """New tables and other steps: the killed run's mail is done once, and the proposal from before is sent by a yes."""
    with closing(app_of(sandbox, schema, mailbox)) as old:
        made = drafting.draft(
            old.mailbox(), to=["ana@x.example"], subject="Hi", body="Hello", cancel=Cancel()
        )
        sandbox.faults([{"path": "/drafts$", "method": "POST", "nth": 1, "kind": "slow", "seconds": 2}])
        pending = sending.propose(old.mailbox(), made["draft_id"])
        killed_while_drafting(old, sandbox, schema)
    with closing(app_of(sandbox, schema, mailbox)) as new:
        new.db = PostgresDatabase(schema, [*MIGRATIONS, ["create table of_a_later_version (one integer)"]])
        with working(new, name="w2", version="2"):
            until(lambda: over(new))
        assert 3 == len(sandbox.state()["drafts"])
        done = sending.confirm(new.mailbox(), pending.proposal_id, pending.digest, channel="tty", by="test")
        assert "sent" == done["status"]
        assert_done_once(new, sandbox)  # the one that was sent is no draft any more
        assert '"1"' not in statuses(new)


def statuses(app: App) -> str:
    """The versions of the work that is in hand or waits."""
    assert isinstance(app.db, PostgresDatabase)
    table = f"{app.db.schema}_engine.workflow_status where status in ('PENDING', 'ENQUEUED', 'DELAYED')"
    rows = app.db.rows(f"select distinct application_version as one from {table}")
    return json.dumps([row["one"] for row in rows])


def test_without_dbos_the_worker_says_what_to_install(
    sandbox: SandboxServer, schema: str, mailbox: Path
) -> None:
    """A setting that this installation cannot follow is an error of the configuration, with the command that mends it."""
    told = {**os.environ, **environment(sandbox, schema), "MAILREEVE_HOME": str(mailbox)}
    code = "import sys; sys.modules['dbos'] = None; from mailreeve.cli import main; sys.argv[1:] = ['worker']; main()"
    done = subprocess.run([sys.executable, "-c", code], env=told, capture_output=True, text=True, check=False)
    assert (2, True) == (
        done.returncode,
        f'`{sys.executable} -m pip install "mailreeve[server]"`' in done.stderr,
    ), done.stderr
    assert "Traceback" not in done.stderr
