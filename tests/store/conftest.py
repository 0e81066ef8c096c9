"""A fresh database, and what the store's tests write into it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests import postgres_server

from mailreeve.store.audit import Audit
from mailreeve.store.db import Database
from mailreeve.store.journal import Journal
from mailreeve.store.ledger import Ledger
from mailreeve.store.postgres import PostgresDatabase

ACCOUNT = "ada@example.com"


_TABLES = (
    "select tablename from pg_tables where schemaname = current_schema() and tablename <> 'schema_version'"
)


@pytest.fixture(scope="session")
def one_schema(postgres: str) -> str:
    """Migrated once, emptied for each test: that is ten times as fast."""
    return postgres_server.fresh_schema(postgres)


@pytest.fixture(params=["sqlite", "postgres"])
def db(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    if request.param == "sqlite":
        database = Database(tmp_path / "mailreeve.db")
    else:
        database = PostgresDatabase(request.getfixturevalue("one_schema"))
        names = ", ".join(row["tablename"] for row in database.rows(_TABLES))
        database.execute(f"truncate {names}")
    yield database
    database.close()


@pytest.fixture
def file_db(tmp_path: Path) -> Iterator[Database]:
    """For what only a file has."""
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
