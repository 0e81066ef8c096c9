"""What rules look at: one mail, who sent it, when, and what the reader found, computed when asked for."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from functools import cached_property

from mailreeve.mail import senders
from mailreeve.models import Message, Verdict
from mailreeve.rules import wording

_NOBODY: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What is the same for all mails of a run."""

    now: datetime
    zone: tzinfo
    known: Collection[str] = _NOBODY
    """Addresses that the person writes to."""
    label_names: Mapping[str, str] = field(default_factory=dict)
    """Gmail's label ids and what they are called."""


class Facts:
    """One mail as rules see it. `reading` None: it was not read yet."""

    def __init__(self, message: Message, around: Surroundings, reading: Verdict | None = None) -> None:
        self.message = message
        self.around = around
        self.reading = reading

    def read(self, verdict: Verdict) -> "Facts":
        """The same mail, once it was read; what was computed is kept."""
        made = Facts(self.message, self.around, verdict)
        made.__dict__.update({key: value for key, value in self.__dict__.items() if key not in made.__dict__})
        return made

    @cached_property
    def subject(self) -> str:
        """Folded."""
        return wording.folded(self.message.subject)

    @cached_property
    def text(self) -> str:
        """The new text that a person sees, folded; not what it quotes."""
        return wording.folded(self.message.text)

    @cached_property
    def authors(self) -> tuple[str, ...]:
        """The From addresses; none when two From headers leave open who wrote it (RFC 5322, 3.6)."""
        if sum(name.lower() == "from" for name, _ in self.message.headers) > 1:
            return ()
        return tuple(one.address for one in self.message.from_)

    @cached_property
    def sender(self) -> senders.SenderFacts:
        """What the mail and the correspondents tell of the sender."""
        return senders.facts(self.message, self.around.known)

    @cached_property
    def labels(self) -> frozenset[str]:
        """Gmail's labels by name, folded."""
        names = self.around.label_names
        return frozenset(names.get(one, one).casefold() for one in self.message.labels)

    @cached_property
    def arrived(self) -> datetime | None:
        """When Google took it, else its Date header, in the user's zone; None when neither is there."""
        ms, date = self.message.internal_date, self.message.date
        try:
            found = datetime.fromtimestamp(ms / 1000, UTC) if ms else date
            return found.astimezone(self.around.zone) if found else None
        except (OverflowError, ValueError, OSError):
            return None  # a date outside of the calendar
