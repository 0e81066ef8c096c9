"""Which programs ask for something: noted in the store, and turned away when the person said so."""

from typing import Any

import anyio.to_thread
from mcp.server.context import CallNext, HandlerResult, ServerMiddleware, ServerRequestContext
from mcp.shared.exceptions import MCPError
from mcp.types import INVALID_REQUEST

from mailreeve.app import App
from mailreeve.errors import NotApproved

GUARDED = frozenset({"tools/call", "resources/read", "completion/complete"})
"""What gives mail away or changes it. Lists and the handshake cost nothing and open no store."""


def door(app: App) -> ServerMiddleware[Any]:
    """The check in front of every guarded request; the first one wakes what the server does by itself."""

    async def check(ctx: ServerRequestContext[Any, Any], call_next: CallNext) -> HandlerResult:
        if ctx.method in GUARDED:
            params = ctx.session.client_params
            info = params.client_info if params else None
            name, version = (info.name, info.version) if info else ("", "")
            try:
                await anyio.to_thread.run_sync(_admit, app, name, version, ctx.protocol_version)
            except NotApproved as error:
                raise MCPError(INVALID_REQUEST, str(error)) from error
            ctx.lifespan_context.due.wake()
        return await call_next(ctx)

    return check


def _admit(app: App, name: str, version: str, protocol: str) -> None:
    from mailreeve.service import access

    access.admit(app, name, version, protocol)
