"""Who wrote to whom, as the local index knows it."""

from collections.abc import Iterator

from mailreeve.mail.addresses import parse
from mailreeve.models import Address, Sighting
from mailreeve.store.index import Index

_PAGE = 2000


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
