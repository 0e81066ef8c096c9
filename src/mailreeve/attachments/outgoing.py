"""Files to attach: from the one folder that the user set, named plainly, never a link or a path."""

import mimetypes
from pathlib import Path

from mailreeve.attachments.folder import opened
from mailreeve.errors import InputError
from mailreeve.mail.letter import BYTES_LIMIT, File


def load(folder: Path | None, name: str) -> File:
    """Read a file of the folder by its name, spelled exactly as it lies there.

    Being an entry of the folder rules out every path, device name, alternate data stream and other spelling
    on every system. Raises InputError for anything that is not a plain file in there, and when it is too large.
    """
    if folder is None:
        raise InputError("Nothing can be attached yet.", "Set [policy] attach_folder in config.toml.")
    with opened(folder) as outbox:
        if name not in outbox.names():
            raise InputError(
                f"There is no file {name[:80]!r} in {folder}.", "Put it there, and give its name only."
            )
        try:
            data = outbox.read(name, BYTES_LIMIT + 1)
        except (OSError, ValueError):  # ValueError: a name that no file system can hold
            raise InputError(f"{name[:80]!r} cannot be read.", "Put a copy of the file there.") from None
    if len(data) > BYTES_LIMIT:
        raise InputError(f"{name[:80]!r} is larger than {BYTES_LIMIT // 10**6} MB.", "Share a link instead.")
    return File(name, mimetypes.guess_type(name)[0] or "application/octet-stream", data)
