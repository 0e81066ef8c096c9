"""The commands with the store on PostgreSQL, as several machines use it."""

import json
import os
from contextlib import closing
from pathlib import Path

import pytest
from tests.cli.conftest import Run
from tests.sandbox_server import SandboxServer

from mailreeve.store.ledger import Ledger
from mailreeve.store.postgres import PostgresDatabase


@pytest.fixture
def shared(demo: SandboxServer, schema: str, monkeypatch: pytest.MonkeyPatch) -> SandboxServer:
    """The demo mailbox over a store that another machine can reach."""
    monkeypatch.setenv("MAILREEVE_DATABASE_URL", schema)
    return demo


def test_triage_and_undo_run_on_postgresql(shared: SandboxServer, run: Run) -> None:
    """A run accounts for every mail and is taken back, and no file of the store is made."""
    done = run("triage", "--since", "30d", "--json")
    told = done.json
    assert 0 == done.code, done.err
    assert told["seen"] == sum(told["decided"].values()) + len(told["needs_human"])
    assert [] == told["failed"]
    undone = run("undo", told["run"], "--json").json
    assert (undone["undone"] > 0, [], []) == (True, undone["skipped"], undone["failed"])
    assert not (Path(os.environ["MAILREEVE_HOME"]) / "mailreeve.db").exists()


def test_another_machine_goes_on_where_the_first_stopped(
    shared: SandboxServer, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What one machine decided, another one with a home of its own knows."""
    first = run("triage", "--since", "30d", "--json").json
    home = tmp_path / "second"
    home.mkdir()
    (home / "config.toml").write_text("[google]\nquota = 'off'\n", encoding="utf-8")
    monkeypatch.setenv("MAILREEVE_HOME", str(home))
    second = run("triage", "--since", "30d", "--json").json
    assert (first["seen"], 0) == (second["already"], sum(second["decided"].values()))
    assert [second["run"], first["run"]] == [one["run"] for one in run("runs", "--json").json["runs"]]
    assert run("audit", "verify", "--json").json["ok"]


def test_two_machines_do_not_work_on_one_account_at_once(
    shared: SandboxServer, schema: str, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While one machine's run goes on, triage of a home elsewhere says so, and undo is refused."""
    first = run("triage", "--since", "30d", "--json").json
    home = tmp_path / "second"
    home.mkdir()
    (home / "config.toml").write_text("[google]\nquota = 'off'\n", encoding="utf-8")
    monkeypatch.setenv("MAILREEVE_HOME", str(home))
    with closing(PostgresDatabase(schema)) as db, Ledger(db, first["account"]).alone("a run elsewhere"):
        assert {"state": "already_running"} == run("triage", "--json").json
        refused = run("undo", first["run"])
        assert 1 == refused.code
        assert "Another process is already doing this" in refused.err
    assert run("undo", first["run"], "--json").json["undone"] > 0


def test_a_server_that_is_away_is_said(
    run: Run, demo: SandboxServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The error names what to check, and not the password."""
    url = "postgresql://mailreeve:s3cr3t@127.0.0.1:9/mailreeve"
    monkeypatch.setenv("MAILREEVE_DATABASE_URL", url)
    done = run("runs")
    assert 1 == done.code
    assert "MAILREEVE_DATABASE_URL" in done.err
    assert "s3cr3t" not in done.err + done.out


def test_export_and_purge_find_what_lies_on_the_server(shared: SandboxServer, run: Run) -> None:
    """Without naming an account, in a home that has no file of the store: every row is told, and goes."""
    seen = run("triage", "--since", "30d", "--json").json["seen"]
    rows = [json.loads(line) for line in run("export").out.splitlines()]
    assert seen == sum(1 for row in rows if row["table"] == "ledger")
    done = run("purge", "--all", "--yes", "--json").json
    assert ([shared.account], seen) == (done["accounts"], done["removed"]["ledger"])
    assert "" == run("export").out
