"""Full, read-only, locked, damaged, too new: the store fails closed, before anything is changed in Gmail."""

import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.gate.bench import Bench
from tests.sandbox_server import Factory, SandboxServer
from tests.triage.conftest import PartsFor, mailbox, ours
from tests.triage.house import mail, newsletter

from mailreeve.errors import MailreeveError, StoreError, StoreTooNew
from mailreeve.gate.gate import Gate
from mailreeve.platform import exclusive
from mailreeve.store.db import Database, backup
from mailreeve.store.migrations import MIGRATIONS
from mailreeve.triage.loop import triage
from mailreeve.triage.parts import Parts
from mailreeve.triage.run import Options

ROOT = Path(__file__).parent.parent.parent


def deliver(sandbox: SandboxServer) -> list[str]:
    return [*(sandbox.deliver(newsletter(number)) for number in range(12)), sandbox.deliver(mail())]


def assert_journalled(sandbox: SandboxServer, parts: Parts) -> None:
    """Whatever is changed in Gmail, the journal knows it."""
    runs = parts.ledger.runs.latest()
    known = {change.target for run in runs for change in parts.journal.changes(run.id)}
    state = sandbox.state()
    changed = {one["id"] for one in state["messages"] if any("/" in name for name in one["labels"])}
    names = {one["name"] for one in state["labels"] if "/" in one["name"]}
    assert changed | names <= known


def assert_done(sandbox: SandboxServer, ids: list[str]) -> None:
    """One triage label each, one draft in all, nothing sent."""
    assert all(1 == len(ours(sandbox, id_)) for id_ in ids)
    assert 1 == len(sandbox.state()["drafts"])
    assert [] == sandbox.sent()


# --- full


@pytest.mark.parametrize(
    "points",
    [
        pytest.param((0, 2), id="two places"),
        pytest.param(tuple(range(25)), id="every place", marks=pytest.mark.prove),
    ],
)
def test_a_full_disk_stops_the_run_and_with_space_again_all_is_done_once(
    sandbox_factory: Factory, parts_for: PartsFor, points: tuple[int, ...]
) -> None:
    """Wherever the space ends: a sentence, no change in Gmail that the journal does not know, no loss."""
    told: list[str] = []
    for point in points:
        sandbox = sandbox_factory()
        ids = deliver(sandbox)
        parts = parts_for(sandbox, home=f"full-{point}")
        db = parts.ledger._db
        used = int(db.rows("pragma page_count")[0][0])
        db.execute(f"pragma max_page_count = {used + point}")
        try:
            triage(parts, Options())
        except StoreError as error:
            told.append(str(error))
        assert_journalled(sandbox, parts)
        db.execute("pragma max_page_count = 1000000")
        triage(parts, Options())
        assert_done(sandbox, ids)
        assert parts.audit.verify().ok
    assert told
    assert {"The disk is full; mailreeve.db could not be written. Free some space and run it again."} == set(
        told
    )


FILE_LIMIT = """
import resource, sys
from tests.triage import house
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]), resource.RLIM_INFINITY))
house.main(*sys.argv[2:], "0", "0")
"""


