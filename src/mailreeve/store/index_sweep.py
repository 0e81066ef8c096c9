"""Removing the words of messages that are no longer in the index.

A contentless full-text table forgets a row only when it is told the row's own words again (SQLite, FTS5, 4.4.3),
and the text was never kept. So the words are read back out of the table itself, in one pass for all of them.
"""

from collections.abc import Iterator
from itertools import groupby

from mailreeve.store.db import now_ms
from mailreeve.store.index import Index
from mailreeve.store.index_schema import COLUMNS

MANY, OLD_MS = 1_000, 7 * 86_400_000
"""A sweep reads the whole index, so it waits for this many messages, or until one has been gone for a week."""
_DELETE = f"insert into words (words, rowid, {', '.join(COLUMNS)}) values ('delete', ?{', ?' * len(COLUMNS)})"


def is_due(index: Index) -> bool:
    """True when it is time to sweep."""
    row = index.db.row("select count(*), coalesce(min(at), 0) from gone")
    return bool(row and row[0] and (row[0] >= MANY or now_ms() - row[1] >= OLD_MS))


def sweep(index: Index) -> int:
    """Remove the words of all removed messages from the file; returns of how many."""
    db = index.db
    with db.transaction():
        db.execute("create virtual table temp.spoken using fts5vocab('main', 'words', 'instance')")
        db.execute(
            "create temp table spelled as select doc, col, offset, term from spoken where doc in (select n from gone)"
        )
        db.execute("create index temp.spelled_doc on spelled (doc, col, offset)")
        swept = db.execute("delete from gone")
        db.many(_DELETE, list(_documents(index)))
        db.execute("drop table temp.spelled")
        db.execute("drop table temp.spoken")
        db.execute("insert into words (words) values ('optimize')")  # merging drops what was deleted
    db.rows("pragma wal_checkpoint(truncate)")
    return swept


def _documents(index: Index) -> Iterator[tuple[int | str, ...]]:
    """Row number and words of each removed message, the words in their order."""
    rows = index.db.rows("select doc, col, term from temp.spelled order by doc, col, offset")
    for doc, own in groupby(rows, key=lambda row: int(row["doc"])):
        columns = {
            column: [row["term"] for row in part]
            for column, part in groupby(own, key=lambda row: str(row["col"]))
        }
        yield doc, *(" ".join(columns.get(name, ())) for name in COLUMNS)
