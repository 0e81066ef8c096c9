"""What reading finds in a mail: labels to choose from, verdicts, summaries, replies, their cost."""

from dataclasses import dataclass
from enum import StrEnum

from mailreeve.models.doing import Action


class Archetype(StrEnum):
    """What a user's label means, so that the offline reader can use it."""

    URGENT = "urgent"
    TO_REPLY = "to_reply"
    WAITING = "waiting"
    FYI = "fyi"
    NEWSLETTER = "newsletter"
    PROMOTION = "promotion"
    RECEIPT = "receipt"
    NOTIFICATION = "notification"
    CALENDAR = "calendar"
    PERSONAL = "personal"
    COLD = "cold"
    SUSPICIOUS = "suspicious"


@dataclass(frozen=True, slots=True)
class LabelSpec:
    """One of the user's labels: the closed set that a verdict chooses from."""

    id: str
    name: str
    when: str
    """A sentence: when a mail gets this label."""
    archetype: Archetype | None = None
    actions: tuple[str, ...] = ()
    """What is done besides labelling: archive, read, star."""
    rank: int | None = None
    """Place among ordered buckets; None when the labels have no order."""
    urgent: bool = False


@dataclass(frozen=True, slots=True)
class Example:
    """A mail whose label the person corrected, as a model is shown it beside another one."""

    message: str
    """Gmail's id; the model is not told it."""
    subject: str
    line: str
    """The mail in one line, as it was summarized then."""
    label: str


class Priority(StrEnum):
    """How soon a person should look."""

    URGENT = "urgent"
    HIGH = "high"
    NORMAL = "normal"
    LOW = "low"


class DecidedBy(StrEnum):
    """Who decided; the digest and every list say so."""

    RULE = "rule"
    PATTERN = "pattern"
    OFFLINE = "offline"
    LLM = "llm"
    PERSON = "person"


@dataclass(frozen=True, slots=True)
class ActionItem:
    """Something that somebody is asked or promises to do."""

    what: str
    who: str = ""
    due: str = ""
    """ISO 8601 date or date-time; empty when the mail names none."""
    message_id: str = ""
    """Gmail's id of the message that says so."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was decided about one message, by whom, and why."""

    id: str
    label: str
    """The id of one of the user's labels; empty only with `needs_human`."""
    priority: Priority
    needs_reply: bool
    summary: str
    confidence: float
    """From 0 to 1."""
    reason: str
    by: DecidedBy
    deadline: str = ""
    """ISO 8601; empty when there is none."""
    actions: tuple[ActionItem, ...] = ()
    needs_human: bool = False
    """True when nobody could decide: the label `needs-human` is set and nothing else is done."""
    evidence: tuple[str, ...] = ()
    """What each stage of the cascade saw, in order."""
    does: tuple[Action, ...] = ()
    """What the user's rules want done beside the label."""
    met: tuple[str, ...] | None = None
    """Which of the user's plain-language conditions hold; None when no model judged them."""
    extracted: tuple[tuple[str, str | float | bool], ...] = ()
    """What rules take out of it: `rule.field` and the value."""


@dataclass(frozen=True, slots=True)
class Claim:
    """Something that a thread says, and the message that says so."""

    text: str
    message_id: str
    """Gmail's id of that message; it is one of the thread."""


@dataclass(frozen=True, slots=True)
class Detail:
    """A date or a sum that a thread names."""

    text: str
    """As it is written."""
    value: str
    """ISO 8601; or the number and the currency (ISO 4217), as "1240.00 EUR"."""
    message_id: str


@dataclass(frozen=True, slots=True)
class ThreadCoverage:
    """How much of a thread a reader saw: messages = read + folded + left_out."""

    messages: int = 0
    read: int = 0
    """Shown as they are, long ones cut."""
    folded: int = 0
    """Shown as notes that were made of them first."""
    left_out: int = 0
    """Not shown at all: too old in a very long thread, a secret as a whole, or folding them failed."""
    unsupported: int = 0
    """Statements of the reader that name no message of the thread, and so are not told."""


@dataclass(frozen=True, slots=True)
class Summary:
    """What a thread says; each statement points to its message."""

    thread_id: str
    gist: str
    sources: tuple[str, ...] = ()
    """Gmail's ids of the messages that the gist rests on."""
    decisions: tuple[Claim, ...] = ()
    actions: tuple[ActionItem, ...] = ()
    questions: tuple[Claim, ...] = ()
    dates: tuple[Detail, ...] = ()
    """Dates that have not passed when the message names them, the newest message first; found by rules, whoever reads."""
    amounts: tuple[Detail, ...] = ()
    coverage: ThreadCoverage = ThreadCoverage()
    by: DecidedBy = DecidedBy.OFFLINE


@dataclass(frozen=True, slots=True)
class Story:
    """What the new messages of a thread changed, and what the owner has to do; each claim points to its message."""

    thread_id: str
    news: tuple[Claim, ...]
    """In the order of their messages, so that the last one tells where the thread stands."""
    todo: tuple[Claim, ...] = ()
    coverage: ThreadCoverage = ThreadCoverage()
    """Of the new messages; `unsupported` counts claims that rest on none that was shown, or whose news is old."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a judge says of a summary or a draft."""

    faithful: bool
    """All that it says is said in the thread, and no newer message made it void."""
    complete: bool
    """Nothing is missing that the owner has to know, or was asked."""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ReplyText:
    """The body of a proposed reply: plain text; unknown facts are visible blanks `[ ]`."""

    body: str
    by: DecidedBy
    note: str = ""
    """What the reader wants the person to check."""


@dataclass(frozen=True, slots=True)
class Style:
    """How the person writes in one language, as their sent mail shows; empty is not known."""

    language: str
    mails: int = 0
    """How many sent mails it comes from."""
    greeting: str = ""
    """With `{name}` in place of a name."""
    closing: str = ""
    name: str = ""
    """What they sign with."""
    address: str = ""
    """du, Sie, tu, vous, tú or usted."""
    formality: str = ""
    """formal or informal."""
    words: int = 0
    """About how long their mails are."""
    emoji: bool = False
    edits: str = ""
    """What they usually make of a draft: shorter, longer, or kept."""
    phrases: tuple[str, ...] = ()
    """Short phrases that they chose themselves."""


@dataclass(frozen=True, slots=True)
class Usage:
    """What reading cost."""

    calls: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    cost: float = 0.0
    """In the currency of the configured prices; 0 when no price is configured."""

    def __add__(self, other: "Usage") -> "Usage":
        return Usage(
            self.calls + other.calls,
            self.tokens_in + other.tokens_in,
            self.tokens_out + other.tokens_out,
            self.cost + other.cost,
        )
