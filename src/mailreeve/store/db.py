"""One SQLite file, opened per thread, migrated on opening."""

import sqlite3
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from mailreeve.errors import StoreError, StoreTooNew
from mailreeve.platform import private_folder
from mailreeve.store.migrations import MIGRATIONS

Row = sqlite3.Row


def now_ms() -> int:
    """Now, in epoch milliseconds: how the store keeps time."""
    return time.time_ns() // 1_000_000


class Database:
    """The door to the file. Statements are portable SQL with `?` placeholders."""

    def __init__(self, file: Path) -> None:
        private_folder(file.parent)
        self.file = file
        self._local = threading.local()
        self._all: list[sqlite3.Connection] = []
        self._guard = threading.Lock()
        self._migrate()

    def _connect(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            try:
                connection = sqlite3.connect(
                    self.file, timeout=30, isolation_level=None, check_same_thread=False
                )
                self.file.chmod(0o600)
                connection.execute("pragma journal_mode=wal")
                connection.execute("pragma synchronous=full")
                connection.execute("pragma foreign_keys=on")
                connection.execute("pragma secure_delete=on")
            except (sqlite3.Error, OSError) as error:
                raise _explained(error, self.file) from None
            connection.row_factory = sqlite3.Row
            self._local.connection = connection
            with self._guard:
                self._all.append(connection)
        return connection

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Write under the lock from the first statement; all or nothing. Nested ones join the outer."""
        connection = self._connect()
        if connection.in_transaction:
            yield
            return
        self.execute("begin immediate")
        try:
            yield
        except BaseException:
            connection.rollback()
            raise
        self.execute("commit")

    def execute(self, sql: str, values: Sequence[Any] = ()) -> int:
        """Run one statement; returns the number of rows it changed."""
        try:
            return self._connect().execute(sql, values).rowcount
        except sqlite3.IntegrityError:
            raise
        except sqlite3.Error as error:
            raise _explained(error, self.file) from None

    def rows(self, sql: str, values: Sequence[Any] = ()) -> list[Row]:
        """All rows of a query."""
        try:
            return self._connect().execute(sql, values).fetchall()
        except sqlite3.IntegrityError:
            raise
        except sqlite3.Error as error:
            raise _explained(error, self.file) from None

    def row(self, sql: str, values: Sequence[Any] = ()) -> Row | None:
        """The first row of a query, or None."""
        found = self.rows(sql, values)
        return found[0] if found else None

    def damage(self) -> tuple[str, ...]:
        """What SQLite's own check of the whole file finds, at most ten findings; empty when it is sound.

        Raises StoreError when the damage is too great for the check itself.
        """
        found = tuple(str(row[0]) for row in self.rows("pragma integrity_check(10)"))
        return () if found == ("ok",) else found

    def _migrate(self) -> None:
        """Bring the file to this version; every step is one transaction, so a kill leaves a whole version."""
        for number, script in enumerate(MIGRATIONS, start=1):
            if self._version() >= number:
                continue
            with self.transaction():
                if self._version() < number:
                    for statement in script:
                        self.execute(statement)
                    self.execute(f"pragma user_version = {number}")
        if self._version() > len(MIGRATIONS):
            raise StoreTooNew(f"{self.file.name} was written by a newer Mailreeve.")

    def _version(self) -> int:
        row = self.row("pragma user_version")
        return int(row[0]) if row else 0

    def close(self) -> None:
        """Close the connections of all threads."""
        with self._guard:
            for connection in self._all:
                connection.close()
            self._all.clear()
        self._local = threading.local()


def _explained(error: Exception, file: Path) -> StoreError:
    """Say what the person can do about it."""
    text = str(error)
    if "disk is full" in text or "No space" in text:
        return StoreError(
            f"The disk is full; {file.name} could not be written.", "Free some space and run it again."
        )
    if "readonly" in text or "Permission" in text or "unable to open" in text:
        return StoreError(f"{file} cannot be written.", "Check the owner and the mode of the folder.")
    if "malformed" in text or "not a database" in text:
        return StoreError(
            f"{file} is damaged.", "Move it away; labels and drafts in Gmail are not lost by that."
        )
    if "locked" in text:
        return StoreError(f"{file.name} is held by another process for over 30 s.", "Wait until it ends.")
    return StoreError(f"{file.name}: {text}.", "Run `mailreeve doctor`.")
