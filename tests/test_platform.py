"""Files and locks of the system."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from mailreeve.errors import AlreadyRunning
from mailreeve.platform import IS_WINDOWS, exclusive, is_private, notice_command, notify, write_private

LOCKER = """
import sys, time
from pathlib import Path
from mailreeve.platform import exclusive
with exclusive(Path(sys.argv[1]), "test"):
    sys.stdout.write("held\\n"); sys.stdout.flush(); time.sleep(60)
"""


@pytest.mark.skipif(IS_WINDOWS, reason="file modes are POSIX")
def test_a_private_file_is_private_under_any_umask(tmp_path: Path) -> None:
    """A secret is never readable by others, not even for a moment."""
    before = os.umask(0)
    try:
        write_private(tmp_path / "folder" / "token.json", b"secret")
    finally:
        os.umask(before)
    modes = [(tmp_path / part).stat().st_mode & 0o777 for part in ("folder", "folder/token.json")]
    assert [0o700, 0o600] == modes
    assert is_private(tmp_path / "folder" / "token.json")


def test_writing_replaces_the_whole_file(tmp_path: Path) -> None:
    """A reader sees the old or the new content, and no leftovers lie about."""
    file = tmp_path / "f"
    write_private(file, b"old and long")
    write_private(file, b"new")
    assert (b"new", [file]) == (file.read_bytes(), list(tmp_path.iterdir()))


def test_a_lock_holds_against_another_process_and_dies_with_it(tmp_path: Path) -> None:
    """Two runs never overlap, and a killed run leaves no stale lock."""
    lock = tmp_path / "lock"
    with subprocess.Popen(
        [sys.executable, "-c", LOCKER, str(lock)], stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        with pytest.raises(AlreadyRunning), exclusive(lock, "test"):
            pass
        other.kill()
        other.wait()
    with exclusive(lock, "test"):
        pass


@pytest.mark.skipif(sys.platform != "linux", reason="the program is that of Linux")
def test_a_notice_gets_its_words_as_arguments_and_never_a_shell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever stands in them, the program sees it as it is; without the program the reason is told."""
    program = tmp_path / "notify-send"
    program.write_text('#!/bin/sh\nprintf "%s\\n" "$@" > "$(dirname "$0")/told"\n', encoding="utf-8")
    program.chmod(0o700)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    text = "--help $(touch x) `id`; 3 mails"
    assert "" == notify("Mailreeve", text)
    told = (tmp_path / "told").read_text(encoding="utf-8").splitlines()
    assert ["--app-name=Mailreeve", "--", "Mailreeve", text] == told
    monkeypatch.setenv("PATH", str(tmp_path / "none"))
    assert "notify-send is not installed." == notify("Mailreeve", text)


@pytest.mark.parametrize("system", ["linux", "darwin", "win32"])
def test_no_system_puts_the_words_of_a_notice_into_a_script(system: str) -> None:
    """On each one they are a whole argument, or come by stdin."""
    title, text = "T$(id)", "'; rm -rf x"
    command = notice_command(system, title, text)
    assert not [part for part in command if part not in {title, text} and (title in part or text in part)]
