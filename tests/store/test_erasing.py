"""Erasing: what is old goes, what is not finished stays, nobody else is touched, and the audit still holds."""

from pathlib import Path
from typing import Any

import pytest
from tests.gate.letters import proposal
from tests.store.conftest import ACCOUNT

from mailreeve.models import ChangeState, DecidedBy, Priority, ProposalState, Ref, Verdict
from mailreeve.store import erasing
from mailreeve.store.audit import Audit
from mailreeve.store.correspondents import Correspondents
from mailreeve.store.db import Database, now_ms
from mailreeve.store.entries import EntryState, Sight
from mailreeve.store.erasing import Ages, Erasing
from mailreeve.store.journal import Journal
from mailreeve.store.kept import Kept
from mailreeve.store.ledger import Ledger
from mailreeve.store.proposals import Proposals

CANARY = "canary-4417"
KEY = b"k" * 32
LATER = 10**9
"""Milliseconds: some days from now."""


def verdict(message: str) -> Verdict:
    return Verdict(message, "fyi", Priority.NORMAL, False, CANARY, 0.9, CANARY, DecidedBy.LLM)


def fill(db: Database, account: str) -> Ledger:
    """One decided and one open message, a change, an earlier draft, a correspondent."""
    ledger, journal = Ledger(db, account), Journal(db, account, Audit(db, account, KEY))
    run = ledger.runs.begin()
    ledger.enqueue([Ref("m1", "t1"), Ref("m2", "t2")])
    ledger.claim(run)
    ledger.save_verdict(run, "m1", verdict("m1"), Sight(CANARY, CANARY, 1, ("INBOX",), "7"))
    ledger.mark_applied(run, {"m1": EntryState.DONE})
    change = journal.intend(run, "labels", "m1", {"add": [CANARY]}, {"remove": [CANARY]})
    journal.settle(change, ChangeState.DONE, CANARY)
    journal.intend(run, "labels", "m2", {}, {})
    Kept(db, account).keep(change, CANARY.encode())
    Correspondents(db, account).add({f"{CANARY}@example.org": 1}, 1)
    ledger.save_cursor("7")
    return ledger


def everything(db: Database) -> str:
    """Every row of every table that names an account."""
    return repr([cells(row) for table in erasing.TABLES for row in db.rows(f"select * from {table}")])


def cells(row: Any) -> list[object]:
    return [row[name] for name in row.keys()]  # noqa: SIM118 -- a Row iterates over values  # noqa: S608 -- our own names


def test_what_is_old_goes_and_what_is_open_stays(db: Database) -> None:
    """A decided message keeps its id and state; an open message and an unfinished change stay whole."""
    ledger = fill(db, ACCOUNT)
    run = ledger.runs.begin()
    ledger.enqueue([Ref("m3", "t3")])
    ledger.claim(run)
    ledger.save_verdict(run, "m3", verdict("m3"), Sight())
    assert Proposals(db, ACCOUNT).add(proposal(account=ACCOUNT))
    assert {} == Erasing(db, ACCOUNT).aged(Ages(now_ms() - LATER, now_ms() - LATER))
    found = Erasing(db, ACCOUNT).aged(Ages(now_ms() + LATER, now_ms() + LATER))
    assert {"ledger": 1, "change": 1, "kept": 1} == found
    assert verdict("m3") == ledger.verdict("m3")
    assert ["p1"] == [one.id for one in Proposals(db, ACCOUNT).in_states([ProposalState.PROPOSED])]
    assert {"m1"} == ledger.decided(["m1", "m2"])
    assert (None, Sight(received_at=1)) == (ledger.entry("m1").verdict, ledger.entry("m1").sight)  # type: ignore[union-attr] # it is there
    assert {"m2", "m3"} == {entry.message for entry in ledger.open()}
    assert ["m2"] == [one.target for one in Journal(db, ACCOUNT, Audit(db, ACCOUNT)).unsettled("labels")]


