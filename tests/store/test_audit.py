"""The audit: what somebody with the file can do to it, and what shows."""

import hashlib
import json
import sqlite3
import threading
from pathlib import Path

import pytest

from mailreeve.store.audit import GENESIS, Audit
from mailreeve.store.db import Database, Refused

KEY = b"k" * 32


def filled(db: Database, key: bytes = b"", rows: int = 5) -> Audit:
    audit = Audit(db, "ada@example.com", key)
    for number in range(rows):
        audit.append("test", {"number": number, "name": "é"}, "tester")
    return audit


def attacker(db: Database) -> sqlite3.Connection:
    """Somebody who has the file and knows our schema."""
    connection = sqlite3.connect(db.file, isolation_level=None)
    connection.execute("drop trigger audit_no_update")
    connection.execute("drop trigger audit_no_delete")
    return connection


def test_an_empty_chain_verifies(db: Database) -> None:
    """Before the first event there is nothing to doubt."""
    found = Audit(db, "a").verify()
    assert (True, 0, GENESIS, "none", None) == (
        found.ok, found.rows, found.head, found.anchor, found.broken_at
    )  # fmt: skip


@pytest.mark.parametrize(("key", "anchor"), [(b"", "none"), (KEY, "keyring")])
def test_a_chain_verifies_and_says_what_it_is_anchored_by(db: Database, key: bytes, anchor: str) -> None:
    """An untouched chain is ok; the anchor is `keyring` only when a key binds the head."""
    audit = filled(db, key)
    found = audit.verify()
    assert (True, 5, anchor, None) == (found.ok, found.rows, found.anchor, found.broken_at)
    assert found.head == audit.head()
    assert 5 == len(audit.rows())


@pytest.mark.parametrize("statement", ["update audit set actor = 'x'", "delete from audit"])
def test_rows_cannot_be_changed_or_deleted(db: Database, statement: str) -> None:
    """The database itself refuses to rewrite the audit."""
    filled(db)
    with pytest.raises(Refused, match="append-only"):
        db.execute(statement)


@pytest.mark.parametrize("key", [b"", KEY])
@pytest.mark.parametrize("column", ["at", "actor", "account", "event", "body", "prev", "hash"])
def test_an_edited_row_is_named(file_db: Database, key: bytes, column: str) -> None:
    """Whoever drops the triggers and edits a field of row 3 is found at row 3."""
    audit = filled(file_db, key)
    value = "7" if column == "at" else "x"
    attacker(file_db).execute(f"update audit set {column} = ? where seq = 3", (value,))
    found = audit.verify()
    assert (False, 3) == (found.ok, found.broken_at)


def test_a_removed_row_in_the_middle_is_found(file_db: Database) -> None:
    """A gap in the sequence is where the chain breaks."""
    audit = filled(file_db)
    attacker(file_db).execute("delete from audit where seq = 3")
    assert 4 == audit.verify().broken_at


@pytest.mark.parametrize("key", [b"", KEY])
def test_a_cut_off_tail_is_found(file_db: Database, key: bytes) -> None:
    """Deleting the newest rows shows, because the head row still names the last one."""
    audit = filled(file_db, key)
    attacker(file_db).execute("delete from audit where seq > 3")
    found = audit.verify()
    assert (False, 4) == (found.ok, found.broken_at)


def test_a_tail_cut_off_together_with_a_forged_head_is_found_with_a_key(file_db: Database) -> None:
    """Without the key nobody can write a head row that fits the shorter chain."""
    audit = filled(file_db, KEY)
    hands = attacker(file_db)
    hands.execute("delete from audit where seq > 3")
    hands.execute("update audit_head set seq = 3")
    assert (False, 4) == (audit.verify().ok, audit.verify().broken_at)
    hands.execute("delete from audit_head")
    assert not audit.verify().ok


