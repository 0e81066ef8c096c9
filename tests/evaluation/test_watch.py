"""The watch over files and connections."""

import os
import socket
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from mailreeve.evaluation import watch


@pytest.mark.parametrize(
    "act",
    [
        lambda folder: (folder / "f").write_text("x"),
        lambda folder: (folder / "f").touch(),
        lambda folder: (folder / "d").mkdir(),
        lambda folder: os.close(os.open(folder / "f", os.O_RDWR | os.O_CREAT)),
        lambda folder: sqlite3.connect(folder / "f").close(),
    ],
)
def test_what_is_written_outside_is_seen(tmp_path: Path, act: Callable[[Path], object]) -> None:
    """Files, folders, databases; the same inside the home is fine."""
    home = tmp_path / "home"
    home.mkdir()
    with watch.watching(home, ()) as seen:
        act(home)
        assert [] == seen.files
        act(tmp_path)
    assert [str(tmp_path)] == list({str(Path(name).parent) for name in seen.files})


def test_a_way_out_through_a_link_is_seen(tmp_path: Path) -> None:
    """What counts is where the file really lies."""
    home = tmp_path / "home"
    home.mkdir()
    (home / "way-out").symlink_to(tmp_path)
    with watch.watching(home, ()) as seen:
        (home / "way-out" / "f").write_text("x")
    assert [str(tmp_path / "f")] == seen.files


def test_a_moved_file_and_a_read_one(tmp_path: Path) -> None:
    """Moving something out counts, reading does not."""
    home = tmp_path / "home"
    home.mkdir()
    (home / "f").write_text("x")
    with watch.watching(home, ()) as seen:
        (home / "f").read_text()
        (home / "f").rename(tmp_path / "g")
        (tmp_path / "g").read_text()
    assert [str(tmp_path / "g")] == seen.files


def test_connections_elsewhere_are_seen(tmp_path: Path) -> None:
    """Only the named ports of this machine are expected."""
    with socket.create_server(("127.0.0.1", 0)) as one, socket.create_server(("127.0.0.1", 0)) as two:
        ports = [server.getsockname()[1] for server in (one, two)]
        with watch.watching(tmp_path, ports[:1]) as seen:
            for port in ports:
                socket.create_connection(("127.0.0.1", port)).close()
    assert [f"('127.0.0.1', {ports[1]})"] == seen.connections


def test_nothing_is_seen_afterwards(tmp_path: Path) -> None:
    """The watch ends with its block."""
    with watch.watching(tmp_path / "home", ()) as seen:
        pass
    (tmp_path / "f").write_text("x")
    assert [] == seen.files
