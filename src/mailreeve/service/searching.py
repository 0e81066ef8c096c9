"""Searching in Gmail or in the local index; the answer says which, and as of when."""

from datetime import timedelta

from mailreeve.app import Mailbox
from mailreeve.cancel import Cancel
from mailreeve.errors import ConfigError, GoogleUnavailable, InputError, QuotaSpent, ReaderError
from mailreeve.models import Message
from mailreeve.service.answers import Hit, SearchAnswer
from mailreeve.service.mail import fetch, snippet, when
from mailreeve.store import index_hybrid, index_search
from mailreeve.store.db import now_ms
from mailreeve.store.index import Index
from mailreeve.store.index_query import Plan
from mailreeve.store.index_search import Found, FoundPage


def search(
    box: Mailbox, query: str, *, limit: int = 20, cursor: str = "", source: str = "auto", cancel: Cancel
) -> SearchAnswer:
    """One page of messages, newest first, in Gmail's own search syntax.

    `auto` takes the index when it is fresh and reaches far enough back, or when Gmail is out of reach; `ranked` is
    the index with the best hits first, by words and, where search by meaning is on, by meaning; `semantic` demands
    the latter. Raises InputError for a query that Gmail refuses, and with `local`, `ranked` and `semantic` for one
    that the index cannot answer; with `semantic` ReaderUnavailable when its endpoint does not answer.
    """
    if source in {"local", "ranked", "semantic"} or index_search.is_ours(cursor):
        index = box.index
        if index is None:
            raise InputError(
                "There is no local index yet: `mailreeve sync` makes one.", "Use source `auto` or `gmail`."
            )
        in_order = source in {"ranked", "semantic"}
        if cursor and in_order != index_search.is_ranked(cursor) and source != "auto":
            raise InputError("This cursor belongs to another order.", "Use the source of the page before.")
        if in_order or index_search.is_ranked(cursor):
            return _best(box, index, query, limit, cursor, demanded=source == "semantic", cancel=cancel)
        return _local(box, index, index_search.prepare(index, query), limit, cursor)
    chosen = None if source == "gmail" or cursor else _answerable(box, query)
    if chosen and _is_fresh(box, *chosen):
        return _local(box, *chosen, limit)
    try:
        return _gmail(box, query, limit, cursor, cancel)
    except (GoogleUnavailable, QuotaSpent):
        if chosen is None:
            raise
        return _local(box, *chosen, limit)


def _answerable(box: Mailbox, query: str) -> tuple[Index, Plan] | None:
    """The index and the way to the hits, if it has ever been synced and knows what the query asks."""
    index = box.index
    if index is None or not index.progressed().synced_at:
        return None
    try:
        return index, index_search.prepare(index, query)
    except InputError:
        return None


def _is_fresh(box: Mailbox, index: Index, plan: Plan) -> bool:
    """True when Gmail could not say more: synced lately, reaching back far enough, nothing changed by us since."""
    known = index.progressed()
    age = now_ms() - known.synced_at
    if age > box.config.index.fresh_minutes * 60_000 or index.waiting_count() or plan.low < known.since:
        return False
    return not box.journal.since(box.local_time(known.synced_at) - timedelta(seconds=1))


def _local(box: Mailbox, index: Index, plan: Plan, limit: int, cursor: str = "") -> SearchAnswer:
    return _told(box, index, index_search.search(index, plan, limit=limit, cursor=cursor))


def _best(
    box: Mailbox, index: Index, query: str, limit: int, cursor: str, *, demanded: bool, cancel: Cancel
) -> SearchAnswer:
    """The best hits first. What search by meaning cannot do now is told, unless it was demanded: then it is an error."""
    plan, note = index_search.prepare(index, query), ""
    if not cursor:
        try:
            page = _by_meaning(box, index, query, limit, cancel, demanded=demanded)
            if page is not None:
                return _told(box, index, page, "words and meaning")
        except (ReaderError, ConfigError) as error:
            if demanded:
                raise
            note = f"Ranked by words alone: {error}"
    page = index_search.ranked(index, plan, limit=limit, cursor=cursor)
    return _told(box, index, page, "" if cursor else "words", note)


def _by_meaning(
    box: Mailbox, index: Index, query: str, limit: int, cancel: Cancel, *, demanded: bool
) -> FoundPage | None:
    """None where search by meaning is off, the query names no word, or nothing is embedded yet."""
    meaning, asked = box.local.meaning(index), index_hybrid.take_apart(query)
    if meaning is None or not meaning.vectors.count():
        if demanded:
            raise ConfigError(
                _NONE if meaning else _OFF, _TURN_ON if meaning is None else "Run `mailreeve sync`."
            )
        return None
    if not asked.text:
        return None
    return index_hybrid.search(index, meaning.vectors, asked, meaning.of(asked.text, cancel), limit=limit)


_OFF, _NONE = "Search by meaning is off.", "No mail is embedded yet."
_TURN_ON = "Name an embedding model under [semantic] in config.toml (docs/search.md)."


def _told(box: Mailbox, index: Index, page: FoundPage, ranked_by: str = "", note: str = "") -> SearchAnswer:
    known, names = index.progressed(), index.label_names()

    def hit(found: Found) -> Hit:
        return Hit(
            {
                "id": found.id,
                "thread_id": found.thread_id,
                "date": box.local_time(found.date).isoformat(timespec="seconds"),
                "from": found.sender,
                "subject": found.subject,
                "snippet": found.snippet,
                "labels": [names.get(label, label) for label in found.labels],
                "url": box.url(found.thread_id),
            }
        )

    return SearchAnswer(
        hits=[hit(found) for found in page.hits],
        next=page.next,
        total=page.total,
        source="local",
        failed=[],
        synced=box.local_time(known.synced_at).isoformat(timespec="seconds") if known.synced_at else "",
        since=box.local_time(known.since).isoformat(timespec="seconds") if known.since else "",
        ranked_by=ranked_by,
        note=note,
    )


def _gmail(box: Mailbox, query: str, limit: int, cursor: str, cancel: Cancel) -> SearchAnswer:
    page = box.gmail.bound(cancel).search(query, cursor=cursor, limit=limit)
    messages, failed = fetch(box, [ref.id for ref in page.items], cancel)
    hits = [_hit(box, message) for message in messages]
    return SearchAnswer(
        hits=hits,
        next=page.next,
        total=max(page.total, len(hits)),
        source="gmail",
        failed=failed,
        synced="",
        since="",
        ranked_by="",
        note="",
    )


def _hit(box: Mailbox, message: Message) -> Hit:
    return Hit(
        {
            "id": message.id,
            "thread_id": message.thread_id,
            "date": when(box, message),
            "from": str(message.author),
            "subject": message.subject,
            "snippet": snippet(message.text),
            "labels": box.label_names(message.labels),
            "url": box.url(message.thread_id),
        }
    )