def test_an_account_goes_whole_and_alone(db: Database) -> None:
    """No row of it is left but emptied ones of the audit; the other account keeps all it had."""
    fill(db, ACCOUNT)
    fill(db, "bob@example.com")
    before = list(Erasing(db, "bob@example.com").rows())
    Erasing(db, ACCOUNT).everything()
    Audit(db, ACCOUNT, KEY).erase()
    assert [] == list(Erasing(db, ACCOUNT).rows())
    assert before == list(Erasing(db, "bob@example.com").rows())
    assert ("bob@example.com",) == erasing.accounts(db)
    Erasing(db, "bob@example.com").everything()
    Audit(db, "bob@example.com", KEY).erase()
    assert [] == [word for word in (CANARY, ACCOUNT, "bob@") if word in everything(db)]


def test_numbers_of_changes_are_not_used_again(db: Database) -> None:
    """An id that was told to a person never means another change later."""
    fill(db, ACCOUNT)
    Erasing(db, ACCOUNT).everything()
    assert "c-000003" == Journal(db, ACCOUNT, Audit(db, ACCOUNT)).intend("r", "labels", "m", {}, {})


def test_every_table_with_an_account_is_known(file_db: Database) -> None:
    """A table that is added later cannot be forgotten when an account is erased."""
    named = file_db.rows(
        "select m.name as name from sqlite_master m join pragma_table_info(m.name) c"
        " where m.type = 'table' and c.name = 'account'"
    )
    assert {row["name"] for row in named} == set(erasing.TABLES) - {"account"}


@pytest.mark.parametrize("key", [b"", KEY])
def test_the_chain_holds_after_erasing(db: Database, key: bytes) -> None:
    """By age and by account, again and again, with rows added in between: verify finds it whole."""
    audit, other = Audit(db, "a", key), Audit(db, "b", key)
    for _ in range(3):
        for one in (audit, other, audit):
            one.append("test", {"word": CANARY})
        assert 2 == audit.erase()
        assert audit.verify().ok
    assert 3 == other.erase(before=now_ms() + LATER)
    assert 0 == other.erase(before=now_ms() + LATER)
    found = audit.verify()
    assert (True, 13, None) == (found.ok, found.rows, found.broken_at)
    assert CANARY not in repr([cells(row) for row in db.rows("select * from audit")])


EMPTY = "update audit set at = 0, actor = '', account = '', event = '', body = '' where seq = {}"


@pytest.mark.parametrize("key", [b"", KEY])
def test_a_row_that_somebody_emptied_is_found(db: Database, key: bytes) -> None:
    """The database lets a row be emptied, but no `audit.erased` covers it."""
    audit = Audit(db, "a", key)
    for number in range(5):
        audit.append("test", {"number": number})
    db.execute(EMPTY.format(3))
    assert 3 == audit.verify().broken_at


def test_a_row_emptied_beside_lawful_ones_is_found(db: Database) -> None:
    """One more, one instead of another, or the covering row itself."""
    audit = Audit(db, "a", KEY)
    for number in range(3):
        audit.append("test", {"number": number})
    audit.erase()
    audit.append("test", {"number": 4})
    assert audit.verify().ok
    db.execute(EMPTY.format(5))
    assert not audit.verify().ok
    db.execute(EMPTY.format(4))
    assert not audit.verify().ok


def test_compacting_leaves_nothing_in_the_files(tmp_path: Path) -> None:
    """Not in the file, and not in the log beside it."""
    db = Database(tmp_path / "mailreeve.db")
    fill(db, ACCOUNT)
    Erasing(db, ACCOUNT).everything()
    Audit(db, ACCOUNT, KEY).erase()
    assert db.compact()
    assert [] == [file.name for file in tmp_path.iterdir() if CANARY.encode() in file.read_bytes()]
    assert 0 == (tmp_path / "mailreeve.db-wal").stat().st_size
    db.close()


def test_compacting_says_when_another_process_holds_the_log(tmp_path: Path) -> None:
    """A reader of old pages keeps them alive: that is told, not hidden."""
    db, other = Database(tmp_path / "mailreeve.db"), Database(tmp_path / "mailreeve.db")
    fill(db, ACCOUNT)
    reader: Any = other._connect()
    reader.execute("pragma busy_timeout = 0")
    reader.execute("begin")
    reader.execute("select * from ledger").fetchall()
    db.execute("pragma busy_timeout = 0")
    Erasing(db, ACCOUNT).everything()
    assert not db.compact()
    reader.execute("rollback")
    assert db.compact()
    db.close()
    other.close()
