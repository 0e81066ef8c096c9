"""Mail as a model should read it: little around each message, nothing said twice, in pages, every cut stated."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, NotRequired

from typing_extensions import TypedDict

from mailreeve.app import Mailbox
from mailreeve.cancel import Cancel
from mailreeve.errors import InputError
from mailreeve.mail import links, pages, senders, tokens
from mailreeve.models import Address, Message
from mailreeve.service import parsed, veil
from mailreeve.service.answers import Failed, HiddenJson, SenderMarks
from mailreeve.service.mail import fetch, when

Detail = Literal["text", "full", "links"]

PAGE = 1000
"""Tokens of mail in one answer, by our careful estimate."""
HEAD = 40
"""Tokens of the lines above a message's text, about."""
AROUND = 20
"""Tokens of its id and of what stands around it in the answer, about."""
LEAST = 150
"""With fewer tokens left a message waits for the next page."""

_METHODS: tuple[Literal["spf", "dkim", "dmarc"], ...] = ("spf", "dkim", "dmarc")
_UNTOLD = {"INBOX", "SENT", "IMPORTANT", "UNREAD"}
_HEADERS = (
    *("From", "Sender", "To", "Cc", "Bcc", "Reply-To", "Subject", "Date", "Message-ID", "In-Reply-To"),
    *("List-Id", "List-Unsubscribe", "Authentication-Results"),
)


class PageMessage(TypedDict):
    """One message, or the part of it that fits: date, sender, what is telling about it, text."""

    id: str
    mail: str
    sender: NotRequired[SenderMarks]
    hidden: NotRequired[HiddenJson]
    """Where something was hidden: how much was left out, and how it was hidden."""


class ReadPage(TypedDict):
    """One page; `next` is the cursor of the next one, `omitted` what was left out and how to get it."""

    thread_id: str
    """Empty when the messages are of several threads."""
    subject: str
    """Empty when the messages have several."""
    times: str
    """The zone of the dates, as an offset from UTC."""
    messages: list[PageMessage]
    total: int
    """How many messages all pages have."""
    next: str
    omitted: list[str]
    failed: list[Failed]


def read_page(
    box: Mailbox, ids: Sequence[str], thread_id: str, detail: Detail, cursor: str, cancel: Cancel
) -> ReadPage:
    """One page of messages by id, or of a thread, oldest first.

    Raises InputError when nothing was named or the cursor belongs to other messages.
    """
    messages, failed = _wanted(box, ids, thread_id, cancel)
    page = _Page(box, detail, tuple(messages), known=box.acquainted())
    following = page.fill(cursor)
    return ReadPage(
        thread_id=page.thread_id,
        subject=page.subject,
        times=when(box, messages[-1])[19:] if messages else "",
        messages=page.shown,
        total=len(messages),
        next=following,
        omitted=page.omitted(),
        failed=failed,
    )


def _wanted(
    box: Mailbox, ids: Sequence[str], thread_id: str, cancel: Cancel
) -> tuple[list[Message], list[Failed]]:
    if not ids and not thread_id:
        raise InputError("No message was named.", "Give ids, or a thread_id, as search_mail returns them.")
    found = list(box.gmail.thread(thread_id).messages) if thread_id else []
    known = {message.id for message in found}
    single, failed = fetch(box, [id_ for id_ in ids if id_ not in known], cancel)
    return [veil.message(box, message) for message in found + single], failed


