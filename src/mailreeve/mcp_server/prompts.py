"""Prompts: what a person picks from a menu to start a piece of work."""

from typing import Annotated, Any

from mcp.server import MCPServer
from mcp.server.context import CallNext, HandlerResult, ServerRequestContext
from mcp.shared.exceptions import MCPError
from mcp.types import INVALID_PARAMS
from pydantic import Field

from mailreeve.mcp_server.served import Served


def daily_brief() -> str:
    """What came in, what is urgent, what waits for you."""
    return (
        "Give me my daily brief. Look at the digest with review(show=digest); if there is none from today, run"
        " triage first and say how many messages it handled. Then tell me, in this order and with senders and"
        " dates: what is urgent or has a deadline, what needs my reply, what waits for others, and one line on"
        " the rest. Say what could not be read or decided. Change nothing else and send nothing."
    )


def clear_my_inbox(
    label: Annotated[str, Field(description="Only mail with this label; empty: the whole inbox")] = "",
) -> str:
    """Go through the inbox with you until it is empty."""
    where = f'with the label "{label}"' if label else "in my inbox"
    return (
        f"Help me clear the mail {where}. Find it with search_mail, classify it, and group it: needs my reply,"
        " to read, can be archived. Show me the groups with counts and examples and wait for my word before you"
        " archive or trash anything. Then use label_mail on what I agreed to, tell me the change id so that I can"
        " undo it, and draft replies where I ask for them. Send nothing unless I ask for it."
    )


def answer_this_thread(
    thread_id: Annotated[str, Field(description="As search_mail shows it")],
    what: Annotated[str, Field(description="What the answer should say")] = "",
) -> str:
    """Read a thread and write the reply as a draft."""
    wish = f" I want to say: {what}." if what else ""
    return (
        f"Read the whole thread {thread_id} with read_mail.{wish} List what I am asked and what is still open."
        " Write a reply with draft_mail(kind=reply) to the last message that is not mine: short, in the language"
        " and tone of the thread, with [ ] where you do not know a fact. Show me the draft and its flags. Do not"
        " send it."
    )


async def told(ctx: ServerRequestContext[Any, Any], call_next: CallNext) -> HandlerResult:
    """Say which prompt or argument is missing; the SDK would tell the host of an internal error."""
    try:
        return await call_next(ctx)
    except ValueError as error:
        if ctx.method != "prompts/get":
            raise
        raise MCPError(INVALID_PARAMS, f"{error}. prompts/list names them.") from error


def add(server: MCPServer[Served]) -> None:
    """Register all prompts."""
    for function, title in (
        (daily_brief, "Daily brief"),
        (clear_my_inbox, "Clear my inbox"),
        (answer_this_thread, "Answer this thread"),
    ):
        server.prompt(title=title, description=function.__doc__)(function)
