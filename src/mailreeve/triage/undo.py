"""Taking back a change, an act, or a whole run. What the person changed since is left as it is, and stays so.

What was undone is not done again by the next run; only `triage --again` takes those messages up anew.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta

from mailreeve.cancel import Cancel
from mailreeve.errors import Cancelled, InputError, LoginNeeded, MailreeveError, NotFound, StoreError
from mailreeve.models import Change, ChangeState
from mailreeve.store.runs import RunState
from mailreeve.triage import dead, labelling, labels, posting, undrafting
from mailreeve.triage.labelling import Plan
from mailreeve.triage.parts import Parts
from mailreeve.triage.undone import Books, Undone
from mailreeve.triage.undrafting import STANDING, Undrafting

_STOPS = (Cancelled, LoginNeeded, StoreError)
CONTACTS = "contact_merge"
"""The journal's word of people/merging.py."""
EVENTS = "event_mirror"
"""The journal's word of gate/diary.py."""
_RUNS = 1000
"""Runs that are looked through for those of the last hours."""
_SENT_AWAY = {"TRASH", "SPAM"}


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
    with parts.ledger.alone(f"triage or undo of {parts.account}"):
        dead.close(parts.ledger)  # before its changes are gone: afterwards it could not be recounted
        taking = _Taking(parts, cancel)
        taking.back([change for change in reversed(changes()) if change.state in STANDING])
    result = taking.books.result()
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


class _Taking:
    """One undo that goes on: drafts first, then labels on messages, then labels that are empty by then.

    What was done to one thing is taken back in reverse: a draft's new versions before the draft itself.
    """

    def __init__(self, parts: Parts, cancel: Cancel) -> None:
        self._parts = parts
        self._cancel = cancel
        self.books = Books(parts)
        self._drafts = Undrafting(self.books)

    def back(self, changes: Sequence[Change]) -> None:
        kinds: dict[str, list[Change]] = defaultdict(list)
        for change in changes:
            kinds[change.kind].append(change)
        written = kinds.pop(posting.KIND, [])
        for change in kinds.pop(undrafting.UPDATE, []):
            self._guarded(change, self._drafts.updated)
        for change in written:
            self._guarded(change, self._drafts.created)
        new = {change.inverse.get("delete_draft") for change in written}
        for change in kinds.pop(undrafting.DELETE, []):
            if change.target in new:
                self.books.skip(change, "the draft was written in the same time, and is gone")
            else:
                self._guarded(change, self._drafts.discarded)
        for layer in _layers(kinds.pop(labelling.KIND, [])):
            self._labels(layer)
        for kind, step in ((labels.KIND, self._label), (CONTACTS, self._contacts), (EVENTS, self._event)):
            for change in kinds.pop(kind, []):
                self._guarded(change, step)
        for change in (one for group in kinds.values() for one in group):
            self.books.final(change, f"{change.kind} of {change.target} cannot be undone")

    def _guarded(self, change: Change, step: Callable[[Change], None]) -> None:
        self._cancel.check()
        try:
            step(change)
        except _STOPS:
            raise
        except NotFound:
            self.books.skip(change, "it is no longer in Gmail")
        except MailreeveError as error:
            self.books.fail(change, str(error))

    def _event(self, change: Change) -> None:
        """Bring an event back that a CalDAV server changed."""
        if self._parts.agenda is None:
            self.books.fail(change, "the calendar is not connected: run `mailreeve login --calendar`")
            return
        self._parts.journal.undoing([change.id])
        self._told(change, self._parts.agenda(self._cancel).back(change))

    def _told(self, change: Change, why: str) -> None:
        if why:
            self.books.skip(change, why)
        else:
            self.books.settled(change)

    def _contacts(self, change: Change) -> None:
        """Bring merged contacts back."""
        from mailreeve.people import merging

        parts = self._parts
        if parts.book is None or parts.kept is None:
            self.books.fail(change, "contacts are not connected: run `mailreeve login --contacts`")
            return
        parts.journal.undoing([change.id])
        self._told(change, merging.unmerge(parts.book.bound(self._cancel), parts.kept, change))

    # --- labels

    def _labels(self, changes: Sequence[Change]) -> None:
        """Many messages that need the same in one call."""
        groups: dict[Plan, list[Change]] = defaultdict(list)
        by_target: dict[str, list[Change]] = defaultdict(list)
        for change in changes:
            by_target[change.target].append(change)
        for id_, found in self._parts.gmail.get_many(list(by_target), self._cancel):
            if isinstance(found, LoginNeeded):
                raise found
            for change in by_target[id_]:
                if isinstance(found, NotFound):
                    self.books.skip(change, "the message is no longer in Gmail")
                elif isinstance(found, MailreeveError):
                    self.books.fail(change, str(found))
                else:
                    self._planned(groups, change, frozenset(found.labels))
        for plan, group in groups.items():
            self._turn_back(plan, group)

    def _planned(self, groups: dict[Plan, list[Change]], change: Change, now: frozenset[str]) -> None:
        """What is still as we left it is turned back; the rest the person changed, and it is remembered."""
        left = labelling.as_we_left_it(self._parts, change.target, now)
        by_person = sorted(label for label, there in left.items() if there != (label in now))
        self._parts.ledger.tombstones.bury(change.target, by_person)
        if self._parts.journal.change(change.id).state is ChangeState.FAILED:
            return  # its end was not known, and now it is: it was never made
        add, remove = set(change.do["add"]), set(change.do["remove"])
        still_added, still_removed = add & now, remove - now
        if (_SENT_AWAY - add) & now:
            still_removed -= {"INBOX"}
        plan = Plan(tuple(sorted(still_removed)), tuple(sorted(still_added)))
        if plan:
            groups[plan].append(change)
        else:
            self.books.skip(change, "its labels are not as they were left: you changed them")

    def _turn_back(self, plan: Plan, group: Sequence[Change]) -> None:
        self._cancel.check()
        self._parts.journal.undoing([change.id for change in group])
        try:
            self._parts.gmail.modify([change.target for change in group], plan.add, plan.remove)
        except _STOPS:
            raise
        except NotFound as error:
            if len(group) == 1:
                self.books.skip(group[0], error.message)
                return
            for change in group:
                self._turn_back(plan, [change])
        except MailreeveError as error:
            for change in group:
                self.books.fail(change, str(error))
        else:
            for change in group:
                self.books.settled(change)

    def _label(self, change: Change) -> None:
        """Delete a label that was made for this, once no message bears it."""
        label = change.inverse.get("delete_label") or self._label_named(change.target)
        if not label:
            self.books.skip(change, "the label is not there")
        elif self._parts.gmail.search("", label_ids=[label], limit=1, include_spam_trash=True).items:
            self.books.leave(change, f"the label {change.target} is in use")
        else:
            self._parts.journal.undoing([change.id])
            self._parts.gmail.delete_label(label)
            self.books.settled(change)

    def _label_named(self, name: str) -> str:
        """The id of a label whose making had no answer."""
        return next((label.id for label in self._parts.gmail.labels() if label.name == name), "")


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
