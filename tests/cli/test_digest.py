"""The digest on the command line: forms, files, and a consent that only a terminal gives."""

from pathlib import Path

import pytest
from tests.cli.conftest import Run
from tests.sandbox_server import SandboxServer


@pytest.mark.parametrize(
    ("ending", "start"), [("html", "<!doctype html>"), ("md", "# Mail of"), ("txt", "Mail of")]
)
def test_a_digest_is_written_in_the_form_that_the_ending_says(
    run: Run, demo: SandboxServer, tmp_path: Path, ending: str, start: str
) -> None:
    """And the file is there whole, or not at all."""
    file = tmp_path / f"d.{ending}"
    done = run("digest", "--to", str(file), "--json")
    assert 0 == done.code
    assert file.read_text(encoding="utf-8").startswith(start)
    assert [f"The digest is in {file}."] == done.json["did"]


def test_an_unknown_ending_is_a_wrong_usage(run: Run, demo: SandboxServer, tmp_path: Path) -> None:
    """Nothing is written."""
    done = run("digest", "--to", str(tmp_path / "d.pdf"))
    assert 0 != done.code
    assert ".html" in done.err
    assert [] == list(tmp_path.glob("d.*"))


def test_without_a_terminal_nobody_agrees_to_mailed_digests(run: Run, demo: SandboxServer) -> None:
    """A script or a model that runs the command gives no consent."""
    done = run("digest", "consent", "--json")
    assert (5, {"status": "needs_user"}) == (done.code, done.json)
    assert 0 != run("digest", "--mail").code
    assert [] == demo.sent()


def test_a_week_is_told_too(run: Run, demo: SandboxServer) -> None:
    """Seven days, the same keys."""
    assert "# Mail of the week from" in run("digest", "--week", "--json").json["text"]