def unkeyed(fields: tuple[object, ...]) -> str:
    """The hash of a row as anybody can make it."""
    text = json.dumps(fields, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def rebuild(hands: sqlite3.Connection) -> None:
    """Recompute every hash and the head as if there had never been a key."""
    prev = GENESIS
    for row in hands.execute(
        "select seq, at, actor, account, event, body from audit order by seq"
    ).fetchall():
        digest = unkeyed((*row, 0, prev))
        hands.execute("update audit set keyed = 0, prev = ?, hash = ? where seq = ?", (prev, digest, row[0]))
        prev = digest
    count = hands.execute("select count(*) from audit").fetchone()[0]
    mac = unkeyed(("head", count, prev))
    hands.execute("update audit_head set seq = ?, keyed = 0, mac = ?", (count, mac))


@pytest.mark.parametrize("key", [b"", KEY])
def test_an_edited_row_with_a_hash_that_fits_is_found_by_the_next(file_db: Database, key: bytes) -> None:
    """Each row holds the hash of the one before it, in a chain with a key too."""
    audit = filled(file_db, key)
    hands = attacker(file_db)
    hands.execute("update audit set actor = 'nobody', keyed = 0 where seq = 3")
    row = hands.execute("select seq, at, actor, account, event, body, keyed, prev from audit where seq = 3")
    hands.execute("update audit set hash = ? where seq = 3", (unkeyed(row.fetchone()),))
    assert (False, 4) == (audit.verify().ok, audit.verify().broken_at)


def test_an_emptied_row_stays_in_its_place(file_db: Database) -> None:
    """It still names the one before it."""
    audit = filled(file_db, KEY)
    audit.erase()
    assert audit.verify().ok
    attacker(file_db).execute("update audit set prev = 'x' where seq = 3")
    assert (False, 3) == (audit.verify().ok, audit.verify().broken_at)


def test_a_wholly_rebuilt_chain_loses_its_anchor(file_db: Database) -> None:
    """Somebody who rebuilds everything can make hashes fit, but not the key: the anchor says `none`."""
    audit = filled(file_db, KEY)
    head = audit.head()
    hands = attacker(file_db)
    hands.execute("update audit set actor = 'nobody' where seq = 2")
    rebuild(hands)
    assert "none" == audit.verify().anchor
    assert not audit.verify(noted=head).ok


def test_a_head_noted_in_a_digest_shows_a_file_put_back(db: Database) -> None:
    """A chain that does not hold a head that was kept elsewhere is not the chain of that day."""
    audit = filled(db)
    assert audit.verify(noted=audit.head()).ok
    assert not audit.verify(noted="f" * 64).ok


def test_a_keyed_chain_is_not_ok_without_its_key(db: Database) -> None:
    """When the keyring is locked, verify does not pretend to have checked."""
    filled(db, KEY)
    assert not Audit(db, "ada@example.com").verify().ok
    assert not Audit(db, "ada@example.com", b"another key").verify().ok


def test_a_key_that_comes_later_anchors_the_chain_from_then_on(db: Database) -> None:
    """Rows from before the keyring existed stay valid; the next row binds them all."""
    filled(db)
    assert "none" == Audit(db, "a", KEY).verify().anchor
    filled(db, KEY, 1)
    found = Audit(db, "a", KEY).verify()
    assert (True, 6, "keyring") == (found.ok, found.rows, found.anchor)


def test_writers_at_once_make_one_chain(tmp_path: Path) -> None:
    """Threads of several connections that append together leave a chain without gap or fork."""
    file = tmp_path / "audit.db"
    Database(file).close()

    def write() -> None:
        db = Database(file)
        filled(db, KEY, 25)
        db.close()

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    db = Database(file)
    found = Audit(db, "a", KEY).verify()
    db.close()
    assert (True, 100) == (found.ok, found.rows)


def test_a_long_chain_is_verified_in_pages(file_db: Database) -> None:
    """More rows than one page holds are all looked at."""
    audit = Audit(file_db, "a")
    with file_db.transaction():
        for number in range(5_100):
            audit.append("test", {"number": number})
    assert 5_100 == audit.verify().rows
    attacker(file_db).execute("update audit set event = 'x' where seq = 5050")
    assert 5_050 == audit.verify().broken_at