@dataclass(slots=True)
class _Page:
    """A page while it is filled."""

    box: Mailbox
    detail: Detail
    messages: tuple[Message, ...]
    shown: list[PageMessage] = field(default_factory=list)
    used: int = 0
    known: frozenset[str] = field(default_factory=frozenset)
    """Addresses of correspondents."""
    _met: set[str] = field(default_factory=set)
    _read: list[Message] = field(default_factory=list)

    @property
    def thread_id(self) -> str:
        threads = {message.thread_id for message in self.messages}
        return threads.pop() if len(threads) == 1 else ""

    @property
    def subject(self) -> str:
        first = self.messages[0].subject if self.messages else ""
        return first if all(_bare(message.subject) == _bare(first) for message in self.messages) else ""

    def fill(self, cursor: str) -> str:
        """Add messages until the page is full; returns the cursor of the next page, empty at the end."""
        place, inner = self._place(cursor)
        for message in self.messages[place:]:
            left = PAGE - self.used - HEAD
            if self.shown and left < LEAST:
                return f"{message.id}:"
            inner = self._add(message, inner, left)
            if inner:
                return f"{message.id}:{inner}"
        return ""

    def _place(self, cursor: str) -> tuple[int, str]:
        if not cursor:
            return 0, ""
        id_, _, inner = cursor.partition(":")
        for place, message in enumerate(self.messages):
            if message.id == id_:
                return place, inner
        raise InputError(
            "This cursor belongs to other messages.", "Use it with the arguments of its first page."
        )

    def _add(self, message: Message, inner: str, budget: int) -> str:
        part = _part(message, self.detail, inner, budget)
        marks = self._sender(message)
        told = [f"sender: {_told(marks)}"] if marks else []
        head = [*self._head(message), *told] if not inner else ["(continued)"]
        mail = "\n".join([*head, part.text]) if part.text else "\n".join([*head, "(no text)"])
        self.shown.append(PageMessage(id=message.id, mail=mail))
        if marks:
            self.shown[-1]["sender"] = marks
        if message.hidden.chars:
            self.shown[-1]["hidden"] = parsed.hidden_json(message.hidden)
        self.used += tokens.count(mail) + AROUND
        self._read.append(message)
        return part.next

    def _head(self, message: Message) -> list[str]:
        """Date and sender, and only what is telling beside them."""
        alone = len(self.messages) == 1
        named = [] if self.subject else [f"thread {message.thread_id}, subject: {message.subject}"]
        return [
            f"{when(self.box, message)[:16].replace('T', ' ')} {self._name(message.author)}{self._labels(message)}",
            *named,
            *(_recipients(message) if alone and self.detail == "text" else ()),
            *_marks(message),
        ]

    def _sender(self, message: Message) -> SenderMarks:
        """What is telling about the sender: nothing of most mail."""
        if message.author.key in self.box.own:
            return {}
        found = parsed.sender_json(message, self.known)
        made = SenderMarks()
        if found["first_contact"] and not senders.is_list(message):
            made["first_contact"] = True
        if found["lookalike_of"]:
            made["lookalike_of"] = found["lookalike_of"]
        if found["doubts"]:
            made["doubts"] = found["doubts"]
        for method in _METHODS:
            if found[method] not in {"", "pass", "none"}:
                made[method] = found[method]
        return made

    def _name(self, address: Address) -> str:
        """Name and address where first met on the page, then the address: anybody can choose a name."""
        if address.key in self._met:
            return address.address
        self._met.add(address.key)
        return str(address)

    def _labels(self, message: Message) -> str:
        telling = [id_ for id_ in message.labels if id_ not in _UNTOLD and not id_.startswith("CATEGORY_")]
        return f" [{', '.join(self.box.label_names(telling))}]" if telling else ""

    def omitted(self) -> list[str]:
        """What this page leaves out of the messages on it, and how to get it."""
        if self.detail == "full":
            return []
        if self.detail == "links":
            return ["tracking parameters of links, and all text: detail=full"]
        quoted = [len(message.quoted) for message in self._read if message.quoted]
        signed = [message for message in self._read if message.signature]
        found = [
            *([f"quoted history of {len(quoted)} ({sum(quoted)} characters)"] if quoted else ()),
            *([f"signature of {len(signed)}"] if signed else ()),
            *(["recipients"] if len(self.messages) > 1 else ()),
        ]
        count = sum(len(message.links) for message in self._read)
        return [
            *([f"{', '.join(found)}: detail=full"] if found else ()),
            *([f"targets of {count} links: detail=links"] if count else ()),
        ]


