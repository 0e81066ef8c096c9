"""Watches what this process writes, starts and reaches, by Python's audit events (PEP 578), and lets nothing out.

A sinkhole: whoever wants to reach another than the allowed places is told that nobody answers, and is remembered.
"""

import os
import sys
import threading
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_TOUCHING = {
    "os.mkdir": (0,), "os.rename": (0, 1), "os.link": (1,), "os.symlink": (1,), "os.remove": (0,), "os.rmdir": (0,),
    "os.truncate": (0,), "os.chmod": (0,), "os.chown": (0,),
}  # fmt: skip
"""Event -> which arguments are paths that are made, changed or taken away."""
_REACHING = {"socket.connect": 1, "socket.sendto": 1, "socket.sendmsg": 1}
_NAMING = {"socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"}
"""A name that is looked up tells its owner's server what it says."""
_STARTING = {
    "subprocess.Popen",
    "os.system",
    "os.exec",
    "os.posix_spawn",
    "os.spawn",
    "os.startfile",
    "webbrowser.open",
}
_HERE = {"127.0.0.1", "localhost", None, ""}


@dataclass(slots=True)
class Seen:
    """Files touched outside the allowed folder, programs started, and places reached for other than the allowed ports."""

    home: Path
    ports: Collection[int]
    files: list[str] = field(default_factory=list)
    connections: list[str] = field(default_factory=list)

    def event(self, name: str, given: tuple[Any, ...]) -> None:
        """Judge one audit event. Raises ConnectionRefusedError where something would leave."""
        if name in _REACHING:
            self._connection(given[_REACHING[name]])
        elif name in _NAMING:
            if _text(given[0]) not in _HERE:
                self._refuse(f"the name {_text(given[0])}")
        elif name in _STARTING:
            self._refuse(f"the program {given[0]!r}")
        elif name == "open":
            if isinstance(given[2], int) and given[2] & _WRITING:
                self._file(given[0])
        elif name in _TOUCHING:
            for place in _TOUCHING[name]:
                self._file(given[place])
        elif name.endswith(".connect"):
            self._file(given[0])  # the file of a database

    def _connection(self, address: Any) -> None:
        if address is None:
            return  # over a connection that was looked at when it was made
        if not (isinstance(address, tuple) and address[0] == "127.0.0.1" and address[1] in self.ports):
            self._refuse(str(address))

    def _refuse(self, what: str) -> None:
        self.connections.append(what)
        raise ConnectionRefusedError(f"{what} is not to be reached")

    def _file(self, path: Any) -> None:
        if not isinstance(path, str | bytes | os.PathLike):
            return  # an open file by its number
        name = os.path.realpath(os.fsdecode(path))
        inside = name == str(self.home) or name.startswith(f"{self.home}{os.sep}")
        if not inside and not name.startswith("/dev/") and "__pycache__" not in name:
            self.files.append(name)


def _text(host: Any) -> Any:
    return host.decode("ascii", "replace") if isinstance(host, bytes) else host


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
    """What this process touches outside `home`, starts, and reaches for beside `ports` of this machine meanwhile."""
    with _HOOK.lock:
        if not _HOOK.added:
            sys.addaudithook(_HOOK)
            _HOOK.added = True
        _HOOK.seen = Seen(Path(os.path.realpath(home)), frozenset(ports))
        try:
            yield _HOOK.seen
        finally:
            _HOOK.seen = None
