"""The reader that works without a language model, without network: fast and explainable."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import UTC, datetime, tzinfo
from functools import lru_cache

from mailreeve.cancel import Cancel
from mailreeve.errors import InputError
from mailreeve.models import (
    ActionItem,
    Archetype,
    DecidedBy,
    LabelSpec,
    Message,
    Priority,
    ReplyText,
    Style,
    Summary,
    Thread,
    ThreadCoverage,
    Usage,
    Verdict,
)
from mailreeve.reading import secrets_mail
from mailreeve.reading.labelset import LabelSet
from mailreeve.reading.offline import actions, details, extract, reply, signals
from mailreeve.reading.offline.score import Score, weigh
from mailreeve.reading.offline.signals import Signals

_A = Archetype
_WORTHLESS = {_A.NEWSLETTER, _A.PROMOTION, _A.COLD, _A.SUSPICIOUS}
"""Their wishes are nobody's duty: no action items, no deadline, no answer."""


class OfflineReader:
    """Reads by signals and weights; everything it says is marked `offline`.

    `known_correspondents` and `own_addresses` are plain addresses. Dates are told in `zone`; without one in the
    zone of each message. `styles` tells how the owner writes, by language.
    """

    def __init__(
        self,
        known_correspondents: Collection[str] = (),
        own_addresses: Collection[str] = (),
        *,
        name: str = "",
        zone: tzinfo | None = None,
        styles: Callable[[], Mapping[str, Style]] = dict,
    ) -> None:
        self._known = frozenset(address.lower() for address in known_correspondents)
        self._own = frozenset(address.lower() for address in own_addresses)
        self._name = name
        self._zone = zone
        self._styles = styles

    @property
    def by(self) -> DecidedBy:
        """`offline`."""
        return DecidedBy.OFFLINE

    @property
    def usage(self) -> Usage:
        """Nothing: it costs no tokens."""
        return Usage()

    def signals(self, message: Message) -> Signals:
        """What can be seen of a mail; the cascade asks its `vetoes`."""
        return signals.read(message, known=self._known, own=self._own)

    def classify(
        self, message: Message, labels: Sequence[LabelSpec], cancel: Cancel, seen: Signals | None = None
    ) -> Verdict:
        """Choose the label whose archetypes have the largest share; `needs_human` when no label fits any.

        `seen` are this reader's `signals` of the message, where they were read already.
        """
        cancel.check()
        seen = seen or self.signals(message)
        score = weigh(seen)
        label, share, archetype = choose(score, _mapped(tuple(labels)))
        secret = secrets_mail.is_secret_mail(message)
        when = self._when(message)
        todo = () if archetype in _WORTHLESS or secret else self._actions(message, seen, when)
        needs_reply = seen.asks and not seen.outgoing and _answerable(archetype, seen)
        deadline = "" if archetype in _WORTHLESS else _deadline(seen, todo, when)
        sender = message.author.name or message.author.address
        summary = (
            f"{secret.capitalize()} from {sender[:80]}"
            if secret
            else extract.line(message, seen, archetype, when.tzinfo)
        )
        confidence = score.confidence(share)
        reasons = "; ".join(score.reasons[archetype][:3]) or "nothing speaks for anything else"
        return Verdict(
            id=message.id,
            label=label,
            priority=_priority(archetype, label, labels, seen, deadline),
            needs_reply=needs_reply,
            summary=summary,
            confidence=confidence if label else 0.0,
            reason=reasons if label else "none of the labels fits what this mail looks like",
            by=DecidedBy.OFFLINE,
            deadline=deadline,
            actions=todo,
            needs_human=not label,
            evidence=(f"offline: {archetype.value} {confidence:.2f} ({reasons})",),
        )

    def summarize(self, thread: Thread, cancel: Cancel) -> Summary:
        """What the thread says, in its own sentences.

        Raises InputError for a thread without messages.
        """
        messages = self._messages(thread, cancel)
        read = [self.signals(message) for message in messages]
        whole = Thread(thread.id, messages)
        names = [
            actions.OWNER if message.author.key in self._own else actions.first_name(message)
            for message in messages
        ]
        whens = [self._when(message) for message in messages]
        texts = [one.sentences for one in read]
        found = extract.facts(whole, read, self._own, whens)
        return Summary(
            thread_id=thread.id,
            gist=extract.gist(whole, read, names, read[-1].language),
            sources=tuple(dict.fromkeys((messages[0].id, messages[-1].id))),
            decisions=found.decisions,
            actions=found.actions,
            questions=found.questions,
            dates=details.dates_of(messages, texts, whens),
            amounts=details.amounts_of(messages, texts),
            coverage=ThreadCoverage(messages=len(messages), read=len(messages)),
            by=DecidedBy.OFFLINE,
        )

    def draft(self, thread: Thread, instructions: str, cancel: Cancel) -> ReplyText:
        """A skeleton of a reply to the last message, or a reminder when the owner wrote it.

        Raises InputError for a thread without messages.
        """
        message = self._messages(thread, cancel)[-1]
        if message.author.key in self._own and not instructions.strip():
            return ReplyText(
                reply.nudge(message, self.signals(message), self._name, self._styles()),
                DecidedBy.OFFLINE,
                "A reminder of your own message, written without a language model.",
            )
        note = (
            "Written without a language model: your instructions are pasted in as they are."
            if instructions.strip()
            else "Written without a language model: fill in the blanks in square brackets."
        )
        return ReplyText(
            reply.body(message, self.signals(message), instructions, self._name, self._styles()),
            DecidedBy.OFFLINE,
            note,
        )

    def _messages(self, thread: Thread, cancel: Cancel) -> tuple[Message, ...]:
        cancel.check()
        if not thread.messages:
            raise InputError("The thread has no messages.", "Ask for another thread.")
        return thread.messages

    def _when(self, message: Message) -> datetime:
        """The moment of the message in the owner's zone; Google's clock when the Date header is absent."""
        at = message.date or datetime.fromtimestamp(message.internal_date / 1000, UTC)
        return at.astimezone(self._zone) if self._zone is not None else at

    def _actions(self, message: Message, seen: Signals, when: datetime) -> tuple[ActionItem, ...]:
        if seen.auto_reply or (seen.list_mail and not seen.discussion):
            return ()
        return actions.of(message, seen, actions.people(message, self._own), when)


