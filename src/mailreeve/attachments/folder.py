"""A folder held open, so that nobody can put another in its place between the look and the deed."""

import contextlib
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from mailreeve.errors import InputError

_NO_LINK = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
_HELD = os.open in os.supports_dir_fd
"""False on Windows, where names are opened by their whole path."""


@dataclass(frozen=True, slots=True)
class Folder:
    """An open folder; names are looked up in it and nowhere else."""

    path: Path
    handle: int | None

    def open(self, name: str, flags: int, mode: int = 0o600) -> int:
        """A file descriptor for an entry, never through a link. Raises OSError as os.open does."""
        if self.handle is not None:
            return os.open(name, flags | _NO_LINK, mode, dir_fd=self.handle)
        if (self.path / name).is_symlink():
            raise OSError("a link")
        return os.open(self.path / name, flags | _NO_LINK, mode)

    def read(self, name: str, limit: int) -> bytes:
        """At most `limit` bytes of a plain file that has this one name.

        Raises InputError for everything else: a link, a second name of some file (a hard link), a folder,
        a pipe, a device. OSError when there is none, ValueError for a name that no file can have.
        """
        # without O_NONBLOCK a pipe would wait for a writer
        handle = self.open(name, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
        with os.fdopen(handle, "rb") as stream:
            kind = os.fstat(handle)
            if not stat.S_ISREG(kind.st_mode) or kind.st_nlink != 1:
                raise InputError(
                    f"{name[:80]!r} is not a plain file with one name.", "Put a copy of the file there."
                )
            return stream.read(limit)

    def remove(self, name: str) -> None:
        """Delete an entry."""
        if self.handle is not None:
            os.unlink(name, dir_fd=self.handle)
        else:
            (self.path / name).unlink()

    def names(self) -> list[str]:
        """Every entry, spelled as it lies there."""
        return os.listdir(self.path if self.handle is None else self.handle)  # noqa: PTH208 -- pathlib cannot list an open folder


@contextlib.contextmanager
def opened(path: Path) -> Iterator[Folder]:
    """Hold a folder open. Raises InputError when it is a link or no folder."""
    refusal = InputError(
        f"{path} is not a folder that can be used.",
        "It must exist, be yours, and be no link to another folder.",
    )
    if not _HELD:
        if path.is_symlink() or not path.is_dir():
            raise refusal
        yield Folder(path, None)
        return
    try:
        handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except (OSError, ValueError):
        raise refusal from None
    try:
        yield Folder(path, handle)
    finally:
        os.close(handle)
