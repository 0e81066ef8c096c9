"""The built-in labels, and their place in Gmail: made when they are needed first, and journalled."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from mailreeve.models import Archetype, ChangeState, Label, LabelSpec
from mailreeve.store.journal import Intent, Journal
from mailreeve.triage.parts import Parts

if TYPE_CHECKING:
    from mailreeve.google.gmail import Gmail

KIND = "label_create"
NEEDS_HUMAN = "needs-human"
"""The id of the label for what nobody could decide; no user label may have it."""

TICKET = "Ticket"
"""The folder, below the prefix, of the labels that mail gets which became a ticket."""
NEEDS_HUMAN_NAME = "Needs human"

BUILT_IN: tuple[LabelSpec, ...] = (
    LabelSpec(
        "urgent",
        "Urgent",
        "Something breaks, is lost or is missed unless I act within hours: an outage, a deadline today, "
        "an emergency, a person who waits for me right now.",
        Archetype.URGENT,
        rank=1,
        urgent=True,
    ),
    LabelSpec(
        "to-reply",
        "To reply",
        "A person asks me a question or for something to be done, and expects an answer from me.",
        Archetype.TO_REPLY,
        rank=2,
    ),
    LabelSpec(
        "waiting",
        "Waiting",
        "Somebody tells me that they will get back to me, or that something I wait for is on its way; "
        "the next step is theirs.",
        Archetype.WAITING,
        rank=3,
    ),
    LabelSpec(
        "calendar",
        "Calendar",
        "An invitation, a changed or cancelled meeting, or a proposal of times for one.",
        Archetype.CALENDAR,
        rank=3,
    ),
    LabelSpec(
        "personal",
        "Personal",
        "Family, friends or acquaintances write about private matters.",
        Archetype.PERSONAL,
        rank=3,
    ),
    LabelSpec(
        "fyi",
        "FYI",
        "A person or my organisation informs me about work or something I am part of; no answer is needed.",
        Archetype.FYI,
        rank=4,
    ),
    LabelSpec(
        "receipt",
        "Receipt",
        "An order, invoice, payment, booking, shipping or delivery notice for something I bought or owe.",
        Archetype.RECEIPT,
        rank=4,
    ),
    LabelSpec(
        "notification",
        "Notification",
        "A machine reports an event: a service, a device, a repository, an account, a social network.",
        Archetype.NOTIFICATION,
        rank=5,
    ),
    LabelSpec(
        "newsletter",
        "Newsletter",
        "Something to read that goes to many subscribers, or a mailing list that I follow.",
        Archetype.NEWSLETTER,
        rank=6,
    ),
    LabelSpec(
        "promotion",
        "Promotion",
        "A company that I know advertises: an offer, a discount, a product, an event to buy.",
        Archetype.PROMOTION,
        rank=7,
    ),
    LabelSpec(
        "cold",
        "Cold",
        "A stranger wants to sell, recruit, partner or be linked, and I have never written to them.",
        Archetype.COLD,
        rank=8,
    ),
    LabelSpec(
        "suspicious",
        "Suspicious",
        "It looks like phishing, fraud or an imitation of somebody: it presses me for money, a password, "
        "a code or a click, and sender or links do not fit.",
        Archetype.SUSPICIOUS,
        rank=9,
    ),
)


def gmail_name(prefix: str, spec: LabelSpec) -> str:
    """What the label is called in Gmail, where a slash makes a nested label."""
    return f"{prefix}/{spec.name or spec.id}"


class Shelf:
    """The Gmail labels of one run, by the ids of the user's labels."""

    def __init__(self, parts: Parts, run: str) -> None:
        self._parts = parts
        self._run = run
        prefix = parts.settings.label_prefix
        self._names = {spec.id: gmail_name(prefix, spec) for spec in parts.labels}
        self._names[NEEDS_HUMAN] = f"{prefix}/{NEEDS_HUMAN_NAME}"
        self._found: dict[str, str] = {}

    def id_of(self, label: str) -> str:
        """Gmail's id of a label; the label is made when it is not there."""
        return self.id_of_name(self._names[label])

    def id_of_name(self, name: str) -> str:
        """The same for a label outside of the set, by what it is called in Gmail."""
        if not self._found:
            self._load()
        if name.casefold() not in self._found:
            made = make(self._parts.gmail, self._parts.journal, self._run, name)
            self._found[name.casefold()] = made
        return self._found[name.casefold()]

    @property
    def ours(self) -> frozenset[str]:
        """Gmail's ids of the triage labels that exist."""
        wanted = {name.casefold() for name in self._names.values()}
        return frozenset(id_ for name, id_ in self._found.items() if name in wanted)

    @property
    def under_prefix(self) -> frozenset[str]:
        """The same, with those of label sets that the person has changed since."""
        start = f"{self._parts.settings.label_prefix}/".casefold()
        tickets = f"{start}{TICKET}/".casefold()
        return frozenset(
            id_
            for name, id_ in self._found.items()
            if name.startswith(start) and not name.startswith(tickets)
        )

    def _load(self) -> None:
        """Read the labels, and settle the makings whose answer or whose process was lost."""
        self._found = _by_name(self._parts.gmail.labels())
        for change in self._parts.journal.unsettled(KIND):
            label = self._found.get(change.target.casefold())
            if label:
                _made(self._parts.journal, change.id, change.target, label)


def make(gmail: "Gmail", journal: Journal, run: str, name: str) -> str:
    """Make a label, journalled so that undo can remove it while it is empty; returns Gmail's id."""
    with journal.intending(run, [Intent(KIND, name, {"name": name}, {})], once=True) as (change,):
        label = gmail.create_label(name)
    _made(journal, change, name, label.id)
    return label.id


def _made(journal: Journal, change: str, name: str, label: str) -> None:
    do = {"name": name, "label": label}
    journal.settle(change, ChangeState.DONE, do=do, inverse={"delete_label": label})


def _by_name(labels: Sequence[Label]) -> dict[str, str]:
    """Gmail compares label names without case."""
    return {label.name.casefold(): label.id for label in labels}


def names_of(parts: Parts) -> Mapping[str, str]:
    """What a person calls the labels of verdicts."""
    return {spec.id: spec.name or spec.id for spec in parts.labels} | {NEEDS_HUMAN: NEEDS_HUMAN_NAME}
