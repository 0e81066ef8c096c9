"""calendar: what is in it and when there is time; changes wait for the person, who is asked by send_mail."""

from typing import Annotated, Any, Literal

from mcp.server.mcpserver import Context
from mcp.types import CallToolResult
from pydantic import Field

from mailreeve.mcp_server.results import Planned, fenced, result
from mailreeve.mcp_server.served import Served
from mailreeve.mcp_server.tools.arguments import Account
from mailreeve.mcp_server.work import Call, run


async def calendar(
    action: Literal["agenda", "free", "propose", "yes", "no", "maybe", "delete"],
    ctx: Context[Served],
    event_id: Annotated[str, Field(max_length=1024, description="Or the id of the mail that invites")] = "",
    start: Annotated[str, Field(max_length=40, description="2026-11-25T14:00, user's zone, or a day")] = "",
    minutes: Annotated[int, Field(ge=5, le=1440)] = 30,
    days: Annotated[int, Field(ge=1, le=92)] = 7,
    subject: Annotated[str, Field(max_length=500)] = "",
    guests: Annotated[list[Annotated[str, Field(max_length=320)]], Field(max_length=50)] = [],  # noqa: B006 # pydantic copies it, and a list keeps the schema short
    account: Account = "",
) -> Annotated[CallToolResult, Planned]:
    """Agenda, free times (with guests: theirs too), new events, answers. Changes wait: send_mail with `draft_id` asks the user."""

    def use(call: Call) -> dict[str, Any]:
        from mailreeve.service import calendar as service

        if action == "agenda":
            agenda = service.agenda(call.box, start=start, days=days, cancel=call.cancel)
            return fenced(agenda, "events")
        if action == "free":
            found = service.free(
                call.box, start=start, days=days, minutes=minutes, people=guests, cancel=call.cancel
            )
            return fenced(found, "slots")
        if action == "propose":
            wish = service.Wish(
                title=subject, start=start, minutes=minutes if start else 0, guests=tuple(guests)
            )
            asked = service.propose(call.box, wish, event=event_id, cancel=call.cancel)
        elif action == "delete":
            asked = service.cancel_event(call.box, event_id, cancel=call.cancel)
        else:
            asked = service.answer(call.box, event_id, action, cancel=call.cancel)
        return fenced({key: value for key, value in asked.items() if key != "digest"}, "question")

    return result(await run(ctx, account, use))
