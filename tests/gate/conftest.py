"""A gate over an empty sandbox."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.gate.bench import Bench
from tests.sandbox_server import SandboxServer


@pytest.fixture
def bench(sandbox: SandboxServer, tmp_path: Path) -> Iterator[Bench]:
    made = Bench(sandbox, tmp_path / "home")
    yield made
    made.close()
