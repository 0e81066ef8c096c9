"""Asking the person before a mail leaves: the client's form in both eras of the protocol, else the review page.

A resolver runs before the tool and again in every round of a stateless client, so it proposes the same bytes
again and asks the same question. The answer comes from the client, never from an argument of the tool: what the
model says counts for nothing here. The digest in the question binds the answer to what was shown; the gate reads
the draft once more before it leaves and stops when it differs.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal

from mcp.server.apps import client_supports_apps
from mcp.server.mcpserver import (
    AcceptedElicitation,
    Context,
    Elicit,
    ElicitationResult,
    Resolve,
)
from pydantic import BaseModel, Field

from mailreeve.mcp_server.served import Served
from mailreeve.mcp_server.work import Call, client_name, run
from mailreeve.service.answers import SendAnswer

if TYPE_CHECKING:
    from mailreeve.service.sending import Letter


class Confirm(BaseModel):
    """What the person is asked."""

    send: bool = Field(default=False, strict=True, title="Send it", description="Send exactly this message")


@dataclass(frozen=True, slots=True)
class Shown:
    """What is proposed, and what the question says."""

    proposal_id: str
    digest: str
    question: str
    """The whole preview, with the fingerprint of the bytes in it."""
    asks: bool
    """False when the person's own policy lets it go without a question."""
    letter: "Letter | None" = None
    """For the card of a host that shows one."""
    answered: SendAnswer | None = None
    """What the person decided meanwhile, on the review page or a terminal: nothing is proposed then."""


async def propose(draft_id: str, at: str, account: str, ctx: Context[Served]) -> Shown:
    """Freeze the draft as it is now; the same bytes give the same proposal."""
    page, cards = ctx.request_context.lifespan_context.page, client_supports_apps(ctx)

    def use(call: Call) -> Shown:
        from mailreeve.service import sending

        answered = sending.meanwhile(call.box, draft_id, page.asked(call.box, draft_id))
        if answered:
            return Shown(answered["proposal"], "", "", asks=False, answered=answered)
        pending = sending.propose(call.box, draft_id, at=at or None)
        letter = sending.letter(call.box, pending.proposal_id) if cards else None
        return Shown(pending.proposal_id, pending.digest, pending.question, pending.decision == "ask", letter)

    return await run(ctx, account, use)


def can_ask(ctx: Context[Served]) -> bool:
    """True when the client can show a form; a bare `elicitation: {}` means forms (MCP 2025-06-18)."""
    elicitation = ctx.client_capabilities.elicitation if ctx.client_capabilities else None
    return elicitation is not None and (elicitation.form is not None or elicitation.url is None)


Way = Literal["policy", "page", "answered"]
"""Why the client asks nothing: the policy allows it, it cannot ask, or the person has decided already."""


async def ask(shown: Annotated[Shown, Resolve(propose)], ctx: Context[Served]) -> Elicit[Confirm] | Way:
    """The question, unless it needs none or cannot be asked."""
    if shown.answered:
        return "answered"
    if not shown.asks:
        return "policy"
    return Elicit(shown.question, Confirm) if can_ask(ctx) else "page"


Answered = Annotated[ElicitationResult[Confirm], Resolve(ask)]
Proposed = Annotated[Shown, Resolve(propose)]


async def settle(
    ctx: Context[Served], account: str, draft_id: str, shown: Shown, answer: ElicitationResult[Confirm]
) -> SendAnswer:
    """Do what the person said; nothing leaves unless they said yes to this digest."""
    who, page = client_name(ctx), ctx.request_context.lifespan_context.page
    said: Confirm | Way | None = answer.data if isinstance(answer, AcceptedElicitation) else None

    def use(call: Call) -> SendAnswer:
        from mailreeve.service import sending

        if said == "answered" and shown.answered:
            page.told(call.box, draft_id)
            return shown.answered
        if said == "policy":
            return sending.confirm(call.box, shown.proposal_id, shown.digest, channel="policy", by="config")
        if said == "page":
            return page.ask(call, draft_id, shown.proposal_id)
        if isinstance(said, Confirm) and said.send is True:
            return sending.confirm(call.box, shown.proposal_id, shown.digest, channel="elicitation", by=who)
        return sending.decline(
            call.box, shown.proposal_id, f"no yes from {who}: {answer.action}, maybe by the program itself"
        )

    return await run(ctx, account, use)
