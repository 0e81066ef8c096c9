"""The contacts on the command line, over the demo mailbox."""

from pathlib import Path

import pytest
from tests.cli.conftest import Run
from tests.sandbox_server import SandboxServer


def test_people_are_told_on_a_terminal_and_as_json(run: Run, demo: SandboxServer) -> None:
    """A name gives the person, the counts, and where the counts come from."""
    told = run("contacts", "find", "whitlock")
    assert (0, 2) == (told.code, told.out.count("2 from them, 1 to them"))
    assert "newest mails only" in told.err
    found = run("contacts", "find", "priya", "nair", "--json").json
    assert ["priya.nair@example.com"] == found["people"][0]["addresses"]
    assert "Nobody was found." in run("contacts", "find", "nobody-of-this-name").out


def test_a_merge_is_shown_first(run: Run, demo: SandboxServer) -> None:
    """Without a person at the terminal nothing is merged; with --yes it is, and the way back is told."""
    shown = run("contacts", "merge")
    assert ("become: Diane Whitlock" in shown.out, "Nothing was merged." in shown.out) == (True, True)
    done = run("contacts", "merge", "--yes", "--json").json
    assert (1, "merged") == (done["merged"], done["status"])
    assert 1 == run("undo", done["change"], "--json").json["undone"]


def test_the_export_overwrites_nothing(run: Run, demo: SandboxServer, tmp_path: Path) -> None:
    """A file that is there stays; stdout gets vCards alone."""
    assert (0, "contacts are kept" in (synced := run("contacts", "sync")).out) == (synced.code, True)
    assert run("contacts", "export").out.startswith("BEGIN:VCARD\r\nVERSION:4.0")
    file = tmp_path / "people.csv"
    assert 0 == run("contacts", "export", str(file), "--format", "csv").code
    assert 2 == run("contacts", "export", str(file)).code
    assert "priya.nair@example.com" in file.read_text()


@pytest.mark.parametrize("group", ["contacts", "calendar"])
def test_a_server_that_is_not_there_is_named(run: Run, demo: SandboxServer, group: str) -> None:
    """A consent to a server that config.toml lacks says so; without servers the list says where they are described."""
    listed, asked = run(group, "consent"), run(group, "consent", "home")
    assert (0, True) == (listed.code, f"docs/{group}.md" in listed.out)
    assert (2, True) == (asked.code, "no server 'home' in config.toml" in asked.err)
