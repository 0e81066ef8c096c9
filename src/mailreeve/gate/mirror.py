"""Keeping the address book and a CardDAV server in step, both ways, under a person's standing consent.

What changed on one side goes to the other. Where both changed, the side that the settings name wins; a change beats a
deletion. Each write is bound to the state that was read, and a link is written after both sides hold the same: a sync
that broke off is gone on with by the next, which finds what is there instead of making it twice.
"""

import hashlib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Protocol

from mailreeve.cancel import Cancel
from mailreeve.errors import Cancelled, LoginNeeded, MailreeveError, NeedsPerson, NotApproved
from mailreeve.gate.ports import AuditLog
from mailreeve.mail import vcards
from mailreeve.models import Contact, Failure
from mailreeve.outbound import dav
from mailreeve.outbound.dav import Elsewise, Server
from mailreeve.outbound.wire import Wire
from mailreeve.store.consents import Consents
from mailreeve.store.dav import Link, Links

MOST_DELETIONS = 5
"""More deletions on one side, and more than a third of all, need a person's word."""


class Local(Protocol):
    """The address book at Google, with an undo for each write."""

    def contacts(self) -> Mapping[str, Contact]:
        """All kept contacts as they are now, by id."""

    def create(self, contact: Contact) -> Contact:
        """Make one."""

    def update(self, old: Contact, new: Contact) -> Contact:
        """Change one that is still as it was read."""

    def delete(self, old: Contact) -> None:
        """Delete one."""


@dataclass(slots=True)
class Mirrored:
    """What a sync did: numbers of cards, the ids in conflict, and what could not be done."""

    to_server: int = 0
    to_google: int = 0
    deleted_there: int = 0
    deleted_here: int = 0
    conflicts: list[str] = field(default_factory=list)
    failed: list[Failure] = field(default_factory=list)


