"""Keeping Google and a CardDAV or CalDAV server in step, both ways, under a person's standing consent.

What changed on one side goes to the other. Where both changed, the side that the settings name wins; a change beats a
deletion. Each write is bound to the state that was read, and a link is written after both sides hold the same: a sync
that broke off is gone on with by the next, which finds what is there instead of making it twice.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Generic, Protocol

from mailreeve.cancel import Cancel
from mailreeve.errors import Cancelled, LoginNeeded, MailreeveError, NeedsPerson, NotApproved
from mailreeve.gate.forms import Form, Found, Item, uid
from mailreeve.gate.ports import AuditLog
from mailreeve.models import Failure
from mailreeve.outbound import dav
from mailreeve.outbound.dav import Elsewise, Server
from mailreeve.outbound.wire import Wire
from mailreeve.store.consents import Consents
from mailreeve.store.dav import Link, Links

MOST_DELETIONS = 5
"""More deletions on one side, and more than a third of all, need a person's word."""


class Local(Protocol[Item]):
    """What lies at Google, with an undo for each write."""

    def etags(self) -> Mapping[str, str]:
        """All that there is now: ids and their etags."""

    def get(self, id_: str) -> Item:
        """One of them. Raises NotFound."""

    def create(self, item: Item, uid: str) -> Item:
        """Make one; with the same `uid` never a second."""

    def update(self, old: Item, new: Item) -> Item:
        """Give one that is still as it was read the contents of another."""

    def delete(self, old: Item) -> None:
        """Delete one."""


@dataclass(slots=True)
class Mirrored:
    """What a sync did: numbers of items, the ids in conflict, and what could not be done."""

    to_server: int = 0
    to_google: int = 0
    deleted_there: int = 0
    deleted_here: int = 0
    conflicts: list[str] = field(default_factory=list)
    failed: list[Failure] = field(default_factory=list)


