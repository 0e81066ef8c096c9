"""The address book: what lies at Google, kept here as it was seen last, without a gap."""

import contextlib
from collections.abc import Callable
from dataclasses import dataclass

from mailreeve.cancel import Cancel
from mailreeve.errors import HistoryExpired, ScopeMissing
from mailreeve.google.people import People
from mailreeve.models import Contact, ContactPage
from mailreeve.store.contacts import Contacts


@dataclass(frozen=True, slots=True)
class Looked:
    """What a look at Google brought."""

    changed: int
    gone: int
    full: bool
    """Everything was listed: the first time, or because the last look was over seven days ago."""
    others: bool
    """False when the person did not grant the contacts that Google noted from mail."""


class Book:
    """The contacts of one account, here and at Google."""

    def __init__(self, people: People, store: Contacts) -> None:
        self.people = people
        self.store = store

    def bound(self, cancel: Cancel) -> "Book":
        """The same book, where waiting ends with `cancel`."""
        return Book(self.people.bound(cancel), self.store)

    def sync(self, cancel: Cancel) -> Looked:
        """See what changed since the last look. Raises GoogleError, LoginNeeded, Cancelled: nothing is half kept."""
        changed, gone, full = self._look(self.people.page, cancel, own=True)
        others = False
        with contextlib.suppress(ScopeMissing):
            more, less, _ = self._look(self.people.others, cancel, own=False)
            changed, gone, others = changed + more, gone + less, True
        return Looked(changed, gone, full, others)

    def _look(self, pages: Callable[..., ContactPage], cancel: Cancel, *, own: bool) -> tuple[int, int, bool]:
        """All pages first, then one transaction with their token: a list that broke off changes nothing."""
        token = self.store.token(own=own)
        try:
            items, following = _gathered(pages, token, cancel)
        except HistoryExpired:
            token = ""
            items, following = _gathered(pages, "", cancel)
        if token:
            self.store.apply(items, following, own=own)
        else:
            self.store.replace([one for one in items if not one.gone], following, own=own)
        gone = sum(one.gone for one in items)
        return len(items) - gone, gone, not token

    def create(self, contact: Contact) -> Contact:
        """Make a contact. Raises OutcomeUnknown when the answer is lost: sync shows whether it is there."""
        made = self.people.create(contact)
        self.store.apply([made])
        return made

    def update(self, old: Contact, new: Contact) -> Contact:
        """Change a contact that is still as it was read. Raises ChangedMeanwhile, NotFound, OutcomeUnknown."""
        done = self.people.update(old, new)
        self.store.apply([done])
        return done

    def delete(self, id_: str) -> None:
        """Delete a contact. Raises NotFound."""
        self.people.delete(id_)
        self.store.forget(id_)


def _gathered(pages: Callable[..., ContactPage], token: str, cancel: Cancel) -> tuple[list[Contact], str]:
    items: dict[str, Contact] = {}
    cursor = ""
    while True:
        cancel.check()
        page = pages(token=token, cursor=cursor)
        items.update((one.id, one) for one in page.items)
        cursor = page.next
        if not cursor:
            return list(items.values()), page.token
