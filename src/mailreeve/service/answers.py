"""What the use cases answer: the JSON that the command line prints and the MCP tools return.

The keys are the outer face (docs/interface.md): add freely, rename or remove none.
"""

from typing import NotRequired

from typing_extensions import TypedDict


class AddressJson(TypedDict):
    """A mailbox."""

    name: str
    address: str


class LinkJson(TypedDict):
    """A link of the visible text; shown, never fetched."""

    text: str
    url: str


class HiddenJson(TypedDict):
    """How many characters a person would not see were removed, and how they were hidden.

    `alarm` is true for what looks like instructions; most hidden text is a harmless preview line.
    """

    chars: int
    how: list[str]
    alarm: bool


class AttachmentJson(TypedDict):
    """One attachment; `part` is the handle that get_attachment takes."""

    name: str
    type: str
    size: int
    inline: bool
    part: str


Hit = TypedDict(
    "Hit",
    {
        "id": str,
        "thread_id": str,
        "date": str,
        "from": str,
        "subject": str,
        "snippet": str,
        "labels": list[str],
        "url": str,
    },
)


class Failed(TypedDict):
    """An id that could not be handled, and why."""

    id: str
    reason: str


class SearchAnswer(TypedDict):
    """One page of hits, newest first; `next` is the cursor of the next page, empty on the last."""

    hits: list[Hit]
    next: str
    total: int
    source: str
    failed: list[Failed]
    synced: str
    """When the local index last knew everything, where the hits are from it; else empty."""
    since: str
    """How far back the local index reaches; empty: all mail."""


class SyncAnswer(TypedDict):
    """What a sync did; `waiting` messages could not be fetched yet, `since` is empty when all mail is covered."""

    account: str
    indexed: int
    removed: int
    total: int
    waiting: int
    since: str
    synced: str
    units: int
    seconds: float
    failed: list[Failed]


class ForgetAnswer(TypedDict):
    """Whether there was a local index to delete."""

    account: str
    forgotten: bool


ParsedJson = TypedDict(
    "ParsedJson",
    {
        "message_id": str,
        "subject": str,
        "from": list[AddressJson],
        "to": list[AddressJson],
        "cc": list[AddressJson],
        "bcc": list[AddressJson],
        "reply_to": list[AddressJson],
        "date": str | None,
        "text": str,
        "quoted": str,
        "signature": str,
        "html": bool,
        "hidden": HiddenJson,
        "links": list[LinkJson],
        "attachments": list[AttachmentJson],
        "list_id": str,
        "defects": list[str],
    },
)


class MessageJson(ParsedJson):
    """A message of the mailbox."""

    id: str
    thread_id: str
    labels: list[str]
    url: str


class ReadAnswer(TypedDict):
    """Messages as asked for; `omitted` says what was left out and how to get it."""

    messages: list[MessageJson]
    omitted: list[str]
    failed: list[Failed]


class ActionJson(TypedDict):
    """An action item; `message_id` is the Gmail id of the message that says so."""

    what: str
    who: str
    due: str
    message_id: str


class SummaryJson(TypedDict):
    """What a thread says, and who says so."""

    thread_id: str
    subject: str
    gist: str
    decisions: list[str]
    actions: list[ActionJson]
    questions: list[str]
    by: str
    url: str


class Asked(TypedDict):
    """What became of all that was asked for: asked = done + failed + left_out; `advice` says how to get the rest."""

    asked: int
    done: int
    failed: list[Failed]
    left_out: int
    advice: str


class SummarizeAnswer(TypedDict):
    """Summaries and their coverage."""

    summaries: list[SummaryJson]
    coverage: Asked


class VerdictJson(TypedDict):
    """What was decided about one message, by whom, and why."""

    id: str
    label: str
    priority: str
    needs_reply: bool
    deadline: str
    actions: list[ActionJson]
    summary: str
    confidence: float
    reason: str
    by: str
    needs_human: bool


class ClassifyAnswer(TypedDict):
    """Verdicts and their coverage."""

    verdicts: list[VerdictJson]
    coverage: Asked


class DraftAnswer(TypedDict):
    """A draft as it lies in Gmail now; `flags` are what a person should look at before sending.

    `message_id` is the Message-ID header, `digest` the SHA-256 of the exact bytes, `change` what undo takes.
    """

    draft_id: str
    message_id: str
    thread_id: str
    to: list[str]
    cc: list[str]
    bcc: list[str]
    subject: str
    digest: str
    flags: list[str]
    text: str
    url: str
    change: str


