"""Searching the local index: newest first, or best first."""

import base64
import binascii
from dataclasses import dataclass

from mailreeve.errors import InputError
from mailreeve.store import search_query
from mailreeve.store.db import now_ms
from mailreeve.store.index import Index
from mailreeve.store.index_query import Plan, Words, plan

COUNTED = 200
"""Hits are counted up to here; `total` stays at this number where there are more."""
BEST, LOOKED_AT = 100, 10_000
"""Best first gives so many hits, out of the newest so many that hold the words: each of those is weighed."""
_WEIGHTS = "3, 1, 1, 1, 5, 1, 0, 1, 2"
"""Of the columns of `words` for bm25: a word in the subject or the sender's name tells most."""
_MARK, _MARK_BEST, _WIDTH = "local.", "best.", 6


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
    return cursor.startswith((_MARK, _MARK_BEST))


def is_ranked(cursor: str) -> bool:
    """True for a cursor of a search that gives the best hits first."""
    return cursor.startswith(_MARK_BEST)


def prepare(index: Index, text: str) -> Plan:
    """The way to the hits of a search. Raises InputError for what the index cannot answer."""
    return planned(index, search_query.parse(text))


def planned(index: Index, tree: search_query.Node) -> Plan:
    """The way to the hits of a search that was read. Raises InputError for what the index cannot answer."""
    return plan(tree, Words(index.account, index.label_ids(), now_ms()))


def search(index: Index, wanted: Plan, *, limit: int = 20, cursor: str = "") -> FoundPage:
    """One page of hits. Raises InputError for a cursor that is not ours."""
    last, total = _place(cursor)
    reach = limit + 1 if cursor else max(limit, COUNTED) + 1
    rows = rows_of(index, wanted, last, reach)
    total = total if cursor else min(len(rows), max(limit, COUNTED))
    page = rows[:limit]
    following = f"{_MARK}{page[-1]}.{total}" if len(rows) > limit else ""
    return FoundPage(tuple(_heads(index, page).values()), following, total)


def ranked(index: Index, wanted: Plan, *, limit: int = 20, cursor: str = "") -> FoundPage:
    """One page of the best hits by bm25, a word in the subject or sender weighing more; equals newest first.

    Raises InputError for a cursor that is not ours. The cursor holds the hits that follow, so that mail which
    comes between two pages moves nothing.
    """
    return page_of(index, listed(cursor) if cursor else best(index, wanted), limit)


def page_of(index: Index, rows: list[int], limit: int) -> FoundPage:
    """The first of these rows, in their order; the cursor holds the rest."""
    page, rest = rows[:limit], rows[limit:]
    heads = _heads(index, page)
    places = base64.urlsafe_b64encode(b"".join(n.to_bytes(_WIDTH) for n in rest)).decode()
    return FoundPage(
        tuple(heads[n] for n in page if n in heads), f"{_MARK_BEST}{places}" if rest else "", len(rows)
    )


def best(index: Index, wanted: Plan, most: int = BEST) -> list[int]:
    """Row numbers of the best hits; without words to weigh, of the newest."""
    rows = rows_of(index, wanted, 1 << 62, LOOKED_AT if wanted.match else most)
    if not wanted.match or not rows:
        return rows
    weighed = index.db.rows(
        f"select rowid, bm25(words, {_WEIGHTS}) as cost from words where words match ? and rowid between ? and ?",
        (wanted.match, rows[-1], rows[0]),
    )
    cost = {row["rowid"]: row["cost"] for row in weighed}
    return sorted(rows, key=lambda n: (cost[n], -n))[:most]


def listed(cursor: str) -> list[int]:
    """The rows that a cursor of ours holds. Raises InputError for any other."""
    try:
        data = base64.b64decode(cursor.removeprefix(_MARK_BEST), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        data = b""
    if not is_ranked(cursor) or not data or len(data) > _WIDTH * BEST or len(data) % _WIDTH:
        raise _not_ours()
    return [int.from_bytes(data[at : at + _WIDTH]) for at in range(0, len(data), _WIDTH)]


def _not_ours() -> InputError:
    return InputError("This cursor is not one of ours.", "Use `next` of the page before as it is.")


def _place(cursor: str) -> tuple[int, int]:
    if not cursor:
        return 1 << 62, 0
    parts = cursor.removeprefix(_MARK).split(".")
    if (
        not is_ours(cursor)
        or len(parts) != 2
        or not all(p.isascii() and p.isdecimal() and len(p) < 19 for p in parts)
    ):
        raise _not_ours()
    return int(parts[0]), int(parts[1])


def rows_of(index: Index, wanted: Plan, below: int, limit: int) -> list[int]:
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


def _heads(index: Index, rows: list[int]) -> dict[int, Found]:
    """What is shown of each row, the newest first; a row that has gone meanwhile is left out."""
    marks = ", ".join("?" * len(rows))
    heads = index.db.rows(
        f"select * from head join message using (n) where n in ({marks}) order by n desc", rows
    )
    tags: dict[int, list[str]] = {}
    for row in index.db.rows(f"select n, label from tag where n in ({marks}) order by n, label", rows):
        tags.setdefault(row["n"], []).append(row["label"])
    return {
        row["n"]: Found(
            row["id"],
            row["thread"],
            row["date"],
            row["sender"],
            row["subject"],
            row["snippet"],
            tuple(tags.get(row["n"], ())),
        )
        for row in heads
    }
