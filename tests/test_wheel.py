"""The built wheel, installed into a fresh virtual environment, works without the checkout."""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built without a network from what is installed."""
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    subprocess.run(command, check=True, capture_output=True)
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A virtual environment with the wheel; its dependencies are those of this one."""
    folder = tmp_path_factory.mktemp("venv")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
    site = next(folder.glob("lib*/python*/site-packages"), folder / "Lib" / "site-packages")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)
    here = next(path for path in sys.path if path.endswith("site-packages"))
    (site / "dependencies.pth").write_text(f"{here}\n", encoding="utf-8")
    return folder / ("Scripts" if os.name == "nt" else "bin") / "python"


def run(python: Path, home: Path, *arguments: str) -> str:
    """The installed command's stdout, run where no checkout is in sight."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    done = subprocess.run(
        [str(python), "-m", "mailreeve", *arguments],
        cwd=home,
        env={**environment, "MAILREEVE_HOME": str(home / "home")},
        check=True,
        capture_output=True,
        text=True,
        timeout=120,
    )
    return done.stdout


def test_the_wheel_carries_what_lies_outside_the_package(wheel: Path) -> None:
    """Prompts and the example settings are in the wheel, byte for byte those of the checkout."""
    with zipfile.ZipFile(wheel) as archive:
        packed = {name: archive.read(name) for name in archive.namelist()}
    for file in [*(ROOT / "prompts").glob("*.md"), ROOT / "config.example.toml"]:
        inside = f"mailreeve/{file.relative_to(ROOT).as_posix()}"
        assert file.read_bytes() == packed.get(inside), inside
    assert any(name.startswith("mailreeve/sandbox/demo/mail/") for name in packed)


def test_the_installed_wheel_does_the_main_job(installed: Path, tmp_path: Path) -> None:
    """Triage of the demo mailbox and reading one mail, from the wheel alone."""
    place = run(installed, tmp_path, "--version")
    told = json.loads(run(installed, tmp_path, "--demo", "triage", "--json"))
    decided = sum(told["decided"].values()) + len(told["needs_human"])
    assert place.startswith("mailreeve, version")
    assert (0, told["seen"]) == (len(told["failed"]), decided)
    assert told["seen"] > 20


def test_the_installed_wheel_finds_its_prompts(installed: Path, tmp_path: Path) -> None:
    """Without a checkout the prompts come from the wheel."""
    script = "import mailreeve; from mailreeve.reading.llm import prompts; prompts.load('classify'); print(mailreeve.__file__)"
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    done = subprocess.run(
        [str(installed), "-c", script],
        cwd=tmp_path,
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    )
    assert str(ROOT) not in done.stdout
