"""A sender put into the address book: made once, or added to where something is missing. What the person wrote stays."""

import hashlib
import json
from dataclasses import asdict, replace
from typing import TYPE_CHECKING

from mailreeve.errors import MailreeveError, OutcomeUnknown
from mailreeve.models import Change, ChangeState, Contact
from mailreeve.people import merging
from mailreeve.people.book import Book

if TYPE_CHECKING:
    from mailreeve.models import Json
    from mailreeve.store.journal import Journal
    from mailreeve.store.kept import Kept

_SETTLED = {ChangeState.DONE, ChangeState.UNDONE, ChangeState.SKIPPED}


def keep(book: Book, journal: "Journal", kept: "Kept", run: str, wish: Contact, rule: str) -> str:
    """Write a contact of one address; returns `made`, `added to`, or nothing. Journalled, undoable.

    The same wish is written once: what the person deleted, changed or undid since stays as they left it. An end that
    is not known is looked up first. Raises GoogleError, OutcomeUnknown, Cancelled.
    """
    address = wish.keys[0]
    target = f"contact-{hashlib.sha256(address.encode()).hexdigest()[:16]}"  # the audit keeps no addresses
    said = hashlib.sha256(json.dumps(asdict(wish), sort_keys=True).encode()).hexdigest()[:16]
    there = next((one for one in book.store.all(own=True) if address in one.keys), None)
    before = [_settled(journal, one, there) for one in journal.of_target(target, merging.KIND)]
    if any(one.state in _SETTLED and one.do.get("wish") == said for one in before):
        return ""
    if there is None and any(one.do.get("made") for one in before):
        return ""  # the person deleted it
    new = merging.merged((there, wish)) if there else wish
    if new == there:
        return ""
    do: Json = {"wish": said, "rules": [rule], **({"keep": there.id} if there else {})}
    change = journal.intend(run, merging.KIND, target, do, {"restore": [there.id] if there else []})
    kept.keep(change, json.dumps([asdict(there)] if there else []).encode())
    try:
        done = book.update(there, new) if there else book.create(new)
    except MailreeveError as error:
        lost = isinstance(error, OutcomeUnknown)
        journal.settle(change, ChangeState.UNKNOWN if lost else ChangeState.FAILED, error.message)
        raise
    journal.settle(change, ChangeState.DONE, do=_done(do, done))
    return "added to" if there else "made"


def _done(do: "Json", done: Contact) -> "Json":
    return {**do, "etag": done.etag, **({} if "keep" in do else {"made": done.id})}


def _settled(journal: "Journal", change: Change, there: Contact | None) -> Change:
    """A change whose answer or process was lost: it was made when the contact is there as it would have left it."""
    if change.state not in {ChangeState.INTENDED, ChangeState.UNKNOWN}:
        return change
    if there is None or "wish" not in change.do or "keep" in change.do:
        journal.settle(change.id, ChangeState.FAILED, "looked for and not found")
        return replace(change, state=ChangeState.FAILED)
    do = _done(change.do, there)
    journal.settle(change.id, ChangeState.DONE, "found so after an interruption", do=do)
    return replace(change, state=ChangeState.DONE, do=do)
