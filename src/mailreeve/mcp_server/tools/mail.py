"""search_mail, read_mail, get_attachment: nothing here changes the mailbox."""

from typing import Annotated, Any, Literal

from mcp.server.mcpserver import Context
from mcp.types import CallToolResult
from pydantic import Field

from mailreeve.mcp_server import text
from mailreeve.mcp_server.results import FencedFile, Hits, Reading, fenced, result
from mailreeve.mcp_server.served import Served
from mailreeve.mcp_server.tools.arguments import Account, Cursor, Id, Ids, Words, offset
from mailreeve.mcp_server.work import Call, run

_CHARACTERS = 6000
"""Of an attachment's text in one answer."""


async def search_mail(
    query: Annotated[
        Words, Field(description="Gmail search: from:ana is:unread newer_than:7d has:attachment")
    ],
    ctx: Context[Served],
    limit: Annotated[int, Field(ge=1, le=50)] = 20,
    cursor: Cursor = "",
    source: Literal["auto", "gmail", "local", "ranked"] = "auto",
    account: Account = "",
) -> Annotated[CallToolResult, Hits]:
    """Find mail, newest first: ids, dates, senders, subjects, snippets. Read what matters with read_mail."""

    def use(call: Call) -> dict[str, Any]:
        from mailreeve.service import searching, veil

        answer = searching.search(
            call.box, query, limit=limit, cursor=cursor, source=source, cancel=call.cancel
        )
        shown = [veil.hit(call.box, hit) for hit in answer["hits"]]
        hits = [{key: value for key, value in hit.items() if key != "url"} for hit in shown]
        return fenced({**answer, "hits": hits}, "hits")

    found = await run(ctx, account, use)
    return result(found, text.hits(found))


async def read_mail(
    ctx: Context[Served],
    ids: Ids = [],  # noqa: B006 # pydantic copies it, and a list keeps the schema short
    thread_id: Annotated[str, Field(max_length=100, description="All its messages, oldest first")] = "",
    detail: Literal["text", "full", "links"] = "text",
    cursor: Cursor = "",
    account: Account = "",
) -> Annotated[CallToolResult, Reading]:
    """Read messages by id, or a whole thread.

    Gives the new text of each; quoted history, signatures and link targets are left out: detail=full shows
    them with the headers, detail=links lists the links. Long mail comes in pages: call again with the same
    arguments and `cursor`.
    """

    def use(call: Call) -> dict[str, Any]:
        from mailreeve.service import pages

        page = pages.read_page(call.box, ids, thread_id, detail, cursor, call.cancel)
        return fenced(page, "subject", "messages", "omitted")

    page = await run(ctx, account, use)
    return result(page, text.page(page))


async def get_attachment(
    message_id: Id,
    part: Annotated[Id, Field(description="As read_mail shows it")],
    ctx: Context[Served],
    cursor: Cursor = "",
    account: Account = "",
) -> Annotated[CallToolResult, FencedFile]:
    """The text of an attachment (PDF, DOCX, CSV, calendar, HTML, text), read without running anything in it."""

    def use(call: Call) -> dict[str, Any]:
        from mailreeve.service import attachments

        answer = attachments.get(call.box, message_id, part, cancel=call.cancel)
        first = offset(cursor)
        text_page = answer["text"][first : first + _CHARACTERS]
        following = first + len(text_page)
        going_on = str(following) if following < len(answer["text"]) else ""
        return fenced({**answer, "text": text_page, "next": going_on}, "name", "text")

    return result(await run(ctx, account, use))
