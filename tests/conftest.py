"""What every test shares: a home of its own, and the data sets where they are present."""

import os
from pathlib import Path

import pytest

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
