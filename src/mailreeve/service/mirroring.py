"""Servers that Google is kept in step with: CardDAV for contacts, CalDAV for events."""

from typing import TYPE_CHECKING

from typing_extensions import TypedDict

from mailreeve.app import Mailbox
from mailreeve.cancel import Cancel
from mailreeve.errors import InputError, NeedsPerson, OutboundError
from mailreeve.service.answers import Failed

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from mailreeve.gate.forms import Item
    from mailreeve.gate.mirror import Local, Mirror


class ServerAnswer(TypedDict):
    """What keeping a server in step did; `change` undoes what it did at Google."""

    id: str
    status: str
    to_server: int
    to_google: int
    deleted_there: int
    deleted_here: int
    conflicts: list[str]
    failed: list[Failed]
    change: str
    advice: str


class LookAnswer(TypedDict):
    """What a look at Google brought, and what was done on the servers."""

    changed: int
    gone: int
    full: bool
    servers: list[ServerAnswer]


class ServerJson(TypedDict):
    """A server of the settings, and the terms that a consent is given to."""

    id: str
    url: str
    user: str
    wins: str
    agreed: bool
    terms: str


def servers(mirrors: "Sequence[Mirror[Item]]") -> list[ServerJson]:
    """The servers as the settings name them."""
    return [
        ServerJson(
            id=one.server.id,
            url=one.server.url,
            user=one.server.user,
            wins=one.server.wins,
            agreed=one.stands,
            terms=one.server.terms,
        )
        for one in mirrors
    ]


def agree(mirrors: "Sequence[Mirror[Item]]", id_: str, terms: str, *, by: str, how: str) -> None:
    """A person agrees to a server as they were shown it. Raises InputError, NotApproved."""
    found = next((one for one in mirrors if one.server.id == id_), None)
    if found is None:
        raise InputError(f"There is no server {id_[:40]!r} in config.toml.", "Add it there.")
    found.consent(terms, by=by, how=how)


def keep(
    box: Mailbox,
    one: "Mirror[Item]",
    local: "Callable[[str], Local[Item]]",
    act: str,
    cancel: Cancel,
    *,
    deletions: bool,
) -> ServerAnswer:
    """Keep one server in step. That it fails is told, so that it does not stop the others."""
    told = ServerAnswer(
        id=one.server.id, status="done", to_server=0, to_google=0, deleted_there=0, deleted_here=0,
        conflicts=[], failed=[], change="", advice="",
    )  # fmt: skip
    try:
        done = one.sync(local(act), cancel, deletions=deletions)
    except (OutboundError, NeedsPerson) as error:
        told["status"] = "needs_user" if isinstance(error, NeedsPerson) else "failed"
        told["advice"] = str(error)
    else:
        told["to_server"], told["to_google"] = done.to_server, done.to_google
        told["deleted_there"], told["deleted_here"] = done.deleted_there, done.deleted_here
        told["conflicts"] = done.conflicts
        told["failed"] = [Failed(id=each.id, reason=each.reason) for each in done.failed]
        told["status"] = "partial" if done.failed else "done"
    told["change"] = act if box.journal.changes(act) else ""
    return told
