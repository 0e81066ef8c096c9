"""A login that dies, shrinks or is dated wrongly: said with the way to mend it, and nothing is lost."""

from pathlib import Path

import pytest
from tests.faults.conftest import AppFor
from tests.gate.bench import Bench
from tests.sandbox_server import SandboxServer
from tests.service.conftest import log_in
from tests.triage.conftest import ours
from tests.triage.house import mail, newsletter

from mailreeve.app import App
from mailreeve.cancel import Cancel
from mailreeve.cli import root
from mailreeve.errors import LoginNeeded, ScopeMissing
from mailreeve.models import ProposalState
from mailreeve.service import triage as use
from mailreeve.service.doctor import doctor
from mailreeve.store.entries import EntryState


def deliver(sandbox: SandboxServer) -> list[str]:
    return [sandbox.deliver(newsletter()), sandbox.deliver(mail())]


def revoke(sandbox: SandboxServer, app: App) -> None:
    """What a week in status Testing, or the person on Google's page, does to a login."""
    token = app.tokens.load(sandbox.account).refresh_token
    assert 200 == sandbox.call("POST", f"/revoke?token={token}", b"")[0]


def assert_done(sandbox: SandboxServer, ids: list[str]) -> None:
    assert all(1 == len(ours(sandbox, id_)) for id_ in ids)
    assert 1 == len(sandbox.state()["drafts"])


def test_a_login_that_died_is_told_with_the_seven_days_by_triage_and_doctor(
    sandbox: SandboxServer,
    app_for: AppFor,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    """Exit 4 and how to mend it, in both; the stored login stays; after a new login the mail is done."""
    app = app_for(sandbox)
    ids = deliver(sandbox)
    kept = app.tokens.load(sandbox.account)
    revoke(sandbox, app)
    monkeypatch.setenv("MAILREEVE_HOME", str(app.config.home))
    for _ in range(3):  # a timer goes on trying
        assert 4 == root.run(["triage"])
        out, err = capfd.readouterr()
        assert "" == out
        assert "invalid_grant" in err
        assert "seven days" in err
        assert "mailreeve login" in err
    assert kept == app.tokens.load(sandbox.account)
    found = [one for one in doctor(app.config.home, lambda: app)["checks"] if not one["ok"]]
    assert any("invalid_grant" in one["detail"] and "seven days" in one["fix"] for one in found)
    log_in(app)
    assert 0 == root.run(["triage", "--json"])
    assert_done(sandbox, ids)


@pytest.mark.parametrize("path", ["/batch$", "/history", "/modify|/batchModify", "/drafts$", "/labels$"])
def test_a_login_that_dies_in_mid_run_stops_it_and_the_next_login_goes_on(
    sandbox: SandboxServer, app_for: AppFor, path: str
) -> None:
    """Wherever it happens: one error, the journal is whole, and the run after the login finishes it, once."""
    app = app_for(sandbox)
    box = app.mailbox()
    ids = deliver(sandbox)
    sandbox.faults([{"path": path, "nth": 1, "kind": "revoked"}])
    with pytest.raises(LoginNeeded):
        use.triage(box, cancel=Cancel())
    sandbox.faults([])
    assert box.audit.verify().ok
    log_in(app)
    box.close()
    answer = use.triage(box, cancel=Cancel())
    assert [] == answer["failed"]
    assert_done(sandbox, ids)


def test_a_permission_that_was_not_given_stops_before_any_change_and_nothing_is_read_twice(
    sandbox: SandboxServer, app_for: AppFor
) -> None:
    """Reading alone was granted: the verdicts are kept, the person is told; ticked, the labels are set."""
    app_for(sandbox, "reader", policy='capabilities = ["read"]')
    app = app_for(sandbox, "reader", login=False)
    box = app.mailbox()
    ids = deliver(sandbox)
    with pytest.raises(ScopeMissing) as error:
        use.triage(box, cancel=Cancel())
    assert "ticked" in error.value.advice
    assert [set(), set()] == [ours(sandbox, id_) for id_ in ids]
    entries = [box.ledger.entry(id_) for id_ in ids]
    assert [EntryState.JUDGED] * 2 == [entry.state for entry in entries if entry]
    log_in(app)
    box.close()
    read = sandbox.units()["by_method"]["messages.get"]["calls"]
    use.triage(box, cancel=Cancel())
    assert read == sandbox.units()["by_method"]["messages.get"]["calls"]
    assert_done(sandbox, ids)


@pytest.mark.parametrize("minutes", [-10, 10])
def test_clocks_that_differ_by_ten_minutes_do_no_harm(
    sandbox: SandboxServer, app_for: AppFor, minutes: int
) -> None:
    """Login, renewal, new mail and drafts work; doctor tells the difference."""
    sandbox.clock(advance=60.0 * minutes)
    app = app_for(sandbox)
    box = app.mailbox()
    ids = deliver(sandbox)
    assert [] == use.triage(box, cancel=Cancel())["failed"]
    ids.append(sandbox.deliver(newsletter(3)))
    sandbox.clock(advance=3600.0)  # the access token is over, whatever our clock says
    assert [] == use.triage(box, cancel=Cancel())["failed"]
    assert_done(sandbox, ids)
    sandbox.clock(advance=-3600.0)
    (clock,) = [one for one in doctor(app.config.home, lambda: app)["checks"] if one["name"] == "clock"]
    assert not clock["ok"]
    assert "Set this machine's clock" in clock["fix"]


@pytest.mark.parametrize("minutes", [-9, 9])
def test_a_lost_answer_to_a_send_is_found_though_the_clocks_differ(
    sandbox: SandboxServer, tmp_path: Path, minutes: int
) -> None:
    """The message was sent, by Google's clock before or long after our attempt: found, and sent once."""
    bench = Bench(sandbox, tmp_path / "home")
    bench.clock.ahead = minutes * 60_000
    proposal = bench.approved(bench.draft().id)
    sandbox.faults([{"path": "/drafts/send", "nth": 1, "kind": "lost"}])
    outcome = bench.gate.execute(proposal.id)
    bench.close()
    assert ProposalState.DONE is outcome.state
    assert 1 == len(sandbox.sent())
