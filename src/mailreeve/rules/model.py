"""Rules as frozen records: conditions that nest, actions, and the version by which an act names its rule."""

from dataclasses import dataclass, field
from typing import Any

from mailreeve.models import Action, Priority

OUTSIDE = frozenset(("webhook", "ticket", "task"))
"""Actions that go to a destination, under a person's standing consent; their value is its id."""


@dataclass(frozen=True, slots=True)
class Condition:
    """One thing to be true of a mail."""

    kind: str
    """A key of `match`: from, subject, attachments, …"""
    value: Any
    """As `load` read it; its shape belongs to the kind."""
    told: str
    """As the person wrote it, in one line."""


@dataclass(frozen=True, slots=True)
class Group:
    """Conditions joined: `all`, `any`, or `not` (true when not all of them hold)."""

    kind: str
    members: tuple["Condition | Group", ...]

    def conditions(self) -> tuple[Condition, ...]:
        """Every condition in it, at any depth."""
        found: list[Condition] = []
        for one in self.members:
            found += one.conditions() if isinstance(one, Group) else (one,)
        return tuple(found)


@dataclass(frozen=True, slots=True)
class Setting:
    """What a rule decides of a verdict; None leaves it to others."""

    label: str | None = None
    priority: Priority | None = None
    needs_reply: bool | None = None

    def filled(self, other: "Setting") -> "Setting":
        """With what the other one says where this one says nothing."""
        return Setting(
            other.label if self.label is None else self.label,
            other.priority if self.priority is None else self.priority,
            other.needs_reply if self.needs_reply is None else self.needs_reply,
        )


@dataclass(frozen=True, slots=True)
class Field:
    """One value to be found."""

    name: str
    kind: str
    """One of fields.KNOWN, or `custom`."""
    type: str = "string"
    """As JSON Schema calls it: string, number, integer, boolean; `date`, `time` for a string of that format."""
    description: str = ""
    """What the reader is told to look for."""
    after: tuple[str, ...] = ()
    """Words that the value follows; the offline reader goes by them."""
    enum: tuple[str, ...] = ()
    """The only values that count; none: any."""


@dataclass(frozen=True, slots=True)
class Booking:
    """An event that a person is asked about: that of the mail's invitation, or of a day that the rule takes out of it."""

    day: str = ""
    """The name of an extracted date; empty: the invitation."""
    at: str = ""
    """`09:00`, or the name of an extracted time; empty: the whole day."""
    minutes: int = 30
    title: str = "{{ subject }}"
    """Jinja2, as is `place`."""
    place: str = ""


@dataclass(frozen=True, slots=True)
class Card:
    """What is written into the address book of the sender, where it is empty; each a template (Jinja2)."""

    name: str = "{{ sender_name }}"
    organization: str = ""
    title: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule."""

    id: str
    match: Group
    sets: Setting = field(default_factory=Setting)
    actions: tuple[Action, ...] = ()
    stop: bool = False
    """Rules further down are not looked at when this one fires."""
    enabled: bool = True
    version: str = ""
    """The first 12 hex digits of the SHA-256 of what the rule says."""
    extract: tuple[Field, ...] = ()
    """What it takes out of a mail, for templates and destinations."""
    template: str = ""
    """The text of the draft that it writes (Jinja2); empty for none."""
    booking: Booking | None = None
    """What it wants in the calendar."""
    card: Card | None = None
    """What it wants in the address book."""
    line: int = 0
    """Where it begins in rules.toml."""

    @property
    def name(self) -> str:
        """How acts name it: `invoices@3f2a9c01d4e5`."""
        return f"{self.id}@{self.version}"

    @property
    def after_reading(self) -> bool:
        """True when something of it is known only once the mail was read."""
        return any(one.kind in {"when", "verdict"} for one in self.match.conditions())

    @property
    def fields(self) -> tuple[tuple[str, str], ...]:
        """What the reader may find: id and what to look for."""
        return tuple((f"{self.id}.{one.name}", one.description) for one in self.extract)

    @property
    def questions(self) -> tuple[tuple[str, str], ...]:
        """What the reader has to judge: id and sentence."""
        return tuple(one.value for one in self.match.conditions() if one.kind == "when")
