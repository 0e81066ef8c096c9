"""What a view gets and what it gives: plain records, so that views know no web framework."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from mailreeve.app import Mailbox
from mailreeve.cancel import Cancel
from mailreeve.errors import InputError
from mailreeve.web.session import Session

SECONDS = 60.0
"""How long one request may work."""


@dataclass(frozen=True, slots=True)
class Visit:
    """One request of the person's browser that passed every check."""

    box: Mailbox
    session: Session
    path: Mapping[str, str]
    query: Mapping[str, str]
    form: Mapping[str, str]
    cancel: Cancel = field(default_factory=lambda: Cancel(SECONDS))

    def number(self, name: str) -> int:
        """A whole number of the address; 0 when it is missing or none."""
        value = self.query.get(name, "")
        return int(value) if value.isdecimal() and len(value) <= 12 else 0

    def field(self, name: str) -> str:
        """A field of the form. Raises InputError when the form does not have it."""
        if name not in self.form:
            raise InputError(f"The form lacks its field {name}.", "Load the page again.")
        return self.form[name].replace("\r\n", "\n")


@dataclass(frozen=True, slots=True)
class Reply:
    """What goes back to the browser."""

    text: str = ""
    status: int = 200
    type: str = "text/html"
    location: str = ""
    """Where the browser goes next (303), instead of a text."""
    cookie: str = ""
    frames: bool = False
    """True for the page that shows a mail as its sender wrote it, in a frame."""
    framed: bool = False
    """True for what stands inside that frame."""


View = Callable[[Visit], Reply]


def go(where: str) -> Reply:
    """Send the browser on, so that loading again repeats nothing."""
    return Reply(status=303, location=where)
