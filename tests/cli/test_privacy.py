"""purge and export on the command line."""

import json
from pathlib import Path

import pytest
from tests.cli.conftest import Run
from tests.sandbox_server import SandboxServer


def test_purge_all_asks_first(demo: SandboxServer, run: Run) -> None:
    """Without a terminal and without --yes nothing goes, and the exit code says that a person is needed."""
    assert 0 == run("triage", "--json").code
    assert 5 == run("purge", "--all").code
    assert 0 != len(run("export").out.splitlines())
    done = run("purge", "--all", "--yes", "--json")
    assert (0, "done") == (done.code, done.json["status"])
    assert "" == run("export").out
    assert run("audit", "verify", "--json").json["ok"]


def test_purge_by_age(demo: SandboxServer, run: Run) -> None:
    """What the answer counts, and that both ways at once are a mistake."""
    run("triage", "--json")
    assert {} == run("purge", "--json").json["removed"]
    assert 0 < run("purge", "--older-than", "0h", "--json").json["removed"]["ledger"]
    assert 2 == run("purge", "--all", "--older-than", "1d").code
    assert 2 == run("purge", "--older-than", "soon").code


def test_an_export_goes_into_a_new_private_file(demo: SandboxServer, run: Run, tmp_path: Path) -> None:
    """JSON lines, readable by the person alone; a file that is there already is not written over."""
    run("triage", "--json")
    file = tmp_path / "mine.jsonl"
    assert 0 == run("export", str(file)).code
    assert {"table", "account"} <= set(json.loads(file.read_text(encoding="utf-8").splitlines()[0]))
    assert 0o600 == file.stat().st_mode & 0o777
    assert 2 == run("export", str(file)).code


def test_the_audit_is_verified_without_a_login(
    run: Run, demo: SandboxServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a purge of everything nobody is logged in, and the emptied rows still prove that none was taken out."""
    run("triage", "--json")
    assert 0 == run("purge", "--all", "--yes").code
    monkeypatch.delenv("MAILREEVE_GOOGLE_TOKEN")
    told = run("audit", "verify", "--json").json
    assert (True, True) == (told["ok"], told["rows"] > 0)
