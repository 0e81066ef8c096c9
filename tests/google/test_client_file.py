"""Reading the OAuth client file."""

import json
from pathlib import Path
from typing import Any

import pytest

from mailreeve.errors import ConfigError
from mailreeve.google.client_file import OAuthClient, read_client

GOOD = {
    "installed": {
        "client_id": "1.apps.example",
        "client_secret": "GOCSPX-x",
        "redirect_uris": ["http://localhost"],
    }
}


def test_a_desktop_client_is_read(tmp_path: Path) -> None:
    """The file as the Cloud console gives it."""
    file = tmp_path / "client.json"
    file.write_text(json.dumps(GOOD))
    assert OAuthClient("1.apps.example", "GOCSPX-x") == read_client(file)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ({"web": GOOD["installed"]}, "Web application"),
        ({"type": "service_account", "private_key": "secret-key"}, "service account"),
        ({}, "not an OAuth client"),
        ([], "not an OAuth client"),
        ({"installed": []}, "not an OAuth client"),
        ({"installed": {"client_id": "1"}}, "lacks"),
        ({"installed": {"client_id": 1, "client_secret": "secret-key"}}, "lacks"),
        ({"installed": {"client_id": "", "client_secret": ""}}, "lacks"),
    ],
)
def test_a_wrong_file_is_told_apart(tmp_path: Path, content: Any, said: str) -> None:
    """Each mistake has its own sentence and the way to the right file; the content is not echoed."""
    file = tmp_path / "client.json"
    file.write_text(json.dumps(content))
    with pytest.raises(ConfigError, match=said) as caught:
        read_client(file)
    assert "Desktop app" in caught.value.advice
    assert "secret-key" not in str(caught.value)


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe\x00", b"[" * 100_000])
def test_what_is_no_json_is_told(tmp_path: Path, content: bytes) -> None:
    """A truncated or foreign file is ConfigError, not a traceback."""
    file = tmp_path / "client.json"
    file.write_bytes(content)
    with pytest.raises(ConfigError, match="not valid JSON"):
        read_client(file)


def test_an_absent_file_is_told(tmp_path: Path) -> None:
    """The path is named, and so is a folder in its place."""
    with pytest.raises(ConfigError, match="There is no OAuth client file"):
        read_client(tmp_path / "none.json")
    with pytest.raises(ConfigError, match="cannot be read"):
        read_client(tmp_path)


def test_the_secret_is_not_shown() -> None:
    """A record of the client in a log holds no secret."""
    assert "GOCSPX" not in repr(OAuthClient("1", "GOCSPX-x"))
