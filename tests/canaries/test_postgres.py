"""The same on PostgreSQL: the tables hold what a file may hold, those of DBOS ids alone, and after a purge nothing."""

import sys

import pytest
from tests.canaries import planted
from tests.canaries.house import House

from mailreeve.store.postgres import PostgresDatabase

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX signals")


def rows(url: str) -> dict[str, str]:
    """Everything in the store's schema and in that of DBOS, by table."""
    db = PostgresDatabase(url)
    tables = db.rows(
        "select schemaname as place, tablename as name from pg_tables where schemaname in (?, ?)",
        (db.schema, f"{db.schema}_engine"),
    )
    found = {
        f"{one['place']}.{one['name']}": repr(
            [
                [row[name] for name in row.keys()]  # noqa: SIM118 -- a Row iterates over values
                for row in db.rows(f'select * from "{one["place"]}"."{one["name"]}"')
            ]
        )
        for one in tables
    }
    db.close()
    return found


def test_the_tables_of_a_server_hold_no_canary_after_a_purge(
    house: House, schema: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker's run by DBOS, drafts, a proposal: nothing unread is kept, DBOS knows ids alone, a purge takes the rest."""
    monkeypatch.setenv("MAILREEVE_DATABASE_URL", schema)
    with (house.home / "config.toml").open("a", encoding="utf-8") as file:
        file.write('[engine]\nkind = "dbos"\n')
    house.run("login", "--browser")
    made = house.json(
        "draft", "--to", f"{planted.FRIEND}@x.example", "--subject", planted.MINE, "--body", planted.REPLY
    )
    house.run("draft", "--edit", made["draft_id"], "--body", f"{planted.REPLY} again")
    house.run("send", made["draft_id"])
    assert 0 == house.run("triage", "--since", "30d", "--yes").code
    db = PostgresDatabase(schema)
    db.execute("update run set started_at = started_at - 86400000 * 3")
    db.close()
    worker = house.process("worker", until=" done: ")
    assert " done: " in worker.err
    words = (*planted.MAIL, *planted.OWN, *planted.CREDENTIALS, *house.tokens(), house.sandbox.account)
    before = rows(schema)
    held = {table: planted.held(text.encode(), words) for table, text in before.items()}
    assert {planted.SUBJECT, planted.SENDER} <= {word for found in held.values() for word in found}
    engine = [found for table, found in held.items() if "_engine." in table]
    assert (True, []) == (bool(engine), [found for found in engine if found])
    assert [] == [word for found in held.values() for word in found if word in planted.UNREAD]
    assert 0 == house.run("purge", "--all", "--yes").code
    assert {} == {
        table: left for table, text in rows(schema).items() if (left := planted.held(text.encode(), words))
    }
    assert [] == planted.files(house.home, words, "config.toml")
