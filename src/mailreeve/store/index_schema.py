"""The file of a local index: what is known of each message, and the words of all of them.

`n`, the row number, is the moment at which the message came (epoch milliseconds) or the next free one after
it: newest first needs no sort, and a date is a range of rows. `words` is contentless: it holds words and their
places, no text. A removed message leaves its words behind until they are swept out, and `gone` says which.
"""

import hashlib
from pathlib import Path

_FTS = """create virtual table words using fts5(
    sender, recipient, cc, bcc, subject, body, delivered, list, filename,
    content='', tokenize="unicode61 remove_diacritics 0")"""

STEPS: tuple[tuple[str, ...], ...] = (
    (
        """create table message (
            n integer primary key, id text not null unique, date integer not null, size integer not null,
            files integer not null, bin integer not null, message_id text not null)""",
        "create index message_message_id on message (message_id)",
        """create table head (
            n integer primary key, thread text not null, sender text not null, recipient text not null,
            subject text not null, snippet text not null, list_id text not null)""",
        "create table tag (label text, n integer, primary key (label, n)) without rowid",
        "create index tag_n on tag (n, label)",
        "create table label (id text primary key, name text not null, own integer not null)",
        "create table todo (id text primary key) without rowid",
        "create table seen (id text primary key) without rowid",
        "create table gone (n integer primary key, at integer not null)",
        "create table meta (key text primary key, value text not null) without rowid",
        _FTS,
        # More words are gathered in memory (bytes) before they are written: a third faster to build.
        "insert into words (words, rank) values ('hashsize', 8000000)",
    ),
    (
        # Of the extra `semantic`: a direction (16-bit floats; empty: on purpose none), and the signs of its numbers.
        "create table vector (n integer primary key, half blob not null)",
        "create table sign (n integer primary key, bits blob not null)",
    ),
)
COLUMNS = ("sender", "recipient", "cc", "bcc", "subject", "body", "delivered", "list", "filename")
BINS = frozenset({"SPAM", "TRASH"})


def location(home: Path, account: str) -> Path:
    """Where the index of an account lies; the address is not to be read from the name."""
    return home / "index" / f"{hashlib.sha256(account.lower().encode()).hexdigest()[:32]}.db"


def files(file: Path) -> tuple[Path, ...]:
    """The file and those that SQLite keeps beside it."""
    return tuple(file.with_name(file.name + end) for end in ("", "-wal", "-shm"))
