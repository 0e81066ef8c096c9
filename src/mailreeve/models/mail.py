"""A message, parsed once, and what it is made of."""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Address:
    """A mailbox (RFC 5322, 3.4): display name and addr-spec, decoded, without control characters."""

    name: str
    address: str

    @property
    def domain(self) -> str:
        """The part behind the last @, in lower case; empty without one."""
        return self.address.rpartition("@")[2].lower()

    @property
    def key(self) -> str:
        """The address as it is compared: in lower case."""
        return self.address.lower()

    def __str__(self) -> str:
        return f"{self.name} <{self.address}>" if self.name else self.address


@dataclass(frozen=True, slots=True)
class Link:
    """A link of the visible text; `url` is shown, never fetched."""

    text: str
    url: str


@dataclass(frozen=True, slots=True)
class Hidden:
    """How much text a person would not see was removed, and by which means it was hidden."""

    chars: int = 0
    how: tuple[str, ...] = ()
    alarm: bool = False
    """True when hidden text looks like instructions or runs of invisible characters."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """What a message carries beside its text. `name` is as the sender wrote it, decoded: not a path."""

    name: str
    type: str
    size: int
    """Decoded size in bytes."""
    inline: bool
    part_id: str = ""
    """Gmail's partId ("1.2"), or the same numbering made from the MIME tree."""
    attachment_id: str = ""
    """Gmail's attachmentId; changes between two gets of the same message."""
    content_id: str = ""


@dataclass(frozen=True, slots=True)
class Invite:
    """The first event of a text/calendar part (RFC 5545)."""

    method: str
    uid: str
    summary: str
    start: str
    end: str
    location: str
    organizer: str


@dataclass(frozen=True, slots=True)
class Message:
    """One message, parsed once. Fields of Gmail are empty when it came from a file."""

    # identity
    id: str = ""
    thread_id: str = ""
    labels: tuple[str, ...] = ()
    history_id: str = ""
    internal_date: int = 0
    """When Google accepted it, in epoch milliseconds; sort by this, not by `date`."""
    size: int = 0
    # headers
    message_id: str = ""
    in_reply_to: str = ""
    references: tuple[str, ...] = ()
    subject: str = ""
    from_: tuple[Address, ...] = ()
    sender: Address | None = None
    to: tuple[Address, ...] = ()
    cc: tuple[Address, ...] = ()
    bcc: tuple[Address, ...] = ()
    reply_to: tuple[Address, ...] = ()
    date: datetime | None = None
    """The Date header with its zone; None when absent or unreadable."""
    list_id: str = ""
    list_unsubscribe: str = ""
    list_unsubscribe_post: str = ""
    authentication_results: str = ""
    """The topmost Authentication-Results header: the receiving server's own."""
    headers: tuple[tuple[str, str], ...] = ()
    """All headers in order, decoded and bounded; names as written."""
    # text
    text: str = ""
    """What a person sees of the new text."""
    quoted: str = ""
    signature: str = ""
    html: bool = False
    """True when the text was made from HTML."""
    hidden: Hidden = field(default_factory=Hidden)
    links: tuple[Link, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    invite: Invite | None = None
    defects: tuple[str, ...] = ()
    """What was malformed and how it was read; empty for a well-formed message."""

    @property
    def author(self) -> Address:
        """The first From address; an empty one when there is none."""
        return self.from_[0] if self.from_ else Address("", "")

    def header(self, name: str) -> str:
        """The first value of a header, or an empty string; the name in any case."""
        low = name.lower()
        return next((value for key, value in self.headers if key.lower() == low), "")


@dataclass(frozen=True, slots=True)
class Thread:
    """The messages of a thread, oldest first."""

    id: str
    messages: tuple[Message, ...]
