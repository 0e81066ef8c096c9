"""What the person did with decided mail since the last run, out of Gmail's history: evidence for patterns.

A few calls a run, and no message is fetched. What Mailreeve did itself is told apart by what it decided: its own
labels are no evidence, and neither is what a label's actions (archive, read) do.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from mailreeve.cancel import Cancel
from mailreeve.errors import HistoryExpired
from mailreeve.models import Archetype, ChangeState, LabelSpec, Ref, Relabel
from mailreeve.store.corrections import Corrections
from mailreeve.store.entries import EntryState
from mailreeve.store.journal import Journal
from mailreeve.store.patterns import Learned, Sighting, Source
from mailreeve.triage.labelling import KIND
from mailreeve.triage.labels import gmail_name
from mailreeve.triage.parts import Parts

PAGES = 20
"""Pages of history (500 records each) that are looked through; what lies behind them is not learned from."""
_STRANGERS = {Archetype.COLD, Archetype.SUSPICIOUS}
_PRESSING = {Archetype.URGENT, Archetype.TO_REPLY}
_DEALT_WITH = {"UNREAD": "read", "INBOX": "archive"}
"""Labels that go when a person deals with a mail, and the label's action that takes them off too."""


@dataclass(frozen=True, slots=True)
class _Known:
    """The user's labels, and Gmail's ids of those that exist."""

    specs: Mapping[str, LabelSpec]
    by_gmail: Mapping[str, str]


def gather(parts: Parts, cancel: Cancel) -> None:
    """Note corrections, moved labels, spam reports, answers, and what was left as it is. Changes nothing in Gmail.

    A history that has expired teaches nothing.
    """
    learned, cursor = parts.learned, parts.ledger.cursor()
    if learned is None:
        return
    learned.expire()
    learned.corrected(_standing(parts))
    if cursor is None:
        return
    gmail = parts.gmail.bound(cancel, interactive=False)
    known = _Known({spec.id: spec for spec in parts.labels}, {})
    page = ""
    for _ in range(PAGES):
        cancel.check()
        try:
            found = gmail.history(cursor.history_id, page)
        except HistoryExpired:
            return
        if found.changes and not known.by_gmail:
            known = _known(parts)
        _answers(learned, known, [ref for ref in found.added if "SENT" in ref.labels])
        _labels(parts, learned, known, found.changes)
        page = found.next
        if not page:
            return


def _standing(parts: Parts) -> dict[str, tuple[str, int]]:
    found = Corrections(parts.audit).standing()
    return {
        id_: (one.new, int(one.at.timestamp() * 1000))
        for id_, one in found.items()
        if not _undone(parts.journal, one.act)
    }


def _undone(journal: Journal, act: str) -> bool:
    changes = [one for one in journal.changes(act) if one.kind == KIND] if act else []
    return bool(changes) and all(change.state is ChangeState.UNDONE for change in changes)


def _known(parts: Parts) -> _Known:
    names = {gmail_name(parts.settings.label_prefix, spec).casefold(): spec.id for spec in parts.labels}
    there = {label.id: names.get(label.name.casefold(), "") for label in parts.gmail.labels()}
    return _Known(
        {spec.id: spec for spec in parts.labels}, {gmail: id_ for gmail, id_ in there.items() if id_}
    )


def _answers(learned: Learned, known: _Known, sent: list[Ref]) -> None:
    """Who is answered is no stranger; any other label stood the test."""
    for id_, one in learned.in_threads({ref.thread_id for ref in sent}).items():
        spec = known.specs.get(one.label)
        stranger = spec is not None and spec.archetype in _STRANGERS
        learned.observe(id_, "" if stranger else one.label, Source.REPLIED)


def _labels(parts: Parts, learned: Learned, known: _Known, changes: tuple[Relabel, ...]) -> None:
    mine = learned.sighted({change.id for change in changes})
    for change in changes:
        sighting = mine.get(change.id)
        entry = parts.ledger.entry(change.id) if sighting else None
        if sighting is None or entry is None or entry.state is EntryState.UNDONE:
            continue
        if _taken_back(change, sighting, known):
            learned.withdraw(change.id)
            continue
        label, source = _meaning(change, sighting, known, unread="UNREAD" in entry.sight.labels)
        if source is not None:
            learned.observe(change.id, label, source)


def _taken_back(change: Relabel, sighting: Sighting, known: _Known) -> bool:
    """True when the mail is back where it was put: under its label again, or out of the spam."""
    if sighting.source == Source.SPAM:
        return "SPAM" in change.removed
    moved = sighting.source in {Source.MOVED, Source.REMOVED}
    return moved and sighting.label in {known.by_gmail.get(one) for one in change.added}


def _meaning(
    change: Relabel, sighting: Sighting, known: _Known, *, unread: bool
) -> tuple[str, Source | None]:
    """What a change of labels says of the label that was decided; `unread`: it was when it was decided."""
    if "SPAM" in change.added:
        return "", Source.SPAM
    added = {known.by_gmail[one] for one in change.added if one in known.by_gmail} - {sighting.label}
    if len(added) == 1:
        return added.pop(), Source.MOVED
    if any(known.by_gmail.get(one) == sighting.label for one in change.removed) and sighting.label:
        return "", Source.REMOVED
    spec = known.specs.get(sighting.label)
    done = {
        one
        for one in change.removed
        if _DEALT_WITH.get(one, "-") not in (*(spec.actions if spec else ()), "-")
    }
    if spec is None or not done or "TRASH" in change.added:
        return "", None
    if "UNREAD" in done or not unread or sighting.source not in {"", Source.UNREAD}:
        return sighting.label, Source.KEPT
    # nobody archives unread what is urgent or waits for their answer
    return "" if spec.archetype in _PRESSING else sighting.label, Source.UNREAD
