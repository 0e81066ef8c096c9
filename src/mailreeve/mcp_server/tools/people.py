"""find_contacts: whom the user knows."""

from typing import Annotated, Any

from mcp.server.mcpserver import Context
from mcp.types import CallToolResult
from pydantic import Field

from mailreeve.mcp_server.results import People, fenced, result
from mailreeve.mcp_server.served import Served
from mailreeve.mcp_server.tools.arguments import Account
from mailreeve.mcp_server.work import Call, run


async def find_contacts(
    query: Annotated[str, Field(max_length=200, description="Name, address or company, or a part")],
    ctx: Context[Served],
    limit: Annotated[int, Field(ge=1, le=50)] = 10,
    account: Account = "",
) -> Annotated[CallToolResult, People]:
    """Whom the user knows: names, addresses, how often they write, last contact. Look here before you write to a name."""

    def use(call: Call) -> dict[str, Any]:
        from mailreeve.service import contacts

        answer = contacts.find(call.box, query, limit=limit, cancel=call.cancel)
        return fenced(answer, "people")

    return result(await run(ctx, account, use))