class SendAnswer(TypedDict):
    """What became of a request to send: sent, declined, needs_user, scheduled, unknown or failed.

    `message_id` is the Message-ID header, `sent_id` Gmail's id of the sent message.
    """

    status: str
    draft_id: str
    message_id: str
    sent_id: str
    proposal: str
    advice: str


class LabelledAnswer(TypedDict):
    """What label_mail did; `change` undoes it, `created` names the labels that did not exist before."""

    changed: int
    change: str
    created: list[str]
    failed: list[Failed]


class LabelJson(TypedDict):
    """One of the user's triage labels."""

    id: str
    name: str
    when: str
    archetype: str


class LabelsAnswer(TypedDict):
    """The closed set of labels that triage chooses from, and the labels in Gmail."""

    labels: list[LabelJson]
    gmail: list[str]


TokensJson = TypedDict("TokensJson", {"in": int, "out": int})


class DecidedJson(TypedDict):
    """How many messages each stage decided."""

    rule: int
    pattern: int
    offline: int
    llm: int


InboxRow = TypedDict(
    "InboxRow",
    {
        "id": str,
        "thread_id": str,
        "label": str,
        "priority": str,
        "from": str,
        "subject": str,
        "summary": str,
        "by": str,
        "confidence": float,
        "reason": str,
        "draft": str,
        "url": str,
    },
)


class RunAnswer(TypedDict):
    """What became of every message of a run: seen = already + sum(decided) + needs_human + failed."""

    run: str
    account: str
    seen: int
    already: int
    decided: DecidedJson
    needs_human: list[str]
    failed: list[str]
    failures: list[Failed]
    drafts: list[str]
    units: int
    model_calls: int
    tokens: TokensJson
    cost: float
    seconds: float
    left: int
    dry_run: bool
    started: str
    state: str
    inbox: NotRequired[list[InboxRow]]
    """What was decided, the most pressing first; a past run does not repeat it."""
    sent: NotRequired[list[SendAnswer]]
    """What became of mail whose time to leave had come."""
    bounced: NotRequired[list[Failed]]
    """Proposals of which it is new that somebody was not reached: `address: reason`."""
    changes: NotRequired[int]
    """How many of its changes undo could take back; 0: there is nothing to take back."""


class RunsAnswer(TypedDict):
    """Past runs, the newest first."""

    runs: list[RunAnswer]


class UndoAnswer(TypedDict):
    """What undo did; `skipped` is what a person changed since, `final` what cannot be undone."""

    undone: int
    skipped: list[Failed]
    final: list[Failed]
    failed: list[Failed]


class DigestAnswer(TypedDict):
    """The digest as text, the runs it tells of, and the head of the audit chain."""

    date: str
    text: str
    runs: list[str]
    head: str


class ProposalJson(TypedDict):
    """Something that waits for a person."""

    id: str
    kind: str
    state: str
    digest: str
    to: list[str]
    subject: str
    flags: list[str]
    draft_id: str
    url: str
    expires: str
    leaves: str
    """When it is to leave, ISO 8601; empty: at once."""
    bounced: str
    """Who was not reached, as the receiving servers said: `address: reason`; empty when nobody said so."""


class WaitingDraft(TypedDict):
    """A draft of ours that waits for the user, and was not proposed for sending yet.

    `flags` are what to look at before sending, `about` is what the mail says that it answers, `note` what the
    triage says to check in it.
    """

    draft_id: str
    thread_id: str
    to: list[str]
    subject: str
    flags: list[str]
    about: str
    note: str
    priority: str
    url: str


class ReviewAnswer(TypedDict):
    """What waits for a person: proposals to send, and the drafts that nobody proposed yet; each of them once.

    `total` counts both lists on all pages; `bounced` is mail of the last week that did not arrive.
    """

    proposals: list[ProposalJson]
    drafts: list[WaitingDraft]
    bounced: list[ProposalJson]
    total: int


class FileAnswer(TypedDict):
    """An attachment: its text where there is one, and where it was saved when asked to."""

    name: str
    type: str
    size: int
    text: str
    omitted: str
    saved: str


class AuditAnswer(TypedDict):
    """Whether the audit log is unbroken; `broken_at` is the first row that does not fit."""

    ok: bool
    rows: int
    head: str
    anchor: str
    broken_at: int | None


class Check(TypedDict):
    """One thing that doctor looked at, and how to mend it."""

    name: str
    ok: bool
    detail: str
    fix: str


class DoctorAnswer(TypedDict):
    """All checks; `ok` when none failed."""

    ok: bool
    checks: list[Check]
