"""Measuring on the person's own mail: what Mailreeve decides about it, and whether they say that it is right."""

from collections.abc import Iterator
from dataclasses import dataclass

from mailreeve.app import Mailbox
from mailreeve.cancel import Cancel
from mailreeve.errors import InputError
from mailreeve.evaluation import report
from mailreeve.evaluation.cases import Case
from mailreeve.evaluation.runner import Prediction
from mailreeve.models import DecidedBy, Json, Message, Priority, Usage, Verdict
from mailreeve.service.mail import fetch
from mailreeve.store.marks import Mark, Marks

MOST = 1000
_QUERY = "-in:sent -in:drafts -in:chats"
_UNMEASURED = ("tokens_per_mail", "ms_per_mail", "tokens", "cost", "cost_per_mail", "failed")
"""Nothing of a mark tells these."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One mail with what was decided about it."""

    message: Message
    verdict: Verdict
    place: int
    """Which of the mails that were asked for, from 1."""


def sheets(box: Mailbox, count: int, cancel: Cancel) -> Iterator[Sheet]:
    """The newest received mails without a mark, newest first, each judged when it is asked for.

    What triage decided is taken as it is; other mail is judged now, and nothing is set.
    Raises InputError for a count out of bounds, and what judging raises.
    """
    if not 0 < count <= MOST:
        raise InputError(f"Between 1 and {MOST} mails can be marked.", "Use --last with such a number.")
    marked, cascade = {one.message for one in marks(box).all()}, box.cascade()
    for place, id_ in enumerate(_newest(box, count, cancel), 1):
        if id_ in marked:
            continue
        for message in fetch(box, [id_], cancel)[0]:
            entry = box.ledger.entry(id_)
            known = (
                entry.verdict
                if entry and entry.verdict and entry.verdict.by is not DecidedBy.PERSON
                else None
            )
            yield Sheet(message, known or cascade.judge(message, cancel), place)


def _newest(box: Mailbox, count: int, cancel: Cancel) -> list[str]:
    gmail, cursor = box.gmail.bound(cancel), ""
    found: list[str] = []
    while len(found) < count:
        page = gmail.search(_QUERY, limit=min(100, count - len(found)), cursor=cursor)
        found += [ref.id for ref in page.items]
        cursor = page.next
        if not cursor:
            break
    return found[:count]


def mark(box: Mailbox, sheet: Sheet, wanted: str) -> None:
    """Write down which label is right: an id of the set, or empty for none of them."""
    if wanted and wanted not in {one.id for one in box.labels}:
        raise InputError(f"There is no label {wanted!r}.", "`mailreeve labels` lists them.")
    given = "" if sheet.verdict.needs_human else sheet.verdict.label
    marks(box).put(Mark(sheet.message.id, given, wanted, sheet.verdict.by.value, sheet.verdict.confidence))


def marks(box: Mailbox) -> Marks:
    """The marks of an account."""
    return Marks(box.app.db, box.address)


def figures(box: Mailbox) -> Json:
    """The figures of all marks, as `eval triage` tells them, where a mark tells them.

    Raises InputError when there is no mark yet.
    """
    found = marks(box).all()
    if not found:
        raise InputError("No mail is marked yet.", "Run `mailreeve eval mine` on a terminal and mark some.")
    calls = sum(one.by == DecidedBy.LLM for one in found)
    answer = report.triage([_prediction(one) for one in found], box.labels, Usage(calls), "mine")
    return {name: value for name, value in answer.items() if name not in _UNMEASURED}


def _prediction(one: Mark) -> Prediction:
    verdict = Verdict(
        id=one.message,
        label=one.given,
        priority=Priority.NORMAL,
        needs_reply=False,
        summary="",
        confidence=one.confidence,
        reason="",
        by=DecidedBy(one.by),
        needs_human=not one.given,
    )
    return Prediction(Case(Message(id=one.message), one.wanted), verdict, 0.0)
