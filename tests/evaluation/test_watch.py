"""The watch over files and connections."""

import os
import socket
import sqlite3
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from mailreeve.evaluation import tree, watch


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
            socket.create_connection(("127.0.0.1", ports[0])).close()
            with pytest.raises(ConnectionRefusedError):
                socket.create_connection(("127.0.0.1", ports[1]))
    assert [f"('127.0.0.1', {ports[1]})"] == seen.connections


def packet(host: str) -> None:
    """Words without a connection."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        one.sendto(b"words", (host, 53))


@pytest.mark.parametrize(
    "act",
    [
        lambda: socket.getaddrinfo("words.evil.example", 80),
        lambda: socket.gethostbyname("words.evil.example"),
        lambda: packet("127.0.0.1"),
        lambda: subprocess.run(["true"], check=True),
        lambda: os.system("true"),  # noqa: S605 -- it must not run
    ],
)
def test_other_ways_out_are_seen_and_lead_nowhere(tmp_path: Path, act: Callable[[], object]) -> None:
    """A name that is looked up, a packet, a program: refused, and remembered."""
    with watch.watching(tmp_path, ()) as seen, pytest.raises(ConnectionRefusedError):
        act()
    assert 1 <= len(seen.connections)


@pytest.mark.parametrize(
    "act",
    [
        lambda file: file.unlink(),
        lambda file: file.rename(file.parent / "home" / "f"),
        lambda file: file.chmod(0o777),
        lambda file: os.truncate(file, 0),
        lambda file: (file.parent / "empty").rmdir(),
    ],
)
def test_what_is_taken_away_or_changed_outside_is_seen(tmp_path: Path, act: Callable[[Path], object]) -> None:
    """Not only new files count."""
    for folder in ("home", "empty"):
        (tmp_path / folder).mkdir()
    (tmp_path / "f").write_text("x")
    with watch.watching(tmp_path / "home", ()) as seen:
        act(tmp_path / "f")
    assert seen.files


def test_the_hash_of_a_tree_tells_what_differs(tmp_path: Path) -> None:
    """Content, mode, target of a link, new and gone; what lies apart is left out."""
    for name in ("a", "b", "c", "apart"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "f").write_text("x")
    (tmp_path / "link").symlink_to("a")
    before = tree.hashed(tmp_path, tmp_path / "apart")
    assert [] == tree.differing(before, tree.hashed(tmp_path, tmp_path / "apart"))
    (tmp_path / "a" / "f").write_text("y")
    (tmp_path / "b" / "f").chmod(0o600)
    (tmp_path / "c" / "f").unlink()
    (tmp_path / "apart" / "f").write_text("y")
    (tmp_path / "link").unlink()
    (tmp_path / "link").symlink_to("b")
    (tmp_path / "new").mkdir()
    after = tree.hashed(tmp_path, tmp_path / "apart")
    assert ["a/f", "b/f", "c/f", "link", "new"] == tree.differing(before, after)


def test_nothing_is_seen_afterwards(tmp_path: Path) -> None:
    """The watch ends with its block."""
    with watch.watching(tmp_path / "home", ()) as seen:
        pass
    (tmp_path / "f").write_text("x")
    assert [] == seen.files
