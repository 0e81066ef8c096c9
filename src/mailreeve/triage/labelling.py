"""The step that sets labels: judged -> applied. What the person did to a message always wins."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from mailreeve.errors import HistoryExpired, MailreeveError, NotFound
from mailreeve.models import Archetype, Change, ChangeState, Json, LabelSpec, Verdict
from mailreeve.store.entries import Entry, EntryState
from mailreeve.store.journal import Intent, Journal
from mailreeve.triage.labels import NEEDS_HUMAN
from mailreeve.triage.parts import Parts
from mailreeve.triage.work import Work

if TYPE_CHECKING:
    from mailreeve.google.gmail import Gmail

KIND = "labels"
HISTORY_PAGES = 5
"""More pages of changes than this, and the messages themselves are read again."""

_NO_ANSWER = {
    Archetype.NEWSLETTER,
    Archetype.PROMOTION,
    Archetype.RECEIPT,
    Archetype.NOTIFICATION,
    Archetype.COLD,
    Archetype.SUSPICIOUS,
}
"""Kinds of mail that get no draft, whatever the reader says: nobody should be led to answer a fraud."""

_ACTIONS: Mapping[str, tuple[str, str]] = {
    "archive": ("", "INBOX"),
    "read": ("", "UNREAD"),
    "star": ("STARRED", ""),
}
"""A label's further actions: (label to add, label to remove)."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What one message needs: labels that it lacks, and labels that it has."""

    add: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    """The user's rules that want it, as the journal names them."""

    def __bool__(self) -> bool:
        return bool(self.add or self.remove)

    def as_json(self) -> Json:
        """As the journal keeps it."""
        rules = {"rules": list(self.rules)} if self.rules else {}
        return {"add": list(self.add), "remove": list(self.remove), **rules}

    def inverse(self) -> Json:
        """What undoes it."""
        return {"add": list(self.remove), "remove": list(self.add)}

    def change(self, gmail: "Gmail", journal: Journal, run: str, ids: Sequence[str]) -> tuple[str, ...]:
        """Make it for these messages; returns the journal's changes, which the caller settles as done.

        Raises what Gmail's `modify` raises, settled.
        """
        intents = [Intent(KIND, id_, self.as_json(), self.inverse()) for id_ in ids]
        with journal.intending(run, intents, once=False) as changes:
            gmail.modify(ids, self.add, self.remove)
        return changes


def apply(work: Work, ids: Sequence[str]) -> None:
    """Set the labels of verdicts, many messages of one kind in one call.

    Raises Cancelled or LoginNeeded; what failed is noted with its id.
    """
    wanted = set(ids)
    entries = [
        entry for entry in work.parts.ledger.held(work.run, EntryState.JUDGED) if entry.message in wanted
    ]
    if not work.parts.settings.may_label:
        _done(work, entries)
        return
    now = current_labels(work, entries)
    known = work.parts.journal.targets(KIND, list(now)) | work.parts.ledger.tombstones.among(list(now))
    groups: dict[Plan, list[Entry]] = defaultdict(list)
    for entry in entries:
        if entry.message in now:
            plan_ = _plan(work, entry, now[entry.message], known=entry.message in known)
            groups[plan_].append(entry)
    for plan, group in groups.items():
        work.cancel.check()
        _change(work, plan, group)


def current_labels(work: Work, entries: Sequence[Entry]) -> dict[str, frozenset[str]]:
    """The labels of messages as they are now: as they were read, except where the history tells of a change.

    What cannot be read is noted as failed and left out; so is what was put into the trash or spam.
    """
    changed = _changed_since(work, entries)
    now = {entry.message: frozenset(entry.sight.labels) for entry in entries if entry.message not in changed}
    for id_, found in work.parts.gmail.get_many(sorted(changed), work.cancel):
        if isinstance(found, MailreeveError):
            work.failed(id_, found)
        elif {"TRASH", "SPAM"} & set(found.labels):
            work.parts.ledger.close(work.run, id_, EntryState.OUTSIDE)
        else:
            now[id_] = frozenset(found.labels)
    return now


def _changed_since(work: Work, entries: Sequence[Entry]) -> set[str]:
    """Which messages the mailbox's history names since they were read; all of them when it cannot tell."""
    ids = {entry.message for entry in entries}
    starts = [entry.sight.history_id for entry in entries]
    if not ids or not all(start.isdecimal() for start in starts):
        return ids
    start, cursor = min(starts, key=int), ""
    changed: set[str] = set()
    for _ in range(HISTORY_PAGES):
        try:
            page = work.parts.gmail.history(start, cursor)
        except HistoryExpired:
            return ids
        changed.update(page.relabelled, page.deleted)
        cursor = page.next
        if not cursor:
            return changed & ids
    return ids


