"""What every test shares: a home of its own, and the data sets where they are present."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests import postgres_server, sandbox_server, scripted_llm

DATA = Path(os.environ.get("MAILREEVE_TEST_DATA", Path(__file__).parent.parent.parent / "shared" / "data"))


@pytest.fixture(autouse=True)
def _own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test can touch a real mailbox, a real keyring or the settings of the person who runs it."""
    for name in list(os.environ):
        if name.startswith(("MAILREEVE_", "OPENAI_", "GOOGLE_")) and name != "MAILREEVE_TEST_DATA":
            monkeypatch.delenv(name)
    monkeypatch.setenv("MAILREEVE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")


@pytest.fixture(scope="session")
def data() -> Path:
    """The folder with third-party mail sets; tests that need it are skipped without it."""
    if not DATA.is_dir():
        pytest.skip(f"the third-party data sets are not at {DATA} (set MAILREEVE_TEST_DATA)")
    return DATA


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The connection string of a PostgreSQL server; tests that need it are skipped without it."""
    with postgres_server.running() as server:
        yield server


@pytest.fixture
def schema(postgres: str) -> str:
    """An empty schema of its own."""
    return postgres_server.fresh_schema(postgres)


@pytest.fixture
def llm_server() -> Iterator[scripted_llm.ScriptedLlm]:
    """A local OpenAI-compatible endpoint that says what the test scripts."""
    with scripted_llm.running() as server:
        yield server


@pytest.fixture
def sandbox_factory(tmp_path: Path) -> Iterator[sandbox_server.Factory]:
    """Starts local Googles: `sandbox_factory(demo=True)`, `sandbox_factory(mbox=file, quota="2026")`."""
    with sandbox_server.factory(tmp_path) as make:
        yield make


@pytest.fixture
def sandbox(sandbox_factory: sandbox_server.Factory) -> sandbox_server.SandboxServer:
    """A local Google with an empty mailbox."""
    return sandbox_factory()
