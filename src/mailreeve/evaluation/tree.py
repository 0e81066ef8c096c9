"""A hash of every file below a folder, to see whether anything there was made, changed or taken away."""

import hashlib
import os
from pathlib import Path

Tree = dict[str, tuple[int, str]]
"""Path below the folder -> mode, and the hash of the content or the target of a link."""


def hashed(root: Path, *apart: Path) -> Tree:
    """Everything below a folder; what lies in the folders `apart` is left out."""
    found: Tree = {}
    for folder, folders, files in os.walk(root):
        folders[:] = [name for name in folders if Path(folder, name) not in apart]
        for name in (*folders, *files):
            path = Path(folder, name)
            if path.is_symlink():
                content = b"-> " + os.fsencode(path.readlink())
            else:
                content = path.read_bytes() if path.is_file() else b""
            found[str(path.relative_to(root))] = (path.lstat().st_mode, hashlib.sha256(content).hexdigest())
    return found


def differing(before: Tree, after: Tree) -> list[str]:
    """The paths that were made, changed or taken away."""
    return sorted(path for path in {*before, *after} if before.get(path) != after.get(path))
