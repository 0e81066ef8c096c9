"""The lock of a store: one holder on all machines that share it, and freed when the holder dies."""

import signal
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from mailreeve.errors import AlreadyRunning
from mailreeve.store.db import Database
from mailreeve.store.ledger import Ledger
from mailreeve.store.postgres import PostgresDatabase

HOLDER = """
import sys
from mailreeve.store.postgres import PostgresDatabase
with PostgresDatabase(sys.argv[1]).alone("night", "test"):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_one_holds_it_and_the_next_one_may(db: Database) -> None:
    """Held it is refused, under another name or afterwards it is given."""
    with db.alone("a", "the work"):
        with pytest.raises(AlreadyRunning, match="already doing this: the work"), db.alone("a", "the work"):
            pass
        with db.alone("b", "other work"):
            pass
    with db.alone("a", "the work"):
        pass


def test_it_is_freed_when_the_work_fails(db: Database) -> None:
    """An error inside frees it."""
    with pytest.raises(ZeroDivisionError), db.alone("a", "the work"):
        raise ZeroDivisionError
    with db.alone("a", "the work"):
        pass


def test_a_ledger_is_held_by_account(db: Database) -> None:
    """Two accounts are worked on at once, one account is not."""
    with Ledger(db, "ada@example.com").alone("a run"):
        with Ledger(db, "bob@example.com").alone("a run"):
            pass
        with pytest.raises(AlreadyRunning), Ledger(db, "ada@example.com").alone("a run"):
            pass


def test_two_machines_on_one_postgresql(schema: str) -> None:
    """The second is refused while the first holds it; another schema is another store."""
    with closing(PostgresDatabase(schema)) as first, closing(PostgresDatabase(schema)) as second:
        with first.alone("night", "a run"), pytest.raises(AlreadyRunning), second.alone("night", "a run"):
            pass
        with second.alone("night", "a run"):
            pass


def test_it_is_free_at_once(schema: str) -> None:
    """Whoever asks right after the end of the work gets it, as often as one tries."""
    with closing(PostgresDatabase(schema)) as db:
        for _ in range(50):
            with db.alone("night", "a run"):
                pass


def test_a_killed_holder_frees_it(schema: str, tmp_path: Path) -> None:
    """After SIGKILL the server drops the session, and its lock with it."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, schema], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdin is not None
    with closing(PostgresDatabase(schema)) as db:
        assert "held\n" == process.stdout.readline()
        with pytest.raises(AlreadyRunning), db.alone("night", "a run"):
            pass
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdin.close()
        process.stdout.close()
        for _ in range(200):  # the server notices the closed socket within a moment
            try:
                with db.alone("night", "a run"):
                    return
            except AlreadyRunning:
                db.rows("select pg_sleep(0.05)")
    pytest.fail("the lock of a dead process was never freed")
