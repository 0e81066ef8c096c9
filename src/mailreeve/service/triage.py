"""Triage, its digest, its runs, and undo."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial

from mailreeve import telemetry
from mailreeve.app import Mailbox
from mailreeve.cancel import Cancel
from mailreeve.errors import InputError
from mailreeve.models import Failure, Priority, Progress, Proposal, ProposalState
from mailreeve.people import correspondents, style
from mailreeve.people import followups as people
from mailreeve.service import destinations, digest, followups, later, linking, purging, records, watching
from mailreeve.service.answers import (
    Failed,
    InboxRow,
    RunAnswer,
    RunsAnswer,
    SendAnswer,
    UndoAnswer,
)
from mailreeve.service.answers.outside import OutboxJson
from mailreeve.store.entries import Entry
from mailreeve.store.workers import Workers
from mailreeve.triage import acting, dead, gathering, handing, intake, loop
from mailreeve.triage.engine import Engine
from mailreeve.triage.labels import names_of
from mailreeve.triage.parts import Parts
from mailreeve.triage.run import Options, RunResult, parse_age, run_json
from mailreeve.triage.undo import undo as take_back
from mailreeve.triage.undo import undo_since
from mailreeve.triage.undrafting import STANDING

_URGENCY = tuple(Priority)
_RECENT = 1000
"""Proposals that are looked through for what was sent."""
_LEFT = {ProposalState.DONE: "sent", ProposalState.UNKNOWN: "perhaps sent"}


def triage(
    box: Mailbox,
    *,
    since: str = "",
    dry_run: bool = False,
    again: bool = False,
    limit: int = 0,
    progress: Progress = loop.silent,
    cancel: Cancel,
    engine: Engine | None = None,
) -> RunAnswer:
    """Read new mail, label it, draft replies; returns what became of every message, the most pressing first."""
    with box.unattended():
        return _triage(box, Options(parse_age(since), dry_run, again, limit), progress, cancel, engine)


def _triage(
    box: Mailbox, options: Options, progress: Progress, cancel: Cancel, engine: Engine | None
) -> RunAnswer:
    dry_run, before = options.dry_run, box.gmail.units
    sent: list[SendAnswer] = []
    ruling = box.ruling()  # rules that cannot be read stop the run before anything is done
    # a destination that cannot be shows before anything is done
    leaving = not dry_run and bool(box.destinations) and box.may_leave
    if not dry_run:
        sent = later.deliver(box)
        progress(0, None, "whom you write to")
        learn = partial(style.take, box.styles, box.own) if box.config.user.style else None
        correspondents.refresh(box.gmail, box.correspondents, box.own, cancel, learn)
    parts = box.parts(ruling)
    if not dry_run:
        gathering.gather(parts, cancel)
    aside = box.gmail.units - before
    result = loop.triage(parts, options, progress, cancel, engine)
    after = box.gmail.units
    if not dry_run:
        purging.expire_quietly(box.app, box.address)
    news: dict[str, object] = {} if dry_run else {"sent": sent, "bounced": later.bounced(box)}
    if leaving:
        progress(0, None, "telling destinations")
        news["outbox"] = _told_outside(box, parts, result, cancel)
    elif parts.outlet and parts.outlet.held():
        news["outbox"] = destinations.outbox(box, 0)
    if not dry_run:
        progress(0, None, "who still owes an answer")
        followups.keep(box, cancel)
        news["digest"] = digest.after_run(box, cancel)
        result = _counted(box, result, aside + box.gmail.units - after)
    told = {"inbox": _inbox(box, result.entries), "changes": _standing(box, result.run)}
    answer: RunAnswer = {**result.as_json(), **told, **news}  # type: ignore[typeddict-item] # the keys are pinned by a test
    return answer


def _counted(box: Mailbox, result: RunResult, aside: int) -> RunResult:
    """The run with the units of its look-ups beside the loop."""
    whole = replace(result, units=result.units + aside)
    box.ledger.runs.save(result.run, whole.as_json())
    telemetry.count("mailreeve.gmail.units", aside)
    return whole


def _told_outside(box: Mailbox, run: Parts, result: RunResult, cancel: Cancel) -> OutboxJson:
    """The last step: hand over what was decided, deliver what is due."""
    parts = replace(run, outlet=box.outlet)
    handing.hand_over(parts, box.outlet, cancel)
    handing.finished(parts, box.outlet, result)
    acting.renew(parts)
    records.feed(box)
    done = box.outlet.deliver(cancel)
    linking.link(box, cancel, result.run)
    return destinations.outbox(box, done.delivered)


def _standing(box: Mailbox, run: str) -> int:
    """How many changes of a run undo could take back."""
    return sum(change.state in STANDING for change in box.journal.changes(run))


def estimate(box: Mailbox, *, since: str = "", limit: int = 0, cancel: Cancel) -> str:
    """What the first run would cost, in a sentence; empty when there was a run before."""
    if box.ledger.cursor() is not None and not since:
        return ""
    parts = box.parts()
    told = intake.estimate(parts, Options(parse_age(since), limit=limit), cancel)
    return told.beside(_first_looks(box, cancel) * parts.settings.units_per_get, parts.settings).sentence()


def _first_looks(box: Mailbox, cancel: Cancel) -> int:
    """How many gets the first look at sent mail costs; a thread is two."""
    if box.correspondents.seen_until():
        return 0
    gmail = box.gmail.bound(cancel)
    sent = gmail.search("in:sent", limit=correspondents.FIRST)
    return len(sent.items) + 2 * len(gmail.threads(people.RECENT, limit=people.MOST))


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
    """Past runs, the newest first; one whose process died is shown as interrupted, with what it did."""
    dead.close_if_dead(box.ledger)
    found = [{**run_json(run), "changes": _standing(box, run.id)} for run in box.ledger.runs.latest(limit)]
    moment = datetime.now(UTC)
    alive = Workers(box.app.db).alive(int(moment.timestamp() * 1000))
    coming = box.app.plan.next(moment) if alive else None
    told = coming.astimezone(box.app.plan.zone).isoformat() if coming else ""
    watch = watching.told(box.app, box.address, int(moment.timestamp() * 1000))
    return RunsAnswer(runs=found, worker=alive, next=told, watch=watch)  # type: ignore[typeddict-item] # the keys are pinned by a test


def at_work(box: Mailbox) -> str:
    """The id of the run that another process makes now; empty when it is no run that holds the account."""
    return next((run.id for run in box.ledger.runs.running()), "")


def undo(box: Mailbox, id_: str = "", *, since: str = "", cancel: Cancel) -> UndoAnswer:
    """Take back one change, an act, a run, or with `since` (`2h`, `1d`) everything of that time.

    What the person changed since stays; mail that was sent is listed as final.
    """
    age = parse_age(since)
    if bool(id_) == bool(age):
        raise InputError("Name a change or a run, or give a time.", "`mailreeve undo --since 2h`, or its id.")
    done = undo_since(box.parts(), age, cancel) if age else take_back(box.parts(), id_, cancel)
    left = _left(box, age) if age else ()
    told = {one.draft_id for one in left}
    final = [one for one in done.final if box.journal.change(one.id).do.get("draft") not in told]
    return UndoAnswer(
        undone=done.undone,
        skipped=[_failed(one) for one in done.skipped],
        final=[*map(_failed, final), *map(_sent, left)],
        failed=[_failed(one) for one in done.failed],
    )


def _left(box: Mailbox, age: timedelta) -> list[Proposal]:
    """What left through the gate in this time: nobody can take it back."""
    moment = (datetime.now(UTC) - age).timestamp() * 1000
    return [one for one in box.gate.recent(_RECENT) if one.state in _LEFT and one.executing_at >= moment]


def _sent(one: Proposal) -> Failed:
    return Failed(id=one.id, reason=f"{_LEFT[one.state]}: {one.subject[:100]}")


def _failed(one: Failure) -> Failed:
    return Failed(id=one.id, reason=one.reason)
