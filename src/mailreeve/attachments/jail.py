"""Saving attachments: one folder, our own names, never an existing file."""

import hashlib
import os
import re
from pathlib import Path

from mailreeve.errors import InputError
from mailreeve.platform import private_folder

_ENDINGS = {
    *("pdf", "txt", "csv", "tsv", "md", "ics", "json", "xml", "log", "html", "eml", "vcf"),
    *("png", "jpg", "jpeg", "gif", "webp", "svg", "heic", "mp3", "mp4", "wav"),
    *("doc", "docx", "xls", "xlsx", "ppt", "pptx", "odt", "ods", "odp", "rtf", "zip", "gz", "7z"),
}
"""Endings that are kept, so that the right program opens the file; anything else becomes `bin`."""


def save(folder: Path, name: str, data: bytes) -> Path:
    """Write an attachment under a name made from its hash; the sender's name only gives a known ending.

    Saving the same bytes twice is the same file. Raises InputError when something else lies at that name.
    """
    jail = private_folder(folder)
    target = jail / f"{hashlib.sha256(data).hexdigest()[:16]}.{_ending(name)}"
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
    try:
        handle = os.open(target, flags, 0o600)
    except FileExistsError:
        if target.is_symlink() or target.read_bytes() != data:
            raise InputError(f"{target} is taken by something else.", "Move it away and try again.") from None
        return target
    with os.fdopen(handle, "wb") as stream:
        stream.write(data)
    return target


def _ending(name: str) -> str:
    found = re.search(r"\.([A-Za-z0-9]{1,5})$", name.strip())
    ending = found.group(1).lower() if found else ""
    return ending if ending in _ENDINGS else "bin"
