"""Taking back a change, an act, or a whole run. What the person changed since is left as it is, and stays so.

What was undone is not done again by the next run; only `triage --again` takes those messages up anew.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

from mailreeve.cancel import Cancel
from mailreeve.errors import Cancelled, InputError, LoginNeeded, MailreeveError, NotFound, StoreError
from mailreeve.models import Change, ChangeState, Draft, Failure, Thread
from mailreeve.platform import exclusive
from mailreeve.store.runs import RunState
from mailreeve.triage import drafting, labelling, labels
from mailreeve.triage.labelling import Plan
from mailreeve.triage.loop import lock_file
from mailreeve.triage.parts import Parts

_MADE = {ChangeState.DONE, ChangeState.INTENDED, ChangeState.UNKNOWN}
"""States of a change that stands, or may."""
_STOPS = (Cancelled, LoginNeeded, StoreError)
_RUNS = 1000
"""Runs that are looked through for those of the last hours."""
_SENT_AWAY = {"TRASH", "SPAM"}


@dataclass(frozen=True, slots=True)
class Undone:
    """What undo did."""

    undone: int
    skipped: tuple[Failure, ...]
    """What the person changed since, or what is gone: left as it is."""
    final: tuple[Failure, ...]
    """What cannot be undone, such as a sent mail."""
    failed: tuple[Failure, ...]
    """What went wrong; undo it again."""


def undo(parts: Parts, id_: str, cancel: Cancel | None = None) -> Undone:
    """Take back the change `c-...`, or all changes of a run `r-...` or an act `a-...`.

    Raises InputError for an id that is none, and AlreadyRunning while a run works on the account.
    """
    _named(parts, id_)
    runs = (id_,) if id_.startswith("r-") else ()
    return _undo(parts, id_, lambda: _named(parts, id_), runs, cancel or Cancel())


def undo_since(parts: Parts, age: timedelta, cancel: Cancel | None = None) -> Undone:
    """Take back every change that was begun within this time, of runs and of acts alike.

    Raises AlreadyRunning while a run works on the account.
    """
    moment = parts.now() - age
    runs = tuple(run.id for run in parts.ledger.runs.latest(_RUNS) if run.started >= moment)
    told = f"since {moment:%Y-%m-%dT%H:%M:%SZ}"
    return _undo(parts, told, lambda: parts.journal.since(moment), runs, cancel or Cancel())


def _undo(
    parts: Parts, told: str, changes: Callable[[], Sequence[Change]], runs: Sequence[str], cancel: Cancel
) -> Undone:
    """Take back what is there once no run works on the account; `runs` are wholly taken back by that."""
    parts = replace(parts, gmail=parts.gmail.bound(cancel, interactive=True))
    with exclusive(lock_file(parts), f"triage or undo of {parts.account}"):
        taking = _Taking(parts, cancel)
        taking.back([change for change in reversed(changes()) if change.state in _MADE])
    result = taking.result()
    for run in () if result.failed else runs:
        parts.ledger.runs.finish(run, RunState.UNDONE)
    counts = {"undone": result.undone, "skipped": len(result.skipped), "failed": len(result.failed)}
    parts.audit.append("undo.finished", {"id": told, **counts}, "person")
    return result


def _named(parts: Parts, id_: str) -> tuple[Change, ...]:
    if id_.startswith("c-"):
        return (parts.journal.change(id_),)
    if id_.startswith("r-"):
        parts.ledger.runs.get(id_)
        return parts.journal.changes(id_)
    found = parts.journal.changes(id_)
    if not found:
        raise InputError(f"There is nothing to undo under {id_[:60]!r}.", "`mailreeve runs` lists the runs.")
    return found


@dataclass(slots=True)
class _Taking:
    """One undo that goes on: drafts first, then labels on messages, then labels that are empty by then.

    What was done to one thing is taken back in reverse: a draft's new versions before the draft itself.
    """

    parts: Parts
    cancel: Cancel
    undone: int = 0
    skipped: list[Failure] = field(default_factory=list)
    final: list[Failure] = field(default_factory=list)
    failed: list[Failure] = field(default_factory=list)

    def result(self) -> Undone:
        return Undone(self.undone, tuple(self.skipped), tuple(self.final), tuple(self.failed))

    def back(self, changes: Sequence[Change]) -> None:
        kinds: dict[str, list[Change]] = defaultdict(list)
        for change in changes:
            kinds[change.kind].append(change)
        written = kinds.pop(drafting.KIND, [])
        for change in kinds.pop("draft_update", []):
            self._guarded(change, self._update)
        for change in written:
            self._guarded(change, self._draft)
        new = {change.inverse.get("delete_draft") for change in written}
        for change in kinds.pop("draft_delete", []):
            if change.target in new:
                self._skip(change, "the draft was written in the same time, and is gone")
            else:
                self._guarded(change, self._discarded)
        for layer in _layers(kinds.pop(labelling.KIND, [])):
            self._labels(layer)
        for change in kinds.pop(labels.KIND, []):
            self._guarded(change, self._label)
        for change in (one for group in kinds.values() for one in group):
            self.final.append(Failure(change.id, f"{change.kind} of {change.target} cannot be undone"))

    def _guarded(self, change: Change, step: Callable[[Change], None]) -> None:
        self.cancel.check()
        try:
            step(change)
        except _STOPS:
            raise
        except NotFound:
            self._skip(change, "it is no longer in Gmail")
        except MailreeveError as error:
            self.failed.append(Failure(change.id, str(error)))

    # --- drafts

    def _draft(self, change: Change) -> None:
        """Delete the draft while its bytes are ours."""
        made = self._made(change)
        if made is None:
            self._skip(change, "its draft is gone: never made, sent, or deleted by you")
        elif not drafting.is_unchanged(change, self.parts.gmail.draft(made).raw):
            self._skip(change, "you edited the draft")
        else:
            self.parts.journal.undoing([change.id])
            self.parts.gmail.delete_draft(made)
            self._settled(change)

    def _made(self, change: Change) -> str | None:
        """The draft's id; when the answer got lost it is looked for by its mark."""
        if change.inverse:
            return str(change.inverse["delete_draft"])
        thread_id = change.do.get("thread")
        if not thread_id:
            return None
        found: Draft | None = drafting.find(
            self.parts.gmail, self.parts.gmail.thread(thread_id), change.do["mark"]
        )
        return found.id if found else None

    def _update(self, change: Change) -> None:
        """Put the earlier version back while the bytes are those that we wrote."""
        before = self.parts.kept.get(change.id) if self.parts.kept else None
        if before is None:
            self.final.append(Failure(change.id, "the earlier version of the draft is no longer kept"))
            return
        now = self.parts.gmail.draft(change.target)
        if not drafting.is_unchanged(change, now.raw):
            self._skip(change, "you edited the draft")
            return
        self.parts.journal.undoing([change.id])
        self.parts.gmail.update_draft(change.target, before, now.thread_id)
        self._settled(change)

    def _discarded(self, change: Change) -> None:
        """Put a deleted draft back, under a new id; never twice, even when an answer was lost."""
        before = self.parts.kept.get(change.id) if self.parts.kept else None
        if before is None:
            self.final.append(Failure(change.id, "the deleted draft is no longer kept"))
        elif self._restored(change):
            self._settled(change)
        elif change.state is not ChangeState.DONE:
            self.final.append(
                Failure(change.id, "it is not known whether it is back; look at Gmail's drafts")
            )
        else:
            self.parts.journal.undoing([change.id])
            self._put_back(change, before)
            self._settled(change)

    def _put_back(self, change: Change, raw: bytes) -> None:
        """Make the draft anew; a change of its own, so that it waits for review again and can be undone."""
        thread = change.do["thread"] if self._thread(change.do["thread"]) else ""
        do = {"thread": thread, "mark": change.do["mark"], "sha256": change.do["sha256"]}
        new = self.parts.journal.intend(f"a-{change.id}", drafting.KIND, change.target, do, {})
        try:
            made = self.parts.gmail.create_draft(raw, thread)
        except MailreeveError as error:
            self.parts.journal.settle(new, ChangeState.UNKNOWN, error.message)
            raise
        done = {**do, "draft": made.id}
        self.parts.journal.settle(new, ChangeState.DONE, do=done, inverse={"delete_draft": made.id})

    def _restored(self, change: Change) -> bool:
        """True when the draft is there: never deleted, or put back by an undo whose answer was lost."""
        if change.state is ChangeState.DONE:
            return False
        try:
            self.parts.gmail.draft(change.target)
        except NotFound:
            thread, mark = self._thread(change.do["thread"]), change.do["mark"]
            return bool(thread and mark and drafting.find(self.parts.gmail, thread, mark))
        return True

    def _thread(self, id_: str) -> Thread | None:
        try:
            return self.parts.gmail.thread(id_)
        except NotFound:
            return None

    # --- labels

    def _labels(self, changes: Sequence[Change]) -> None:
        """Many messages that need the same in one call."""
        groups: dict[Plan, list[Change]] = defaultdict(list)
        by_target: dict[str, list[Change]] = defaultdict(list)
        for change in changes:
            by_target[change.target].append(change)
        for id_, found in self.parts.gmail.get_many(list(by_target), self.cancel):
            if isinstance(found, LoginNeeded):
                raise found
            for change in by_target[id_]:
                if isinstance(found, NotFound):
                    self._skip(change, "the message is no longer in Gmail")
                elif isinstance(found, MailreeveError):
                    self.failed.append(Failure(change.id, str(found)))
                else:
                    self._planned(groups, change, frozenset(found.labels))
        for plan, group in groups.items():
            self._turn_back(plan, group)

    def _planned(self, groups: dict[Plan, list[Change]], change: Change, now: frozenset[str]) -> None:
        """What is still as we left it is turned back; the rest the person changed, and it is remembered."""
        left = labelling.as_we_left_it(self.parts, change.target, now)
        by_person = sorted(label for label, there in left.items() if there != (label in now))
        self.parts.ledger.bury(change.target, by_person)
        if self.parts.journal.change(change.id).state is ChangeState.FAILED:
            return  # its end was not known, and now it is: it was never made
        add, remove = set(change.do["add"]), set(change.do["remove"])
        still_added, still_removed = add & now, remove - now
        if (_SENT_AWAY - add) & now:
            still_removed -= {"INBOX"}
        plan = Plan(tuple(sorted(still_removed)), tuple(sorted(still_added)))
        if plan:
            groups[plan].append(change)
        else:
            self._skip(change, "its labels are not as they were left: you changed them")

    def _turn_back(self, plan: Plan, group: Sequence[Change]) -> None:
        self.cancel.check()
        self.parts.journal.undoing([change.id for change in group])
        try:
            self.parts.gmail.modify([change.target for change in group], plan.add, plan.remove)
        except _STOPS:
            raise
        except NotFound as error:
            if len(group) == 1:
                self._skip(group[0], error.message)
                return
            for change in group:
                self._turn_back(plan, [change])
        except MailreeveError as error:
            self.failed += [Failure(change.id, str(error)) for change in group]
        else:
            for change in group:
                self._settled(change)

    def _label(self, change: Change) -> None:
        """Delete a label that was made for this, once no message bears it."""
        label = change.inverse.get("delete_label") or self._label_named(change.target)
        if not label:
            self._skip(change, "the label is not there")
        elif self.parts.gmail.search("", label_ids=[label], limit=1, include_spam_trash=True).items:
            self.skipped.append(Failure(change.id, f"the label {change.target} is in use"))
        else:
            self.parts.journal.undoing([change.id])
            self.parts.gmail.delete_label(label)
            self._settled(change)

    def _label_named(self, name: str) -> str:
        """The id of a label whose making had no answer."""
        return next((label.id for label in self.parts.gmail.labels() if label.name == name), "")

    # --- the books

    def _settled(self, change: Change) -> None:
        self.parts.journal.settle(change.id, ChangeState.UNDONE)
        self.undone += 1
        if change.run.startswith("r-"):
            self.parts.ledger.undo([change.target])

    def _skip(self, change: Change, why: str) -> None:
        self.parts.journal.settle(change.id, ChangeState.SKIPPED, why)
        self.skipped.append(Failure(change.id, why))
        if change.run.startswith("r-"):
            self.parts.ledger.undo([change.target])


def _layers(changes: Sequence[Change]) -> list[list[Change]]:
    """The newest change of each message, then the one before it, and so on."""
    layers: list[list[Change]] = []
    depth: dict[str, int] = defaultdict(int)
    for change in changes:
        level = depth[change.target]
        if level == len(layers):
            layers.append([])
        layers[level].append(change)
        depth[change.target] += 1
    return layers
