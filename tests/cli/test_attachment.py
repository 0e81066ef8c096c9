"""attachment: the text on the terminal, the file in the folder for attachments and nowhere else."""

import os
import stat
from email.message import EmailMessage
from pathlib import Path

import pytest
from tests.attachments.hostile_names import HEADERS
from tests.cli.conftest import Run
from tests.sandbox_server import SandboxServer


def letter(data: bytes, filename: str) -> bytes:
    """A mail with a text file, its name as the parameter stands in the header."""
    message = EmailMessage()
    message["From"], message["Subject"] = "Ana <ana@example.org>", "The offer"
    message.set_content("See the file.")
    message.add_attachment(data, maintype="text", subtype="plain", filename="NAME")
    return message.as_bytes().replace(b'filename="NAME"', filename.encode())


def files(folder: Path) -> set[str]:
    """Every file below, by its path."""
    return {one.relative_to(folder).as_posix() for one in folder.rglob("*") if not one.is_dir()}


def test_the_text_is_shown_and_the_file_saved(run: Run, demo: SandboxServer) -> None:
    """By its name or its part; saved for the person alone, under a name of ours, twice as one file."""
    id_ = demo.deliver(letter(b"Ten tables", 'filename="offer.txt"'))
    assert "Ten tables" in run("attachment", id_, "offer.txt").out
    part = run("read", id_, "--json").json["messages"][0]["attachments"][0]["part"]
    told = [run("attachment", id_, part, "--save", "--json").json for _ in range(2)]
    saved = Path(told[0]["saved"])
    assert (told[0], b"Ten tables") == (told[1], saved.read_bytes())
    assert saved.parent == Path(os.environ["MAILREEVE_HOME"]) / "attachments"
    assert 0o600 == stat.S_IMODE(saved.stat().st_mode)
    assert f"Saved: {saved}" in run("attachment", id_, "--save").out


def test_what_is_not_there_is_named(run: Run, demo: SandboxServer) -> None:
    """The error lists the attachments that there are."""
    id_ = demo.deliver(letter(b"Ten tables", 'filename="offer.txt"'))
    done = run("attachment", id_, "other.txt")
    assert (2, True) == (done.code, "offer.txt" in done.err)
    bare = run("search", "from:diane", "--json").json["hits"][0]["id"]
    assert f"Message {bare} has no attachments." in run("attachment", bare).err


@pytest.mark.parametrize(
    "names",
    [pytest.param(HEADERS[::5], id="a fifth"), pytest.param(HEADERS, id="all", marks=pytest.mark.prove)],
)
def test_no_name_in_a_mail_leads_out_of_the_folder(
    run: Run, demo: SandboxServer, tmp_path: Path, names: tuple[str, ...]
) -> None:
    """Names as senders write them, encoded in every way: one new file each, in the folder, and none elsewhere."""
    ids = [
        demo.deliver(letter(b"%d" % number, name.removeprefix("attachment; ")))
        for number, name in enumerate(names)
    ]
    run("attachment", ids[0], "--save")
    before = files(tmp_path)
    for id_ in ids[1:]:
        assert 0 == run("attachment", id_, "--save").code
    new = {one for one in files(tmp_path) - before if not one.startswith(("home/mailreeve.db", "sandbox"))}
    assert len(ids) - 1 == len(new)
    assert all(one.startswith("home/attachments/") for one in new)
