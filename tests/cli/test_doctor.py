"""doctor as a person or a program runs it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from tests import logins
from tests.sandbox_server import SandboxServer

from mailreeve.cli.root import run


def test_with_something_to_mend_it_exits_with_one_and_says_how(
    sandbox: SandboxServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A line for each check, the fix below what is wrong, and the count at the end."""
    logins.settings(tmp_path / "home", sandbox.base_url)
    assert 1 == run(["doctor"])
    lines = capsys.readouterr().out.splitlines()
    at = lines.index("FAIL  account: No account is logged in yet.")
    assert lines[at + 1].startswith("      -> Run `mailreeve login`")
    assert "1 to mend." == lines[-1]


def test_broken_settings_do_not_stop_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Every other command ends with a wrong config.toml; doctor tells it as a finding, in JSON alone."""
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    (home / "config.toml").write_text("[nonsense", encoding="utf-8")
    assert 1 == run(["doctor", "--json"])
    answer = json.loads(capsys.readouterr().out)
    assert [False, "config"] == [answer["ok"], answer["checks"][-1]["name"]]
    assert "not valid TOML" in answer["checks"][-1]["detail"]


def test_an_unknown_account_is_a_finding(
    sandbox: SandboxServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """`--account` names whom to look at."""
    logins.settings(tmp_path / "home", sandbox.base_url)
    assert 1 == run(["--account", "bo@example.org", "doctor", "--json"])
    (found,) = [one for one in json.loads(capsys.readouterr().out)["checks"] if one["name"] == "account"]
    assert ("There is no login for bo@example.org.", False) == (found["detail"], found["ok"])


def test_the_demo_is_in_order() -> None:
    """Without account, key or network, `--demo doctor` finds nothing to mend, and leaves no process behind."""
    done = subprocess.run(
        [sys.executable, "-m", "mailreeve", "--demo", "doctor", "--json"],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    answer = json.loads(done.stdout)
    assert (0, True, []) == (
        done.returncode,
        answer["ok"],
        [one for one in answer["checks"] if not one["ok"]],
    )
    assert ["last run", "nights", "watch"] == [
        one["name"].rpartition(" ")[0] for one in answer["checks"][-4:-1]
    ]