def _plan(work: Work, entry: Entry, now: frozenset[str], *, known: bool) -> Plan:
    """What this message needs, after looking at what was done to it before, by us and by the person.

    `known`: something was done to it before.
    """
    left = as_we_left_it(work.parts, entry.message, now) if known else {}
    undone_by_person = {label for label, there in left.items() if there != (label in now)}
    if undone_by_person:
        work.parts.ledger.tombstones.bury(entry.message, sorted(undone_by_person))
    verdict = entry.verdict
    assert verdict is not None  # noqa: S101 -- a judged row has a verdict
    spec = next((one for one in work.parts.labels if one.id == verdict.label), None)
    label = work.shelf.id_of(spec.id if spec and not verdict.needs_human else NEEDS_HUMAN)
    # what a person still has to decide stays in the inbox, unread, whatever a rule says
    acts = [one for one in verdict.does if not (verdict.needs_human and one.kind in {"archive", "read"})]
    extra = {work.shelf.id_of_name(one.value): one.rule for one in acts if one.kind == "label"}
    wanted = plan(
        label,
        [
            *(spec.actions if spec and not verdict.needs_human else ()),
            *(one.kind for one in acts if one.kind in _ACTIONS),
        ],
        now,
        buried=work.parts.ledger.tombstones.on(entry.message) if known else (),
        ours=work.shelf.ours,
        set_by_us={one for one, there in left.items() if there} & work.shelf.under_prefix,
        extra=extra,
    )
    return replace(
        wanted,
        rules=tuple(dict.fromkeys(one.rule for one in acts if one.kind == "label" or one.kind in _ACTIONS)),
    )


def plan(
    label: str,
    actions: Iterable[str],
    now: frozenset[str],
    *,
    buried: Collection[str],
    ours: Collection[str],
    set_by_us: Collection[str],
    extra: Collection[str] = (),
) -> Plan:
    """Pure: from the wanted label and the labels there are to what has to change.

    `buried` is what the person undid before; `ours` are the triage labels; `set_by_us` are those, of today's or
    an earlier set, that we put on this message; `extra` are labels of rules. A triage label that the
    person chose stays the only one.
    """
    chosen_by_person = (now & set(ours)) - set(set_by_us)
    add = {*extra} if chosen_by_person else {label, *extra}
    remove = (now & set(set_by_us)) - {label}
    for action in actions:
        plus, minus = _ACTIONS[action]
        add |= {plus} if plus else set()
        remove |= {minus} if minus else set()
    return Plan(
        tuple(sorted(add - now - set(buried))), tuple(sorted((remove & now) - (set(buried) - set(set_by_us))))
    )


def as_we_left_it(parts: Parts, message: str, now: frozenset[str]) -> dict[str, bool]:
    """For each label that we ever changed on the message: whether it was there after our last change.

    A change whose end is not known (the process died, or the answer was lost) is settled by looking.
    """
    left: dict[str, bool] = {}
    for change in parts.journal.of_target(message, KIND):
        if change.state in {ChangeState.INTENDED, ChangeState.UNKNOWN}:
            done = _in_place(change, now)
            state = ChangeState.DONE if done else ChangeState.FAILED
            parts.journal.settle(change.id, state, "found so after an interruption")
            if not done:
                continue
        elif change.state is not ChangeState.DONE:
            continue
        left |= dict.fromkeys(change.do["add"], True) | dict.fromkeys(change.do["remove"], False)
    return left


def _in_place(change: Change, now: frozenset[str]) -> bool:
    return set(change.do["add"]) <= now and not set(change.do["remove"]) & now


def _change(work: Work, plan: Plan, group: Sequence[Entry]) -> None:
    """Journal, change, journal."""
    journal = work.parts.journal
    if not plan:
        _done(work, group)
        return
    try:
        changes = plan.change(work.parts.gmail, journal, work.run, [entry.message for entry in group])
    except MailreeveError as error:
        if isinstance(error, NotFound) and len(group) > 1:
            for entry in group:  # one of them is gone; each alone shows which
                _change(work, plan, [entry])
            return
        work.all_failed([entry.message for entry in group], error)
        return
    with work.parts.ledger.transaction():
        journal.settle_all(changes, ChangeState.DONE)
        _done(work, group)


def _done(work: Work, entries: Sequence[Entry]) -> None:
    work.parts.ledger.mark_applied(work.run, {one.message: _after(work, one) for one in entries})


def _after(work: Work, entry: Entry) -> EntryState:
    """What comes after the labels."""
    verdict = entry.verdict
    assert verdict is not None  # noqa: S101 -- a judged row has a verdict
    if verdict.needs_human:
        return EntryState.NEEDS_HUMAN
    drafts = wants_draft(verdict, work.parts.labels) and work.parts.settings.drafts
    return EntryState.APPLIED if drafts or wants_errand(verdict) else EntryState.DONE


def wants_errand(verdict: Verdict) -> bool:
    """True when a rule wants an event or a contact."""
    return not verdict.needs_human and any(one.kind in {"event", "contact"} for one in verdict.does)


def wants_draft(verdict: Verdict, labels: Iterable[LabelSpec]) -> bool:
    """True when a reply is to be written, or a rule forwards it."""
    forwards = any(one.kind == "forward" for one in verdict.does) and not verdict.needs_human
    return forwards or wants_reply(verdict, labels)


def wants_reply(verdict: Verdict, labels: Iterable[LabelSpec]) -> bool:
    """True when an answer is expected and the kind of mail deserves one, or a rule has the words for it."""
    if any(one.kind == "draft" for one in verdict.does):
        return not verdict.needs_human
    kind = next((label.archetype for label in labels if label.id == verdict.label), None)
    return verdict.needs_reply and not verdict.needs_human and kind not in _NO_ANSWER
