"""The Reader protocol: what every vendor can do. One mail or one thread per call."""

from collections.abc import Collection, Sequence
from typing import Protocol

from mailreeve.cancel import Cancel
from mailreeve.models import DecidedBy, LabelSpec, Message, ReplyText, Story, Summary, Thread, Usage, Verdict


class Reader(Protocol):
    """Turns mail into records. It has no tools, sees no other mail and changes nothing."""

    @property
    def by(self) -> DecidedBy:
        """Who speaks: `offline` or `llm`."""

    @property
    def usage(self) -> Usage:
        """What all calls of this reader cost so far."""

    def classify(self, message: Message, labels: Sequence[LabelSpec], cancel: Cancel) -> Verdict:
        """Choose one of the labels.

        An answer outside the closed set is a verdict with `needs_human`, never an invented label.
        Raises ReaderUnavailable or BudgetSpent.
        """

    def summarize(self, thread: Thread, cancel: Cancel) -> Summary:
        """Say what a thread says: gist, decisions, action items, open questions."""

    def draft(self, thread: Thread, instructions: str, cancel: Cancel) -> ReplyText:
        """Propose a reply to the last message of the thread, or a reminder when the owner wrote it, as plain text."""


class ModelReader(Reader, Protocol):
    """A reader that asks a language model, which can put what is new in a thread into words."""

    def tell(self, thread: Thread, new: Collection[str], cancel: Cancel) -> Story:
        """Say what the messages with these ids changed in their thread.

        Raises ReaderUnavailable, BudgetSpent, ReaderAnswerInvalid, or InputError for a thread of secrets.
        """
