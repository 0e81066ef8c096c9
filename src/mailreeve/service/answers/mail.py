"""Mail as it is found and read, and what it carries."""

from typing_extensions import TypedDict


class Failed(TypedDict):
    """An id that could not be handled, and why."""

    id: str
    reason: str


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


class SenderJson(TypedDict):
    """What is known of the sender beside what the mail says: facts, and `doubts` for what speaks against it.

    spf, dkim and dmarc are Gmail's own results (`pass`, `fail` ...), empty where it said nothing. `first_contact`
    and `lookalike_of` are about the people whom the owner writes to; null and empty where nobody knows them.
    """

    spf: str
    dkim: str
    dmarc: str
    aligned: bool
    reply_to_differs: bool
    lookalike_of: str
    first_contact: bool | None
    mismatched_links: list[LinkJson]
    doubts: list[str]


class SenderMarks(TypedDict, total=False):
    """What is telling about a sender; left out where nothing is."""

    first_contact: bool
    spf: str
    dkim: str
    dmarc: str
    lookalike_of: str
    doubts: list[str]


class AttachmentJson(TypedDict):
    """One attachment; `part` is the handle that get_attachment takes."""

    name: str
    type: str
    size: int
    inline: bool
    part: str


HitJson = TypedDict(
    "HitJson",
    {
        "id": str,
        "thread_id": str,
        "date": str,
        "from": str,
        "subject": str,
        "snippet": str,
        "labels": list[str],
    },
)


class Hit(HitJson):
    """A message that was found, and where it is in Gmail."""

    url: str


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
    ranked_by: str
    """`words`, or `words and meaning`, where the best hits are first; empty where the newest are."""
    note: str
    """What a search could not do that was asked for; empty when nothing."""


class SemanticJson(TypedDict):
    """Search by meaning: what a sync embedded; `left` mails have no vector yet, and `problem` says why."""

    embedded: int
    left: int
    refused: int
    tokens: int
    cost: float
    problem: str


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
    semantic: SemanticJson | None
    """None while search by meaning is off."""


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
        "sender": SenderJson,
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


class FileAnswer(TypedDict):
    """An attachment: its text where there is one, and where it was saved when asked to."""

    name: str
    type: str
    size: int
    text: str
    omitted: str
    saved: str
