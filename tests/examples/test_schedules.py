"""The schedules are well formed, and name commands that exist."""

import plistlib
import re
import shutil
import subprocess
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from mailreeve.cli import root
from mailreeve.service import fleet

FOLDER = Path(__file__).parents[2] / "examples" / "schedules"
WINDOWS = "{http://schemas.microsoft.com/windows/2004/02/mit/task}"


def commands() -> dict[str, str]:
    """The command that each file calls."""
    units = {
        name: re.findall(r"^ExecStart=\S*/mailreeve (.*)$", (FOLDER / name).read_text(), re.MULTILINE)[0]
        for name in ("mailreeve.service", "mailreeve-triage.service")
    }
    plist = plistlib.loads((FOLDER / "com.mailreeve.worker.plist").read_bytes())
    task = ET.fromstring((FOLDER / "mailreeve-task.xml").read_text())  # noqa: S314 -- our own file
    cron = (FOLDER / "crontab").read_text().splitlines()[-1]
    container = (FOLDER / "Containerfile").read_text().splitlines()[-1]
    return {
        **units,
        "plist": plist["ProgramArguments"][1],
        "task": task.findtext(f".//{WINDOWS}Arguments") or "",
        "crontab": cron.split()[-1],
        "compose.yaml": re.findall(r"exec mailreeve (\w+)", (FOLDER / "compose.yaml").read_text())[0],
        "Containerfile": re.findall(r'"([^"]+)"', container)[-1],
    }


@pytest.mark.parametrize(("name", "command"), commands().items())
def test_a_schedule_calls_a_command_that_exists(name: str, command: str) -> None:
    """Its help can be asked for."""
    assert 0 == root.run([command, "--help"]), name


def test_missed_nights_are_made_up_for_where_the_system_can() -> None:
    """Systemd and the Task Scheduler start a run that was due while the machine was off."""
    assert "Persistent=true" in (FOLDER / "mailreeve-triage.timer").read_text()
    assert "<StartWhenAvailable>true" in (FOLDER / "mailreeve-task.xml").read_text()


def test_the_task_scheduler_runs_on_batteries_too() -> None:
    """By default it starts nothing on a laptop that is not plugged in, and ends what it started."""
    task = ET.fromstring((FOLDER / "mailreeve-task.xml").read_text())  # noqa: S314 -- our own file
    names = ("DisallowStartIfOnBatteries", "StopIfGoingOnBatteries")
    assert ["false", "false"] == [task.findtext(f".//{WINDOWS}{name}") for name in names]


def test_launchd_starts_the_worker_again_and_keeps_what_it_says() -> None:
    """After a failure, not after an orderly end, and not in a hurry; its lines go to a log."""
    plist = plistlib.loads((FOLDER / "com.mailreeve.worker.plist").read_bytes())
    assert ({"SuccessfulExit": False}, 60) == (plist["KeepAlive"], plist["ThrottleInterval"])
    assert plist["StandardErrorPath"].endswith(".log")


def test_a_container_is_given_the_time_to_end() -> None:
    """The grace time is longer than what a worker waits for the run that it has in hand."""
    (seconds,) = re.findall(r"stop_grace_period: (\d+)s", (FOLDER / "compose.yaml").read_text())
    assert int(seconds) > fleet.GRACE
    (asked,) = re.findall(r"--stop-timeout (\d+)", (FOLDER / "Containerfile").read_text())
    assert int(asked) > fleet.GRACE


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed")
def test_systemd_understands_the_units(tmp_path: Path) -> None:
    """Systemd's own check finds nothing, once the command is there."""
    program = tmp_path / "mailreeve"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    for file in FOLDER.glob("mailreeve*"):
        if file.suffix in {".service", ".timer"}:
            text = file.read_text().replace("%h/.local/bin/mailreeve", str(program))
            (tmp_path / file.name).write_text(text)
    units = [str(file) for file in sorted(tmp_path.glob("mailreeve*.*"))]
    done = subprocess.run(["systemd-analyze", "verify", *units], capture_output=True, text=True, check=False)
    assert (0, "") == (
        done.returncode,
        "".join(line for line in done.stderr.splitlines() if "mailreeve" in line),
    )
