"""One process on a SQLite store, killed with SIGKILL at random moments: nothing is lost and nothing is done twice."""

import os
import random
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from tests.outbound.receiver import Receiver, running
from tests.sandbox_server import Factory, SandboxServer
from tests.service import restless
from tests.service.test_fleet_kills import SECRET, batch, calm
from tests.triage.test_loop import normal

from mailreeve import config
from mailreeve.app import App
from mailreeve.cancel import Cancel
from mailreeve.service import destinations, drafting, sending, triage
from mailreeve.store.db import Database
from mailreeve.store.entries import EntryState
from mailreeve.store.migrations import MIGRATIONS

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs SIGKILL")
SETTINGS = (
    '[triage]\nmax_drafts = 500\n[user]\ntimezone = "UTC"\n[google]\nquota = "off"\ntimeout_seconds = 4\n'
    '[policy]\ncapabilities = ["read", "label", "draft", "send", "outbound"]\n[[destination]]\nid = "hook"\n'
    'url = "http://127.0.0.1:{port}/in"\nsecrets = ["{secret}"]\nprivate = true\n'
)
LONGEST = 1.0
"""Seconds from the first run's beginning to the kill at most: a run takes about half of it."""


def opened(server: SandboxServer, receiver: Receiver, home: Path) -> App:
    """The mailbox, whose decisions are told to a destination that a person agreed to."""
    home.mkdir(mode=0o700)
    settings = SETTINGS.format(port=receiver.port, secret=SECRET)
    (home / "config.toml").write_text(settings, encoding="utf-8")
    app = App(config.load(environment(server, home), home))
    box = app.mailbox()
    destinations.consent(box, "hook", destinations.show(box, "hook")["terms"], by="ada", how="terminal")
    return app


def environment(server: SandboxServer, home: Path) -> dict[str, str]:
    return {
        "MAILREEVE_GOOGLE_BASE": server.base_url,
        "MAILREEVE_GOOGLE_TOKEN": server.token,
        "MAILREEVE_HOME": str(home),
    }


def killed(server: SandboxServer, home: Path, seconds: float) -> None:
    """A process that makes runs dies so long after the beginning of its first."""
    told = {**os.environ, **environment(server, home)}
    with subprocess.Popen([sys.executable, restless.__file__], env=told, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert b"ready\n" == process.stdout.readline()
        time.sleep(seconds)
        assert process.poll() is None
        process.kill()


@pytest.mark.parametrize(
    "kills", [pytest.param(2, id="two"), pytest.param(50, id="fifty", marks=pytest.mark.prove)]
)
def test_killed_at_random_moments_a_mailbox_comes_to_the_calm_end(
    sandbox: SandboxServer,
    sandbox_factory: Factory,
    tmp_path: Path,
    kills: int,
    record_property: Callable[[str, object], None],
) -> None:
    """Labels and drafts as after calm nights, a row and a delivery for each mail, and what waits for a yes waits on."""
    chance, in_run, ids = random.Random(20261128), 0, list[str]()  # noqa: S311 -- a fixed seed makes the moments, not a secret
    with running() as receiver, closing(opened(sandbox, receiver, tmp_path / "home")) as app:
        box = app.mailbox()
        made = drafting.draft(box, to=["ana@x.example"], subject="Hi", body="Hello", cancel=Cancel())
        pending = sending.propose(box, made["draft_id"])
        for number in range(kills):
            ids += [sandbox.deliver(raw) for raw in batch(sandbox.account, number)]
            killed(sandbox, tmp_path / "home", chance.uniform(0, LONGEST))
            in_run += bool(box.ledger.runs.running())
        app.db.execute("update outbox set next_at = 0 where state = 'delivering'")  # a dead holder's lease
        last = triage.triage(box, cancel=Cancel())
        assert ([], 0, ()) == (last["failed"], last["left"], box.ledger.open())

        still = sandbox_factory()
        calm(still, tmp_path / "calm", sandbox.account, kills)
        end = normal(sandbox)
        end["drafts"].remove("")  # the person's own, which answers nothing
        assert normal(still) == end
        rows = app.db.rows("select event, state from outbox where event like 'm_%' order by event")
        events = sorted(f"m_{id_}_1" for id_ in ids)
        assert [(one, "delivered") for one in events] == [(row["event"], row["state"]) for row in rows]
        assert set(events) <= {one.headers["webhook-id"] for one in receiver.seen}
        twice = (
            "select target from change where kind = ? and state = 'done' group by target having count(*) > 1"
        )
        assert [[], []] == [app.db.rows(twice, (kind,)) for kind in ("labels", "draft_create")]
        assert box.audit.verify().ok
        done = sending.confirm(box, pending.proposal_id, pending.digest, channel="tty", by="test")
        assert ("sent", 1) == (done["status"], len(sandbox.sent()))
    record_property("kills", kills)
    record_property("of these in a run", in_run)


def test_an_upgrade_in_mid_run_keeps_what_waits_for_the_person(
    sandbox: SandboxServer, tmp_path: Path
) -> None:
    """Killed in a run and opened by a version with new tables: its mail is done once, and the old proposal is sent by a yes."""
    home = tmp_path / "home"
    with running() as receiver:
        with closing(opened(sandbox, receiver, home)) as old:
            made = drafting.draft(
                old.mailbox(), to=["ana@x.example"], subject="Hi", body="Hello", cancel=Cancel()
            )
            pending = sending.propose(old.mailbox(), made["draft_id"])
            ids = [sandbox.deliver(raw) for raw in batch(sandbox.account, 1)]
            sandbox.faults([{"path": "/drafts$", "method": "POST", "nth": 1, "kind": "slow", "seconds": 1}])
            killed(sandbox, home, 0.7)
        with closing(App(config.load(environment(sandbox, home), home))) as new:
            later = [*MIGRATIONS, ("create table of_a_later_version (one integer)",)]
            new.db = Database(home / "mailreeve.db", later)
            box = new.mailbox()
            assert [] == triage.triage(box, cancel=Cancel())["failed"]
            states = [entry.state for id_ in ids if (entry := box.ledger.entry(id_))]
            assert [EntryState.DONE] * 2 == states
            assert 2 == len(sandbox.state()["drafts"])
            done = sending.confirm(box, pending.proposal_id, pending.digest, channel="tty", by="test")
            assert ("sent", 1) == (done["status"], len(sandbox.sent()))
