"""How contacts and events are written on CardDAV and CalDAV servers, for the one way of keeping both sides in step."""

import hashlib
from dataclasses import dataclass, replace
from datetime import tzinfo
from typing import Generic, Protocol, TypeVar

from mailreeve.mail import calendars, vcards
from mailreeve.models import Contact, Entry


class Stated(Protocol):
    """A thing with Google's id, and an etag that changes whenever it does."""

    @property
    def id(self) -> str:
        """Google's id; empty before it is made."""

    @property
    def etag(self) -> str:
        """Of the state that was read."""


Item = TypeVar("Item", bound=Stated)


@dataclass(frozen=True, slots=True)
class Found(Generic[Item]):
    """What lies on the server, as it was read."""

    item: Item
    uid: str
    fixed: bool = False
    """Others see it there, so it is not changed from here."""
    left: str = ""
    """What of it cannot be taken over, in words."""


class Form(Protocol[Item]):
    """One kind of item."""

    suffix: str
    media: str

    def read(self, text: str) -> Found[Item] | None:
        """An item, or None for what is none of this kind. Raises InputError."""

    def write(self, item: Item, name: str, before: str) -> str:
        """An item as text; what `before`, an older text, has besides stays. `name` is its UID when it has none."""

    def same(self, left: Item, right: Item) -> bool:
        """Both say the same."""

    def alike(self, found: Found[Item], item: Item) -> bool:
        """They mean the same person or event, though nobody linked them."""

    def fixed(self, item: Item) -> bool:
        """Others see it at Google, so it is not changed from the server."""


def uid(id_: str) -> str:
    """Our own name on a server for what Google calls so."""
    return f"mailreeve-{hashlib.sha256(id_.encode()).hexdigest()[:32]}"


class Cards:
    """Contacts as vCards."""

    suffix = ".vcf"
    media = "text/vcard"

    def read(self, text: str) -> Found[Contact] | None:
        """See Form."""
        card = vcards.read(text)
        return Found(card.contact, card.uid) if card else None

    def write(self, item: Contact, name: str, before: str) -> str:
        """See Form; the version of the vCard stays."""
        card = vcards.read(before) if before else None
        version: vcards.Version = "4.0" if "VERSION:4.0" in before.upper() else "3.0"
        return vcards.write(item, card.uid if card and card.uid else name, version, before)

    def same(self, left: Contact, right: Contact) -> bool:
        """See Form."""
        return _plain(left) == _plain(right)

    def alike(self, found: Found[Contact], item: Contact) -> bool:
        """See Form: our own name for it, a shared address, or all the same."""
        shared = set(found.item.keys) & set(item.keys)
        return found.uid == uid(item.id) or bool(shared) or self.same(found.item, item)

    def fixed(self, item: Contact) -> bool:
        """See Form: nobody else sees a contact."""
        return False


def _plain(one: Contact) -> Contact:
    return replace(one, id="", etag="", other=False, gone=False)


class Events:
    """Events as iCalendar objects. `zone` is for times that name none."""

    suffix = ".ics"
    media = "text/calendar"

    def __init__(self, zone: tzinfo) -> None:
        self._zone = zone

    def read(self, text: str) -> Found[Entry] | None:
        """See Form."""
        item = calendars.read(text, self._zone)
        if item is None:
            return None
        left = (
            f"{item.apart} occurrences that differ from their series stay on the server" if item.apart else ""
        )
        return Found(item.entry, item.uid, item.shared, left)

    def write(self, item: Entry, name: str, before: str) -> str:
        """See Form."""
        old = calendars.read(before, self._zone) if before else None
        return calendars.write(item, (old.uid if old else "") or item.event.uid or name, before)

    def same(self, left: Entry, right: Entry) -> bool:
        """See Form."""
        return calendars.same(left, right)

    def alike(self, found: Found[Entry], item: Entry) -> bool:
        """See Form: the same iCalendar UID, our own name for it, or all the same."""
        return found.uid in {item.event.uid, uid(item.id)} - {""} or self.same(found.item, item)

    def fixed(self, item: Entry) -> bool:
        """See Form: guests would not hear of a change, and occurrences that differ cannot be made through a server."""
        return item.event.shared or bool(item.apart)