class Mirror(Generic[Item]):
    """One server. Built in app/ with a wire that reaches only it."""

    def __init__(
        self, server: Server, form: Form[Item], wire: Wire, consents: Consents, links: Links, audit: AuditLog
    ) -> None:
        self.server = server
        self._form = form
        self._there = dav.Collection(wire, server)
        self._consents = consents
        self._links = links
        self._audit = audit

    @property
    def stands(self) -> bool:
        """True while a person's consent to exactly this server stands."""
        return self._consents.stands(self.server.key, self.server.terms)

    def consent(self, terms: str, *, by: str, how: str) -> None:
        """A person agrees to what they were shown. Raises NotApproved when the settings changed since."""
        if terms != self.server.terms:
            raise NotApproved(f"{self.server.id} changed since it was shown.", "Look at it again.")
        self._consents.give(self.server.key, terms, by, how)
        self._audit.append(
            "destination.consent", {"destination": self.server.key, "terms": terms, "how": how}, by
        )

    def sync(self, local: Local[Item], cancel: Cancel, *, deletions: bool = False) -> Mirrored:
        """Bring both sides to the same. `deletions` is a person's word that many may go.

        Raises NotApproved without a consent, OutboundError, GoogleError, LoginNeeded, NeedsPerson, Cancelled.
        """
        if not self.stands:
            raise NotApproved(
                f"Nobody has agreed to {self.server.id}.",
                f"Run `mailreeve {self.server.command} consent {self.server.id}`.",
            )
        here, there = dict(local.etags()), self._there.listed(cancel)
        links = self._links.all()
        if not deletions:
            _guard(self.server, links, here, there)
        done = Mirrored()
        for link in links:
            step = partial(
                self._linked, done, link, here.get(link.local), there.get(link.href), local, cancel
            )
            self._guarded(done, link.local, cancel, step)
        self._unlinked(done, there.keys() - {link.href for link in links}, local, cancel)
        body = {"destination": self.server.key, "to_server": done.to_server, "to_google": done.to_google,
                "deleted_there": done.deleted_there, "deleted_here": done.deleted_here,
                "conflicts": len(done.conflicts), "failed": len(done.failed)}  # fmt: skip
        self._audit.append(f"{self.server.command}.mirrored", body)
        return done

    def _unlinked(self, done: Mirrored, names: Collection[str], local: Local[Item], cancel: Cancel) -> None:
        """What only one side has, or both without knowing it."""
        known = self._links.all()
        cards: dict[str, tuple[Found[Item], str]] = {}
        for name in sorted(set(names) - {link.href for link in known}):
            self._guarded(done, name, cancel, partial(self._read, cards, name, cancel))
        linked = {link.local for link in known}
        for id_ in [id_ for id_ in local.etags() if id_ not in linked]:
            self._guarded(done, id_, cancel, partial(self._new_here, done, id_, cards, local, cancel))
        for name, (found, etag) in cards.items():
            self._guarded(done, name, cancel, partial(self._new_there, done, name, found, etag, local))

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
        self, done: Mirrored, link: Link, here: str | None, there: str | None, local: Local[Item],
        cancel: Cancel,
    ) -> None:  # fmt: skip
        """One link, and the etags of both sides as they are now; None where it is gone."""
        here_changed, there_changed = here != link.local_etag, there != link.etag
        if here is None and there is None:
            self._links.drop(link.local)
        elif here is None:
            self._gone_here(done, link, local, cancel, changed=there_changed)
        elif there is None:
            self._gone_there(done, link, local, cancel, changed=here_changed)
        elif here_changed or there_changed:
            one = local.get(link.local)
            self._both(
                done, one, link.href, local, cancel, here_changed=here_changed, there_changed=there_changed
            )

    def _gone_here(
        self, done: Mirrored, link: Link, local: Local[Item], cancel: Cancel, *, changed: bool
    ) -> None:
        """It goes there too; what was changed there meanwhile, or others see there, comes back."""
        text, etag = self._there.get(link.href, cancel)
        found = self._form.read(text)
        self._links.drop(link.local)
        if not changed and not (found and found.fixed):
            self._there.delete(link.href, link.etag, cancel)
            done.deleted_there += 1
        elif found:
            done.conflicts.append(link.local)
            self._new_there(done, link.href, found, etag, local)

    def _gone_there(
        self, done: Mirrored, link: Link, local: Local[Item], cancel: Cancel, *, changed: bool
    ) -> None:
        """It goes here too; what was changed here meanwhile, or others see here, is written again."""
        one = local.get(link.local)
        if not changed and not self._form.fixed(one):
            local.delete(one)
            self._links.drop(link.local)
            done.deleted_here += 1
        else:
            done.conflicts.append(link.local)
            self._written(done, one, link.href, "", "", cancel)

    def _both(
        self, done: Mirrored, one: Item, name: str, local: Local[Item], cancel: Cancel, *, here_changed: bool,
        there_changed: bool,
    ) -> None:  # fmt: skip
        """Something changed on one side or on both."""
        text, etag = self._there.get(name, cancel)
        found = self._form.read(text)
        if found is None or self._form.same(found.item, one):
            self._links.put(Link(one.id, one.etag, name, etag))
            return
        here_stays, there_stays = self._form.fixed(one), found.fixed
        crossed = (here_stays and there_changed) or (there_stays and here_changed)
        if crossed or (here_changed and there_changed):
            done.conflicts.append(one.id)
        if here_stays and there_stays:
            self._links.put(Link(one.id, one.etag, name, etag))
            return
        server_wins = not here_changed or (there_changed and self.server.wins == "server")
        if here_stays or not (there_stays or server_wins):
            self._written(done, one, name, etag, text, cancel)
            return
        made = local.update(one, found.item)
        self._links.put(Link(made.id, made.etag, name, etag))
        done.to_google += 1

    def _written(self, done: Mirrored, one: Item, name: str, etag: str, before: str, cancel: Cancel) -> None:
        text = self._form.write(one, uid(one.id), before)
        new = self._there.put(name, text, etag, cancel, media=self._form.media)
        self._links.put(Link(one.id, one.etag, name, new))
        done.to_server += 1

    def _read(self, cards: dict[str, tuple[Found[Item], str]], name: str, cancel: Cancel) -> None:
        text, etag = self._there.get(name, cancel)
        found = self._form.read(text)
        if found:
            cards[name] = (found, etag)

    def _new_here(
        self,
        done: Mirrored,
        id_: str,
        cards: dict[str, tuple[Found[Item], str]],
        local: Local[Item],
        cancel: Cancel,
    ) -> None:
        """Nothing is linked with it: the same on the server, else a new item there."""
        one = local.get(id_)
        twin = next((name for name, (found, _) in cards.items() if self._form.alike(found, one)), "")
        if twin:
            cards.pop(twin)
            self._both(done, one, twin, local, cancel, here_changed=True, there_changed=True)
            return
        name = f"{uid(one.id)}{self._form.suffix}"
        try:
            self._written(done, one, name, "", "", cancel)
        except Elsewise:  # it was written by a sync that broke off
            self._both(done, one, name, local, cancel, here_changed=True, there_changed=True)

    def _new_there(
        self, done: Mirrored, name: str, found: Found[Item], etag: str, local: Local[Item]
    ) -> None:
        made = local.create(found.item, found.uid or name)
        self._links.put(Link(made.id, made.etag, name, etag))
        done.to_google += 1
        if found.left:
            done.failed.append(Failure(name, found.left))


def _guard(
    server: Server, links: tuple[Link, ...], here: Mapping[str, str], there: Mapping[str, str]
) -> None:
    """An emptied or mistaken collection must not empty the other one."""
    for side, gone in (
        ("the server", sum(link.href not in there for link in links)),
        ("Google", sum(link.local not in here for link in links)),
    ):
        if gone > MOST_DELETIONS and gone * 3 > len(links):
            raise NeedsPerson(
                f"{gone} of {len(links)} {server.things} are gone from {side}; nothing was deleted on the other side.",
                "If that is right, run it again with --deletions.",
            )
