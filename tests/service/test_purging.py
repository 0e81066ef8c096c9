"""Purging on real runs: what was kept is gone from every file of the home, the audit still verifies, Gmail keeps its mail."""

import json
import os
from pathlib import Path

import pytest
from tests import logins
from tests.sandbox_server import Factory, SandboxServer
from tests.service.conftest import Open, log_in
from tests.triage.house import mail

from mailreeve import config
from mailreeve.app import App
from mailreeve.cancel import Cancel
from mailreeve.errors import GateError, InputError
from mailreeve.service import drafting, purging, triage
from mailreeve.store.audit import Audit

CANARIES = ("canary-subject-81", "canary-body-82", "canary-sender-83", "canary-reply-84")


def worked(app: App, sandbox: SandboxServer) -> str:
    """A mailbox with some work done in it: read, labelled, drafted, a draft changed; returns the id of its mail."""
    address = app.account().address
    id_ = sandbox.deliver(
        mail(
            f"{CANARIES[0]}: when shall we meet?",
            "Could you tell me when we meet about the new kitchen?\n\nThe tiles came on Monday, all of them whole."
            f"\n\nBy the way, thank you for lunch. It was good to see you.\n\nP.S. {CANARIES[1]}\n",
            f"Canary <{CANARIES[2]}@example.org>",
            To=address,
        )
    )
    box = app.mailbox()
    triage.triage(box, cancel=Cancel())
    made = drafting.draft(box, kind="reply", reply_to_id=id_, body=f"{CANARIES[3]}\n", cancel=Cancel())
    again = f"{CANARIES[3]} again\n"
    drafting.draft(box, kind="edit", draft_id=made["draft_id"], from_=address, body=again, cancel=Cancel())
    return id_


def held(home: Path, words: tuple[str, ...]) -> list[tuple[str, str]]:
    """Which words lie in which files below the home; the settings are the person's own."""
    files = [file for file in home.rglob("*") if file.is_file() and file.name != "config.toml"]
    return [(file.name, word) for file in files for word in words if word.encode() in file.read_bytes()]


def test_nothing_of_an_account_is_left_in_any_file(app: App, sandbox: SandboxServer, home: Path) -> None:
    """Words, subjects, addresses and the token are gone; before, they were there, or the test would prove nothing."""
    id_ = worked(app, sandbox)
    address = app.account().address
    token = app.tokens.load(address).refresh_token
    words = (*CANARIES, address, token)
    assert {CANARIES[0], CANARIES[2], address, token} <= {word for _, word in held(home, words)}
    answer = purging.erase(app, purging.doomed(app, purging.which(app)))
    assert ("done", []) == (answer["status"], answer["by_hand"])
    assert [] == held(home, words)
    assert Audit(app.db, "", app.audit_key()).verify().ok
    assert () == purging.which(app)
    assert id_ in {message["id"] for message in sandbox.state()["messages"]}


def test_the_login_is_taken_back_at_google(app: App, sandbox: SandboxServer) -> None:
    """A copy of it that lies elsewhere, in a backup, is worth nothing after a purge."""
    address = app.account().address
    token = app.tokens.load(address).refresh_token

    def alive() -> bool:
        with sandbox.state_file() as state:
            return bool(state.rows("select 1 from tokens where token = ? and not dead", (token,)))

    assert alive()
    purging.erase(app, purging.doomed(app, purging.which(app)))
    assert not alive()


def test_one_account_goes_and_the_other_keeps_all_it_had(
    sandbox: SandboxServer, sandbox_factory: Factory, open_app: Open, home: Path
) -> None:
    """Erased and told by account: the other one's rows, login and place in the audit stay, and it works on."""
    first, other = open_app(), sandbox_factory(account="bo@example.com")
    log_in(first)
    worked(first, sandbox)
    gone = (*CANARIES, sandbox.account, first.tokens.load(sandbox.account).refresh_token)
    logins.settings(home, other.base_url)
    app = App(config.load(os.environ))
    log_in(app)
    other.deliver(mail("canary-other-91", "Could you bring the keys?", To=other.account))
    triage.triage(app.mailbox(other.account), cancel=Cancel())
    kept = list(purging.export(app, (other.account,)))
    assert [] == [word for row in kept for word in gone if word in json.dumps(row)]
    answer = purging.erase(app, purging.doomed(app, purging.which(app, sandbox.account)))
    assert ("done", [sandbox.account]) == (answer["status"], answer["accounts"])
    assert [] == held(home, gone)
    assert kept == list(purging.export(app, (other.account,)))
    assert (other.account,) == purging.which(app)
    assert app.mailbox(other.account).audit.verify().ok
    other.deliver(mail("canary-other-92", "And the lamp?", To=other.account))
    run = triage.triage(app.mailbox(other.account), cancel=Cancel())
    assert (1, []) == (run["seen"] - run["already"], run["failed"])
    app.close()


