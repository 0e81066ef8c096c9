"""label_mail, undo: changes that can be taken back."""

from typing import Annotated, Any

from mcp.server.mcpserver import Context
from mcp.types import CallToolResult
from pydantic import Field

from mailreeve.mcp_server.results import result
from mailreeve.mcp_server.served import Served
from mailreeve.mcp_server.tools.arguments import Account, Id, Ids
from mailreeve.mcp_server.work import Call, run
from mailreeve.service.answers import LabelledAnswer, UndoAnswer


async def label_mail(
    ids: Ids,
    ctx: Context[Served],
    add: Annotated[
        Ids, Field(description="archive, read, unread, star, important, trash, spam, or label names")
    ] = [],  # noqa: B006 # pydantic copies it
    remove: Ids = [],  # noqa: B006 # as above
    account: Account = "",
) -> Annotated[CallToolResult, LabelledAnswer]:
    """Label, archive, star, trash or mark messages as read. `change` in the answer takes it back with undo."""

    def use(call: Call) -> dict[str, Any]:
        from mailreeve.service import labels

        return dict(labels.label_mail(call.box, ids, add=add, remove=remove, cancel=call.cancel))

    return result(await run(ctx, account, use))


async def undo(
    id: Annotated[Id, Field(description="A `change` or `run` id of an answer")],  # noqa: A002 # the outer face
    ctx: Context[Served],
    account: Account = "",
) -> Annotated[CallToolResult, UndoAnswer]:
    """Take back one change or a whole triage run.

    What a person changed since is left alone and listed; sent mail is final.
    """

    def use(call: Call) -> dict[str, Any]:
        from mailreeve.service import triage

        return dict(triage.undo(call.box, id, cancel=call.cancel))

    return result(await run(ctx, account, use))
