"""Clearing up by sender: a preview that changes nothing, and what the person chose of it, undone as a whole."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from typing_extensions import TypedDict

from mailreeve.app import Mailbox
from mailreeve.cancel import Cancel
from mailreeve.errors import InputError, MailreeveError
from mailreeve.google.gmail import Gmail
from mailreeve.mail.unsubscribe import ways
from mailreeve.models import Progress
from mailreeve.people.senders import Pile, Seen, piles
from mailreeve.service import labels as labelling
from mailreeve.service.acts import new_act
from mailreeve.service.answers import Failed
from mailreeve.triage.labelling import Plan

QUERY = "in:inbox older_than:30d -is:starred"
MOST = 5_000
SHOWN = 50
"""Senders of a preview."""
ACTIONS = ("archive", "trash", "read")
"""And any label by its name."""
_PAGE, _PAGES = 500, 20


@dataclass(frozen=True, slots=True)
class Row:
    """One sender of a preview."""

    pile: Pile
    written: bool
    """The person wrote to this address before."""
    answered: int
    """When they did last (epoch milliseconds), where the local index knows it; else 0."""
    unsubscribe: str
    """How its list is left: one_click, mail, link (for a person to open), or empty."""


@dataclass(frozen=True, slots=True)
class Preview:
    """What a clean-up would meet."""

    query: str
    rows: tuple[Row, ...]
    looked: int
    left: int
    """Mails that match too, beyond the limit: Google's estimate."""
    failed: tuple[Failed, ...]


class SenderJson(TypedDict):
    """One sender; `message_id` is its newest mail, for `unsubscribe`.

    `opened` is when its newest mail came that is not unread; `answered`, when the person last wrote to it, needs the
    local index.
    """

    number: int
    address: str
    name: str
    mails: int
    unread: int
    bytes: int
    newest: str
    oldest: str
    opened: str
    written: bool
    answered: str
    unsubscribe: str
    message_id: str


class CleanupAnswer(TypedDict):
    """`status` is preview, done, partial, declined or needs_user; `change` is what undo takes."""

    status: str
    query: str
    senders: list[SenderJson]
    looked: int
    left: int
    changed: int
    change: str
    failed: list[Failed]


def preview(
    box: Mailbox,
    query: str = QUERY,
    limit: int = 500,
    *,
    senders: Sequence[str] = (),
    progress: Progress,
    cancel: Cancel,
) -> Preview:
    """Mail that a search finds, by sender; changes nothing. What the local index holds is not fetched again.

    `senders` are the addresses to show alone. Raises InputError for one that has no mail there.
    """
    gmail = box.gmail.bound(cancel)
    ids, total = _listed(gmail, query, min(limit, MOST), cancel)
    known = _indexed(box, ids)
    missing = [id_ for id_ in ids if id_ not in known]
    failed: list[Failed] = []
    for id_, found in gmail.get_many(missing, cancel, progress):
        if isinstance(found, MailreeveError):
            failed.append(Failed(id=id_, reason=found.message))
        else:
            unread = "UNREAD" in found.labels
            known[id_] = Seen(id_, found.author, found.internal_date, found.size, unread)
    made = piles(known.values(), box.own)
    wanted = {one.strip().lower() for one in senders}
    unknown = wanted - {pile.address for pile in made}
    if unknown:
        raise InputError(f"No such mail is from {min(unknown)[:80]!r}.", "Look at the preview first.")
    shown = [pile for pile in made if not wanted or pile.address in wanted][:SHOWN]
    return Preview(query, tuple(_rows(box, gmail, shown, cancel)), len(ids), total - len(ids), tuple(failed))


def _listed(gmail: Gmail, query: str, limit: int, cancel: Cancel) -> tuple[list[str], int]:
    """The ids of a search, the newest first, and how many there are in all."""
    ids: list[str] = []
    cursor, total = "", 0
    while len(ids) < limit:
        cancel.check()
        page = gmail.search(query, cursor=cursor, limit=min(_PAGE, limit - len(ids)))
        ids += [ref.id for ref in page.items]
        cursor, total = page.next, page.total
        if not cursor:
            return ids, len(ids)
    return ids, max(total, len(ids))


def _indexed(box: Mailbox, ids: Sequence[str]) -> dict[str, Seen]:
    from mailreeve.store.index_people import heads

    index = box.index
    if index is None:
        return {}
    found = heads(index, ids)
    return {one.id: Seen(one.id, one.author, one.date, one.size, one.unread) for one in found}


