"""What a mailbox answers besides messages: drafts, labels, profile, pages of ids, history."""

from dataclasses import dataclass

from mailreeve.models.mail import Address


@dataclass(frozen=True, slots=True)
class Draft:
    """A draft as it lies in Gmail: its id is stable, the id of the message inside is not."""

    id: str
    message_id: str
    """Gmail's id of the message inside, not the Message-ID header."""
    thread_id: str
    raw: bytes = b""
    """The exact RFC 5322 bytes, empty when only ids were asked for."""


@dataclass(frozen=True, slots=True)
class SentMail:
    """What Gmail answered to a send."""

    id: str
    thread_id: str
    labels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Label:
    """A Gmail label."""

    id: str
    name: str
    system: bool = False


@dataclass(frozen=True, slots=True)
class SendAs:
    """An address that the account may write from (users.settings.sendAs)."""

    address: Address
    signature_html: str = ""
    default: bool = False
    reply_to: str = ""


@dataclass(frozen=True, slots=True)
class Profile:
    """users.getProfile."""

    address: str
    history_id: str
    messages_total: int
    threads_total: int


@dataclass(frozen=True, slots=True)
class Ref:
    """A message by its ids."""

    id: str
    thread_id: str
    labels: tuple[str, ...] = ()
    """Label ids, where the list told them; empty is unknown."""


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list; `next` is empty on the last page."""

    items: tuple[Ref, ...]
    next: str = ""
    total: int = 0
    """Google's estimate of all results."""


@dataclass(frozen=True, slots=True)
class Relabel:
    """What a page of the history makes of one message's labels: label ids."""

    id: str
    added: tuple[str, ...]
    removed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class HistoryPage:
    """What changed since a history id: added messages with their labels, deleted ids, label changes."""

    added: tuple[Ref, ...]
    deleted: tuple[str, ...]
    relabelled: tuple[str, ...]
    history_id: str
    """The cursor to save once the work on this page is durable."""
    next: str = ""
    arrived: tuple[Ref, ...] = ()
    """Messages that this page leaves in the inbox and that were not there before: added or moved in."""
    left: tuple[str, ...] = ()
    """Ids that this page takes out of the inbox: archived, trashed, deleted."""
    changes: tuple[Relabel, ...] = ()
    """The label changes, each message once, with what the page leaves behind."""


@dataclass(frozen=True, slots=True)
class DraftPage:
    """One page of drafts, by their ids; `next` is empty on the last page."""

    items: tuple[Draft, ...]
    next: str = ""
