"""The OAuth client that the person made in the Google Cloud console: a small JSON file."""

from dataclasses import dataclass, field
from pathlib import Path

from mailreeve.errors import ConfigError
from mailreeve.google import json_file

_HOW = (
    'In the Google Cloud console make an OAuth client of type "Desktop app", download its JSON file, and'
    " set [google] client_file to its path."
)


@dataclass(frozen=True, slots=True)
class OAuthClient:
    """Who asks for the login. The secret of a desktop app is not secret, but is not shown either."""

    id: str
    secret: str = field(repr=False)


def read_client(file: Path) -> OAuthClient:
    """Read the client file. Raises ConfigError saying what is wrong with it."""
    content = json_file.read(file, "OAuth client file", _HOW)
    if isinstance(content, dict) and "web" in content:
        raise ConfigError(f'{file} is for a client of type "Web application".', _HOW)
    if isinstance(content, dict) and content.get("type") == "service_account":
        raise ConfigError(f"{file} is the key of a service account; Gmail needs a person's login.", _HOW)
    installed = content.get("installed") if isinstance(content, dict) else None
    if not isinstance(installed, dict):
        raise ConfigError(f"{file} is not an OAuth client file.", _HOW)
    id_, secret = installed.get("client_id"), installed.get("client_secret")
    if not (isinstance(id_, str) and id_ and isinstance(secret, str) and secret):
        raise ConfigError(f"{file} lacks client_id or client_secret.", _HOW)
    return OAuthClient(id_, secret)
