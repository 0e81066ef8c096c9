"""Files that may be attached."""

import os
import threading
from pathlib import Path

import pytest
from tests.attachments.hostile_names import NAMES, PLANTED, tree, world

from mailreeve.attachments.outgoing import load
from mailreeve.errors import InputError
from mailreeve.mail.letter import BYTES_LIMIT


def test_a_file_of_the_folder_is_attached(tmp_path: Path) -> None:
    """Its plain name is enough, and its type is told by its ending."""
    (tmp_path / "quote.pdf").write_bytes(b"%PDF")
    file = load(tmp_path, "quote.pdf")
    assert ("quote.pdf", "application/pdf", b"%PDF") == (file.name, file.type, file.data)


@pytest.mark.parametrize("name", [*NAMES, *PLANTED], ids=ascii)
def test_nothing_but_a_plain_file_of_the_folder_can_be_attached(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """A model cannot make us mail another file of the machine, and trying changes nothing."""
    folder = world(tmp_path)
    monkeypatch.chdir(tmp_path)
    before = tree(tmp_path)
    with pytest.raises(InputError):
        load(folder, name)
    assert before == tree(tmp_path)


def test_an_absolute_path_into_the_folder_is_no_name(tmp_path: Path) -> None:
    """Names are looked up in the folder, paths are not, even where they would lead into it."""
    folder = world(tmp_path)
    for name in (str(folder / "quote.pdf"), "./quote.pdf", "sub/../quote.pdf", "outbox/quote.pdf"):
        with pytest.raises(InputError):
            load(folder, name)


def test_the_matrix_is_as_large_as_promised() -> None:
    """At least 80 names for attaching."""
    assert len({*NAMES, *PLANTED}) >= 80


def test_a_folder_that_is_a_link_gives_nothing(tmp_path: Path) -> None:
    """Somebody who puts a link in place of the folder does not open another one."""
    world(tmp_path)
    (tmp_path / "way").symlink_to(tmp_path / "elsewhere")
    for folder in ("way", "nowhere", "secret"):
        with pytest.raises(InputError, match="not a folder"):
            load(tmp_path / folder, "secret")


def test_a_folder_swapped_all_the_time_gives_nothing_else(tmp_path: Path) -> None:
    """While somebody exchanges folder and link as fast as they can, only the folder's own file is read."""
    folder, aside, elsewhere = tmp_path / "outbox", tmp_path / "aside", tmp_path / "elsewhere"
    for path, text in ((folder, b"mine"), (elsewhere, b"precious")):
        path.mkdir()
        (path / "a.txt").write_bytes(text)
    done = threading.Event()

    def swap() -> None:
        while not done.is_set():
            folder.rename(aside)
            folder.symlink_to(elsewhere)
            folder.unlink()
            aside.rename(folder)

    thread = threading.Thread(target=swap)
    thread.start()
    found: set[bytes] = set()
    try:
        for _ in range(2000):
            try:
                found.add(load(folder, "a.txt").data)
            except InputError:
                continue
    finally:
        done.set()
        thread.join()
    assert found <= {b"mine"}  # on a loaded machine every try may meet the folder away
    assert b"mine" == load(folder, "a.txt").data


def test_a_file_over_the_limit_is_refused(tmp_path: Path) -> None:
    """What Gmail would not take is said before it is read whole."""
    (tmp_path / "big.bin").touch()
    os.truncate(tmp_path / "big.bin", BYTES_LIMIT + 1)
    with pytest.raises(InputError, match="larger than 25 MB"):
        load(tmp_path, "big.bin")


def test_without_a_folder_nothing_is_attached() -> None:
    """The user has to set the folder first."""
    with pytest.raises(InputError, match="attach_folder"):
        load(None, "a.txt")
