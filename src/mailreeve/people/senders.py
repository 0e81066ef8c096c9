"""Who fills the mailbox: mail by its sender, the most first. Pure."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from mailreeve.models import Address


@dataclass(frozen=True, slots=True)
class Seen:
    """One mail, as far as a clean-up goes."""

    id: str
    author: Address
    date: int
    """Epoch milliseconds."""
    size: int
    """Bytes."""
    unread: bool


@dataclass(frozen=True, slots=True)
class Pile:
    """All mail of one address."""

    address: str
    name: str
    """As the newest mail says; anybody can choose it."""
    ids: tuple[str, ...]
    """The newest first."""
    unread: int
    size: int
    newest: int
    oldest: int
    opened: int
    """When the newest mail came that is not unread; 0 when none was opened."""


def piles(seen: Iterable[Seen], own: Collection[str]) -> tuple[Pile, ...]:
    """A pile for each sender but the owner, the largest first."""
    groups: dict[str, list[Seen]] = {}
    for one in seen:
        if one.author.key and one.author.key not in own:
            groups.setdefault(one.author.key, []).append(one)
    made = (_pile(key, sorted(group, key=lambda one: -one.date)) for key, group in groups.items())
    return tuple(sorted(made, key=lambda pile: (-len(pile.ids), -pile.size, pile.address)))


def _pile(address: str, group: list[Seen]) -> Pile:
    return Pile(
        address=address,
        name=group[0].author.name,
        ids=tuple(one.id for one in group),
        unread=sum(one.unread for one in group),
        size=sum(one.size for one in group),
        newest=group[0].date,
        oldest=group[-1].date,
        opened=max((one.date for one in group if not one.unread), default=0),
    )
