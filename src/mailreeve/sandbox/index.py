"""The words of the bodies. A loaded mailbox is indexed in idle moments, or when a search first needs it."""

import unicodedata

from mailreeve.sandbox import mime
from mailreeve.sandbox.state import State

CHUNK = 50


def complete(state: State) -> None:
    """Index what is not indexed yet."""
    while some(state, CHUNK):
        pass


def some(state: State, count: int) -> int:
    """Index up to `count` messages; returns how many were left to do before."""
    rows = state.rows(
        "select m.n, r.raw from messages m join raws r on r.n = m.n where m.indexed = 0 order by m.n limit ?",
        (count,),
    )
    for row in rows:
        root = mime.tree(row["raw"])
        body, files = mime.words(root)
        state.execute(
            "insert into bodies (rowid, body, filename) values (?, ?, ?)",
            (row["n"], unicodedata.normalize("NFC", body), unicodedata.normalize("NFC", files)),
        )
        attachments = len(mime.names(root))
        state.execute("update messages set indexed = 1, attachments = ? where n = ?", (attachments, row["n"]))
    return len(rows)