class Mirror:
    """One server. Built in app/ with a wire that reaches only it."""

    def __init__(self, server: Server, wire: Wire, consents: Consents, links: Links, audit: AuditLog) -> None:
        self.server = server
        self._there = dav.Collection(wire, server)
        self._consents = consents
        self._links = links
        self._audit = audit

    @property
    def stands(self) -> bool:
        """True while a person's consent to exactly this server stands."""
        return self._consents.stands(self.server.id, self.server.terms)

    def consent(self, terms: str, *, by: str, how: str) -> None:
        """A person agrees to what they were shown. Raises NotApproved when the settings changed since."""
        if terms != self.server.terms:
            raise NotApproved(f"{self.server.id} changed since it was shown.", "Look at it again.")
        self._consents.give(self.server.id, terms, by, how)
        self._audit.append(
            "destination.consent", {"destination": self.server.id, "terms": terms, "how": how}, by
        )

    def sync(self, local: Local, cancel: Cancel, *, deletions: bool = False) -> Mirrored:
        """Bring both sides to the same. `deletions` is a person's word that many may go.

        Raises NotApproved without a consent, OutboundError, GoogleError, LoginNeeded, NeedsPerson, Cancelled.
        """
        if not self.stands:
            raise NotApproved(
                f"Nobody has agreed to the address book {self.server.id}.",
                f"Run `mailreeve contacts consent {self.server.id}`.",
            )
        here, there = dict(local.contacts()), self._there.listed(cancel)
        links = self._links.all()
        if not deletions:
            _guard(links, here, there)
        done = Mirrored()
        for link in links:
            step = partial(self._linked, done, link, here, there, local, cancel)
            self._guarded(done, link.local, cancel, step)
        self._unlinked(done, there.keys() - {link.href for link in links}, local, cancel)
        body = {"destination": self.server.id, "to_server": done.to_server, "to_google": done.to_google,
                "deleted_there": done.deleted_there, "deleted_here": done.deleted_here,
                "conflicts": len(done.conflicts), "failed": len(done.failed)}  # fmt: skip
        self._audit.append("contacts.mirrored", body)
        return done

    def _unlinked(self, done: Mirrored, names: Collection[str], local: Local, cancel: Cancel) -> None:
        """What only one side has, or both without knowing it."""
        known = self._links.all()
        cards: dict[str, tuple[vcards.Card, str]] = {}
        for name in sorted(set(names) - {link.href for link in known}):
            self._guarded(done, name, cancel, partial(self._read, cards, name, cancel))
        linked = {link.local for link in known}
        for one in [one for id_, one in local.contacts().items() if id_ not in linked]:
            self._guarded(done, one.id, cancel, partial(self._new_here, done, one, cards, local, cancel))
        for name, (card, etag) in cards.items():
            self._guarded(done, name, cancel, partial(self._new_there, done, name, card, etag, local))

    @staticmethod
    def _guarded(done: Mirrored, what: str, cancel: Cancel, step: Callable[[], None]) -> None:
        cancel.check()
        try:
            step()
        except (Cancelled, LoginNeeded):
            raise
        except MailreeveError as error:
            done.failed.append(Failure(what, str(error)))

    def _linked(
        self, done: Mirrored, link: Link, here: Mapping[str, Contact], there: Mapping[str, str], local: Local,
        cancel: Cancel,
    ) -> None:  # fmt: skip
        one, etag = here.get(link.local), there.get(link.href)
        here_changed = one is None or one.etag != link.local_etag
        there_changed = etag != link.etag
        if not here_changed and not there_changed:
            return
        if one is None and etag is None:
            self._links.drop(link.local)
        elif one is None and not there_changed:
            self._there.delete(link.href, link.etag, cancel)
            self._links.drop(link.local)
            done.deleted_there += 1
        elif etag is None and one is not None and not here_changed:
            local.delete(one)
            self._links.drop(link.local)
            done.deleted_here += 1
        elif one is None:
            self._links.drop(link.local)  # changed there, deleted here: it comes back
            text, now = self._there.get(link.href, cancel)
            card = vcards.read(text)
            if card:
                done.conflicts.append(link.local)
                self._new_there(done, link.href, card, now, local)
        elif etag is None:
            done.conflicts.append(link.local)  # changed here, deleted there: it comes back
            self._written(done, one, link.href, "", "", cancel)
        else:
            self._both(
                done, one, link.href, local, cancel, here_changed=here_changed, there_changed=there_changed
            )

    def _both(
        self, done: Mirrored, one: Contact, name: str, local: Local, cancel: Cancel, *, here_changed: bool,
        there_changed: bool,
    ) -> None:  # fmt: skip
        """Something changed on one side or on both."""
        text, etag = self._there.get(name, cancel)
        card = vcards.read(text)
        if card is None or _same(card.contact, one):
            self._links.put(Link(one.id, one.etag, name, etag))
            return
        if here_changed and there_changed:
            done.conflicts.append(one.id)
        if here_changed and not (there_changed and self.server.wins == "server"):
            self._written(done, one, name, etag, text, cancel)
            return
        made = local.update(one, replace(card.contact, id=one.id, etag=one.etag))
        self._links.put(Link(made.id, made.etag, name, etag))
        done.to_google += 1

    def _written(
        self, done: Mirrored, one: Contact, name: str, etag: str, before: str, cancel: Cancel
    ) -> None:
        card = vcards.read(before) if before else None
        version: vcards.Version = "4.0" if "VERSION:4.0" in before.upper() else "3.0"
        uid = card.uid if card and card.uid else _uid(one)
        new = self._there.put(name, vcards.write(one, uid, version, before), etag, cancel)
        self._links.put(Link(one.id, one.etag, name, new))
        done.to_server += 1

    def _read(self, cards: dict[str, tuple[vcards.Card, str]], name: str, cancel: Cancel) -> None:
        text, etag = self._there.get(name, cancel)
        card = vcards.read(text)
        if card:
            cards[name] = (card, etag)

    def _new_here(
        self,
        done: Mirrored,
        one: Contact,
        cards: dict[str, tuple[vcards.Card, str]],
        local: Local,
        cancel: Cancel,
    ) -> None:
        """A contact without a link: the same person's card on the server, else a new card."""
        twin = next((name for name, (card, _) in cards.items() if _twins(card, one)), "")
        if twin:
            cards.pop(twin)
            self._both(done, one, twin, local, cancel, here_changed=True, there_changed=True)
            return
        name = f"{_uid(one)}.vcf"
        try:
            self._written(done, one, name, "", "", cancel)
        except Elsewise:  # it was written by a sync that broke off
            self._both(done, one, name, local, cancel, here_changed=True, there_changed=True)

    def _new_there(self, done: Mirrored, name: str, card: vcards.Card, etag: str, local: Local) -> None:
        made = local.create(card.contact)
        self._links.put(Link(made.id, made.etag, name, etag))
        done.to_google += 1


def _uid(one: Contact) -> str:
    return f"mailreeve-{hashlib.sha256(one.id.encode()).hexdigest()[:32]}"


def _same(left: Contact, right: Contact) -> bool:
    def plain(one: Contact) -> Contact:
        return replace(one, id="", etag="", other=False, gone=False)

    return plain(left) == plain(right)


def _twins(card: vcards.Card, one: Contact) -> bool:
    """The same person: our own name for it, a shared address, or all the same."""
    return card.uid == _uid(one) or bool(set(card.contact.keys) & set(one.keys)) or _same(card.contact, one)


def _guard(links: tuple[Link, ...], here: Mapping[str, Contact], there: Mapping[str, str]) -> None:
    """An emptied or mistaken book must not empty the other one."""
    for side, gone in (
        ("the server", sum(link.href not in there for link in links)),
        ("Google", sum(link.local not in here for link in links)),
    ):
        if gone > MOST_DELETIONS and gone * 3 > len(links):
            raise NeedsPerson(
                f"{gone} of {len(links)} contacts are gone from {side}; nothing was deleted on the other side.",
                "If that is right, run it again with --deletions.",
            )
