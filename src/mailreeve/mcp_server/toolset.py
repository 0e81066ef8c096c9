"""The table of the tools: titles, what they may do, and which capability each needs."""

import inspect
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from mcp.server.mcpserver.tools import Tool
from mcp.types import ToolAnnotations

from mailreeve.mcp_server.asked import CheckedTool
from mailreeve.mcp_server.card import URI
from mailreeve.mcp_server.schema import trimmed
from mailreeve.mcp_server.tools.calendar import calendar
from mailreeve.mcp_server.tools.drafts import draft_mail
from mailreeve.mcp_server.tools.labels import label_mail, undo
from mailreeve.mcp_server.tools.mail import get_attachment, read_mail, search_mail
from mailreeve.mcp_server.tools.page import open_review
from mailreeve.mcp_server.tools.people import find_contacts
from mailreeve.mcp_server.tools.reading import classify, summarize
from mailreeve.mcp_server.tools.sending import send_mail
from mailreeve.mcp_server.tools.triage import review, triage

READS = ToolAnnotations(read_only_hint=True, idempotent_hint=True, open_world_hint=True)
LOOKS = ToolAnnotations(read_only_hint=True, idempotent_hint=True, open_world_hint=False)
CHANGES = ToolAnnotations(
    read_only_hint=False, destructive_hint=True, idempotent_hint=True, open_world_hint=True
)
WRITES = ToolAnnotations(
    read_only_hint=False, destructive_hint=True, idempotent_hint=False, open_world_hint=True
)
SHOWS = ToolAnnotations(
    read_only_hint=False, destructive_hint=False, idempotent_hint=True, open_world_hint=False
)
_CARDS = {
    "draft_mail": {"resourceUri": URI},
    "send_mail": {"resourceUri": URI},
    "open_review": {"resourceUri": URI, "visibility": ["app"]},
}
"""MCP Apps: which tools a host shows with the card, and which only the card calls."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One tool of the table."""

    function: Callable[..., Any]
    title: str
    annotations: ToolAnnotations
    needs: frozenset[str]
    """Any one of these capabilities is enough."""


def _entry(function: Callable[..., Any], title: str, annotations: ToolAnnotations, *needs: str) -> Entry:
    return Entry(function, title, annotations, frozenset(needs))


TOOLS = (
    _entry(search_mail, "Search mail", READS, "read"),
    _entry(read_mail, "Read mail", READS, "read"),
    _entry(get_attachment, "Read an attachment", READS, "read"),
    _entry(summarize, "Summarize threads", READS, "read"),
    _entry(classify, "Classify mail", READS, "read"),
    _entry(find_contacts, "Find people", READS, "read"),
    _entry(label_mail, "Label, archive, star, trash", CHANGES, "label"),
    _entry(draft_mail, "Write a draft", WRITES, "draft"),
    _entry(calendar, "Calendar", WRITES, "calendar"),
    _entry(send_mail, "Send a draft after asking the user", WRITES, "send", "calendar"),
    _entry(triage, "Triage new mail", WRITES, "label"),
    _entry(review, "What waits, digest, runs", LOOKS, "read"),
    _entry(open_review, "Open the review page", SHOWS, "draft", "send"),
    _entry(undo, "Undo a change or a run", CHANGES, "label", "draft"),
)


def tools(capabilities: Collection[str]) -> list[Tool]:
    """The tools that these capabilities allow, always in the same order."""
    return [_tool(entry) for entry in TOOLS if entry.needs & set(capabilities)]


def _tool(entry: Entry) -> Tool:
    card = _CARDS.get(entry.function.__name__)
    tool = CheckedTool.from_function(
        entry.function,
        title=entry.title,
        description=" ".join((inspect.getdoc(entry.function) or "").split()),
        annotations=entry.annotations,
        meta={"ui": card} if card else None,
    )
    tool.parameters = trimmed(tool.parameters)
    tool.fn_metadata.output_schema = trimmed(tool.fn_metadata.output_schema or {}, descriptions=False)
    return tool
