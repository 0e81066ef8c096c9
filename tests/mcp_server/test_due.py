"""Mail for later leaves while the server runs."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import anyio
from mcp import Client
from mcp.client.context import ClientRequestContext
from mcp.types import ElicitRequestParams, ElicitResult
from tests.mcp_server.conftest import answer
from tests.mcp_server.test_sending import draft
from tests.sandbox_server import SandboxServer

from mailreeve.app import App
from mailreeve.mcp_server.server import build


async def agreed(context: ClientRequestContext, params: ElicitRequestParams) -> ElicitResult:
    return ElicitResult(action="accept", content={"send": True})


async def test_planned_mail_leaves_once_while_the_server_runs(sandbox: SandboxServer, app: App) -> None:
    """Two servers over the same home look for it; it leaves once, without another call."""
    at = (datetime.now(UTC) + timedelta(seconds=2)).isoformat()
    async with (
        Client(build(app, due_seconds=0.1), mode="legacy", elicitation_callback=agreed) as client,
        Client(build(app, due_seconds=0.1), mode="legacy") as other,
    ):
        answer(await other.call_tool("search_mail", {"query": "in:inbox"}))
        found = answer(await client.call_tool("send_mail", {"draft_id": draft(sandbox), "at": at}))
        assert "scheduled" == found["status"]
        assert [] == sandbox.sent()
        with anyio.fail_after(30):
            while not sandbox.sent():  # noqa: ASYNC110 -- the other side is a server, which sets no event
                await anyio.sleep(0.1)
        await anyio.sleep(0.5)
    assert 1 == len(sandbox.sent())


async def test_nothing_is_opened_before_the_first_call(app: App) -> None:
    """A server that was only listed has not even a store."""
    async with Client(build(app, due_seconds=0.01), mode="legacy") as client:
        await client.list_tools()
        await anyio.sleep(0.2)
    assert not await anyio.Path(app.config.home / Path("mailreeve.db")).exists()
