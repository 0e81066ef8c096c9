"""People: a contact as Google keeps it, and what mail tells about somebody."""

from dataclasses import dataclass

from mailreeve.models.mail import Address


@dataclass(frozen=True, slots=True)
class Labelled:
    """An address or a number, and what it is for (home, work, mobile, or the person's own word)."""

    value: str
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Contact:
    """One person in the address book. Absent parts are empty."""

    id: str = ""
    """Google's resource name, such as `people/c123`; empty before it is made."""
    etag: str = ""
    name: str = ""
    given: str = ""
    family: str = ""
    emails: tuple[Labelled, ...] = ()
    phones: tuple[Labelled, ...] = ()
    organization: str = ""
    title: str = ""
    note: str = ""
    other: bool = False
    """Noted by Google from mail, not kept by the person: read only."""
    gone: bool = False
    """Deleted since the last look."""

    @property
    def keys(self) -> tuple[str, ...]:
        """The addresses in lower case."""
        return tuple(one.value.strip().lower() for one in self.emails if one.value.strip())


@dataclass(frozen=True, slots=True)
class ContactPage:
    """One page of a list; `token` stands on the last one."""

    items: tuple[Contact, ...]
    next: str
    token: str


@dataclass(frozen=True, slots=True)
class Sighting:
    """One message: who wrote to whom, and when."""

    id: str
    thread: str
    date: int
    """Epoch milliseconds."""
    author: Address
    to: tuple[Address, ...]
    subject: str
    snippet: str
    sent: bool
    """By the person themselves."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """What mail tells about one address. Times are epoch milliseconds, 0 is never."""

    address: str
    name: str = ""
    """As they call themselves in the newest mail."""
    received: int = 0
    written: int = 0
    last_received: int = 0
    last_written: int = 0
    answered_you: int = 0
    """How often they wrote next in a thread after you had written."""
    you_answered: int = 0
    """How often you wrote next after they had."""

    @property
    def last(self) -> int:
        """The last contact in either direction."""
        return max(self.last_received, self.last_written)
