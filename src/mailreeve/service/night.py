"""The last night, decision by decision: who decided, why, and the person's correction."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from mailreeve.app import Mailbox
from mailreeve.cancel import Cancel
from mailreeve.errors import InputError
from mailreeve.models import ChangeState, Priority
from mailreeve.service import labels as labelling
from mailreeve.service.answers import UndoAnswer
from mailreeve.service.triage import undo as take_back
from mailreeve.store.corrections import Correction, Corrections
from mailreeve.store.entries import Entry
from mailreeve.store.runs import Run
from mailreeve.triage import dead
from mailreeve.triage.digest import coverage_line
from mailreeve.triage.labelling import KIND
from mailreeve.triage.labels import NEEDS_HUMAN, NEEDS_HUMAN_NAME, gmail_name
from mailreeve.triage.undrafting import STANDING

_TITLES = {
    Priority.URGENT: "Urgent",
    Priority.HIGH: "Important",
    Priority.NORMAL: "Normal",
    Priority.LOW: "Can wait",
}
_HUMAN, _FAILED = "You decide", "Failed, tried again by the next run"


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided about one mail."""

    message: str
    sender: str
    subject: str
    summary: str
    received: datetime
    label: str
    """The id of the label that it has by now."""
    label_name: str
    was: str
    """The label's name before the person corrected it; empty when they did not."""
    by: str
    confidence: float
    reason: str
    evidence: tuple[str, ...]
    error: str
    draft: str
    undo: str
    """What takes the last change of its labels back; empty when there is none."""
    url: str


@dataclass(frozen=True, slots=True)
class Told:
    """One run, in a line."""

    id: str
    started: datetime
    state: str
    line: str
    undoable: bool
    """Something of it can be taken back."""


@dataclass(frozen=True, slots=True)
class Night:
    """The last day with a run."""

    day: date | None
    groups: tuple[tuple[str, tuple[Decision, ...]], ...]
    """Title and decisions, the most pressing group first."""
    runs: tuple[Told, ...]
    labels: tuple[tuple[str, str], ...]
    """Ids and names of the labels to choose from."""


def night(box: Mailbox) -> Night:
    """What the runs of the last day with one decided; asks Gmail nothing."""
    dead.close_if_dead(box.ledger)
    runs = box.ledger.runs.latest(200)
    choice = tuple((spec.id, spec.name or spec.id) for spec in box.labels)
    if not runs:
        return Night(None, (), (), choice)
    day = runs[0].started.astimezone(box.zone).date()
    told = [run for run in reversed(runs) if run.started.astimezone(box.zone).date() == day]
    names = {**dict(choice), NEEDS_HUMAN: NEEDS_HUMAN_NAME}
    corrected = Corrections(box.audit).standing()
    groups: dict[str, list[Decision]] = {title: [] for title in (_HUMAN, *_TITLES.values(), _FAILED)}
    for entry in box.ledger.entries([run.id for run in told]):
        title = _title(entry)
        if title:
            groups[title].append(_decision(box, entry, names, corrected.get(entry.message)))
    shown = tuple((title, tuple(group)) for title, group in groups.items() if group)
    return Night(day, shown, tuple(_told(box, run) for run in told), choice)


def _title(entry: Entry) -> str:
    if entry.error:
        return _FAILED
    if entry.verdict is None:
        return ""
    return _HUMAN if entry.verdict.needs_human else _TITLES[entry.verdict.priority]


def _told(box: Mailbox, run: Run) -> Told:
    started = run.started.astimezone(box.zone)
    standing = any(change.state in STANDING for change in box.journal.changes(run.id))
    return Told(run.id, started, run.state.value, coverage_line(run.result), standing)


def _decision(box: Mailbox, entry: Entry, names: Mapping[str, str], corrected: Correction | None) -> Decision:
    verdict = entry.verdict
    decided = (NEEDS_HUMAN if verdict.needs_human else verdict.label) if verdict else ""
    label = corrected.new if corrected else decided
    changes = [one for one in box.journal.of_target(entry.message, KIND) if one.state is ChangeState.DONE]
    last = changes[-1] if changes else None
    return Decision(
        message=entry.message,
        sender=entry.sight.sender,
        subject=entry.sight.subject,
        summary=verdict.summary if verdict else "",
        received=box.local_time(entry.sight.received_at),
        label=label,
        label_name=names.get(label, label),
        was=names.get(corrected.old, corrected.old) if corrected else "",
        by=verdict.by.value if verdict else "",
        confidence=verdict.confidence if verdict else 0.0,
        reason=verdict.reason if verdict else "",
        evidence=verdict.evidence if verdict else (),
        error=entry.error,
        draft=entry.draft,
        undo=(last.run if last.run.startswith("a-") else last.id) if last else "",
        url=box.url(entry.thread),
    )


def correct(box: Mailbox, message: str, label: str, *, cancel: Cancel) -> str:
    """Give a message the label that it should have had, and remember it; returns what undo takes.

    `message` may be a thread, whose newest decided mail is meant; `label` is the id or the name of a label. Raises InputError for a message that was never decided, a label that is none, or the one that it has.
    """
    entry = box.ledger.entry(message) or box.ledger.latest_in(message)
    if entry is None or entry.verdict is None:
        raise InputError("This mail was not decided by Mailreeve.", "Label it in Gmail.")
    message, label = entry.message, _label(box, label)
    corrections = Corrections(box.audit)
    before = corrections.standing().get(message)
    decided = NEEDS_HUMAN if entry.verdict.needs_human else entry.verdict.label
    old = before.new if before else decided
    if label == old:
        raise InputError("This mail has that label already.", "Choose another one.")
    there = {found.name.casefold(): found.id for found in box.gmail.bound(cancel).labels()}
    old_id = there.get(_in_gmail(box, old).casefold(), "")
    done = labelling.label_mail(box, [message], add=[label], remove=[old_id] if old_id else [], cancel=cancel)
    for failed in done["failed"]:
        raise InputError(f"The label could not be changed: {failed['reason']}", "Try it again.")
    if old_id:
        box.ledger.tombstones.bury(message, [old_id])
    corrections.add(message, old, label, done["change"])
    return done["change"]


def _label(box: Mailbox, wished: str) -> str:
    """The id of a triage label by its id or its name, in any case."""
    key = wished.strip().casefold()
    found = next((spec.id for spec in box.labels if key in {spec.id.casefold(), spec.name.casefold()}), None)
    if found is None:
        raise InputError(f"{wished[:80]!r} is none of your labels.", "`mailreeve labels` lists them.")
    return found


def _in_gmail(box: Mailbox, label: str) -> str:
    prefix = box.config.triage.label_prefix
    found = next((spec for spec in box.labels if spec.id == label), None)
    return gmail_name(prefix, found) if found else f"{prefix}/{NEEDS_HUMAN_NAME}"


def undo(box: Mailbox, id_: str, *, cancel: Cancel) -> UndoAnswer:
    """Take back a change, an act or a run; a correction that is undone no longer counts."""
    done = take_back(box, id_, cancel=cancel)
    if not done["failed"]:
        Corrections(box.audit).withdraw(id_)
    return done
