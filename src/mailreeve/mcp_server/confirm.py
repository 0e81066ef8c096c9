"""Asking the person before a mail leaves: form elicitation, in both eras of the protocol.

A resolver runs before the tool and again in every round of a stateless client, so it proposes the same bytes
again and asks the same question. The answer comes from the client, never from an argument of the tool: what the
model says counts for nothing here. The digest in the question binds the answer to what was shown; the gate reads
the draft once more before it leaves and stops when it differs.
"""

from dataclasses import dataclass
from typing import Annotated, Literal

from mcp.server.mcpserver import (
    AcceptedElicitation,
    Context,
    Elicit,
    ElicitationResult,
    Resolve,
)
from pydantic import BaseModel, Field

from mailreeve.app import App
from mailreeve.mcp_server.work import Call, client_name, run
from mailreeve.service.answers import SendAnswer


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


async def propose(draft_id: str, at: str, account: str, ctx: Context[App]) -> Shown:
    """Freeze the draft as it is now; the same bytes give the same proposal."""

    def use(call: Call) -> Shown:
        from mailreeve.service import sending

        pending = sending.propose(call.box, draft_id, at=at or None)
        return Shown(pending.proposal_id, pending.digest, pending.question, pending.decision == "ask")

    return await run(ctx, account, use)


def can_ask(ctx: Context[App]) -> bool:
    """True when the client can show a form; a bare `elicitation: {}` means forms (MCP 2025-06-18)."""
    elicitation = ctx.client_capabilities.elicitation if ctx.client_capabilities else None
    return elicitation is not None and (elicitation.form is not None or elicitation.url is None)


Way = Literal["policy", "nobody"]
"""Why no question was asked: the policy allows it, or the client cannot ask."""


async def ask(shown: Annotated[Shown, Resolve(propose)], ctx: Context[App]) -> Elicit[Confirm] | Way:
    """The question, unless it needs none or cannot be asked."""
    if not shown.asks:
        return "policy"
    return Elicit(shown.question, Confirm) if can_ask(ctx) else "nobody"


Answered = Annotated[ElicitationResult[Confirm], Resolve(ask)]
Proposed = Annotated[Shown, Resolve(propose)]


async def settle(
    ctx: Context[App], account: str, shown: Shown, answer: ElicitationResult[Confirm]
) -> SendAnswer:
    """Do what the person said; nothing leaves unless they said yes to this digest."""
    who = client_name(ctx)
    said: Confirm | Way | None = answer.data if isinstance(answer, AcceptedElicitation) else None

    def use(call: Call) -> SendAnswer:
        from mailreeve.service import sending

        if said == "policy":
            return sending.confirm(call.box, shown.proposal_id, shown.digest, channel="policy", by="config")
        if said == "nobody":
            return sending.waiting(call.box, shown.proposal_id)
        if isinstance(said, Confirm) and said.send is True:
            return sending.confirm(call.box, shown.proposal_id, shown.digest, channel="elicitation", by=who)
        return sending.decline(
            call.box, shown.proposal_id, f"no yes from {who}: {answer.action}, maybe by the program itself"
        )

    return await run(ctx, account, use)
