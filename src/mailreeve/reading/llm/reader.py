"""The reader that asks a language model: one mail or one thread per call, no tools, closed answers."""

import json
import secrets
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import cached_property

from mailreeve.cancel import Cancel
from mailreeve.errors import InputError, ReaderAnswerInvalid
from mailreeve.mail import senders, tokens
from mailreeve.models import (
    ActionItem,
    DecidedBy,
    Example,
    Json,
    Judgement,
    LabelSpec,
    Message,
    Priority,
    ReplyText,
    Story,
    Style,
    Summary,
    Thread,
    Usage,
    Verdict,
)
from mailreeve.reading import plain, secrets_mail
from mailreeve.reading.llm import borrowed, items, prompts, render, schemas, threads, voice
from mailreeve.reading.llm.answers import json_object
from mailreeve.reading.llm.budget import Budget
from mailreeve.reading.llm.client import Answer, ChatClient, Question
from mailreeve.reading.llm.redact import Redactor

_PARROT_WORDS = 25
_ANSWER_TOKENS = {
    "classify": 2000,
    "summarize": 3000,
    "fold": 2000,
    "digest": 2000,
    "draft": 3000,
    "judge": 2000,
}
"""Generous, because models that think count their thoughts; a usual answer has 100 to 400."""


def _utc_now() -> datetime:
    return datetime.now(UTC)


