"""`make demo`: the main job without an account, as a stranger runs it."""

import json
import sys
from pathlib import Path

import pytest
from tests.cli.conftest import Run

from mailreeve.cli import demo


def test_the_demo_shows_the_main_job(run: Run) -> None:
    """Triaged inbox, coverage, digest, two drafted replies, and how to connect a client; nothing failed."""
    done = run("demo", "run")
    assert 0 == done.code
    for shown in (
        "The triaged inbox",
        "Urgent",
        "0 failed",
        "The digest",
        "2 of",
        "mailreeve --demo send",
        "mcpServers",
    ):
        assert shown in done.out, shown
    assert len(done.out.splitlines()) <= 125
    assert "https://mail.google.com" not in done.out


def test_a_shell_that_does_not_find_the_program_is_told_how(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The commands that the demo names are to be copied, also after `make demo`, which activates nothing."""
    folder = tmp_path / ".venv" / "bin"
    folder.mkdir(parents=True)
    (folder / "activate").touch()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "executable", str(folder / "python"))
    monkeypatch.setenv("PATH", str(tmp_path))
    assert [f". {Path('.venv/bin/activate')}"] == [command for command, _what in demo.to_path()]
    (folder / "mailreeve").touch(mode=0o755)
    monkeypatch.setenv("PATH", str(folder))
    assert () == demo.to_path()


def test_the_client_settings_name_this_installation(run: Run) -> None:
    """What is pasted into the client starts this very program, in or out of an activated environment."""
    out = run("demo", "run").out
    settings = json.loads(out[out.index("{\n") : out.rindex("}\n") + 1])
    assert Path(sys.executable).parent == Path(settings["mcpServers"]["mailreeve"]["command"]).parent


def test_a_demo_can_be_made_new(run: Run) -> None:
    """After `demo reset` nothing was triaged yet."""
    run("demo", "run")
    run("demo", "reset")
    assert [] == run("--demo", "runs", "--json").json["runs"]
