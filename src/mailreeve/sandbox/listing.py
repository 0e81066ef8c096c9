"""Pages of messages, threads and drafts: filter, newest first, keyset paging."""

from dataclasses import dataclass
from typing import Any

from mailreeve.sandbox import index, labels, paging, query, query_sql
from mailreeve.sandbox.errors import ApiError, bad_request
from mailreeve.sandbox.http import Call
from mailreeve.sandbox.query_sql import Clause


@dataclass(frozen=True, slots=True)
class Item:
    """One line of a list."""

    id: str
    thread: str
    draft: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """A page, the token of the next one, and how many there are in all."""

    items: tuple[Item, ...]
    next: str
    total: int


def _filter(call: Call, *, metadata_only: bool = False) -> Clause:
    """The condition of q, labelIds and includeSpamTrash."""
    text = call.one("q").strip()
    if text and metadata_only:
        raise ApiError(403, "Metadata scope does not support 'q' parameter", "forbidden")
    node = query.parse(text) if text else query.All(())
    if query_sql.needs_bodies(node):
        index.complete(call.state)
    sql, values = query_sql.compile_(call.state, node)
    clauses, wanted = [sql], call.many("labelIds")
    for label in wanted:
        if labels.find(call.state, label) is None:
            raise bad_request(f"Invalid label: {label}", "labelIds")
        clauses.append("m.n in (select n from tags where label = ?)")
        values.append(label)
    bins = {"SPAM", "TRASH"} & set(wanted) or query_sql.asks_for_bins(node)
    if not (bins or call.flag("includeSpamTrash")):
        clauses.append("m.n not in (select n from tags where label in ('SPAM', 'TRASH'))")
    return " and ".join(clauses), values


def messages(call: Call, *, metadata_only: bool = False) -> Page:
    """A page of messages."""
    where, values = _filter(call, metadata_only=metadata_only)
    return _page(call, "m.id, m.thread, '' as draft, m.date, m.n from messages m", where, values)


def drafts(call: Call) -> Page:
    """A page of drafts."""
    where, values = _filter(call)
    source = "m.id, m.thread, d.id as draft, m.date, m.n from drafts d join messages m on m.n = d.n"
    return _page(call, source, where, values)


def _page(call: Call, source: str, where: str, values: list[Any]) -> Page:
    state, limit, key = call.state, paging.size(call), paging.key(call, 2)
    behind = " and (m.date, m.n) < (?, ?)" if key else ""
    rows = state.rows(
        f"select {source} where {where}{behind} order by m.date desc, m.n desc limit ?",
        (*values, *key, limit + 1),
    )
    total = len(rows)
    if key or len(rows) > limit:
        total = state.scalar(f"select count(*) from (select {source} where {where})", values)
    items = tuple(Item(row["id"], row["thread"], row["draft"]) for row in rows[:limit])
    last = rows[limit - 1] if len(rows) > limit else None
    return Page(items, paging.token(last["date"], last["n"]) if last else "", total)


def threads(call: Call, *, metadata_only: bool = False) -> Page:
    """A page of threads, by their newest message that matches."""
    where, values = _filter(call, metadata_only=metadata_only)
    state, limit, key = call.state, paging.size(call), paging.key(call, 2)
    grouped = (
        f"select m.thread, max(m.date) as date, max(m.n) as n from messages m where {where} group by m.thread"
    )
    behind = "where (date, n) < (?, ?)" if key else ""
    rows = state.rows(
        f"select * from ({grouped}) {behind} order by date desc, n desc limit ?", (*values, *key, limit + 1)
    )
    total = state.scalar(f"select count(*) from ({grouped})", values)
    last = rows[limit - 1] if len(rows) > limit else None
    items = tuple(Item("", row["thread"]) for row in rows[:limit])
    return Page(items, paging.token(last["date"], last["n"]) if last else "", total)
