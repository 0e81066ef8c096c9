"""What the person has to do, out of the mails of a digest: put together from the verdicts, each task with its mail.

No model reads several mails at once: a mail could tell it what to say of the others, or make it repeat them. So the
head of a digest is no text of a model, but a list of what each mail was found to ask, one mail at a time.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from mailreeve.models import ActionItem, Priority
from mailreeve.reading.offline.sentences import keywords
from mailreeve.store.entries import Entry
from mailreeve.triage.digest.blocks import Block, Kind, Look, Piece, block, link, ours, theirs
from mailreeve.triage.digest.edition import Edition
from mailreeve.triage.digest.words import count, named, url

_MOST = 7
_OWNER = "you"
"""How verdicts name the owner of the mailbox."""
_PRESSING = {Priority.URGENT, Priority.HIGH}
"""Of other mails only tasks with a date are told: the rest stands in their lines anyway."""
_ALIKE = 0.6
_UNDATED = "9999"


@dataclass(frozen=True, slots=True)
class _Task:
    entry: Entry
    item: ActionItem


def todo(edition: Edition, entries: Sequence[Entry]) -> Iterator[Block]:
    """The tasks of decided mails, the soonest date first, then those without one by the priority of their mail."""
    tasks = sorted(_distinct(_tasks(entries)), key=_order)
    if not tasks:
        return
    yield block(Kind.HEAD, "To do")
    for task in tasks[:_MOST]:
        yield _line(edition, task)
    if len(tasks) > _MOST:
        yield block(Kind.TEXT, f"And {count(len(tasks) - _MOST, 'task')} more in the mails below.")


def _tasks(entries: Iterable[Entry]) -> Iterator[_Task]:
    """The newest mails first, so that of two tasks that are alike the newer one is kept."""
    for entry in sorted(entries, key=lambda one: -one.sight.received_at):
        verdict = entry.verdict
        if verdict is None or verdict.priority is Priority.LOW:
            continue
        pressing = verdict.priority in _PRESSING
        yield from (
            _Task(entry, item) for item in verdict.actions if item.who == _OWNER and (item.due or pressing)
        )


def _distinct(tasks: Iterable[_Task]) -> list[_Task]:
    kept: list[_Task] = []
    for task in tasks:
        if not any(one.entry.thread == task.entry.thread and _alike(one.item, task.item) for one in kept):
            kept.append(task)
    return kept


def _alike(one: ActionItem, other: ActionItem) -> bool:
    words, others = keywords(one.what), keywords(other.what)
    return len(words & others) >= _ALIKE * max(1, min(len(words), len(others)))


def _order(task: _Task) -> tuple[str, int, int]:
    priority = task.entry.verdict.priority if task.entry.verdict else Priority.LOW
    return task.item.due or _UNDATED, tuple(Priority).index(priority), -task.entry.sight.received_at


def _line(edition: Edition, task: _Task) -> Block:
    due = task.item.due
    late = bool(due) and due[:10] < edition.day.isoformat()
    by: tuple[Piece | str, ...] = (ours("was due " if late else "by "), theirs(due), ": ") if due else ()
    sender = theirs(named(task.entry.sight.sender), Look.STRONG)
    to_gmail = link("Gmail", url(edition.account, task.entry.thread))
    return block(Kind.ITEM, *by, theirs(task.item.what), " — ", sender, " ", to_gmail)
