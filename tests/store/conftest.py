"""A fresh database, and what the store's tests write into it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from mailreeve.store.audit import Audit
from mailreeve.store.db import Database
from mailreeve.store.journal import Journal
from mailreeve.store.ledger import Ledger

ACCOUNT = "ada@example.com"


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    database = Database(tmp_path / "mailreeve.db")
    yield database
    database.close()


@pytest.fixture
def ledger(db: Database) -> Ledger:
    return Ledger(db, ACCOUNT)


@pytest.fixture
def audit(db: Database) -> Audit:
    return Audit(db, ACCOUNT)


@pytest.fixture
def journal(db: Database, audit: Audit) -> Journal:
    return Journal(db, ACCOUNT, audit)
