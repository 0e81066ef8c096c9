"""summarize, classify: the reader's answers; nothing here changes the mailbox."""

from typing import Annotated, Any

from mcp.server.mcpserver import Context
from mcp.types import CallToolResult
from pydantic import Field

from mailreeve.mcp_server.results import Summaries, Verdicts, fenced, result
from mailreeve.mcp_server.served import Served
from mailreeve.mcp_server.tools.arguments import Account, Ids, Words
from mailreeve.mcp_server.work import Call, run


async def summarize(
    ctx: Context[Served],
    thread_ids: Ids = [],  # noqa: B006 # pydantic copies it, and a list keeps the schema short
    query: Annotated[Words, Field(description="Instead: the newest 20 threads of a Gmail search")] = "",
    account: Account = "",
) -> Annotated[CallToolResult, Summaries]:
    """What threads say: gist, decisions, action items with owner, date and source, open questions.

    Cheaper than reading long threads.
    """

    def use(call: Call) -> dict[str, Any]:
        from mailreeve.service import reading

        answer = reading.summarize(
            call.box,
            thread_ids=thread_ids,
            query=query,
            progress=call.progress,
            cancel=call.cancel,
            veiled=True,
        )
        return fenced(answer, "summaries")

    return result(await run(ctx, account, use))


async def classify(
    ids: Ids, ctx: Context[Served], account: Account = ""
) -> Annotated[CallToolResult, Verdicts]:
    """Which of the user's labels each message deserves, and why; priority, deadline, whether to reply.

    Sets nothing: use label_mail or triage.
    """

    def use(call: Call) -> dict[str, Any]:
        from mailreeve.service import reading

        answer = reading.classify(call.box, ids, progress=call.progress, cancel=call.cancel)
        return fenced(answer, "verdicts")

    return result(await run(ctx, account, use))
