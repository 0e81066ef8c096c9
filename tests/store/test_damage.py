"""SQLite's own check of the file."""

from pathlib import Path

import pytest

from mailreeve.errors import StoreError
from mailreeve.store.audit import Audit
from mailreeve.store.db import Database
from mailreeve.store.postgres import PostgresDatabase


def test_a_sound_file_has_no_damage(db: Database) -> None:
    """A fresh database passes the check."""
    assert () == db.damage()


def test_damage_inside_is_found(tmp_path: Path) -> None:
    """Pages that were overwritten are told."""
    file = tmp_path / "mailreeve.db"
    first = Database(file)
    with first.transaction():
        for number in range(1000):
            Audit(first, "ada@example.com").append("event", {"number": number})
    first.execute("pragma wal_checkpoint(truncate)")
    first.close()
    content = bytearray(file.read_bytes())
    page = len(content) * 3 // 4 // 4096 * 4096
    content[page : page + 8192] = b"\xff" * 8192
    file.write_bytes(content)
    second = Database(file)
    try:
        found = second.damage()
    except StoreError as error:  # where the damage is too great for the check itself
        found = (error.message,)
    second.close()
    assert () != found


def test_what_is_no_database_is_refused(tmp_path: Path) -> None:
    """A file of something else is told as damaged when it is opened."""
    file = tmp_path / "mailreeve.db"
    file.write_bytes(b"no database at all" * 300)
    with pytest.raises(StoreError, match="damaged"):
        Database(file)


def test_damage_that_postgresql_comes_upon_is_told_as_such(one_schema: str) -> None:
    """The server's own word for a corrupted page or index, from the server; the advice speaks of no file."""
    database = PostgresDatabase(one_schema)
    for code in ("XX001", "XX002"):
        with pytest.raises(StoreError, match=r"PostgreSQL postgres on .*invalid page.* is damaged") as error:
            database.execute(
                f"do $$ begin raise exception 'invalid page in block 0' using errcode = '{code}'; end $$"
            )
        assert "Restore its last backup" in error.value.advice
        assert "Look at Sent in Gmail" in error.value.advice
        assert "Move it away" not in error.value.advice
    database.close()