class LlmReader:
    """Turns mail into records with a model. `about` is the owner, in the owner's own words.

    `conditions` are ids and sentences of the owner's rules, judged in the call that classifies; `fields` are ids
    of values that these rules want and what to look for. `examples` gives mails that the owner corrected, asked
    once, at the first mail: the same words for every mail, so that a provider's cache holds them. `styles` tells how
    the owner writes, for drafts. `known` are the addresses of correspondents and of
    the owner.
    """

    def __init__(
        self,
        client: ChatClient,
        budget: Budget | None = None,
        *,
        about: str = "",
        body_tokens: int = 600,
        conditions: Sequence[tuple[str, str]] = (),
        fields: Sequence[tuple[str, str]] = (),
        examples: Callable[[], Sequence[Example]] = tuple,
        known: Collection[str] = (),
        styles: Callable[[], Iterable[Style]] = tuple,
        now: Callable[[], datetime] = _utc_now,
    ) -> None:
        self._client = client
        self._budget = budget or Budget()
        self._about = about.strip() or "(nothing said)"
        self._body_tokens = body_tokens
        self._conditions = dict(conditions)
        self._fields = dict(fields)
        self._styles = styles
        self._wanted_examples = examples
        self._examples_fence = secrets.token_hex(8)
        self._known = known
        self._now = now

    @property
    def by(self) -> DecidedBy:
        """`llm`."""
        return DecidedBy.LLM

    @property
    def usage(self) -> Usage:
        """What all calls cost so far, as the endpoint counted."""
        return self._budget.usage

    def close(self) -> None:
        """Close the connections to the endpoint."""
        self._client.close()

    def classify(self, message: Message, labels: Sequence[LabelSpec], cancel: Cancel) -> Verdict:
        """Choose one of the labels; an answer that does not fit is a verdict with `needs_human`.

        A mail that is a secret as a whole (a one-time code, a password reset) is sorted by rule and not sent.
        Raises ReaderUnavailable, BudgetSpent or Cancelled.
        """
        cancel.check()
        why = secrets_mail.is_secret_mail(message)
        if why:
            return secrets_mail.rule_verdict(message, labels, why)
        redactor = Redactor()
        filled = {
            "labels": "\n".join(f"  {label.id}: {' '.join(label.when.split())}" for label in labels),
            "rules": prompts.conditions(self._conditions) + prompts.fields(self._fields),
            "facts": facts(message, self._known),
            "mail": render.message(message, self._body_tokens, redactor.mask),
        }
        schema = schemas.classify_schema(
            [label.id for label in labels], list(self._conditions), list(self._fields)
        )
        try:
            answer, notes = self._ask("classify", filled, schema, redactor, cancel)
            found = schemas.checked(schemas.ClassifyAnswer, answer)
            if found.label not in {label.id for label in labels}:
                raise ReaderAnswerInvalid("The model chose a label that does not exist.")
            if not set(found.rules_met) <= set(self._conditions):
                raise ReaderAnswerInvalid("The model named a rule that does not exist.")
            if not {one.field for one in found.extracted} <= set(self._fields):
                raise ReaderAnswerInvalid("The model named a field that nobody asked for.")
        except ReaderAnswerInvalid as error:
            return _undecided(message, error.message)
        if self._examples:
            own = borrowed.without(
                found, self._examples, f"{render.shown([message])}\n{render.headers(message)}"
            )
            notes = (*notes, *([borrowed.LEFT_OUT] if own != found else []))
            found = own
        values = tuple(
            (one.field, plain.one_line(one.value, 200)) for one in found.extracted if one.value.strip()
        )
        if self._examples:
            ids = ", ".join(one.message for one in self._examples)
            notes = (*notes, f"was shown mail that you corrected: {ids}")
        made = replace(_verdict(message, found, notes), extracted=values)
        return replace(made, met=tuple(dict.fromkeys(found.rules_met))) if self._conditions else made

    @cached_property
    def _examples(self) -> Sequence[Example]:
        return tuple(self._wanted_examples())

    @cached_property
    def _shown_examples(self) -> str:
        return prompts.examples(_told(self._examples), self._examples_fence)

    def summarize(self, thread: Thread, cancel: Cancel) -> Summary:
        """Say what a thread says.

        Raises ReaderAnswerInvalid, ReaderUnavailable, BudgetSpent, Cancelled, or InputError for a thread
        that must not be shown to a model.
        """
        cancel.check()
        redactor = Redactor()
        ask = self._asking(redactor, cancel)
        return threads.summary(thread, _tellable(thread), ask, redactor.mask, self._body_tokens * 4)

    def tell(self, thread: Thread, new: Collection[str], cancel: Cancel) -> Story:
        """Say what the new messages of a thread changed, and what the owner has to do; `new` holds their ids.

        Raises as `summarize` does.
        """
        cancel.check()
        redactor = Redactor()
        ask = self._asking(redactor, cancel)
        return threads.story(thread, _tellable(thread), new, ask, redactor.mask, self._body_tokens * 4)

    def _asking(self, redactor: Redactor, cancel: Cancel) -> threads.Ask:
        return lambda name, filled, schema: self._ask(name, filled, schema, redactor, cancel)[0]

    def draft(self, thread: Thread, instructions: str, cancel: Cancel) -> ReplyText:
        """Propose a reply to the last message, or a reminder when the owner wrote it; as plain text with visible blanks.

        Raises as `summarize` does.
        """
        cancel.check()
        told = _tellable(thread)
        redactor = Redactor()
        shown_thread = threads.newest(told, redactor.mask, self._body_tokens * 4)
        filled = {
            "thread": shown_thread,
            "count": str(len(told)),
            "style": voice.told(self._styles()),
            "instructions": instructions.strip() or "(none: answer what is asked)",
            "recipient": _recipient(told[-1])[:120],
        }
        answer, _ = self._ask("draft", filled, schemas.draft_schema(), redactor, cancel)
        found = schemas.checked(schemas.DraftAnswer, answer)
        shown = f"{render.shown(told)}\n{instructions}"
        body, note = plain.lines(found.body, 8000, shown), plain.one_line(found.note, 300, shown)
        if _parrots(body, shown):
            note = f"It repeats a long passage of the mail word for word. {note}".strip()
        if secret := redactor.kinds(body):
            note = f"It tells what no model was shown: {', '.join(secret)}. {note}".strip()
        return ReplyText(redactor.restore(body), DecidedBy.LLM, note)

    def judge(self, thread: Thread, kind: str, text: str, cancel: Cancel) -> Judgement:
        """Say whether a text about a thread (`kind`: a summary, a draft) is faithful and complete; for measuring.

        Raises as `summarize` does.
        """
        cancel.check()
        told = _tellable(thread)
        redactor = Redactor()
        filled = {
            "thread": threads.newest(told, redactor.mask, self._body_tokens * 4),
            "count": str(len(told)),
            "kind": kind,
            "text": text,
        }
        answer, _ = self._ask("judge", filled, schemas.judge_schema(), redactor, cancel)
        found = schemas.checked(schemas.JudgeAnswer, answer)
        return Judgement(found.faithful, found.complete, plain.one_line(found.reason, 300))

    def _ask(
        self, name: str, filled: dict[str, str], schema: Json, redactor: Redactor, cancel: Cancel
    ) -> tuple[Json, tuple[str, ...]]:
        """Fill the prompt, pay for the call and read the one JSON object of the answer.

        Whatever fills the prompt is masked here, so that no way leads around it; only the owner's labels and rules are not.
        """
        fixed = {
            "about": self._about,
            "today": self._now().strftime("%A, %Y-%m-%d"),
            **({"examples": self._shown_examples} if name == "classify" else {}),
            "fence": secrets.token_hex(8),
        }
        elsewhere = Redactor()  # what it masks never comes back: only this thread's and the owner's words may
        masked = {
            key: value
            if key in {"labels", "rules"}
            else (elsewhere if key == "style" else redactor).mask(value)
            for key, value in filled.items()
        }
        system, user = prompts.load(name).fill(masked | fixed)
        question = Question(name, system, user, schema, _ANSWER_TOKENS[name])
        estimate = tokens.count(system) + tokens.count(user)
        with self._budget.call(estimate, question.max_tokens) as call:
            answer = self._client.ask(question, cancel)
            call.used(answer.tokens_in or estimate, answer.tokens_out or tokens.count(answer.text))
        return _object(answer), answer.notes