@dataclass(frozen=True, slots=True)
class _Part:
    """The part of a message that is on the page, and where the next part starts."""

    text: str
    next: str


def _part(message: Message, detail: Detail, inner: str, budget: int) -> _Part:
    if detail == "text":
        page = pages.page(message, inner, budget)
        return _Part(page.text, page.next)
    return _slice(_whole(message) if detail == "full" else _links(message, cleaned=True), inner, budget)


def _slice(text: str, inner: str, budget: int) -> _Part:
    """From a place in the text as many whole lines as fit; a line longer than a page is split."""
    if inner and not inner.isdecimal():
        raise InputError("This cursor is not one of ours.", "Use `next` of the page before as it is.")
    start = int(inner or 0)
    rest = text[start:]
    if tokens.count(rest) <= budget:
        return _Part(rest, "")
    size = max(1, int(len(rest) * budget / tokens.count(rest)))
    end = rest.rfind("\n", size // 2, size) + 1 or size
    return _Part(rest[:end].rstrip("\n"), str(start + end))


def _whole(message: Message) -> str:
    """Headers that people look at, text, signature, quoted history, links."""
    headers = [f"{name}: {value}" for name in _HEADERS if (value := message.header(name))]
    quoted = [f"> {line}" for line in message.quoted.splitlines()]
    parts = (
        "\n".join(headers),
        message.text,
        message.signature and f"-- \n{message.signature}",
        "\n".join(quoted),
    )
    return "\n\n".join([*filter(None, parts), *([f"Links:\n{_links(message)}"] if message.links else ())])


def _links(message: Message, *, cleaned: bool = False) -> str:
    """Each target once, with the text that leads there."""
    texts: dict[str, str] = {}
    for link in message.links:
        texts.setdefault(links.clean(link.url) if cleaned else link.url, " ".join(link.text.split()))
    return "\n".join(f"{text}: {url}" if text and text != url else url for url, text in texts.items())


def _recipients(message: Message) -> list[str]:
    fields = (("to", message.to), ("cc", message.cc), ("bcc", message.bcc), ("reply-to", message.reply_to))
    return [f"{name}: {_some(addresses)}" for name, addresses in fields if addresses]


def _some(addresses: Sequence[Address], most: int = 10) -> str:
    named = ", ".join(str(address) for address in addresses[:most])
    return f"{named} and {len(addresses) - most} more" if len(addresses) > most else named


def _marks(message: Message) -> list[str]:
    """Attachments with the handle for get_attachment, an invitation, hidden text that looks like an attack."""
    lines = [
        f"attachment {part.part_id}: {part.name} ({part.type}, {_size(part.size)})"
        for part in message.attachments
        if not part.inline
    ]
    if message.invite:
        event = message.invite
        lines.append(
            f"invitation {event.method}: {event.summary}, {event.start} to {event.end}, {event.location}"
        )
    if message.hidden.alarm:
        lines.append(f"warning: {message.hidden.chars} hidden characters were removed from this mail")
    return lines


def _told(marks: SenderMarks) -> str:
    """The same in a line: what is said of DMARC once, and the other methods only where DMARC says nothing."""
    failed = [f"{method} {marks[method]}" for method in _METHODS if method in marks and "dmarc" not in marks]
    first = ["the owner never wrote to them"] if marks.get("first_contact") else []
    return "; ".join([*marks.get("doubts", ()), *failed, *first])


def _size(size: int) -> str:
    return (
        f"{size} B"
        if size < 1000
        else f"{size / 1000:.0f} kB"
        if size < 1_000_000
        else f"{size / 1e6:.1f} MB"
    )


def _bare(subject: str) -> str:
    """A subject without its Re: and Fwd: prefixes, to tell whether two are the same."""
    bare = subject.strip()
    while bare[:8].partition(":")[1] and bare.partition(":")[0].strip().lower() in {
        "re",
        "fwd",
        "fw",
        "aw",
        "wg",
        "sv",
        "rv",
        "tr",
    }:
        bare = bare.partition(":")[2].strip()
    return bare.lower()
