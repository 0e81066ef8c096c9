"""What a reader says of mail: summaries and verdicts."""

from typing_extensions import TypedDict

from mailreeve.service.answers.mail import Failed, HiddenJson


class ActionJson(TypedDict):
    """An action item; `message_id` is the Gmail id of the message that says so."""

    what: str
    who: str
    due: str
    message_id: str


class SourcesJson(TypedDict):
    """Gmail's ids of the messages that say so: those of the gist, and one for each decision and question."""

    gist: list[str]
    decisions: list[str]
    questions: list[str]


class DetailJson(TypedDict):
    """A date (ISO 8601) or a sum ("1240.00 EUR") that a message names."""

    text: str
    value: str
    message_id: str


class ReadJson(TypedDict):
    """messages = read + folded + left_out; `unsupported` statements named no message and are not told."""

    messages: int
    read: int
    folded: int
    left_out: int
    unsupported: int


class SummaryJson(TypedDict):
    """What a thread says, and who says so."""

    thread_id: str
    subject: str
    gist: str
    decisions: list[str]
    actions: list[ActionJson]
    questions: list[str]
    dates: list[DetailJson]
    amounts: list[DetailJson]
    sources: SourcesJson
    coverage: ReadJson
    hidden: HiddenJson
    """What of the thread's mails was left out because nobody sees it."""
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
