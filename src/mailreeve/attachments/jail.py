"""Saving attachments: one folder, our own names, never an existing file."""

import contextlib
import hashlib
import os
import re
from pathlib import Path

from mailreeve.attachments.folder import Folder, opened
from mailreeve.errors import InputError, StoreError

_ENDINGS = {
    *("pdf", "txt", "csv", "tsv", "md", "ics", "json", "xml", "log", "html", "eml", "vcf"),
    *("png", "jpg", "jpeg", "gif", "webp", "svg", "heic", "mp3", "mp4", "wav"),
    *("doc", "docx", "xls", "xlsx", "ppt", "pptx", "odt", "ods", "odp", "rtf", "zip", "gz", "7z"),
}
"""Endings that are kept, so that the right program opens the file; anything else becomes `bin`."""


def save(folder: Path, name: str, data: bytes) -> Path:
    """Write an attachment under a name made from its hash; the sender's name only gives a known ending.

    Saving the same bytes twice is the same file. Raises InputError when something else lies at that name, or
    when the folder is a link; StoreError when the disk does not take it.
    """
    ours = f"{hashlib.sha256(data).hexdigest()[:16]}.{_ending(name)}"
    _make(folder)
    with opened(folder) as jail:
        if jail.handle is not None:
            os.fchmod(jail.handle, 0o700)
        try:
            handle = jail.open(ours, os.O_WRONLY | os.O_CREAT | os.O_EXCL)
        except FileExistsError:
            if not _same(jail, ours, data):
                raise InputError(
                    f"{folder / ours} is taken by something else.", "Move it away and try again."
                ) from None
        except OSError as error:
            raise _unwritable(folder, error) from None
        else:
            _write(jail, ours, handle, data)
    return folder / ours


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except FileExistsError:
        raise InputError(f"{folder} is taken by something else.", "Move it away and try again.") from None
    except OSError as error:
        raise _unwritable(folder, error) from None


def _write(jail: Folder, ours: str, handle: int, data: bytes) -> None:
    """All bytes or no file."""
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
    except OSError as error:
        with contextlib.suppress(OSError):
            jail.remove(ours)
        raise _unwritable(jail.path, error) from None


def _same(jail: Folder, ours: str, data: bytes) -> bool:
    """True when it is the file that was saved before."""
    try:
        return jail.read(ours, len(data) + 1) == data
    except (OSError, InputError):
        return False


def _unwritable(folder: Path, error: OSError) -> StoreError:
    return StoreError(
        f"Nothing can be saved in {folder}: {error.strerror}.", "Free space, or correct its mode."
    )


def _ending(name: str) -> str:
    found = re.search(r"\.([A-Za-z0-9]{1,5})$", name.strip())
    ending = found.group(1).lower() if found else ""
    return ending if ending in _ENDINGS else "bin"
