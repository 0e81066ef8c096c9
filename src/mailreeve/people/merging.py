"""Contacts that are the same person: finding them, making one of them, and taking that back."""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, TypeVar

from mailreeve.errors import MailreeveError, NotFound, OutcomeUnknown
from mailreeve.models import Change, ChangeState, Contact, Labelled
from mailreeve.people.book import Book

if TYPE_CHECKING:
    from mailreeve.models import Json
    from mailreeve.store.journal import Journal
    from mailreeve.store.kept import Kept

Value = TypeVar("Value")
KIND = "contact_merge"
"""The journal's word for it."""


@dataclass(frozen=True, slots=True)
class Group:
    """Contacts that share an address, or a full name and a number, and what would be made of them."""

    members: tuple[Contact, ...]
    """The first is kept: the fullest one."""
    merged: Contact
    why: str


def groups(contacts: Iterable[Contact]) -> tuple[Group, ...]:
    """Duplicates among kept contacts. A name alone makes nobody the same."""
    every = [one for one in contacts if not one.other]
    home = {one.id: one.id for one in every}

    def root(id_: str) -> str:
        while home[id_] != id_:
            id_ = home[id_]
        return id_

    first: dict[tuple[str, ...], str] = {}
    reasons: dict[str, set[str]] = {}
    for one in every:
        for mark in _marks(one):
            other = first.setdefault(mark, one.id)
            if other != one.id:
                reasons.setdefault(one.id, set()).add(mark[-1])
                home[root(one.id)] = root(other)
    joined: dict[str, list[Contact]] = {}
    for one in every:
        joined.setdefault(root(one.id), []).append(one)
    return tuple(_group(members, reasons) for members in joined.values() if len(members) > 1)


def _marks(one: Contact) -> list[tuple[str, ...]]:
    name = " ".join(one.name.casefold().split())
    numbers = {digits[-9:] for phone in one.phones if len(digits := _digits(phone.value)) >= 7}
    return [("mail", key) for key in one.keys] + [("phone", name, number) for number in numbers if name]


def _digits(text: str) -> str:
    return "".join(char for char in text if char.isascii() and char.isdigit())


def _group(members: list[Contact], reasons: dict[str, set[str]]) -> Group:
    ordered = sorted(members, key=lambda one: (-_fullness(one), one.id))
    shared = sorted(set().union(*(reasons.get(one.id, set()) for one in members)))
    return Group(tuple(ordered), merged(ordered), ", ".join(shared))


def _fullness(one: Contact) -> int:
    return sum(map(bool, (one.given, one.family, one.organization, one.title, one.note))) + len(
        one.emails + one.phones
    )


def merged(members: Sequence[Contact]) -> Contact:
    """The first, with everything that the others have and it lacks; differing notes are joined."""
    result = members[0]
    for one in members[1:]:
        result = replace(
            result,
            name=result.name or one.name,
            given=result.given or (one.given if not result.name else ""),
            family=result.family or (one.family if not result.name else ""),
            emails=_union(result.emails, one.emails, str.lower),
            phones=_union(result.phones, one.phones, _digits),
            organization=result.organization or one.organization,
            title=result.title or (one.title if not result.organization else ""),
            note="\n".join(dict.fromkeys(filter(None, (result.note, one.note)))),
        )
    return result


def _union(
    left: tuple[Labelled, ...], right: tuple[Labelled, ...], key: Callable[[str], str]
) -> tuple[Labelled, ...]:
    found: dict[str, Labelled] = {}
    for one in (*left, *right):
        found.setdefault(key(one.value.strip()) or one.value, one)
    return tuple(found.values())


def merge(book: Book, journal: "Journal", kept: "Kept", act: str, group: Group) -> Contact:
    """Write the whole into the first contact, then delete the others; undo has what they were for a week.

    Raises ChangedMeanwhile when the first is not as it was previewed: nothing is done then.
    """
    keeper, *rest = group.members
    do = {"keep": keeper.id, "gone": [one.id for one in rest]}
    change = journal.intend(act, KIND, keeper.id, do, {"restore": [one.id for one in group.members]})
    kept.keep(change, json.dumps([asdict(one) for one in group.members]).encode())
    done = None
    try:
        done = book.update(keeper, group.merged)
        for one in rest:
            _gone(book, one.id)
    except MailreeveError as error:
        untouched = done is None and not isinstance(error, OutcomeUnknown)
        journal.settle(change, ChangeState.FAILED if untouched else ChangeState.UNKNOWN, error.message)
        raise
    journal.settle(change, ChangeState.DONE, do={**do, "etag": done.etag})
    return done


