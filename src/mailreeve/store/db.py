"""One SQLite file, opened per thread, migrated on opening."""

import os
import sqlite3
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

from mailreeve.errors import StoreError, StoreTooNew
from mailreeve.platform import exclusive, private_folder
from mailreeve.store.migrations import MIGRATIONS

Row = sqlite3.Row


_KEPT = 7 * 86_400
"""Seconds that the copy before a migration is kept."""


def backup(file: Path, version: int) -> Path:
    """Where the copy lies that was made before a file of this version was migrated."""
    return file.with_name(f"{file.name}.v{version}")


def now_ms() -> int:
    """Now, in epoch milliseconds: how the store keeps time."""
    return time.time_ns() // 1_000_000


class Refused(Exception):
    """The rules of the tables refuse it: the key is there already, or the table only grows."""


class Database:
    """The door to the file. Statements are portable SQL with `?` placeholders."""

    def __init__(self, file: Path, steps: Sequence[Sequence[str]] = MIGRATIONS) -> None:
        """`steps` are the statements that bring the file from one version to the next."""
        private_folder(file.parent)
        self.file = file
        self._steps = steps
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
        except sqlite3.IntegrityError as error:
            raise Refused(str(error)) from None
        except sqlite3.Error as error:
            raise _explained(error, self.file) from None

    def many(self, sql: str, values: Iterable[Sequence[Any]]) -> None:
        """Run one statement with each of the rows of values."""
        try:
            self._connect().executemany(sql, values)
        except sqlite3.IntegrityError as error:
            raise Refused(str(error)) from None
        except sqlite3.Error as error:
            raise _explained(error, self.file) from None

    def rows(self, sql: str, values: Sequence[Any] = ()) -> list[Row]:
        """All rows of a query."""
        try:
            return self._connect().execute(sql, values).fetchall()
        except sqlite3.IntegrityError as error:
            raise Refused(str(error)) from None
        except sqlite3.Error as error:
            raise _explained(error, self.file) from None

    def row(self, sql: str, values: Sequence[Any] = ()) -> Row | None:
        """The first row of a query, or None."""
        found = self.rows(sql, values)
        return found[0] if found else None

    def alone(self, name: str, what: str) -> AbstractContextManager[None]:
        """Hold the lock of this name against every other process on this store; it is freed when the holder dies.

        Raises AlreadyRunning when another one holds it; `what` tells the person what is being done.
        """
        return exclusive(self.file.parent / "locks" / f"{name}.lock", what)

    @property
    def place(self) -> str:
        """Where it lies, for people."""
        return f"{self.file}, {self.file.stat().st_size / 1e6:.1f} MB"

    def damage(self) -> tuple[str, ...]:
        """What SQLite's own check of the whole file finds, at most ten findings; empty when it is sound.

        Raises StoreError when the damage is too great for the check itself.
        """
        found = tuple(str(row[0]) for row in self.rows("pragma integrity_check(10)"))
        return () if found == ("ok",) else found

    def demand_sound(self) -> None:
        """Raise StoreError when the store is damaged: before a run changes anything that it could not write down."""
        if self.damage():
            raise damaged(str(self.file))

    def compact(self) -> bool:
        """Write the file anew without what was deleted and empty the log beside it; older copies go.

        False when another process holds the file, so that the log keeps old pages until it lets go.
        """
        try:
            self._connect().execute("vacuum")
        except sqlite3.OperationalError as error:
            if "locked" in str(error):
                return False
            raise _explained(error, self.file) from None
        self._tidy(0)
        row = self.row("pragma wal_checkpoint(truncate)")
        return row is not None and row[0] == 0

    def _migrate(self) -> None:
        """Bring the file to this version; every step is one transaction, so a kill leaves a whole version.

        The ledger's file is copied first, and the copy is kept for a week; a cache can be filled again.
        """
        if self._steps is MIGRATIONS:
            if 0 < self._version() < len(self._steps):
                self._copy(self._version())
            self._tidy()
        for number, script in enumerate(self._steps, start=1):
            if self._version() >= number:
                continue
            with self.transaction():
                if self._version() < number:
                    for statement in script:
                        self.execute(statement)
                    self.execute(f"pragma user_version = {number}")
        if self._version() > len(self._steps):
            raise StoreTooNew(f"{self.file.name} was written by a newer Mailreeve.")

    def _copy(self, version: int) -> None:
        """Keep the file as it is, beside it: without a whole copy nothing is migrated."""
        copy = backup(self.file, version)
        fresh = copy.with_name(f"{copy.name}.{os.getpid()}")  # another process may be at the same
        fresh.unlink(missing_ok=True)
        try:
            self.execute("vacuum into ?", (str(fresh),))
            fresh.chmod(0o600)
            fresh.replace(copy)
        except OSError as error:
            raise StoreError(
                f"No copy of {self.file.name} could be made before it is changed: {error.strerror}.",
                "Free some space, or check the owner and the mode of the folder.",
            ) from None
        finally:
            fresh.unlink(missing_ok=True)

    def _tidy(self, seconds: float = _KEPT) -> None:
        """A copy holds drafts and open messages, which are not kept for longer than a week."""
        for version in range(1, len(self._steps)):
            copy = backup(self.file, version)
            if copy.is_file() and time.time() - copy.stat().st_mtime > seconds:
                copy.unlink(missing_ok=True)

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


MOVE_AWAY = "Move it away and keep it"


def damaged(what: str, first: str = MOVE_AWAY) -> StoreError:
    """Nothing is repaired or thrown away here: it may hold the only record of a send without an answer.

    `first` is what a person does with it before the rest of the advice holds.
    """
    return StoreError(
        f"{what} is damaged.",
        f"{first}, then run `mailreeve login` and `mailreeve triage`: labels and drafts are"
        " found again in Gmail, and not made twice. Look at Sent in Gmail before you approve a message again."
        " What earlier runs did can no longer be undone.",
    )


def _explained(error: Exception, file: Path) -> StoreError:
    """Say what the person can do about it."""
    text = str(error)
    if "disk is full" in text or "No space" in text:
        return StoreError(
            f"The disk is full; {file.name} could not be written.", "Free some space and run it again."
        )
    if "disk I/O error" in text:
        return StoreError(
            f"The disk did not take what was written to {file.name}.",
            "Free some space and run it again; if that does not help, look after the disk.",
        )
    if "readonly" in text or "Permission" in text or "unable to open" in text:
        return StoreError(f"{file} cannot be written.", "Check the owner and the mode of the folder.")
    if "malformed" in text or "not a database" in text:
        return damaged(str(file))
    if "locked" in text:
        return StoreError(f"{file.name} is held by another process for over 30 s.", "Wait until it ends.")
    return StoreError(f"{file.name}: {text}.", "Run `mailreeve doctor`.")
