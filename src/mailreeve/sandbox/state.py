"""The sandbox's memory: one SQLite file, which several sandbox processes may share.

Nothing is kept in Python between two requests: the file is the only truth.
"""

import secrets
import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

Row = sqlite3.Row

VERSION = 1
"""Raised when a table changes: files of another version are refused. A new table is added to an old file."""

SCHEMA = """
create table if not exists meta (key text primary key, value) without rowid;
create table if not exists messages (
  n integer primary key autoincrement, id text not null unique, thread text not null, date integer not null,
  history integer not null, size integer not null, message_id text not null, subject text not null,
  indexed integer not null default 0, attachments integer);
create index if not exists messages_thread on messages (thread, n);
create index if not exists messages_date on messages (date, n);
create index if not exists messages_message_id on messages (message_id);
create index if not exists messages_indexed on messages (n) where indexed = 0;
create table if not exists raws (n integer primary key, raw blob not null);
create table if not exists tags (label text, n integer, primary key (label, n)) without rowid;
create index if not exists tags_n on tags (n, label);
create table if not exists joins (
  reference text, subject text, thread text not null, primary key (reference, subject)) without rowid;
create table if not exists labels (
  id text primary key, name text not null, key text not null unique, type text not null,
  message_list text, label_list text, background text, text_color text);
create table if not exists drafts (id text primary key, n integer not null unique);
create table if not exists history (
  id integer primary key, at integer not null, kind text not null, message text not null, thread text not null,
  labels text not null, has text not null);
create table if not exists sent (
  n integer primary key, message text not null, thread text not null, raw blob not null, sender text not null,
  recipients text not null, at integer not null);
create table if not exists send_as (
  email text primary key, name text not null, reply_to text not null, signature text not null,
  is_primary integer not null, is_default integer not null);
create table if not exists tokens (
  token text primary key, kind text not null, session text not null, client text not null, scopes text not null,
  expires integer, dead integer not null default 0);
create table if not exists codes (
  code text primary key, client text not null, redirect text not null, scopes text not null,
  challenge text not null, challenge_method text not null, offline integer not null, expires integer not null,
  used integer not null default 0);
create table if not exists faults (
  n integer primary key, path text not null, method text not null, nth integer, kind text not null,
  seconds real, seen integer not null default 0);
create table if not exists spent (method text primary key, calls integer not null, units integer not null);
create table if not exists given (message text primary key, times integer not null);
create table if not exists seconds (second integer primary key, units integer not null);
create table if not exists people (
  n integer primary key autoincrement, name text not null unique, kind text not null, person text not null,
  etag text not null, changed integer not null, deleted integer not null);
create table if not exists events (
  n integer primary key autoincrement, id text not null unique, body text not null, etag text not null,
  changed integer not null, start integer not null, finish integer not null, gone integer not null);
create table if not exists invitations (
  n integer primary key, event text not null, what text not null, guests text not null);
create table if not exists subscriptions (name text primary key, topic text not null, body text not null);
create table if not exists notices (
  n integer primary key autoincrement, subscription text not null, account text not null, data text not null,
  at integer not null, lease integer not null default 0, tries integer not null default 0);
create virtual table if not exists heads using fts5(
  sender, recipient, cc, bcc, subject, delivered, list, content='', tokenize="unicode61 remove_diacritics 0");
create virtual table if not exists bodies using fts5(
  body, filename, content='', tokenize="unicode61 remove_diacritics 0");
"""


FIRST_HISTORY = 1000


class State:
    """The door to the file. Created with `account` when it is new; an old file keeps its own."""

    def __init__(self, file: Path, account: str) -> None:
        self.exchange = self
        """Whose file holds the server's Pub/Sub subscriptions: of several mailboxes the first."""
        file.touch(mode=0o600)  # mail and token are for the owner alone
        self._connection = sqlite3.connect(file, timeout=60, isolation_level=None, check_same_thread=False)
        self._connection.row_factory = sqlite3.Row
        try:
            self._prepare(account)
        except BaseException:
            self.close()
            raise

    def _prepare(self, account: str) -> None:
        self.execute("pragma journal_mode=wal")
        self.execute("pragma synchronous=normal")
        with self.transaction():
            version = self.scalar("pragma user_version")
            if version not in {0, VERSION}:
                raise sqlite3.DatabaseError(
                    "written by another version of Mailreeve; remove it to start anew"
                )
            for statement in SCHEMA.split(";\n"):
                self.execute(statement)
            self.execute(f"pragma user_version = {VERSION}")
            if self.meta("token") is None:
                self.set_meta("account", account)
                self.set_meta("token", "ya29." + secrets.token_urlsafe(32))
                self.set_meta("history", FIRST_HISTORY)
                self.set_meta("clock", 0)

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Hold the write lock; all or nothing."""
        self.execute("begin immediate")
        try:
            yield
        except BaseException:
            self._connection.rollback()
            raise
        self.execute("commit")

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """Undo what was done inside when it raises; the outer transaction goes on."""
        self.execute("savepoint inner")
        try:
            yield
        except BaseException:
            self.execute("rollback to inner")
            raise
        finally:
            self.execute("release inner")

    def execute(self, sql: str, values: Sequence[Any] = ()) -> int:
        """Run one statement; returns the number of changed rows."""
        return self._connection.execute(sql, values).rowcount

    def rows(self, sql: str, values: Sequence[Any] = ()) -> list[Row]:
        """All rows of a query."""
        return self._connection.execute(sql, values).fetchall()

    def row(self, sql: str, values: Sequence[Any] = ()) -> Row | None:
        """The first row of a query."""
        row: Row | None = self._connection.execute(sql, values).fetchone()
        return row

    def scalar(self, sql: str, values: Sequence[Any] = ()) -> Any:
        """The first value of the first row, or None."""
        row = self.row(sql, values)
        return None if row is None else row[0]

    def insert(self, sql: str, values: Sequence[Any] = ()) -> int:
        """Run an insert; returns the new row's number."""
        return self._connection.execute(sql, values).lastrowid or 0

    def meta(self, key: str) -> Any:
        """One of the file's settings, or None."""
        return self.scalar("select value from meta where key = ?", (key,))

    def set_meta(self, key: str, value: Any) -> None:
        """Write one of the file's settings."""
        self.execute("insert or replace into meta (key, value) values (?, ?)", (key, value))

    @property
    def account(self) -> str:
        """The address of the mailbox."""
        return str(self.meta("account"))

    @property
    def token(self) -> str:
        """The access token that is printed at the start; it never expires and guards the control endpoints."""
        return str(self.meta("token"))

    @property
    def history(self) -> int:
        """The id of the newest history record."""
        return int(self.meta("history"))

    def next_history(self) -> int:
        """Raise the history id by one."""
        self.execute("update meta set value = value + 1 where key = 'history'")
        return self.history

    def now_ms(self) -> int:
        """The sandbox's time in epoch milliseconds: the machine's, moved by `/_sandbox/clock`."""
        return time.time_ns() // 1_000_000 + int(self.meta("clock"))