def _rows(box: Mailbox, gmail: Gmail, shown: Sequence[Pile], cancel: Cancel) -> Iterator[Row]:
    """The newest mail of each sender says how its list is left."""
    from mailreeve.store.index_people import last_written

    known = box.correspondents.known()
    answered = last_written(box.index) if box.index else {}
    offers = {}
    for id_, found in gmail.get_many([pile.ids[0] for pile in shown], cancel):
        offer = None if isinstance(found, MailreeveError) else ways(found)
        kinds = (("one_click", offer.url), ("mail", offer.address), ("link", offer.link)) if offer else ()
        offers[id_] = next((kind for kind, there in kinds if there), "")
    for pile in shown:
        last = answered.get(pile.address, 0)
        yield Row(pile, bool(last) or pile.address in known, last, offers.get(pile.ids[0], ""))


def clean(box: Mailbox, found: Preview, rows: Sequence[Row], action: str, *, cancel: Cancel) -> CleanupAnswer:
    """Archive, trash, mark as read or label the mails of these rows; `undo` takes it back as a whole.

    A mail that the query of the preview no longer finds is left alone. Which labels the others have is asked of
    Gmail at that moment, so that undo restores what there was. What the preview could not read counts as failed: it
    may be of these senders. Raises InputError when nothing was chosen.
    """
    ids = [id_ for row in rows for id_ in row.pile.ids]
    if not ids or not action.strip():
        raise InputError("Nothing was chosen.", f"Choose senders, and {', '.join(ACTIONS)} or a label.")
    gmail, act = box.gmail.bound(cancel), new_act()
    plan = labelling.resolved(box, gmail, act, [action], [])
    still = _matching(gmail, found.query, [], cancel)
    held = {label: _matching(gmail, found.query, [label], cancel) for label in (*plan.add, *plan.remove)}
    groups: dict[Plan, list[str]] = {}
    for id_ in [one for one in ids if one in still]:
        due = Plan(
            tuple(one for one in plan.add if id_ not in held[one]),
            tuple(one for one in plan.remove if id_ in held[one]),
        )
        if due:
            groups.setdefault(due, []).append(id_)
    failed = list(found.failed)
    changed = 0
    for due, group in groups.items():
        for start in range(0, len(group), _PAGE):
            cancel.check()
            some = group[start : start + _PAGE]
            wrong = labelling.change(box, gmail, act, due, some)
            failed += wrong
            changed += len(some) - len(wrong)
    return CleanupAnswer(
        status="partial" if failed else "done",
        query=found.query,
        senders=[_json(box, number, row) for number, row in enumerate(rows, 1)],
        looked=len(ids),
        left=0,
        changed=changed,
        change=act if box.journal.changes(act) else "",
        failed=failed,
    )


def _matching(gmail: Gmail, query: str, labels: Sequence[str], cancel: Cancel) -> frozenset[str]:
    """What the query finds now among the messages with these labels; 5 units for 500 of them."""
    found: set[str] = set()
    cursor = ""
    for _ in range(_PAGES):
        cancel.check()
        page = gmail.search(query, label_ids=labels, cursor=cursor, limit=_PAGE)
        found.update(ref.id for ref in page.items)
        cursor = page.next
        if not cursor:
            break
    return frozenset(found)


def told(box: Mailbox, found: Preview, status: str = "preview") -> CleanupAnswer:
    """A preview as it is shown."""
    return CleanupAnswer(
        status=status,
        query=found.query,
        senders=[_json(box, number, row) for number, row in enumerate(found.rows, 1)],
        looked=found.looked,
        left=found.left,
        changed=0,
        change="",
        failed=list(found.failed),
    )


def _json(box: Mailbox, number: int, row: Row) -> SenderJson:
    def day(at: int) -> str:
        return box.local_time(at).isoformat(timespec="seconds") if at else ""

    pile = row.pile
    return SenderJson(
        number=number,
        address=pile.address,
        name=pile.name,
        mails=len(pile.ids),
        unread=pile.unread,
        bytes=pile.size,
        newest=day(pile.newest),
        oldest=day(pile.oldest),
        opened=day(pile.opened),
        written=row.written,
        answered=day(row.answered),
        unsubscribe=row.unsubscribe,
        message_id=pile.ids[0],
    )
