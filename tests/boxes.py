"""Mailboxes over a local Google by a ready token: what the tests of the use cases and of the review page work with."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.sandbox_server import SandboxServer

from mailreeve import config
from mailreeve.app import App, Mailbox

OpenBox = Callable[..., Mailbox]


@contextmanager
def opening(home: Path, usual: str = "") -> Iterator[OpenBox]:
    """Gives `open_box(sandbox, settings)`, whose settings are `usual` when none are named; closes them all."""
    apps: list[App] = []

    def make(server: SandboxServer, settings: str = usual) -> Mailbox:
        home.mkdir(exist_ok=True)
        if "[google]" not in settings:  # a test that is not about the quota does not wait for it
            settings += '\n[google]\nquota = "off"\n'
        (home / "config.toml").write_text(settings, encoding="utf-8")
        environment = {"MAILREEVE_GOOGLE_BASE": server.base_url, "MAILREEVE_GOOGLE_TOKEN": server.token}
        apps.append(App(config.load(environment, home)))
        return apps[-1].mailbox()

    yield make
    for app in apps:
        app.close()
