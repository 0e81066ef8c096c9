"""Gmail says no, says nothing, or says something senseless: what a run makes of it, in simulated time."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from tests.faults.weather import Time
from tests.sandbox_server import SandboxServer
from tests.triage.conftest import PartsFor, mailbox, ours
from tests.triage.house import NoNap, balanced, mail, newsletter

from mailreeve.errors import GoogleUnavailable, QuotaSpent
from mailreeve.google.transport import ATTEMPTS
from mailreeve.store.runs import RunState
from mailreeve.triage.loop import triage
from mailreeve.triage.run import Options

START = 1_795_000_000.0


def deliver(sandbox: SandboxServer) -> list[str]:
    return [sandbox.deliver(newsletter()), sandbox.deliver(mail())]


def assert_done(sandbox: SandboxServer, ids: list[str]) -> None:
    assert all(1 == len(ours(sandbox, id_)) for id_ in ids)
    assert 1 == len(sandbox.state()["drafts"])
    assert [] == sandbox.sent()


@pytest.mark.parametrize("kind", ["429", "403-rate"])
def test_a_retry_after_is_waited_for_and_the_run_goes_on_at_the_same_item(
    sandbox: SandboxServer, parts_for: PartsFor, kind: str
) -> None:
    """Three refusals of 30 s in a row on every path: at least 90 simulated seconds, and nothing is missing."""
    time = Time(sandbox, START)
    ids = deliver(sandbox)
    paths = ("/history", "/batch$", "/modify|/batchModify", "/threads/", "/profile")
    sandbox.faults(
        [{"path": path, "nth": nth, "kind": kind, "seconds": 30} for path in paths for nth in (1, 2, 3)]
    )
    result = triage(replace(parts_for(sandbox), now=time.now), Options(), cancel=time)
    assert result.coverage.complete
    assert time.slept >= 90 * len(paths)
    assert_done(sandbox, ids)


def test_a_storm_that_outlasts_the_retries_costs_few_requests_and_no_mail(
    sandbox: SandboxServer, parts_for: PartsFor
) -> None:
    """Ten minutes of 503: each run asks a handful of times, names every mail, and the one after them does all."""
    time = Time(sandbox, START)
    ids = deliver(sandbox)
    parts = replace(parts_for(sandbox), now=time.now)
    sandbox.faults([{"path": "/batch$", "kind": "503"}])
    runs = 0
    while time.now().timestamp() < START + 600:
        asked = sandbox.call("GET", "/_sandbox/faults")[2].count(b"seen")
        result = triage(parts, Options(), cancel=time)
        assert balanced(result)
        assert set(ids) == {one.id for one in result.coverage.failed}
        assert "Check the connection" in result.coverage.failed[0].reason
        assert asked
        runs += 1
        time.sleep(60)
    seen = sandbox.call("GET", "/_sandbox/faults")[2]
    assert b'"seen": %d' % (runs * ATTEMPTS) in seen
    sandbox.faults([])
    triage(parts, Options(), cancel=time)
    assert_done(sandbox, ids)


@pytest.mark.parametrize("path", ["/batch$", "/modify|/batchModify", "/drafts$", "/labels$"])
def test_a_daily_limit_stops_the_run_with_a_report(
    sandbox: SandboxServer, parts_for: PartsFor, path: str
) -> None:
    """No waiting and no further asking: each mail is named with the reason and when to come back."""
    ids = deliver(sandbox)
    parts = parts_for(sandbox)
    sandbox.faults([{"path": path, "kind": "403-daily"}])
    cancel = NoNap()
    result = triage(parts, Options(), cancel=cancel)
    assert (RunState.PARTIAL, []) == (result.state, cancel.naps)
    assert balanced(result)
    assert {one.id for one in result.coverage.failed} <= set(ids)
    assert all("daily limit" in one.reason for one in result.coverage.failed)
    assert all("midnight Pacific" in one.reason for one in result.coverage.failed)
    sandbox.faults([])
    assert triage(parts, Options()).coverage.complete
    assert_done(sandbox, ids)


def test_a_daily_limit_at_the_first_question_is_one_sentence(
    sandbox: SandboxServer, parts_for: PartsFor
) -> None:
    """Nothing was read: QuotaSpent, and the mail of the day is found by the next run."""
    ids = deliver(sandbox)
    parts = parts_for(sandbox)
    sandbox.faults([{"path": "/profile", "kind": "403-daily"}])
    with pytest.raises(QuotaSpent, match="daily limit"):
        triage(parts, Options(), cancel=NoNap())
    sandbox.faults([])
    triage(parts, Options())
    assert_done(sandbox, ids)


def test_the_sign_in_page_of_a_network_changes_nothing(sandbox: SandboxServer, parts_for: PartsFor) -> None:
    """HTML with status 200 on every request: told as such, and the next run finds all mail."""
    ids = deliver(sandbox)
    parts, before = parts_for(sandbox), mailbox(sandbox)
    sandbox.faults([{"path": "/", "kind": "html"}])
    with pytest.raises(GoogleUnavailable, match="not JSON") as error:
        triage(parts, Options(), cancel=NoNap())
    assert "sign-in" in error.value.advice
    assert RunState.INTERRUPTED is parts.ledger.runs.latest(1)[0].state
    sandbox.faults([])
    assert before == mailbox(sandbox)
    triage(parts, Options())
    assert_done(sandbox, ids)


def test_a_network_that_comes_and_goes_costs_no_mail(sandbox: SandboxServer, parts_for: PartsFor) -> None:
    """Every other answer is lost or cut off: after a few runs all is done once."""
    ids = deliver(sandbox)
    parts = parts_for(sandbox)
    flap = [{"path": "/", "nth": nth, "kind": ("lost", "truncated")[nth % 2]} for nth in range(2, 400, 2)]
    sandbox.faults(flap)
    for _ in range(6):
        try:
            done = triage(parts, Options(), cancel=NoNap())
        except GoogleUnavailable:
            continue
        assert balanced(done)
    sandbox.faults([])
    triage(parts, Options())
    assert_done(sandbox, ids)


def ahead(number: int) -> str:
    return str(number + 1_000_000)


def behind(number: int) -> str:
    return str(number - 2)


@pytest.mark.parametrize("moved", [ahead, behind])
def test_a_history_that_jumps_makes_no_gap_and_no_second_decision(
    sandbox: SandboxServer, parts_for: PartsFor, moved: Callable[[int], str]
) -> None:
    """The cursor is ahead of Gmail's own id, or behind it: what is known is skipped, what is new is found."""
    parts = parts_for(sandbox)
    first = deliver(sandbox)
    triage(parts, Options())
    parts.ledger.save_cursor(moved(int(sandbox.state()["historyId"])))
    new = sandbox.deliver(newsletter(7))
    result = triage(parts, Options())
    assert {new} == {entry.message for entry in result.entries}
    assert {1} == {entry.generation for id_ in first if (entry := parts.ledger.entry(id_))}
    assert_done(sandbox, [*first, new])


def test_a_clock_that_was_years_ahead_leaves_no_gap(sandbox: SandboxServer, parts_for: PartsFor) -> None:
    """The last run noted a time in the far future, then the history expired: Gmail's own times are gone by."""
    parts = parts_for(sandbox)
    ids = [sandbox.deliver(newsletter())]
    triage(parts, Options())
    parts.ledger._db.execute("update cursor set saved_at = saved_at + 86400000 * 1000")
    ids.append(sandbox.deliver(mail()))
    sandbox.faults([{"path": "/history", "nth": 1, "kind": "expired-history"}])
    assert triage(parts, Options()).coverage.complete
    assert_done(sandbox, ids)