@pytest.mark.skipif(sys.platform == "win32", reason="needs RLIMIT_FSIZE")
def test_a_disk_that_takes_nothing_more_ends_the_process_with_a_sentence(
    sandbox: SandboxServer, parts_for: PartsFor, tmp_path: Path
) -> None:
    """The operating system refuses the write: StoreError with advice; the next run with space goes on."""
    ids = deliver(sandbox)
    parts = parts_for(sandbox)
    arguments = [sandbox.base_url, sandbox.token, sandbox.account, str(tmp_path / "home")]
    done = subprocess.run(
        [sys.executable, "-c", FILE_LIMIT, "60000", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert 0 != done.returncode
    assert "mailreeve.errors.StoreError: The disk" in done.stderr
    assert "Free some space" in done.stderr
    assert_journalled(sandbox, parts)
    triage(parts, Options())
    assert_done(sandbox, ids)


# --- read-only, locked


def test_a_read_only_store_stops_before_gmail_is_changed(sandbox: SandboxServer, parts_for: PartsFor) -> None:
    """Nothing is labelled, nothing is drafted, and the sentence names the file."""
    ids = deliver(sandbox)
    parts, before = parts_for(sandbox), mailbox(sandbox)
    parts.ledger._db.execute("pragma query_only = on")
    with pytest.raises(StoreError, match=r"mailreeve\.db cannot be written"):
        triage(parts, Options())
    assert before == mailbox(sandbox)
    parts.ledger._db.execute("pragma query_only = off")
    triage(parts, Options())
    assert_done(sandbox, ids)


def test_a_locked_store_stops_before_gmail_is_changed(
    sandbox: SandboxServer, parts_for: PartsFor, tmp_path: Path
) -> None:
    """Another program that holds the file for too long is told as such."""
    ids = deliver(sandbox)
    parts, before = parts_for(sandbox), mailbox(sandbox)
    parts.ledger._db.execute("pragma busy_timeout = 20")
    other = sqlite3.connect(tmp_path / "home" / "mailreeve.db", isolation_level=None)
    other.execute("begin immediate")
    with pytest.raises(StoreError, match="held by another process"):
        triage(parts, Options())
    assert before == mailbox(sandbox)
    other.execute("rollback")
    other.close()
    triage(parts, Options())
    assert_done(sandbox, ids)


def test_a_lock_that_cannot_be_made_is_an_error_of_the_store(tmp_path: Path) -> None:
    """A folder in the place of a lock file: a sentence with advice, not a traceback and not "already running"."""
    (tmp_path / "run.lock").mkdir()
    with pytest.raises(StoreError, match="cannot be written") as error, exclusive(tmp_path / "run.lock", "x"):
        pass
    assert StoreError is error.type
    assert error.value.advice


# --- damaged


def damage(file: Path) -> None:
    """Overwrite the middle of a database file; its header stays, so that it still opens."""
    connection = sqlite3.connect(file)
    connection.execute("pragma wal_checkpoint(truncate)")
    connection.close()
    content = bytearray(file.read_bytes())
    page = len(content) // 3 // 4096 * 4096
    content[page:] = b"\xa5" * (len(content) - page)
    file.write_bytes(content)


def test_a_damaged_store_stops_the_run_before_anything_else(
    sandbox: SandboxServer, parts_for: PartsFor, tmp_path: Path
) -> None:
    """SQLite's own check comes first: Gmail is not asked, nothing is changed, the file is left as it is."""
    parts = parts_for(sandbox)
    triage(parts, Options())
    parts.ledger._db.close()
    file = tmp_path / "home" / "mailreeve.db"
    damage(file)
    deliver(sandbox)
    content, before, asked = file.read_bytes(), mailbox(sandbox), sandbox.units()["calls"]
    with pytest.raises(StoreError, match="damaged") as error:
        triage(parts_for(sandbox), Options())
    assert "Move it away and keep it" in error.value.advice
    assert (before, asked) == (mailbox(sandbox), sandbox.units()["calls"])
    assert content == file.read_bytes()


def test_a_store_built_anew_from_gmail_does_nothing_twice(
    sandbox: SandboxServer, parts_for: PartsFor, tmp_path: Path
) -> None:
    """The damaged file was moved away: labels and drafts are found again in Gmail; the old file is kept."""
    ids = deliver(sandbox)
    parts = parts_for(sandbox)
    triage(parts, Options())
    parts.ledger._db.close()
    before = mailbox(sandbox)
    file = tmp_path / "home" / "mailreeve.db"
    for part in sorted(file.parent.glob("mailreeve.db*")):
        part.rename(part.with_name(f"kept-{part.name}"))
    anew = parts_for(sandbox)
    result = triage(anew, Options())
    assert (13, True) == (result.coverage.seen, result.coverage.complete)
    assert before == mailbox(sandbox)
    assert_done(sandbox, ids)
    assert before["drafts"][0]["id"] == next(iter(result.drafts))


def test_nothing_is_sent_out_of_a_damaged_store(sandbox: SandboxServer, tmp_path: Path) -> None:
    """An approved message whose record cannot be read stays a draft; neither the file nor the draft is touched."""
    bench = Bench(sandbox, tmp_path / "home")
    proposal = bench.approved(bench.draft().id)
    bench.close()
    damage(bench.db.file)
    content = bench.db.file.read_bytes()
    with pytest.raises(StoreError, match="damaged"), again(sandbox, tmp_path) as gate:
        gate.execute(proposal.id)
    assert [] == sandbox.sent()
    assert 1 == len(sandbox.state()["drafts"])
    assert content == bench.db.file.read_bytes()


def test_after_a_lost_store_an_old_approval_is_worth_nothing(sandbox: SandboxServer, tmp_path: Path) -> None:
    """A new file knows no proposal: the person is asked again before the draft leaves."""
    bench = Bench(sandbox, tmp_path / "home")
    draft = bench.draft()
    proposal = bench.approved(draft.id)
    bench.close()
    for part in (tmp_path / "home").glob("mailreeve.db*"):
        part.unlink()
    with again(sandbox, tmp_path) as gate:
        assert () == gate.deliver_due()
        with pytest.raises(MailreeveError, match="no such proposal"):
            gate.execute(proposal.id)
        assert proposal.id != gate.propose_send(draft.id).id
    assert [] == sandbox.sent()


@contextmanager
def again(sandbox: SandboxServer, folder: Path) -> Iterator[Gate]:
    """The gate of the next process."""
    bench = Bench(sandbox, folder / "home")
    try:
        yield bench.gate
    finally:
        bench.close()


# --- other versions


def test_an_older_version_refuses_a_newer_file(tmp_path: Path) -> None:
    """It says so, and changes nothing in it."""
    file = tmp_path / "mailreeve.db"
    Database(file).close()
    with sqlite3.connect(file) as raw:
        raw.execute(f"pragma user_version = {len(MIGRATIONS) + 1}")
    raw.close()
    with pytest.raises(StoreTooNew) as error:
        Database(file)
    assert error.value.advice
    left = sqlite3.connect(file)
    assert (len(MIGRATIONS) + 1,) == left.execute("pragma user_version").fetchone()
    left.close()


@pytest.mark.parametrize("version", range(1, len(MIGRATIONS)))
def test_a_migration_keeps_a_copy_of_the_file_as_it_was(tmp_path: Path, version: int) -> None:
    """From every version: the copy opens, has the old version and the old rows, and is the owner's alone."""
    file = tmp_path / "mailreeve.db"
    old_file(file, version)
    db = Database(file)
    copy = backup(file, version)
    assert 0o600 == copy.stat().st_mode & 0o777
    assert (version, 1) == facts(copy)
    assert (len(MIGRATIONS), 1) == facts(file)
    assert () == db.damage()
    db.close()


def test_a_migration_that_fails_leaves_the_old_file(tmp_path: Path) -> None:
    """A step that breaks half way is rolled back; the copy is there all the same."""
    file = tmp_path / "mailreeve.db"
    old_file(file, 1)
    with sqlite3.connect(file) as raw:
        raw.execute("create table approval (x)")  # what the second step wants to make
    raw.close()
    with pytest.raises(StoreError):
        Database(file)
    assert (1, 1) == facts(file) == facts(backup(file, 1))
    left = sqlite3.connect(file)
    assert [] == left.execute("select name from sqlite_master where name = 'proposal'").fetchall()
    left.close()


def test_without_a_copy_nothing_is_migrated(tmp_path: Path) -> None:
    """Where the copy cannot be written the file stays as it was, and the person is told."""
    file = tmp_path / "mailreeve.db"
    old_file(file, 1)
    backup(file, 1).mkdir()
    with pytest.raises(StoreError, match="copy"):
        Database(file)
    assert (1, 1) == facts(file)


def test_a_copy_is_not_kept_for_longer_than_a_week(tmp_path: Path) -> None:
    """It may hold the text of a message that waited for a yes."""
    file = tmp_path / "mailreeve.db"
    old_file(file, 1)
    Database(file).close()
    copy = backup(file, 1)
    week = copy.stat().st_mtime - 7 * 86_400
    os.utime(copy, (week + 60, week + 60))
    Database(file).close()
    assert copy.exists()
    os.utime(copy, (week - 60, week - 60))
    Database(file).close()
    assert not copy.exists()


def old_file(file: Path, version: int) -> None:
    """A file as an earlier Mailreeve left it, with one run in it."""
    raw = sqlite3.connect(file)
    for step in MIGRATIONS[:version]:
        for statement in step:
            raw.execute(statement)
    raw.execute(
        "insert into run (id, account, state, started_at, result) values ('r-1', 'a', 'done', 0, '{}')"
    )
    raw.execute(f"pragma user_version = {version}")
    raw.commit()
    raw.close()


def facts(file: Path) -> tuple[int, int]:
    """The version of a file, and how many runs it knows."""
    raw = sqlite3.connect(file)
    version, runs = (
        raw.execute(sql).fetchone()[0] for sql in ("pragma user_version", "select count(*) from run")
    )
    raw.close()
    return version, runs
