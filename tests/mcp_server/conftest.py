"""The MCP server over the sandbox, and clients of both eras of the protocol."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from mcp import Client
from mcp.types import CallToolResult, TextContent
from tests.sandbox_server import SandboxServer

from mailreeve.app import App
from mailreeve.config import Config, GoogleConfig, PolicyConfig
from mailreeve.mcp_server.browser import Browser
from mailreeve.mcp_server.page import Way
from mailreeve.mcp_server.server import build
from mailreeve.web.serve import ReviewServer

EVERYTHING = PolicyConfig(capabilities=("read", "label", "draft", "send", "contacts", "calendar"))
Make = Callable[..., App]
Connect = Callable[..., Client]


@pytest.fixture
def make_app(sandbox: SandboxServer, tmp_path: Path) -> Iterator[Make]:
    """Apps over the sandbox; keywords are settings."""
    apps: list[App] = []

    def make(**settings: Any) -> App:
        google = GoogleConfig(base=sandbox.base_url, token=sandbox.token, quota="off")  # type: ignore[arg-type] # made a secret
        settings = {"google": google, "policy": EVERYTHING, **settings}
        apps.append(App(Config(home=tmp_path / "home", **settings)))
        return apps[-1]

    yield make
    for app in apps:
        app.close()


@pytest.fixture
def app(make_app: Make) -> App:
    """An app that may do everything."""
    return make_app()


@pytest.fixture(params=["auto", "legacy"])
def connect(request: pytest.FixtureRequest, app: App) -> Connect:
    """Clients of each era; `person` gets the review page; other keywords are those of the SDK's client."""

    def make(of: App = app, *, person: Browser | None = None, wait: float = 30.0, **options: Any) -> Client:
        way = Way(person, ReviewServer) if person else None
        return Client(build(of, way, page_seconds=wait), mode=request.param, **options)

    return make


@pytest.fixture
def connect_stateless(app: App) -> Connect:
    """Clients of the era in which the client carries the state from round to round."""

    def make(of: App = app, **options: Any) -> Client:
        return Client(build(of), mode="2026-07-28", **options)

    return make


def letter(
    *,
    subject: str = "Lunch",
    text: str = "Shall we have lunch on Friday?\n",
    from_: str = "Ana Lima <ana@example.org>",
    to: str = "me@example.com",
    headers: tuple[str, ...] = (),
    type_: str = "text/plain",
) -> bytes:
    """A message as it arrives."""
    lines = [
        f"From: {from_}",
        f"To: {to}",
        f"Subject: {subject}",
        "Date: Fri, 20 Nov 2026 10:02:00 +0100",
        "MIME-Version: 1.0",
        f"Content-Type: {type_}; charset=utf-8",
        *headers,
    ]
    return ("\r\n".join(lines) + "\r\n\r\n" + text.replace("\n", "\r\n")).encode()


def said(result: CallToolResult) -> str:
    """The text of a result."""
    assert isinstance(result.content[0], TextContent)
    return result.content[0].text


def answer(result: CallToolResult) -> dict[str, Any]:
    """The structured content of a result that is no error."""
    assert not result.is_error, said(result)
    assert result.structured_content is not None
    return dict(result.structured_content)
