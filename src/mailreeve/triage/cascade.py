"""Asks the stages of the decision one after the other; the model only where it is needed, and while it answers."""

import threading
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from mailreeve.cancel import Cancel
from mailreeve.errors import BudgetSpent, ReaderAnswerInvalid, ReaderError, ReaderUnavailable
from mailreeve.models import DecidedBy, LabelSpec, Message, ReplyText, Story, Thread, Verdict
from mailreeve.reading.offline import trained
from mailreeve.reading.protocol import ModelReader
from mailreeve.triage.decide import closed, decide, together, undecided
from mailreeve.triage.learn import Patterns
from mailreeve.triage.ruling import Ruling

if TYPE_CHECKING:
    from mailreeve.reading.offline.reader import OfflineReader

T = TypeVar("T")

PATIENCE = 3
"""After so many failures in a row the model is not asked again by this cascade."""


class Cascade:
    """Judges mails for one account; safe to use from several threads. Changes nothing anywhere."""

    def __init__(
        self,
        labels: Sequence[LabelSpec],
        offline: "OfflineReader",
        llm: ModelReader | None,
        *,
        bar: float | None = None,
        patterns: Patterns | None = None,
        ruling: Ruling | None = None,
    ) -> None:
        """`llm` None: the offline reader decides alone. `bar` None: the one that its training found."""
        self._ruling = ruling
        self._patterns = patterns
        self._labels = tuple(labels)
        self._offline = offline
        self._model = _Patient(llm) if llm else None
        self._bar = trained.load().bars["free"] if bar is None else bar

    def judge(self, message: Message, cancel: Cancel) -> Verdict:
        """The verdict on one mail, with the evidence of every stage.

        Raises ReaderUnavailable or BudgetSpent when the model has to be asked and does not answer: the mail
        is then not decided, rather than decided badly.
        """
        cancel.check()
        if self._ruling is None:
            return self._judge(message, cancel)
        return self._ruling.judge(
            message,
            lambda asked: self._judge(message, cancel, asked),
            lambda: self._offline.classify(message, self._labels, cancel),
        )

    def _judge(self, message: Message, cancel: Cancel, asked: Sequence[str] = ()) -> Verdict:
        seen = self._offline.signals(message)
        opinion = self._offline.classify(message, self._labels, cancel, seen)
        decision = decide(
            message,
            seen,
            opinion,
            self._labels,
            bar=self._bar,
            model=self._model is not None,
            learned=self._patterns.verdict(message, seen, opinion, self._labels) if self._patterns else None,
            asked=asked,
        )
        if decision.verdict is not None:
            return decision.verdict
        assert self._model is not None  # noqa: S101 -- decide asks for a model only when there is one
        try:
            answer = self._model.classify(message, self._labels, cancel)
        except ReaderAnswerInvalid as error:
            return undecided(message, DecidedBy.LLM, error.message, decision.evidence)
        told = replace(answer, evidence=(*decision.evidence, *answer.evidence))
        return together(closed(told, self._labels), seen.spoofed, self._labels)

    def draft(self, thread: Thread, cancel: Cancel, instructions: str = "") -> ReplyText:
        """A proposed reply, by the model if there is one; `instructions` are the owner's.

        Raises ReaderUnavailable, BudgetSpent, ReaderAnswerInvalid, or InputError for a thread of secrets.
        """
        return (self._model or self._offline).draft(thread, instructions, cancel)

    def tell(self, thread: Thread, new: Collection[str], cancel: Cancel) -> Story:
        """What the messages with these ids changed in their thread, in the model's words.

        Raises as `draft` does, and ReaderUnavailable without a model.
        """
        if self._model is None:
            raise ReaderUnavailable("No model is configured.")
        return self._model.tell(thread, new, cancel)


class _Patient:
    """A model that is given up after a few failures in a row, so that a dead endpoint costs minutes, not hours."""

    def __init__(self, reader: ModelReader) -> None:
        self._reader = reader
        self._guard = threading.Lock()
        self._failures = 0
        self._given_up: ReaderError | None = None

    def classify(self, message: Message, labels: Sequence[LabelSpec], cancel: Cancel) -> Verdict:
        return self._ask(lambda: self._reader.classify(message, labels, cancel))

    def draft(self, thread: Thread, instructions: str, cancel: Cancel) -> ReplyText:
        return self._ask(lambda: self._reader.draft(thread, instructions, cancel))

    def tell(self, thread: Thread, new: Collection[str], cancel: Cancel) -> Story:
        return self._ask(lambda: self._reader.tell(thread, new, cancel))

    def _ask(self, question: Callable[[], T]) -> T:
        if self._given_up is not None:
            raise type(self._given_up)(self._given_up.message, self._given_up.advice)
        try:
            answer = question()
        except (ReaderUnavailable, BudgetSpent) as error:
            self._note(error)
            raise
        self._note(None)
        return answer

    def _note(self, error: ReaderError | None) -> None:
        with self._guard:
            self._failures = self._failures + 1 if error else 0
            if isinstance(error, BudgetSpent) or self._failures >= PATIENCE:
                self._given_up = error
