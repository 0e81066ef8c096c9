"""What differs between Linux, macOS and Windows: folders, file modes, locks. Tried on Linux only."""

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import platformdirs

from mailreeve.errors import AlreadyRunning, StoreError

IS_WINDOWS = sys.platform == "win32"


def default_home() -> Path:
    """The user's data folder for Mailreeve."""
    return Path(platformdirs.user_data_dir("mailreeve", appauthor=False))


def install(extra: str) -> str:
    """The command that adds an extra to the very installation that runs: with pipx, `pip` alone is another one."""
    return f'`{sys.executable} -m pip install "mailreeve[{extra}]"`'


def private_folder(folder: Path) -> Path:
    """Make a folder that only its owner may enter (0700; on Windows the profile's own protection)."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not IS_WINDOWS:
            folder.chmod(0o700)
    except OSError as error:
        raise StoreError(
            f"{folder} cannot be used: {error.strerror}.", "Set MAILREEVE_HOME to a folder of yours."
        ) from None
    return folder


def write_private(file: Path, data: bytes) -> None:
    """Replace a file in one step, readable by its owner only (0600), even under a loose umask."""
    private_folder(file.parent)
    replace_file(file, data)


def replace_file(file: Path, data: bytes) -> None:
    """The same in a folder that stays as it is. Raises OSError."""
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        Path(name).replace(file)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def is_private(file: Path) -> bool:
    """True when nobody but the owner may read the file; always true on Windows."""
    return IS_WINDOWS or not file.stat().st_mode & 0o077


_MAC = (
    "on run argv",
    "display notification (item 2 of argv) with title (item 1 of argv)",
    "end run",
)
_WINDOWS = (
    "Add-Type -AssemblyName System.Windows.Forms, System.Drawing;"
    " $n = New-Object System.Windows.Forms.NotifyIcon; $n.Icon = [System.Drawing.SystemIcons]::Information;"
    " $n.Visible = $true; $n.ShowBalloonTip(8000, [Console]::In.ReadLine(), [Console]::In.ReadLine(), 'Info');"
    " Start-Sleep -Seconds 8; $n.Dispose()"
)
_NOTICE_SECONDS = 20.0


def notice_command(system: str, title: str, text: str) -> tuple[str, ...]:
    """The program that shows a notice on the desktop of a system (`sys.platform`), with its arguments.

    Title and text are arguments, or lines on its stdin, never part of a script.
    """
    if system == "win32":
        return ("powershell", "-NoProfile", "-NonInteractive", "-Command", _WINDOWS)
    if system == "darwin":
        return ("osascript", *(word for line in _MAC for word in ("-e", line)), title, text)
    return ("notify-send", "--app-name=Mailreeve", "--", title, text)


def notify(title: str, text: str) -> str:
    """Show a notice on the desktop; returns why it could not be shown, empty when it was."""
    name, *arguments = notice_command(sys.platform, title, text)
    program = shutil.which(name)
    if program is None:
        return f"{name} is not installed."
    try:
        done = subprocess.run(  # noqa: S603 -- the fixed program above, arguments as a list
            [program, *arguments],
            input=f"{title}\n{text}\n".encode(),
            capture_output=True,
            timeout=_NOTICE_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"{name} failed: {type(error).__name__}."
    return "" if done.returncode == 0 else f"{name} ended with {done.returncode}: is there a desktop?"


def limit_memory(size: int) -> None:
    """Let this process take at most `size` bytes of address space; without effect on Windows and macOS.

    macOS takes the call and does not keep to it, or refuses it: what runs here has to have bounds of its own.
    """
    if sys.platform != "win32":
        import resource

        with (
            contextlib.nullcontext() if sys.platform == "linux" else contextlib.suppress(ValueError, OSError)
        ):
            resource.setrlimit(resource.RLIMIT_AS, (size, size))


@contextlib.contextmanager
def exclusive(file: Path, what: str) -> Iterator[None]:
    """Hold an advisory lock that the system drops when the process dies.

    Raises AlreadyRunning when another process holds it, StoreError when nobody can.
    """
    private_folder(file.parent)
    with _lockable(file) as stream:
        try:
            _lock(stream)
        except (BlockingIOError, PermissionError):
            raise AlreadyRunning(f"Another process is already doing this: {what}.") from None
        except OSError as error:
            raise StoreError(
                f"{file} cannot be locked: {error.strerror}.",
                "Set MAILREEVE_HOME to a folder on a local disk.",
            ) from None
        try:
            yield
        finally:
            _unlock(stream)


def _lockable(file: Path) -> IO[bytes]:
    try:
        return file.open("a+b")
    except OSError as error:
        raise StoreError(
            f"{file} cannot be written: {error.strerror}.",
            "Free some space, or check the owner and the mode of the folder.",
        ) from None


if sys.platform == "win32":  # pragma: no cover
    import msvcrt

    def _lock(stream: IO[bytes]) -> None:
        stream.seek(0)
        msvcrt.locking(stream.fileno(), msvcrt.LK_NBLCK, 1)

    def _unlock(stream: IO[bytes]) -> None:
        stream.seek(0)
        msvcrt.locking(stream.fileno(), msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    def _lock(stream: IO[bytes]) -> None:
        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def _unlock(stream: IO[bytes]) -> None:
        fcntl.flock(stream, fcntl.LOCK_UN)
