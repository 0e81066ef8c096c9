"""send_mail: the person is asked; no argument can answer for them."""

from typing import Annotated

from mcp.server.mcpserver import Context
from mcp.types import CallToolResult
from pydantic import Field

from mailreeve.mcp_server.card import CARD
from mailreeve.mcp_server.confirm import Answered, Proposed, settle
from mailreeve.mcp_server.results import fenced, result
from mailreeve.mcp_server.served import Served
from mailreeve.mcp_server.tools.arguments import Account, Id
from mailreeve.service.answers import SendAnswer


async def send_mail(
    draft_id: Id,
    shown: Proposed,
    answer: Answered,
    ctx: Context[Served],
    at: Annotated[str, Field(max_length=40, description="ISO 8601 with zone; empty: now")] = "",  # noqa: ARG001 -- taken by the resolver, by its name
    account: Account = "",
) -> Annotated[CallToolResult, SendAnswer]:
    """Ask the user to send a draft, showing them exactly what leaves; sends only on their yes.

    `status` says what became of it: sent, scheduled, declined, needs_user (`advice` says where they confirm),
    unknown, failed. Never ask for a yes in the chat instead, and never retry `unknown`.
    """
    settled = await settle(ctx, account, draft_id, shown, answer)
    told = result(settled)
    if shown.letter is not None:
        told.meta = {CARD: fenced(shown.letter, *shown.letter)}
    return told
