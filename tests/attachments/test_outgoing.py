"""Files that may be attached."""

import os
from pathlib import Path

import pytest

from mailreeve.attachments.outgoing import load
from mailreeve.errors import InputError
from mailreeve.platform import IS_WINDOWS


def test_a_file_of_the_folder_is_attached(tmp_path: Path) -> None:
    """Its plain name is enough, and its type is told by its ending."""
    (tmp_path / "quote.pdf").write_bytes(b"%PDF")
    file = load(tmp_path, "quote.pdf")
    assert ("quote.pdf", "application/pdf", b"%PDF") == (file.name, file.type, file.data)


@pytest.mark.parametrize(
    "name",
    [
        "../secret",
        "/etc/passwd",
        "a/../../secret",
        "..",
        ".",
        "",
        "~/.ssh/id_rsa",
        "file:///etc/passwd",
        "C:\\x",
        "a\x00",
    ],
)
def test_nothing_outside_the_folder_can_be_attached(tmp_path: Path, name: str) -> None:
    """A model cannot make us mail a file of the machine."""
    (tmp_path / "secret").write_bytes(b"secret")
    folder = tmp_path / "outbox"
    folder.mkdir()
    with pytest.raises(InputError):
        load(folder, name)


@pytest.mark.skipif(IS_WINDOWS, reason="symbolic links need rights there")
def test_links_folders_and_pipes_are_refused(tmp_path: Path) -> None:
    """Only regular files, and never through a link."""
    (tmp_path / "secret").write_bytes(b"secret")
    folder = tmp_path / "outbox"
    (folder / "sub").mkdir(parents=True)
    (folder / "link").symlink_to(tmp_path / "secret")
    os.mkfifo(folder / "pipe")
    for name in ("link", "sub", "pipe"):
        with pytest.raises(InputError):
            load(folder, name)


def test_without_a_folder_nothing_is_attached() -> None:
    """The user has to set the folder first."""
    with pytest.raises(InputError, match="attach_folder"):
        load(None, "a.txt")
