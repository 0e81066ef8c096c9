"""open_review: the button of the card; it opens a page for the person and answers nothing for them."""

from typing import Annotated

from mcp.server.mcpserver import Context
from mcp.types import CallToolResult
from typing_extensions import TypedDict

from mailreeve.mcp_server.results import result
from mailreeve.mcp_server.served import Served
from mailreeve.mcp_server.tools.arguments import Account, Id
from mailreeve.mcp_server.work import Call, run


class Opened(TypedDict):
    """What the person sees now."""

    advice: str


async def open_review(
    draft_id: Id, ctx: Context[Served], account: Account = ""
) -> Annotated[CallToolResult, Opened]:
    """For the review card's button: opens the user's browser at a draft. Sends and approves nothing."""
    page = ctx.request_context.lifespan_context.page

    def use(call: Call) -> Opened:
        page.open_draft(call.box, draft_id)
        return Opened(
            advice="The review page is open in your browser. Nothing is sent until you approve it there."
        )

    opened = await run(ctx, account, use)
    return result(opened, opened["advice"])
