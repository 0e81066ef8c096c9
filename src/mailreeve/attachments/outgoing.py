"""Files to attach: from the one folder that the user set, named plainly, never a link or a path."""

import mimetypes
import os
import stat
from pathlib import Path

from mailreeve.errors import InputError
from mailreeve.mail.letter import BYTES_LIMIT, File


def load(folder: Path | None, name: str) -> File:
    """Read a file of the folder by its plain name.

    Raises InputError for anything that is not a regular file directly in there, and when it is too large.
    """
    if folder is None:
        raise InputError("Nothing can be attached yet.", "Set [policy] attach_folder in config.toml.")
    if not name or name in {".", ".."} or any(c in name for c in "/\\:\x00") or name != Path(name).name:
        raise InputError(
            f"{name[:80]!r} is not a plain file name.", f"Put the file into {folder} and name it."
        )
    flags = (
        os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0)
    )
    try:
        handle = os.open(folder / name, flags)
    except (OSError, ValueError):  # ValueError: a name that no file system can hold
        raise InputError(f"There is no file {name[:80]!r} in {folder}.", "Put it there first.") from None
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise InputError(f"{name[:80]!r} is not a file.", "Only files can be attached.")
    with os.fdopen(handle, "rb") as stream:
        data = stream.read(BYTES_LIMIT + 1)
    if len(data) > BYTES_LIMIT:
        raise InputError(f"{name[:80]!r} is larger than {BYTES_LIMIT // 10**6} MB.", "Share a link instead.")
    return File(name, mimetypes.guess_type(name)[0] or "application/octet-stream", data)
