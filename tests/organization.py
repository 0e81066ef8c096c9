"""An organization's mailboxes on one local Google, and the service account that may act for them."""

import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.sandbox_server import SandboxServer

from mailreeve.platform import write_private
from mailreeve.sandbox import delegation
from mailreeve.sandbox.service import Options, open_state

DOMAIN = "corp.example"


@dataclass(frozen=True)
class Organization:
    """Ana, Bo and whoever else; each mailbox answers to its own token."""

    people: dict[str, SandboxServer]
    key: Path
    """The service account's key file."""

    @property
    def base_url(self) -> str:
        """The one server."""
        return next(iter(self.people.values())).base_url


@contextmanager
def serving(folder: Path, *names: str) -> Iterator[Organization]:
    """A server with an empty mailbox for each name: `ana` is ana@corp.example."""
    with ExitStack() as held:
        states = []
        for name in names:
            file = folder / f"{name}.db"
            states.append(open_state(Options(file=file, account=f"{name}@{DOMAIN}", empty=True, quota="off")))
            held.callback(states[-1].close)
        key = folder / "service-account.json"
        write_private(key, json.dumps(delegation.register(states)).encode())
        first = SandboxServer(folder / f"{names[0]}.db", *states)
        held.callback(first.end)
        others = {one.account: first.seen_by(one) for one in states[1:]}
        yield Organization({first.account: first, **others}, key)
