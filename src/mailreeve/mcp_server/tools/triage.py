"""triage, review."""

from typing import Annotated, Any, Literal

from mcp.server.mcpserver import Context
from mcp.types import CallToolResult
from pydantic import Field

from mailreeve.mcp_server import text
from mailreeve.mcp_server.results import RunShown, Waiting, fenced, result
from mailreeve.mcp_server.served import Served
from mailreeve.mcp_server.tools.arguments import Account, Cursor, offset
from mailreeve.mcp_server.work import Call, run
from mailreeve.service.answers import RunAnswer, RunRow

_PAGE = 20
_MOST = 1000
_TRIED = 200
"""Mails that rules are tried on in one call."""


async def triage(
    ctx: Context[Served],
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
        return fenced(_short(answer), "inbox", "failures", "sent", "bounced")

    return result(await run(ctx, account, use))


def _short(answer: RunAnswer) -> dict[str, Any]:
    """The run with the most pressing messages; the labels in Gmail have them all."""
    rows = answer.get("inbox", [])
    inbox = [{key: row[key] for key in RunRow.__annotations__} for row in rows[:_PAGE]]  # type: ignore[literal-required] # its keys are a part of the row's
    return {"sent": [], "bounced": [], **answer, "inbox": inbox, "more": len(rows) - len(inbox)}


async def review(
    ctx: Context[Served],
    show: Literal["waiting", "history", "digest", "runs", "rules"] = "waiting",
    cursor: Cursor = "",
    account: Account = "",
) -> Annotated[CallToolResult, Waiting]:
    """What waits for the user (drafts, proposals to send), also what was decided, the last digest, past runs, or the rules tried on recent mail."""

    def use(call: Call) -> dict[str, Any]:
        from mailreeve.service import digest
        from mailreeve.service import triage as service
        from mailreeve.service.waiting import waiting

        if show == "digest":
            return fenced({"digest": digest.digest(call.box)}, "digest")
        if show == "runs":
            return _runs(service.runs(call.box, limit=_MOST)["runs"], cursor)
        if show == "rules":
            return _rules(call, cursor)
        first = offset(cursor)
        answer = waiting(call.box, history=show == "history", first=first, limit=_PAGE, cancel=call.cancel)
        told = {**answer, "next": _next(first, answer["total"])}
        return fenced(told, "proposals", "drafts", "bounced")

    found = await run(ctx, account, use)
    return result(found, text.block(found, found["digest"]["text"]) if show == "digest" else "")


def _runs(found: list[RunAnswer], cursor: str) -> dict[str, Any]:
    first = offset(cursor)
    return fenced({"runs": found[first : first + _PAGE], "next": _next(first, len(found))}, "runs")


def _rules(call: Call, cursor: str) -> dict[str, Any]:
    """What each looks at, does, and would have done; samples are words of mails."""
    from mailreeve.service import ruling

    first = offset(cursor)
    rows, tried = ruling.shown(call.box, since="30d", most=_TRIED, cancel=call.cancel)
    page = {"rules": rows[first : first + _PAGE], "next": _next(first, len(rows))}
    seen = {key: tried[key] for key in ("seen", "left_out", "failed")}
    return fenced({**page, **seen}, "rules")


def _next(first: int, total: int) -> str:
    """The cursor of the next page; empty on the last."""
    return str(first + _PAGE) if first + _PAGE < total else ""
