"""draft_mail: writes drafts, sends nothing."""

from typing import Annotated, Any, Literal

from mcp.server.mcpserver import Context
from mcp.types import CallToolResult
from pydantic import Field

from mailreeve.mcp_server.results import DraftShown, fenced, result
from mailreeve.mcp_server.served import Served
from mailreeve.mcp_server.tools.arguments import Account, Ids
from mailreeve.mcp_server.work import Call, client_name, run

Addresses = Annotated[list[Annotated[str, Field(max_length=500)]], Field(max_length=200)]


async def draft_mail(
    kind: Literal["new", "reply", "reply_all", "forward", "edit", "unsubscribe"],
    ctx: Context[Served],
    to: Addresses = [],  # noqa: B006 # pydantic copies it, and a list keeps the schema short
    cc: Addresses = [],  # noqa: B006
    bcc: Addresses = [],  # noqa: B006
    from_: Annotated[str, Field(max_length=500, validation_alias="from")] = "",
    subject: Annotated[str, Field(max_length=2000)] = "",
    body: Annotated[
        str, Field(max_length=500_000, description="Plain text; empty: the reader proposes a reply")
    ] = "",
    reply_to_id: Annotated[str, Field(max_length=100, description="Message to answer or forward")] = "",
    draft_id: Annotated[str, Field(max_length=100, description="Draft to edit")] = "",
    attachments: Annotated[Ids, Field(description="File names in the user's attach folder")] = [],  # noqa: B006
    account: Account = "",
) -> Annotated[CallToolResult, DraftShown]:
    """Write or change a draft.

    Recipients, subject, quoting and threading of replies are set for you. Nothing is sent: show the user the
    text and flags, then use send_mail.
    """

    def use(call: Call) -> dict[str, Any]:
        from mailreeve.service import drafting, unsubscribing, veil

        if kind == "unsubscribe":
            asked = unsubscribing.as_draft(call.box, reply_to_id, cancel=call.cancel)
            return fenced(asked, "to", "cc", "bcc", "subject", "text", "flags")

        answer = drafting.draft(
            call.box,
            kind=kind,
            to=to,
            cc=cc,
            bcc=bcc,
            from_=from_,
            subject=subject or None,
            body=body or None,
            reply_to_id=reply_to_id,
            draft_id=draft_id,
            attachments=attachments,
            by=client_name(ctx),
            cancel=call.cancel,
        )
        answer["text"] = veil.words(call.box, answer["text"])  # it may repeat the mail that is answered
        answer["subject"] = veil.words(call.box, answer["subject"])
        return fenced(answer, "to", "cc", "bcc", "subject", "text", "flags")

    return result(await run(ctx, account, use))
