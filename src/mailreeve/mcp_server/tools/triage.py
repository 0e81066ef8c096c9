"""triage, review."""

from typing import Annotated, Any, Literal

from mcp.server.mcpserver import Context
from mcp.types import CallToolResult
from pydantic import Field

from mailreeve.app import App
from mailreeve.mcp_server.results import RunShown, Waiting, fenced, result
from mailreeve.mcp_server.tools.arguments import Account, Cursor
from mailreeve.mcp_server.work import Call, run

_PAGE = 20


async def triage(
    ctx: Context[App],
    since: Annotated[str, Field(max_length=20, description="12h, 7d, 2w; empty: since the last run")] = "",
    dry_run: bool = False,
    again: Annotated[bool, Field(description="Decide anew")] = False,
    limit: Annotated[int, Field(ge=1, le=1000)] = 50,
    account: Account = "",
) -> Annotated[CallToolResult, RunShown]:
    """Work through new mail: label it, draft replies, list what needs the user.

    Every message is accounted for; `left` are still to do: call again. undo with `run` takes it all back.
    """

    def use(call: Call) -> dict[str, Any]:
        from mailreeve.service import triage as service

        answer = service.triage(
            call.box,
            since=since,
            dry_run=dry_run,
            again=again,
            limit=limit,
            progress=call.progress,
            cancel=call.cancel,
        )
        return fenced(answer, "failures")

    return result(await run(ctx, account, use))


async def review(
    ctx: Context[App],
    show: Literal["waiting", "digest", "runs"] = "waiting",
    cursor: Cursor = "",
    account: Account = "",
) -> Annotated[CallToolResult, Waiting]:
    """What waits for the user's yes, the digest of the last triage, or past runs."""

    def use(call: Call) -> dict[str, Any]:
        if show == "digest":
            from mailreeve.service import triage as service

            return fenced({"digest": service.digest(call.box)}, "digest")
        first = int(cursor) if cursor.isdecimal() else 0
        if show == "runs":
            from mailreeve.service import triage as service

            key, found = "runs", list(service.runs(call.box)["runs"])
        else:
            from mailreeve.service import review as proposals

            key, found = "proposals", list(proposals.proposals(call.box)["proposals"])
        following = str(first + _PAGE) if first + _PAGE < len(found) else ""
        return fenced({key: found[first : first + _PAGE], "next": following}, key)

    return result(await run(ctx, account, use))
