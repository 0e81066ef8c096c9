"""Who wrote to whom, as the local index knows it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from mailreeve.mail.addresses import parse
from mailreeve.models import Address, Sighting
from mailreeve.store.index import Index

_PAGE = 2000
_CHUNK = 500


@dataclass(frozen=True, slots=True)
class Head:
    """One message: who wrote it, how large it is, whether it is unread."""

    id: str
    author: Address
    date: int
    size: int
    unread: bool


def heads(index: Index, ids: Sequence[str]) -> Iterator[Head]:
    """Those of these messages that the index holds."""
    for start in range(0, len(ids), _CHUNK):
        some = ids[start : start + _CHUNK]
        rows = index.db.rows(
            "select m.id, m.date, m.size, h.sender,"
            " exists (select 1 from tag t where t.label = 'UNREAD' and t.n = m.n) as unread"
            f" from message m join head h using (n) where m.id in ({', '.join('?' * len(some))})",
            some,
        )
        for row in rows:
            author = next(iter(parse(row["sender"])), Address("", ""))
            yield Head(row["id"], author, row["date"], row["size"], bool(row["unread"]))


def last_written(index: Index) -> dict[str, int]:
    """When the person last wrote to each address, in lower case."""
    rows = index.db.rows(
        "select m.date, h.recipient from message m join head h using (n) join tag t using (n)"
        " where t.label = 'SENT' order by m.n"
    )
    return {one.key: row["date"] for row in rows for one in parse(row["recipient"])}


def sightings(index: Index) -> Iterator[Sighting]:
    """Every message that is neither spam, trash nor draft, the oldest first."""
    last = 0
    while True:
        rows = index.db.rows(
            "select m.n, m.id, m.date, h.thread, h.sender, h.recipient, h.subject, h.snippet,"
            " exists (select 1 from tag t where t.label = 'SENT' and t.n = m.n) as sent"
            " from message m join head h using (n) where m.n > ? and m.bin = 0"
            " and not exists (select 1 from tag t where t.label = 'DRAFT' and t.n = m.n)"
            " order by m.n limit ?",
            (last, _PAGE),
        )
        for row in rows:
            author = next(iter(parse(row["sender"])), Address("", ""))
            yield Sighting(
                row["id"], row["thread"], row["date"], author, parse(row["recipient"]),
                row["subject"], row["snippet"], bool(row["sent"]),
            )  # fmt: skip
        if len(rows) < _PAGE:
            return
        last = rows[-1]["n"]
