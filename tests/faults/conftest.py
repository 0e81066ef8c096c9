"""What the tests of a broken world share: apps with a login, each in a home of its own."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests import logins
from tests.sandbox_server import SandboxServer
from tests.service.conftest import log_in
from tests.triage.conftest import parts_for

from mailreeve import config
from mailreeve.app import App

__all__ = ["app_for", "parts_for"]

AppFor = Callable[..., App]


@pytest.fixture
def app_for(tmp_path: Path) -> Iterator[AppFor]:
    """`app_for(sandbox)`: an app of a person who is logged in there; keywords are sections of the settings."""
    apps: list[App] = []

    def make(sandbox: SandboxServer, home: str = "", *, login: bool = True, **sections: str) -> App:
        place = tmp_path / (home or f"person-{len(apps)}") / "home"
        logins.settings(place, sandbox.base_url, sections)
        apps.append(App(config.load({}, place)))
        if login:
            log_in(apps[-1])
        return apps[-1]

    yield make
    for app in apps:
        app.close()
