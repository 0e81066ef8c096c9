"""Searching the local index, newest first."""

from dataclasses import dataclass

from mailreeve.errors import InputError
from mailreeve.store import search_query
from mailreeve.store.db import now_ms
from mailreeve.store.index import Index
from mailreeve.store.index_query import Plan, Words, plan

COUNTED = 200
"""Hits are counted up to here; `total` stays at this number where there are more."""
_MARK = "local."


@dataclass(frozen=True, slots=True)
class Found:
    """A message as the index knows it."""

    id: str
    thread_id: str
    date: int
    """Epoch milliseconds."""
    sender: str
    subject: str
    snippet: str
    labels: tuple[str, ...]
    """Label ids."""


@dataclass(frozen=True, slots=True)
class FoundPage:
    """One page of hits; `next` is empty on the last."""

    hits: tuple[Found, ...]
    next: str
    total: int


def is_ours(cursor: str) -> bool:
    """True for a cursor that belongs to a search of the index."""
    return cursor.startswith(_MARK)


def prepare(index: Index, text: str) -> Plan:
    """The way to the hits of a search. Raises InputError for what the index cannot answer."""
    words = Words(index.account, index.label_ids(), now_ms())
    return plan(search_query.parse(text), words)


def search(index: Index, wanted: Plan, *, limit: int = 20, cursor: str = "") -> FoundPage:
    """One page of hits. Raises InputError for a cursor that is not ours."""
    last, total = _place(cursor)
    reach = limit + 1 if cursor else max(limit, COUNTED) + 1
    rows = _rows(index, wanted, last, reach)
    total = total if cursor else min(len(rows), max(limit, COUNTED))
    page = rows[:limit]
    following = f"{_MARK}{page[-1]}.{total}" if len(rows) > limit else ""
    return FoundPage(_heads(index, page), following, total)


def _place(cursor: str) -> tuple[int, int]:
    if not cursor:
        return 1 << 62, 0
    parts = cursor.removeprefix(_MARK).split(".")
    if (
        not is_ours(cursor)
        or len(parts) != 2
        or not all(p.isascii() and p.isdecimal() and len(p) < 19 for p in parts)
    ):
        raise InputError("This cursor is not one of ours.", "Use `next` of the page before as it is.")
    return int(parts[0]), int(parts[1])


def _rows(index: Index, wanted: Plan, below: int, limit: int) -> list[int]:
    """Row numbers of the newest hits below a row."""
    shift = index.db.row("select value from meta where key = 'shift'")
    high = min(below, wanted.high + (int(shift[0]) if shift else 0))
    if wanted.match:
        source, n, first = (
            "words cross join message m on m.n = words.rowid where words match ?",
            "words.rowid",
            [wanted.match],
        )
    elif wanted.label:
        source, n, first = "tag s cross join message m on m.n = s.n where s.label = ?", "s.n", [wanted.label]
    else:
        source, n, first = "message m where 1", "m.n", []
    more = "".join(f" and {clause}" for clause in wanted.where)
    sql = f"select {n} from {source} and {n} >= ? and {n} < ?{more} order by {n} desc limit ?"
    return [row[0] for row in index.db.rows(sql, (*first, wanted.low, high, *wanted.values, limit))]


def _heads(index: Index, rows: list[int]) -> tuple[Found, ...]:
    marks = ", ".join("?" * len(rows))
    heads = index.db.rows(
        f"select * from head join message using (n) where n in ({marks}) order by n desc", rows
    )
    tags: dict[int, list[str]] = {}
    for row in index.db.rows(f"select n, label from tag where n in ({marks}) order by n, label", rows):
        tags.setdefault(row["n"], []).append(row["label"])
    return tuple(
        Found(
            row["id"],
            row["thread"],
            row["date"],
            row["sender"],
            row["subject"],
            row["snippet"],
            tuple(tags.get(row["n"], ())),
        )
        for row in heads
    )