def test_bodies_are_not_kept(app: App, sandbox: SandboxServer, home: Path) -> None:
    """What a mail says lies in no file but for the line that sums it up; a changed draft does, compressed, for a week."""
    worked(app, sandbox)
    assert [] == held(home, (CANARIES[1], CANARIES[3]))
    assert 1 == len(app.db.rows("select * from kept"))


def test_old_decisions_go_after_their_time(app: App, sandbox: SandboxServer, home: Path) -> None:
    """With an age of nothing all that is finished is old; the ids stay, so that no mail is done twice."""
    worked(app, sandbox)
    answer = purging.expire(app, purging.which(app), "0h")
    assert {"ledger", "run", "change", "kept"} <= set(answer["removed"])
    assert [] == held(home, CANARIES[:2])
    box = app.mailbox()
    assert box.audit.verify().ok
    again = triage.triage(box, since="7d", cancel=Cancel())
    assert (again["seen"], again["already"]) == (1, 1)


def test_by_the_settings_nothing_young_goes(app: App, sandbox: SandboxServer) -> None:
    """Ninety days are not over on the first."""
    worked(app, sandbox)
    answer = purging.expire(app, purging.which(app))
    assert ({}, 0) == (answer["removed"], answer["audit"])


def test_a_run_erases_what_became_too_old(app: App, sandbox: SandboxServer) -> None:
    """Nobody has to remember to purge: each run of the triage does it."""
    worked(app, sandbox)
    app.db.execute("update ledger set updated_at = 1 where state in ('done', 'needs_human')")
    triage.triage(app.mailbox(), cancel=Cancel())
    assert 0 == len(app.db.rows("select * from ledger where subject <> ''"))


def test_a_planned_message_is_not_dropped_unseen(app: App, sandbox: SandboxServer) -> None:
    """What waits to leave has to be settled first."""
    worked(app, sandbox)
    assert app.db.rows("select * from account")
    columns = [row["name"] for row in app.db.rows("select name from pragma_table_info('proposal')")]
    values = dict.fromkeys(columns, "") | {
        "id": "p1",
        "account": app.account().address,
        "state": "scheduled",
        "raw": b"",
    }
    app.db.execute(
        f"insert into proposal ({', '.join(columns)}) values ({', '.join('?' * len(columns))})",
        tuple(values.values()),
    )
    with pytest.raises(GateError, match="planned"):
        purging.doomed(app, purging.which(app))


def test_an_export_tells_every_row(app: App, sandbox: SandboxServer) -> None:
    """Each kept row is a line with its table; the token is not among them."""
    worked(app, sandbox)
    token = app.tokens.load(app.account().address).refresh_token
    lines = [json.dumps(row) for row in purging.export(app, purging.which(app))]
    assert {"account", "run", "ledger", "change", "audit", "kept"} <= {
        json.loads(line)["table"] for line in lines
    }
    assert CANARIES[0] in "".join(lines)
    assert token not in "".join(lines)


def test_what_is_no_age_is_said(open_app: Open) -> None:
    """A typing mistake erases nothing."""
    app = open_app()
    log_in(app)
    with pytest.raises(InputError):
        purging.expire(app, purging.which(app), "soon")


def test_an_empty_home_has_nothing_to_erase(open_app: Open, home: Path) -> None:
    """It does not even make the database."""
    assert () == purging.which(open_app())
    assert not (home / "mailreeve.db").exists()