@lru_cache(maxsize=16)
def _mapped(labels: tuple[LabelSpec, ...]) -> LabelSet:
    """Made once for each set of labels: their words are looked through for every archetype."""
    return LabelSet(labels)


def choose(score: Score, labels: LabelSet) -> tuple[str, float, Archetype]:
    """The best label's id, its share, and the strongest archetype behind it.

    A label's share is the sum of all archetypes that it stands for. The id is empty when the labels cover nothing.
    """
    shares: dict[str, float] = {}
    for label, standing in labels.standing.items():
        shares[label] = sum(score.shares[archetype] for archetype in standing)
    if not shares:
        return "", 0.0, score.best
    label = max(shares, key=lambda each: shares[each])
    return label, shares[label], max(labels.standing[label], key=lambda each: score.shares[each])


def _answerable(archetype: Archetype, seen: Signals) -> bool:
    """False for kinds of mail that nobody answers by mail: invitations have buttons, programs do not read."""
    if archetype is _A.CALENDAR:
        return bool(seen.questions) and not (seen.invite or seen.sent_by_service)
    return archetype not in _WORTHLESS | {_A.NOTIFICATION, _A.RECEIPT}


def _deadline(seen: Signals, todo: Sequence[ActionItem], when: datetime) -> str:
    """The earliest date by which the owner has to act."""
    mine = [item.due for item in todo if item.due and item.who == actions.OWNER]
    if mine:
        return min(mine)
    if not seen.asks and not seen.automated:
        return ""
    asked = {*seen.questions, *seen.requests}
    pieces = seen.sentences[:30]
    dues = [
        actions.obligation(piece, when, before, asked=piece in asked)
        for before, piece in zip(("", *pieces), pieces, strict=False)
    ]
    return min(filter(None, dues), default="")


def _priority(
    archetype: Archetype, label: str, labels: Sequence[LabelSpec], seen: Signals, deadline: str
) -> Priority:
    if archetype is _A.URGENT or any(spec.id == label and spec.urgent for spec in labels):
        return Priority.URGENT
    if archetype in _WORTHLESS:
        return Priority.LOW
    if archetype is _A.NOTIFICATION:
        return Priority.HIGH if seen.has("security") and not seen.list_mail else Priority.LOW
    if archetype is _A.TO_REPLY and (deadline or seen.important or seen.has("urgent", "soon")):
        return Priority.HIGH
    return Priority.LOW if archetype is _A.RECEIPT else Priority.NORMAL