def _told(examples: Sequence[Example]) -> tuple[str, ...]:
    """A line each. JSON keeps a line one line, and masked is what must not be shown."""
    mask = Redactor().mask
    rows = ({"subject": mask(one.subject), "line": mask(one.line), "label": one.label} for one in examples)
    return tuple(json.dumps(row, ensure_ascii=False) for row in rows)


def facts(message: Message, known: Collection[str] = ()) -> str:
    """What the mail program knows about a mail and its text cannot forge; `known` are addresses of correspondents."""
    sender = senders.facts(message, known)
    doubts = senders.doubts(message, sender)
    told = (
        ("the sender's domain is confirmed", sender.aligned),
        (f"beware: {', '.join(doubts)}", bool(doubts)),
        ("the owner never wrote to this sender", bool(known) and sender.first_contact),
        ("sent to a mailing list", bool(message.list_id or message.list_unsubscribe)),
        ("Gmail marked it important", "IMPORTANT" in message.labels),
        ("starred by the owner", "STARRED" in message.labels),
        ("answers an earlier mail", bool(message.in_reply_to)),
        ("sent automatically", message.header("Auto-Submitted").lower() not in {"", "no"}),
        (f"{message.hidden.chars} hidden characters were removed", message.hidden.alarm),
    )
    return "; ".join(name for name, holds in told if holds) or "none"


def _object(answer: Answer) -> Json:
    if answer.problem:
        raise ReaderAnswerInvalid(f"The model's answer cannot be used: {answer.problem}.")
    return json_object(answer.text)


def _undecided(message: Message, why: str) -> Verdict:
    return Verdict(
        id=message.id,
        label="",
        priority=Priority.NORMAL,
        needs_reply=False,
        summary=plain.capped(" ".join(message.subject.split()), 160),
        confidence=0.0,
        reason=why,
        by=DecidedBy.LLM,
        needs_human=True,
        evidence=(f"llm: {why}",),
    )


def _verdict(message: Message, found: schemas.ClassifyAnswer, notes: tuple[str, ...]) -> Verdict:
    deadline = items.date(found.deadline)
    if found.deadline.strip() and not deadline:
        notes = (*notes, "the deadline was no ISO 8601 date and is left out")
    return Verdict(
        id=message.id,
        label=found.label,
        priority=Priority(found.priority),
        needs_reply=found.needs_reply,
        summary=plain.one_line(found.summary, 160) or plain.capped(" ".join(message.subject.split()), 160),
        confidence=found.confidence,
        reason=plain.one_line(found.reason, 160),
        by=DecidedBy.LLM,
        deadline=deadline,
        actions=_actions(found.actions[:5], message),
        evidence=(f"llm: {found.label} ({found.confidence:.2f})", *(f"llm: {note}" for note in notes)),
    )


def _actions(answers: Sequence[schemas.ActionAnswer], message: Message) -> tuple[ActionItem, ...]:
    shown = render.shown([message])
    return tuple(items.item(one, shown, message.id) for one in answers if one.what.strip())


def _recipient(last: Message) -> str:
    """Who gets the reply: the author, or the recipients when the owner wrote last."""
    return ", ".join(map(str, last.to)) if "SENT" in last.labels else str(last.author)


def _parrots(body: str, shown: str) -> bool:
    """True when the draft copies a long run of words, as a mail that wants to be passed on makes a model do."""
    words, source = body.split(), " ".join(shown.split())
    return any(
        " ".join(words[start : start + _PARROT_WORDS]) in source
        for start in range(len(words) - _PARROT_WORDS + 1)
    )


def _tellable(thread: Thread) -> tuple[Message, ...]:
    """The messages that a model may see: none that is a secret as a whole."""
    if not thread.messages:
        raise InputError("The thread has no messages.", "Ask for another thread.")
    told = tuple(mail for mail in thread.messages if not secrets_mail.is_secret_mail(mail))
    if not told:
        raise InputError(
            "This thread holds only one-time codes or sign-in links, and no model is shown those.",
            "Open it in Gmail.",
        )
    return told
