"""What the tests of destinations share: a real help desk, and mailboxes whose settings name it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.boxes import OpenBox, opening
from tests.outbound import rt_server
from tests.outbound.rt_server import RequestTracker


@pytest.fixture(scope="session")
def tracker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RequestTracker]:
    """One for all tests."""
    with rt_server.running(tmp_path_factory.mktemp("rt")) as server:
        yield server


@pytest.fixture
def open_box(tmp_path: Path) -> Iterator[OpenBox]:
    with opening(tmp_path / "home") as make:
        yield make
