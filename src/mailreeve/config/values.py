"""What the sections share: a strict, frozen record, and values that are checked as they are read."""

import ipaddress
import re
from datetime import time, timedelta
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict


class Section(BaseModel):
    """A section of config.toml; a key that it does not know is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def is_loopback(host: str) -> bool:
    """True when the host is this machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _endpoint(url: str) -> str:
    """Accept https anywhere, http on loopback only; drop the trailing slash."""
    parts = urlsplit(url)
    if not parts.hostname or parts.username or parts.query or parts.fragment:
        raise ValueError("must be a plain URL such as https://host/path")
    if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(parts.hostname)):
        raise ValueError("must be https, or http on a loopback address")
    return url.rstrip("/")


def _llm_endpoint(url: str) -> str:
    """Accept http too: local model servers on the own network seldom speak https."""
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("must be a URL such as http://127.0.0.1:11434/v1")
    return url.rstrip("/")


def _address(text: str) -> str:
    if not _ADDRESS.fullmatch(text):
        raise ValueError("must be an address such as ana@example.com")
    return text.lower()


def _path(path: Path) -> Path:
    """`~` is the home folder of the person."""
    try:
        return path.expanduser()
    except RuntimeError:
        raise ValueError("begins with ~ and a name that is no user's here") from None


_ADDRESS = re.compile(r"[^\s@<>,;\"]{1,64}@[^\s@<>,;\"]{1,255}")
_CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")
_SPAN = re.compile(r"(\d{1,4})([mh])")


def _times(value: object) -> tuple[time, ...]:
    """One local time such as 03:00, or a list of them."""
    found = [value] if isinstance(value, str) else value
    if not isinstance(found, list | tuple):
        raise ValueError("must be a time such as 03:00, or a list of them")  # noqa: TRY004 -- what pydantic takes
    matches = [_CLOCK.fullmatch(str(one)) for one in found]
    if not all(matches):
        raise ValueError("must be a time such as 03:00, or a list of them")
    return tuple(sorted({time(int(one[1]), int(one[2])) for one in matches if one}))


def _span(value: object) -> timedelta | None:
    """Minutes or hours such as 15m; an empty text is never."""
    match = _SPAN.fullmatch(str(value)) if value else None
    if value and match is None:
        raise ValueError("must be minutes or hours such as 15m, at least 1m")
    span = timedelta(minutes=int(match[1]) * (60 if match[2] == "h" else 1)) if match else None
    if span is not None and span < timedelta(minutes=1):
        raise ValueError("must be minutes or hours such as 15m, at least 1m")
    return span


Endpoint = Annotated[str, AfterValidator(_endpoint)]
LlmEndpoint = Annotated[str, AfterValidator(_llm_endpoint)]
UserPath = Annotated[Path, AfterValidator(_path)]
Address = Annotated[str, AfterValidator(_address)]
Times = Annotated[tuple[time, ...], BeforeValidator(_times)]
Span = Annotated[timedelta | None, BeforeValidator(_span)]
