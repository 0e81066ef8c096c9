"""Clocks that jump, machines that sleep, nights that are longer or shorter."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from tests.sandbox_server import SandboxServer
from tests.triage.conftest import PartsFor, ours
from tests.triage.house import NoNap, newsletter

from mailreeve.cancel import Cancel
from mailreeve.store.db import Database
from mailreeve.store.quota import ATTENDED, QuotaBucket
from mailreeve.triage.digest import compile_digest
from mailreeve.triage.loop import triage
from mailreeve.triage.run import Options

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("moments", "day"),
    [
        pytest.param(("2026-10-25T00:30Z", "2026-10-25T01:30Z"), "2026-10-25", id="02:30 comes twice"),
        pytest.param(("2027-03-28T00:30Z", "2027-03-28T01:30Z"), "2027-03-28", id="02:30 does not come"),
    ],
)
def test_a_night_with_a_change_of_the_clock_is_neither_skipped_nor_doubled(
    sandbox: SandboxServer, parts_for: PartsFor, moments: tuple[str, str], day: str
) -> None:
    """Two runs an hour apart: both are in the digest of their day, in order, and each mail once."""
    parts = replace(parts_for(sandbox), zone=BERLIN)
    runs = []
    for number, moment in enumerate(moments):
        sandbox.deliver(newsletter(number))
        runs.append(triage(parts, Options()).run)
        at = int(datetime.fromisoformat(moment).timestamp() * 1000)
        parts.ledger._db.execute("update run set started_at = ? where id = ?", (at, runs[-1]))
    digest = compile_digest(parts)
    assert (day, tuple(runs)) == (digest.day.isoformat(), digest.runs)
    assert "2 mails decided" in digest.text
    assert "already" not in digest.text


def test_run_ids_are_in_utc_wherever_the_person_is(sandbox: SandboxServer, parts_for: PartsFor) -> None:
    """The same hour that comes twice in a local zone makes two different ids that sort as the runs do."""
    parts = replace(parts_for(sandbox), zone=ZoneInfo("Pacific/Auckland"))
    before = datetime.now(UTC)
    runs = [triage(parts, Options()).run for _ in range(2)]
    assert before.strftime("r-%Y%m%d-") == runs[0][:11]
    assert 2 == len(set(runs))


@pytest.mark.parametrize("hours", [-30, 30])
def test_a_clock_that_jumps_between_two_nights_loses_no_mail(
    sandbox: SandboxServer, parts_for: PartsFor, hours: int
) -> None:
    """Gmail's history decides what is new, not the time: every mail of both nights has its label, once."""
    parts = parts_for(sandbox)
    ids = [sandbox.deliver(newsletter(1))]
    triage(parts, Options())
    parts.ledger._db.execute("update cursor set saved_at = saved_at + ?", (hours * 3_600_000,))
    ids.append(sandbox.deliver(newsletter(2)))
    result = triage(parts, Options())
    assert [ids[1]] == [entry.message for entry in result.entries]
    assert all(1 == len(ours(sandbox, id_)) for id_ in ids)


def test_a_machine_that_slept_does_not_save_up_units(tmp_path: Path) -> None:
    """Eight hours later the bucket is full, not fuller: at most a fifth of a minute leaves at once."""
    now = [1_795_000_000_000]
    bucket = QuotaBucket(Database(tmp_path / "mailreeve.db"), "a@example.com", 6000, clock=lambda: now[0])
    bucket.take(1200, interactive=True, cancel=NoNap())
    now[0] += 8 * 3_600_000
    bucket.take(int(6000 * ATTENDED.store), interactive=True, cancel=Cancel())
    assert bucket._try(20, interactive=True) > 0
    bucket._db.close()
