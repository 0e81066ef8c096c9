"""Programs are noted when they ask for something, and turned away when the person said so."""

import os
from pathlib import Path

import pytest
from mcp.shared.exceptions import MCPError
from mcp.types import Implementation
from tests.mcp_server.conftest import Connect, answer
from tests.sandbox_server import SandboxServer

from mailreeve.app import App
from mailreeve.service import access

HOST = Implementation(name="Some Host", version="3.2")


async def test_a_program_is_noted_when_it_asks_for_mail(
    sandbox: SandboxServer, connect: Connect, app: App
) -> None:
    """The handshake and the lists open no store; the first call notes name, version and protocol."""
    async with connect(client_info=HOST) as client:
        await client.list_tools()
        assert not (Path(os.environ["MAILREEVE_HOME"]) / "mailreeve.db").exists()
        answer(await client.call_tool("search_mail", {"query": "in:inbox"}))
    (seen,) = access.access(app)["clients"]
    assert ("Some Host", "3.2", False) == (seen["name"], seen["version"], seen["refused"])
    assert seen["protocol"] >= "2025"


async def test_a_refused_program_gets_nothing(sandbox: SandboxServer, connect: Connect, app: App) -> None:
    """Tools and resources answer with the reason; another program goes on."""
    access.admit(app, HOST.name, "", "")
    access.revoke(app, HOST.name)
    async with connect(client_info=HOST) as client:
        with pytest.raises(MCPError, match="took the access of Some Host away"):
            await client.call_tool("search_mail", {"query": "in:inbox"})
        with pytest.raises(MCPError, match="took the access"):
            await client.read_resource("mailreeve://digest")
    async with connect(client_info=Implementation(name="Other", version="1")) as client:
        answer(await client.call_tool("search_mail", {"query": "in:inbox"}))