class Journalled:
    """The address book where every single write has an undo; what another program keeps in step works with this."""

    def __init__(self, book: Book, journal: "Journal", kept: "Kept", act: str) -> None:
        self._book = book
        self._journal = journal
        self._kept = kept
        self._act = act

    def etags(self) -> dict[str, str]:
        """All kept contacts as they were seen last: ids and etags."""
        return {one.id: one.etag for one in self._book.store.all(own=True)}

    def get(self, id_: str) -> Contact:
        """One of them. Raises NotFound."""
        found = self._book.store.get(id_)
        if found is None:
            raise NotFound(f"There is no contact {id_[:60]!r}.", "Sync again.")
        return found

    def create(self, item: Contact, uid: str = "") -> Contact:
        """Make one; undo deletes it while it is as it was made."""
        change = self._intended("", {}, ())
        done = self._tried(change, lambda: self._book.create(item))
        self._journal.settle(change, ChangeState.DONE, do={"made": done.id, "etag": done.etag})
        return done

    def update(self, old: Contact, new: Contact) -> Contact:
        """Give one the contents of another; undo turns it back while it is as it was left."""
        new = replace(new, id=old.id, etag=old.etag)
        change = self._intended(old.id, {"keep": old.id}, (old,))
        done = self._tried(change, lambda: self._book.update(old, new))
        self._journal.settle(change, ChangeState.DONE, do={"keep": old.id, "etag": done.etag})
        return done

    def delete(self, old: Contact) -> None:
        """Delete one; undo makes it again."""
        change = self._intended(old.id, {"gone": [old.id]}, (old,))
        self._tried(change, lambda: _gone(self._book, old.id))
        self._journal.settle(change, ChangeState.DONE, do={"deleted": old.id})

    def _intended(self, target: str, do: "Json", before: Sequence[Contact]) -> str:
        change = self._journal.intend(self._act, KIND, target, do, {"restore": [one.id for one in before]})
        self._kept.keep(change, json.dumps([asdict(one) for one in before]).encode())
        return change

    def _tried(self, change: str, step: Callable[[], Value]) -> Value:
        try:
            return step()
        except MailreeveError as error:
            lost = isinstance(error, OutcomeUnknown)
            self._journal.settle(change, ChangeState.UNKNOWN if lost else ChangeState.FAILED, error.message)
            raise


def _gone(book: Book, id_: str) -> None:
    try:
        book.delete(id_)
    except NotFound:
        book.store.forget(id_)


def unmerge(book: Book, kept: "Kept", change: Change) -> str:
    """Bring the contacts back; returns why not, empty when it is done.

    The first is turned back only while it is as the merge left it. What is there already is not made twice.
    """
    raw = kept.get(change.id)
    if raw is None:
        return "what the contacts were is forgotten after a week"
    before = [_contact(one) for one in json.loads(raw)]
    if change.do.get("made") or change.do.get("deleted"):
        return _undone(book, change, before)
    if not before:
        return "nothing was made"
    keeper, *rest = before
    now = book.people.get(keeper.id)
    etag = change.do.get("etag")
    if etag and now.etag != etag:
        return "the contact was changed since"
    for one in rest:
        if not _is_there(book, one):
            book.create(replace(one, id="", etag=""))
    book.update(now, replace(keeper, id=now.id, etag=now.etag))
    kept.forget(change.id)
    return ""


def _undone(book: Book, change: Change, before: Sequence[Contact]) -> str:
    """Take back the making or the deletion of one contact."""
    if change.do.get("made"):
        made = book.people.get(change.do["made"])
        if made.etag != change.do.get("etag"):
            return "the contact was changed since"
        book.delete(made.id)
    for one in before:
        if not _is_there(book, one):
            book.create(replace(one, id="", etag=""))
    return ""


def _is_there(book: Book, one: Contact) -> bool:
    """The same contact, or the one that an undo which was cut off made of it."""
    same = replace(one, id="", etag="")
    return any(replace(found, id="", etag="") == same for found in book.store.all(own=True))


def _contact(body: dict[str, object]) -> Contact:
    for name in ("emails", "phones"):
        values = body[name]
        assert isinstance(values, list)  # noqa: S101 -- we wrote it ourselves
        body[name] = tuple(Labelled(**one) for one in values)
    return Contact(**body)  # type: ignore[arg-type] # the fields of the record that was written
