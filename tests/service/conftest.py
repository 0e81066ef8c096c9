"""What the tests of the use cases share: apps with a config.toml over the local Google, and logins."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests import logins
from tests.boxes import OpenBox, opening
from tests.sandbox_server import SandboxServer

from mailreeve import config
from mailreeve.app import App, Mailbox
from mailreeve.cancel import Cancel
from mailreeve.service import account

Open = Callable[..., App]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """MAILREEVE_HOME."""
    return tmp_path / "home"


@pytest.fixture
def open_app(sandbox: SandboxServer, home: Path) -> Iterator[Open]:
    """Apps over the sandbox with a config.toml; keywords are its sections."""
    apps: list[App] = []

    def make(**sections: str) -> App:
        logins.settings(home, sandbox.base_url, sections)
        apps.append(App(config.load(os.environ)))
        return apps[-1]

    yield make
    for app in apps:
        app.close()


@pytest.fixture
def app(open_app: Open) -> App:
    """An app whose person is logged in."""
    made = open_app()
    log_in(made)
    return made


def log_in(app: App) -> None:
    """Say yes in the browser."""
    account.login(app, show=str, open_page=logins.browser, paste=None, cancel=Cancel(30))


@pytest.fixture
def open_box(home: Path) -> Iterator[OpenBox]:
    """`open_box(sandbox, "[policy]...")`."""
    with opening(home) as make:
        yield make


@pytest.fixture
def box(sandbox: SandboxServer, open_box: OpenBox) -> Mailbox:
    """The empty mailbox of `sandbox`."""
    return open_box(sandbox)
