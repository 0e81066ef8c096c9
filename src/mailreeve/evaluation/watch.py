"""Watches what this process writes and whom it connects to, by Python's audit events (PEP 578)."""

import os
import sys
import threading
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_TOUCHING = {"os.mkdir": 0, "os.rename": 1, "os.link": 1, "os.symlink": 1}
"""Event -> which argument is the path that is made."""


@dataclass(slots=True)
class Seen:
    """Files written outside the allowed folder, and connections to other than the allowed ports."""

    home: Path
    ports: Collection[int]
    files: list[str] = field(default_factory=list)
    connections: list[str] = field(default_factory=list)

    def event(self, name: str, given: tuple[Any, ...]) -> None:
        """Judge one audit event."""
        if name == "socket.connect":
            self._connection(given[1])
        elif name == "open":
            if isinstance(given[2], int) and given[2] & _WRITING:
                self._file(given[0])
        elif name in _TOUCHING:
            self._file(given[_TOUCHING[name]])
        elif name.endswith(".connect"):
            self._file(given[0])  # the file of a database

    def _connection(self, address: Any) -> None:
        if not (isinstance(address, tuple) and address[0] == "127.0.0.1" and address[1] in self.ports):
            self.connections.append(str(address))

    def _file(self, path: Any) -> None:
        if not isinstance(path, str | bytes | os.PathLike):
            return  # an open file by its number
        name = os.path.realpath(os.fsdecode(path))
        inside = name == str(self.home) or name.startswith(f"{self.home}{os.sep}")
        if not inside and not name.startswith("/dev/") and "__pycache__" not in name:
            self.files.append(name)


class _Hook:
    """The one hook of this process; it cannot be taken out again, so it looks only while somebody watches."""

    def __init__(self) -> None:
        self.seen: Seen | None = None
        self.lock = threading.Lock()
        self.added = False

    def __call__(self, name: str, given: tuple[Any, ...]) -> None:
        if self.seen is not None:
            self.seen.event(name, given)


_HOOK = _Hook()


@contextmanager
def watching(home: Path, ports: Collection[int]) -> Iterator[Seen]:
    """What this process writes outside `home` and connects to beside `ports` of this machine meanwhile."""
    with _HOOK.lock:
        if not _HOOK.added:
            sys.addaudithook(_HOOK)
            _HOOK.added = True
        _HOOK.seen = Seen(Path(os.path.realpath(home)), frozenset(ports))
        try:
            yield _HOOK.seen
        finally:
            _HOOK.seen = None
