"""Logging in to the local Google in tests: the OAuth client's file, settings, and a browser that says yes."""

import http.client
import json
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from keyring.backend import KeyringBackend
from keyring.errors import KeyringError, PasswordDeleteError

CLIENT = {
    "installed": {"client_id": "made-up.apps.example", "client_secret": "GOCSPX-client-secret-canary"},
}


def client_file(folder: Path) -> Path:
    """The file that the Google Cloud console gives for a desktop app."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "client_secret.json"
    file.write_text(json.dumps(CLIENT), encoding="utf-8")
    return file


def settings(home: Path, base: str, more: Mapping[str, str] | None = None) -> Path:
    """Write a config.toml that can log in at `base`; `more` are whole sections of TOML by their names."""
    google = (
        f'base = "{base}"\nclient_file = "{client_file(home.parent)}"\nquota = "off"\ntimeout_seconds = 5\n'
    )
    sections = {"google": google, **(more or {})}
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = home / "config.toml"
    text = "\n".join(f"[{name}]\n{body}" for name, body in sections.items())
    file.write_text(text, encoding="utf-8")
    return file


def visit(address: str) -> str:
    """What a browser does: ask, and say where it is sent to."""
    parts = urlsplit(address)
    connection = http.client.HTTPConnection(parts.netloc, timeout=5)
    try:
        connection.request("GET", f"{parts.path or '/'}?{parts.query}")
        answer = connection.getresponse()
        answer.read()
        return answer.getheader("location", "")
    finally:
        connection.close()


def browser(address: str) -> None:
    """Opens the consent page and follows its redirect to the loopback port."""
    visit(visit(address))


class Ring(KeyringBackend):
    """A keyring in memory, of the real package's kind; `broken` makes it fail like a locked one."""

    priority = 5.0

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], str] = {}
        self.broken = False

    def _work(self) -> None:
        if self.broken:
            raise KeyringError("locked")

    def get_password(self, service: str, username: str) -> str | None:
        self._work()
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self._work()
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        self._work()
        if self.kept.pop((service, username), None) is None:
            raise PasswordDeleteError("not there")
