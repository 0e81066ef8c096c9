"""What differs between Linux, macOS and Windows: folders, file modes, locks. Tried on Linux only."""

import contextlib
import os
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
