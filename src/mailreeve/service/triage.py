"""Triage, its digest, its runs, and undo."""

from collections.abc import Mapping

from mailreeve.app import Mailbox
from mailreeve.cancel import Cancel
from mailreeve.models import Failure, Priority, Progress
from mailreeve.people import correspondents
from mailreeve.service.answers import DigestAnswer, Failed, InboxRow, RunAnswer, RunsAnswer, UndoAnswer
from mailreeve.store.ledger import Entry
from mailreeve.triage import intake, loop
from mailreeve.triage.digest import compile_digest
from mailreeve.triage.labels import names_of
from mailreeve.triage.run import Options, parse_age, run_json
from mailreeve.triage.undo import undo as take_back

_URGENCY = tuple(Priority)


def triage(
    box: Mailbox,
    *,
    since: str = "",
    dry_run: bool = False,
    again: bool = False,
    limit: int = 0,
    progress: Progress = loop.silent,
    cancel: Cancel,
) -> RunAnswer:
    """Read new mail, label it, draft replies; returns what became of every message, the most pressing first."""
    options = Options(parse_age(since), dry_run, again, limit)
    if not dry_run:
        progress(0, None, "whom you write to")
        correspondents.refresh(box.gmail, box.correspondents, box.own, cancel)
    result = loop.triage(box.parts(), options, progress, cancel)
    answer: RunAnswer = {**result.as_json(), "inbox": _inbox(box, result.entries)}  # type: ignore[typeddict-item] # the keys are pinned by a test
    return answer


def estimate(box: Mailbox, *, since: str = "", limit: int = 0, cancel: Cancel) -> str:
    """What the first run would cost, in a sentence; empty when there was a run before."""
    if box.ledger.cursor() is not None and not since:
        return ""
    return intake.estimate(box.parts(), Options(parse_age(since), limit=limit), cancel).sentence()


def _inbox(box: Mailbox, entries: tuple[Entry, ...]) -> list[InboxRow]:
    """The decided messages, the most pressing first, then the newest."""
    names = names_of(box.parts())
    decided = [entry for entry in entries if entry.verdict]
    decided.sort(key=lambda one: -one.sight.received_at)
    decided.sort(key=lambda one: _URGENCY.index(one.verdict.priority) if one.verdict else 0)
    return [_row(box, names, entry) for entry in decided]


def _row(box: Mailbox, names: Mapping[str, str], entry: Entry) -> InboxRow:
    verdict = entry.verdict
    assert verdict is not None  # noqa: S101 -- only decided ones are shown
    return InboxRow(
        {
            "id": entry.message,
            "thread_id": entry.thread,
            "label": "Needs human" if verdict.needs_human else names.get(verdict.label, verdict.label),
            "priority": verdict.priority.value,
            "from": entry.sight.sender,
            "subject": entry.sight.subject,
            "summary": verdict.summary,
            "by": verdict.by.value,
            "confidence": verdict.confidence,
            "reason": verdict.reason,
            "draft": entry.draft,
            "url": box.url(entry.thread),
        }
    )


def runs(box: Mailbox, *, limit: int = 20) -> RunsAnswer:
    """Past runs, the newest first."""
    found = [run_json(run) for run in box.ledger.runs.latest(limit)]
    return RunsAnswer(runs=found)  # type: ignore[typeddict-item] # the keys are pinned by a test


def digest(box: Mailbox) -> DigestAnswer:
    """What the runs of the last day with one found, decided and drafted."""
    made = compile_digest(box.parts())
    return DigestAnswer(date=made.day.isoformat(), text=made.text, runs=list(made.runs), head=made.head)


def undo(box: Mailbox, id_: str, *, cancel: Cancel) -> UndoAnswer:
    """Take back one change, an act, or a run; what the person changed since stays."""
    done = take_back(box.parts(), id_, cancel)
    return UndoAnswer(
        undone=done.undone,
        skipped=[_failed(one) for one in done.skipped],
        final=[_failed(one) for one in done.final],
        failed=[_failed(one) for one in done.failed],
    )


def _failed(one: Failure) -> Failed:
    return Failed(id=one.id, reason=one.reason)
