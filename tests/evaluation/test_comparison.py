"""`eval triage --baseline`: figures beside those of before."""

import json
from pathlib import Path

import pytest
from tests.evaluation.given import case, write
from tests.evaluation.test_triage import measure

from mailreeve.cli import root


def baseline(folder: Path, cases: Path, exact: float) -> Path:
    """A file that knows these cases."""
    file = folder / "baseline.json"
    command = f"mailreeve eval triage --cases {cases.parent.name}/{cases.name} --labels l.toml --reader offline --json"
    measured = [
        {"what": "cases", "command": command, "figures": {"n": 1, "exact": exact, "urgent_recall": None}}
    ]
    file.write_text(json.dumps({"measured": measured}), encoding="utf-8")
    return file


def test_the_change_of_each_figure_is_told(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """For those that both have; a figure that is none is left out."""
    files = write(tmp_path, case())
    known = baseline(tmp_path, files[0], 0.25)
    code, told = measure(capfd, files, "--reader", "offline", "--baseline", str(known))
    assert 0 == code
    assert {"exact": {"was": 0.25, "now": 1.0, "change": 0.75}} == told["baseline"]


def test_it_is_shown_to_people_within_eighty_columns(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Figures, labels, mistakes, changes and cost: no line is cut or wider than the terminal."""
    monkeypatch.setenv("COLUMNS", "80")
    files = write(tmp_path, case(), case(id="b", subject="Sale", body="20% off, shop now", label="friends"))
    known = baseline(tmp_path, files[0], 0.25)
    given = (
        "--cases",
        str(files[0]),
        "--labels",
        str(files[1]),
        "--reader",
        "offline",
        "--baseline",
        str(known),
    )
    assert 0 == root.run(["eval", "triage", *given])
    out = capfd.readouterr().out
    assert max(map(len, out.splitlines())) <= 80
    assert "…" not in out
    assert "1 friends taken for later" in out
    assert "+0.25" in out
    assert "0.00 model calls a mail" in out


def test_figures_that_are_not_there_are_told(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Other cases, another reader, another file: exit 2."""
    files = write(tmp_path, case())
    known = baseline(tmp_path, files[0], 0.25)
    assert 2 == measure(capfd, files, "--reader", "cascade", "--baseline", str(known))[0]
    code, told = measure(capfd, files, "--reader", "offline", "--baseline", str(tmp_path / "none.json"))
    assert 2 == code
    assert "cannot be read" in told["error"]["message"]
    known.write_text("[]", encoding="utf-8")
    assert 2 == measure(capfd, files, "--reader", "offline", "--baseline", str(known))[0]
