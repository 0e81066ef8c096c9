"""What the tools answer: the answers of the use cases, fenced where they carry words of a mail."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, NotRequired

from mcp.types import CallToolResult, TextContent
from typing_extensions import TypedDict

from mailreeve.mcp_server import fence
from mailreeve.service.answers import (
    ClassifyAnswer,
    DigestAnswer,
    DraftAnswer,
    Failed,
    FileAnswer,
    HiddenJson,
    HitJson,
    ProposalJson,
    RunAnswer,
    RunCounts,
    RunRow,
    SendAnswer,
    SenderMarks,
    SummarizeAnswer,
    WaitingDraft,
)
from mailreeve.service.answers.calendar import EventJson, SlotJson
from mailreeve.service.answers.people import PeopleAnswer
from mailreeve.service.answers.rules import ShownJson


class Fenced(TypedDict):
    """The keys between `begin` and `end` carry words of a mail."""

    begin: str
    end: str


class Hits(Fenced):
    """One page of a search; `next` is the cursor of the next page, empty on the last."""

    hits: list[HitJson]
    next: str
    total: int
    source: str
    failed: list[Failed]


class MailJson(TypedDict):
    """One message: its id, and date, sender and text as one block."""

    id: str
    mail: str
    sender: NotRequired[SenderMarks]
    hidden: NotRequired[HiddenJson]


class Reading(Fenced):
    """Mail as read; `omitted` says what was left out and how to get it."""

    thread_id: str
    subject: str
    times: str
    messages: list[MailJson]
    total: int
    next: str
    omitted: list[str]
    failed: list[Failed]


class People(Fenced, PeopleAnswer):
    """People; names are as they write them themselves."""


class Planned(Fenced, total=False):
    """Events or free times; or a change that waits for the user, under `draft_id`."""

    events: list[EventJson]
    slots: list[SlotJson]
    unknown: list[str]
    zone: str
    more: bool
    status: str
    draft_id: str
    proposal: str
    question: str
    advice: str


class FencedFile(Fenced, FileAnswer):
    """An attachment; `next` is the cursor of the next part of its text."""

    next: str


class Summaries(Fenced, SummarizeAnswer):
    """Summaries."""


class Verdicts(Fenced, ClassifyAnswer):
    """Verdicts."""


class DraftShown(Fenced, DraftAnswer):
    """A draft."""


class RunShown(Fenced, RunCounts):
    """A run: its counts, and the most pressing messages; `more` of them are not in `inbox`."""

    inbox: list[RunRow]
    sent: list[SendAnswer]
    bounced: list[Failed]
    more: int


class Waiting(Fenced, total=False):
    """What `review` was asked to show."""

    proposals: list[ProposalJson]
    drafts: list[WaitingDraft]
    bounced: list[ProposalJson]
    total: int
    digest: DigestAnswer
    runs: list[RunAnswer]
    rules: list[ShownJson]
    seen: int
    left_out: int
    failed: list[Failed]
    next: str


def fenced(answer: Mapping[str, Any], *carriers: str) -> dict[str, Any]:
    """The answer with the keys that carry words of a mail made plain, first, and fenced."""
    mark = fence.mark()
    inside = {key: fence.all_plain(answer[key]) for key in carriers}
    outside = {key: value for key, value in answer.items() if key not in carriers}
    return {"begin": fence.notice(mark), **inside, "end": mark, **outside}


def result(structured: Mapping[str, Any], text: str = "") -> CallToolResult:
    """The answer for both kinds of hosts: those that show the model the text, and those that show the JSON.

    Without a text of its own the JSON is the text too, compact.
    """
    shown = text or json.dumps(structured, ensure_ascii=False, separators=(",", ":"))
    return CallToolResult(content=[TextContent(type="text", text=shown)], structured_content=dict(structured))


def lines(*parts: str | Sequence[str]) -> str:
    """Text lines, without the empty ones."""
    flat = [line for part in parts for line in ([part] if isinstance(part, str) else part)]
    return "\n".join(line for line in flat if line)
