"""Attachments are saved in one folder under our names."""

import contextlib
import itertools
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.attachments.hostile_names import HEADERS, NAMES, PATHS, tree, world

from mailreeve.attachments.folder import opened
from mailreeve.attachments.jail import save
from mailreeve.errors import InputError, StoreError
from mailreeve.mail import mime

HASH = "ed7002b439e9ac84"
"""SHA-256 of b"content", as far as the name of a saved file goes."""


def save_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Save under this name in the middle of a little world: one file more, private, and nothing else is different."""
    jail = world(tmp_path)
    monkeypatch.chdir(tmp_path / "elsewhere")
    before = tree(tmp_path)
    file = save(jail, name, b"content")
    after = tree(tmp_path)
    mode, _ = after.pop(str(file.relative_to(tmp_path)))
    assert (jail, HASH, 0o100600) == (file.parent, file.stem, mode)
    assert {**before, "home/outbox": (0o40700, before["home/outbox"][1])} == after


@pytest.mark.parametrize("name", [*NAMES, *PATHS], ids=ascii)
def test_a_name_never_leads_out_of_the_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """The sender's name is data: one file of ours lies in the folder and nothing else is touched."""
    save_alone(
        tmp_path, monkeypatch, name.format(str(tmp_path / "secret").lstrip("/")) if name in PATHS else name
    )


@pytest.mark.parametrize("field", HEADERS)
def test_a_name_in_any_encoding_never_leads_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, field: str
) -> None:
    """Encoded slashes, backslashes and dots come out of the parser as a name, and stay one."""
    raw = f"Subject: x\nContent-Type: application/pdf\nContent-Disposition: {field}\n\nx".encode()
    found = mime.from_bytes(raw).attachments
    assert 1 == len(found)
    save_alone(tmp_path, monkeypatch, found[0].name)


def test_the_matrix_is_as_large_as_promised() -> None:
    """At least 80 names for saving."""
    assert len({*NAMES, *PATHS, *HEADERS}) >= 80


def test_a_known_ending_is_kept_and_others_are_not(tmp_path: Path) -> None:
    """A PDF opens as a PDF; a program never looks like one."""
    names = ("a.PDF", "a.exe", "a.sh", "a.pdf.exe", "fdp.\u202eexe", "a.pdf:x", "a.pdf.", "CON")
    assert [".pdf", *[".bin"] * 7] == [save(tmp_path, name, b"x").suffix for name in names]


def plant_link(target: Path, victim: Path) -> None:
    target.symlink_to(victim)


def plant_dangling(target: Path, victim: Path) -> None:
    target.symlink_to(victim.parent / "new")


def plant_hard_link(target: Path, victim: Path) -> None:
    os.link(victim, target)


def plant_folder(target: Path, victim: Path) -> None:
    target.mkdir()


def plant_pipe(target: Path, victim: Path) -> None:
    os.mkfifo(target)


def plant_device(target: Path, victim: Path) -> None:
    target.symlink_to("/dev/zero")


def plant_text(target: Path, victim: Path) -> None:
    target.write_bytes(b"other")


def plant_longer(target: Path, victim: Path) -> None:
    target.write_bytes(b"content and more")


PLANTS = (
    *(plant_link, plant_dangling, plant_hard_link, plant_folder),
    *(plant_pipe, plant_device, plant_text, plant_longer),
)


@pytest.mark.parametrize("plant", PLANTS)
@pytest.mark.parametrize("victim", [b"precious", b"content"])
def test_what_lies_at_the_name_is_never_written_or_followed(
    tmp_path: Path, plant: Callable[[Path, Path], None], victim: bytes
) -> None:
    """Whoever can write into the folder cannot make us write elsewhere, wait for ever, or take their file for ours."""
    (tmp_path / "victim").write_bytes(victim)
    (tmp_path / "jail").mkdir(mode=0o700)
    plant(tmp_path / "jail" / f"{HASH}.txt", tmp_path / "victim")
    before = tree(tmp_path)
    with pytest.raises(InputError, match="taken"):
        save(tmp_path / "jail", "a.txt", b"content")
    assert before == tree(tmp_path)


@pytest.mark.parametrize("kind", ["link", "dangling", "file"])
def test_a_folder_that_is_a_link_is_refused(tmp_path: Path, kind: str) -> None:
    """A link in place of the folder leads nowhere: nothing is written, no mode is changed."""
    (tmp_path / "elsewhere").mkdir(mode=0o755)
    if kind == "file":
        (tmp_path / "jail").write_bytes(b"x")
    else:
        (tmp_path / "jail").symlink_to(tmp_path / ("elsewhere" if kind == "link" else "nowhere"))
    before = tree(tmp_path)
    with pytest.raises(InputError):
        save(tmp_path / "jail", "a.txt", b"content")
    assert before == tree(tmp_path)


def test_a_folder_swapped_after_the_look_gets_nothing(tmp_path: Path) -> None:
    """The folder that was looked at is the one that is written to, wherever its name points by then."""
    (tmp_path / "jail").mkdir()
    (tmp_path / "elsewhere").mkdir()
    with opened(tmp_path / "jail") as held:
        (tmp_path / "jail").rename(tmp_path / "moved")
        (tmp_path / "jail").symlink_to(tmp_path / "elsewhere")
        os.close(held.open("a.txt", os.O_WRONLY | os.O_CREAT | os.O_EXCL))
    assert ([], ["a.txt"]) == (os.listdir(tmp_path / "elsewhere"), os.listdir(tmp_path / "moved"))  # noqa: PTH208 -- names


def test_a_folder_swapped_all_the_time_never_leads_out(tmp_path: Path) -> None:
    """Saving while somebody exchanges folder and link as fast as they can never writes behind the link."""
    jail, elsewhere = tmp_path / "jail", tmp_path / "elsewhere"
    jail.mkdir()
    elsewhere.mkdir()
    done = threading.Event()

    def swap() -> None:
        for number in itertools.count():
            if done.is_set():
                return
            jail.rename(tmp_path / f"old{number}")
            with contextlib.suppress(FileExistsError):  # a save was faster and made a folder of its own
                jail.symlink_to(elsewhere)
                jail.unlink()
            jail.mkdir(exist_ok=True)

    thread = threading.Thread(target=swap)
    thread.start()
    saved = 0
    try:
        for number in range(500):
            with contextlib.suppress(InputError, StoreError):
                save(jail, "a.txt", b"%d" % number)
                saved += 1
    finally:
        done.set()
        thread.join()
    assert [] == list(elsewhere.iterdir())
    assert saved == len(list(tmp_path.rglob("*.txt")))


def test_saving_twice_is_one_file(tmp_path: Path) -> None:
    """The same bytes have the same name."""
    assert save(tmp_path, "a.txt", b"x") == save(tmp_path, "b.txt", b"x")


FULL = """
import resource, signal, sys
from pathlib import Path
from mailreeve.attachments.jail import save
from mailreeve.errors import StoreError
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
try:
    save(Path(sys.argv[1]), "a.txt", b"x" * 5000)
except StoreError as error:
    print(error)
"""


def test_half_a_file_is_no_file(tmp_path: Path) -> None:
    """When the disk takes no more, it is said and nothing is left behind."""
    done = subprocess.run(
        [sys.executable, "-c", FULL, str(tmp_path)], capture_output=True, text=True, check=True
    )
    assert "Nothing can be saved" in done.stdout
    assert [] == list(tmp_path.iterdir())
