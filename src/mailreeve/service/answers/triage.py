"""What triage did: labels, runs, undo, the digest."""

from typing import NotRequired

from typing_extensions import TypedDict

from mailreeve.service.answers.leaving import SendAnswer
from mailreeve.service.answers.mail import Failed
from mailreeve.service.answers.outside import OutboxJson


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


RunRow = TypedDict(
    "RunRow",
    {
        "id": str,
        "thread_id": str,
        "label": str,
        "priority": str,
        "from": str,
        "subject": str,
        "summary": str,
        "draft": str,
    },
)


class InboxRow(RunRow):
    """A message that was decided, by whom and why."""

    by: str
    confidence: float
    reason: str
    url: str


class RunCounts(TypedDict):
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


class RunAnswer(RunCounts):
    """The counts of a run, and what a person wants to know first."""

    inbox: NotRequired[list[InboxRow]]
    """What was decided, the most pressing first; a past run does not repeat it."""
    sent: NotRequired[list[SendAnswer]]
    """What became of mail whose time to leave had come."""
    bounced: NotRequired[list[Failed]]
    """Proposals of which it is new that somebody was not reached: `address: reason`."""
    digest: NotRequired[list[str]]
    """What became of the digest where the settings want it brought somewhere, a sentence each."""
    outbox: NotRequired[OutboxJson]
    """What was told to destinations: delivered by this run, waiting, given up."""
    changes: NotRequired[int]
    """How many of its changes undo could take back; 0: there is nothing to take back."""


class WatchJson(TypedDict):
    """Gmail's watch on the mailbox."""

    state: str
    """off, none, live, silent (mail came without a notice), failing or lapsed."""
    until: str
    """When it would lapse, ISO 8601; empty while there is none."""
    noticed: str
    """When the last notice came."""
    error: str


class RunsAnswer(TypedDict):
    """Past runs, the newest first."""

    runs: list[RunAnswer]
    worker: NotRequired[bool]
    """A worker is alive."""
    next: NotRequired[str]
    """When it makes its next run, ISO 8601; empty when no worker is alive."""
    watch: NotRequired[WatchJson]
    """Whether Gmail tells of new mail."""


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
