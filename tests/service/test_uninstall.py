"""Leaving: what is ours goes, what is the person's stays, and a failure keeps what is needed to try again."""

from pathlib import Path
from typing import Any

import pytest
from tests import logins
from tests.sandbox_server import SandboxServer
from tests.service.conftest import Open, log_in

from mailreeve.app import AUDIT_KEY, App
from mailreeve.cancel import Cancel
from mailreeve.errors import Cancelled
from mailreeve.google.tokens import SERVICE, StoredToken
from mailreeve.models import ChangeState
from mailreeve.service import drafting
from mailreeve.service.uninstall import Plan, UninstallAnswer, plan, remove
from mailreeve.store.accounts import Account


def looked(app: App, **options: Any) -> Plan:
    return plan(app, lambda *_: None, Cancel(), **options)


def removed(app: App, found: Plan, **options: Any) -> UninstallAnswer:
    return remove(app, found, lambda *_: None, Cancel(), **options)


def draft(app: App, subject: str) -> str:
    """A draft that Mailreeve wrote; its id."""
    answer = drafting.draft(
        app.mailbox(), to=["bo@example.org"], subject=subject, body="Hello", cancel=Cancel()
    )
    return answer["draft_id"]


def user_labels(sandbox: SandboxServer) -> set[str]:
    return {label["name"] for label in sandbox.state()["labels"] if label["type"] == "user"}


@pytest.fixture
def lived_in(app: App, sandbox: SandboxServer) -> App:
    """Two triage labels, one of the person's own, a draft of ours, one that was edited, one of the person's."""
    gmail = app.mailbox().gmail
    for name in ("Mailreeve/Urgent", "mailreeve/FYI", "Mailreeves", "Own"):
        gmail.create_label(name)
    draft(app, "ours")
    edited = draft(app, "ours no more")
    gmail.update_draft(edited, b"To: bo@example.org\r\nSubject: mine now\r\n\r\nHi\r\n")
    gmail.create_draft(b"To: bo@example.org\r\nSubject: mine\r\n\r\nHi\r\n")
    return app


def test_everything_of_ours_goes_and_the_rest_stays(
    lived_in: App, sandbox: SandboxServer, home: Path
) -> None:
    """Labels, unchanged drafts, the login and the folder go; own labels and edited drafts are left."""
    found = looked(lived_in)
    token = lived_in.tokens.load(sandbox.account)
    shown = found.answer("declined")
    assert (["Mailreeve/Urgent", "mailreeve/FYI"], 1, ["ours"], 1) == (
        sorted(shown["labels"]),
        len(shown["drafts"]),
        shown["subjects"],
        shown["edited_drafts"],
    )
    assert [sandbox.account] == shown["logins"]
    answer = removed(lived_in, found)
    assert ("done", [], []) == (answer["status"], answer["failed"], answer["by_hand"])
    assert {"Mailreeves", "Own"} == user_labels(sandbox)
    assert 2 == len(sandbox.state()["drafts"])
    assert not home.exists()
    body = f"client_id=made-up.apps.example&grant_type=refresh_token&refresh_token={token.refresh_token}"
    assert 400 == sandbox.call("POST", "/token", body.encode())[0]


def test_looking_changes_nothing(lived_in: App, sandbox: SandboxServer, home: Path) -> None:
    """Only looking leaves mailbox and folder as they are."""
    before = (sandbox.state(), sorted(home.rglob("*")))
    looked(lived_in)
    assert before == (sandbox.state(), sorted(home.rglob("*")))


def test_a_failure_keeps_the_login_and_the_folder_and_it_can_be_run_again(
    lived_in: App, sandbox: SandboxServer, home: Path, open_app: Open
) -> None:
    """A label that cannot be deleted is named; the rest of the mailbox is cleaned, and a second run ends it."""
    sandbox.faults([{"path": "/labels/", "method": "DELETE", "nth": 1, "kind": "403-daily"}])
    answer = removed(lived_in, looked(lived_in))
    assert "partial" == answer["status"]
    assert 1 == len(answer["failed"])
    assert answer["failed"][0]["id"] in answer["labels"]
    assert {answer["failed"][0]["id"], "Mailreeves", "Own"} == user_labels(sandbox)
    assert (home / "mailreeve.db").exists()
    again = open_app()
    assert sandbox.account == again.mailbox().gmail.profile().address
    assert "done" == removed(again, looked(again))["status"]
    assert not home.exists()


def test_each_removed_label_is_in_the_journal(app: App, sandbox: SandboxServer) -> None:
    """Also the last changes to the mailbox are written before they are made, so a failure leaves their trace."""
    label = app.mailbox().gmail.create_label("Mailreeve/Urgent")
    sandbox.faults([{"path": "/revoke", "kind": "503"}])
    removed(app, looked(app))
    changes = app.mailbox().journal.of_target(label.id, "label_delete")
    assert [(ChangeState.DONE, {"name": "Mailreeve/Urgent"}, {})] == [
        (change.state, change.do, change.inverse) for change in changes
    ]


def test_when_google_cannot_take_the_login_back_the_login_stays(
    app: App, sandbox: SandboxServer, home: Path
) -> None:
    """The token is needed to try again; the way out without Google is told, and works."""
    sandbox.faults([{"path": "/revoke", "kind": "503"}])
    answer = removed(app, looked(app))
    assert ["partial", sandbox.account] == [answer["status"], answer["failed"][0]["id"]]
    assert "--local-only" in answer["failed"][0]["reason"]
    assert app.tokens.find(sandbox.account)
    forced = removed(app, looked(app, local_only=True), local_only=True)
    assert ("done", [sandbox.account]) == (forced["status"], forced["by_hand"])
    assert not home.exists()


def test_local_only_leaves_the_mailbox_alone(lived_in: App, sandbox: SandboxServer, home: Path) -> None:
    """Labels and drafts stay in Gmail; login and folder go."""
    before = sandbox.state()
    answer = removed(lived_in, looked(lived_in, local_only=True), local_only=True)
    assert (before, "done", False) == (sandbox.state(), answer["status"], home.exists())


def test_an_account_that_cannot_be_looked_into_is_named_and_keeps_the_folder(
    app: App, sandbox: SandboxServer, home: Path
) -> None:
    """A dead login hides its mailbox: that is told, the other mailbox is cleaned, and nothing is forgotten."""
    app.tokens.login(StoredToken("dead@example.org", "1//dead", "made-up.apps.example", "s", ()))
    app.accounts.put(Account("dead@example.org"))
    app.mailbox(sandbox.account).gmail.create_label("Mailreeve/Urgent")
    found = looked(app)
    assert ["dead@example.org"] == [one["id"] for one in found.unseen]
    answer = removed(app, found)
    assert ("partial", set()) == (answer["status"], user_labels(sandbox))
    assert 2 == len(app.accounts.list())


def test_files_that_are_not_ours_stay_with_the_folder(app: App, home: Path) -> None:
    """A home that points at a folder with other things in it costs nobody those things."""
    (home / "thesis.txt").write_text("years of work", encoding="utf-8")
    (home / "photos").mkdir()
    found = looked(app)
    assert ["photos", "thesis.txt"] == sorted(file.name for file in found.stays)
    assert "done" == removed(app, found)["status"]
    assert ["photos", "thesis.txt"] == sorted(file.name for file in home.iterdir())


def test_of_a_link_only_the_link_goes(app: App, home: Path, tmp_path: Path) -> None:
    """A folder of ours that was moved elsewhere and linked keeps its contents."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "kept.pdf").write_bytes(b"%PDF")
    (home / "attachments").symlink_to(elsewhere)
    assert "done" == removed(app, looked(app))["status"]
    assert (True, False) == ((elsewhere / "kept.pdf").exists(), home.exists())


def test_the_keyring_is_left_as_it_was(open_app: Open, sandbox: SandboxServer) -> None:
    """Login and audit key are deleted from the keyring; a keyring that refuses is told."""
    app = open_app()
    ring = logins.Ring()
    app.keyring = ring
    log_in(app)
    assert {(SERVICE, sandbox.account), (SERVICE, AUDIT_KEY)} == set(ring.kept)
    assert "keyring" == app.tokens.place(sandbox.account)
    assert "done" == removed(app, looked(app))["status"]
    assert {} == ring.kept


def test_a_home_without_accounts_is_not_made_by_looking(open_app: Open, home: Path) -> None:
    """Where nothing was logged in only the files are found, and no database appears."""
    app = open_app()
    found = looked(app)
    assert (["config.toml"], ()) == ([file.name for file in found.files], found.accounts)
    assert ["config.toml"] == [file.name for file in home.iterdir()]
    assert not found.is_empty
    assert "done" == removed(app, found)["status"]
    assert looked(app).is_empty
    home.mkdir()
    assert (home,) == looked(app).files
    assert ("done", False) == (removed(app, looked(app))["status"], home.exists())


def test_a_damaged_database_can_be_left_behind_only_on_purpose(open_app: Open, home: Path) -> None:
    """Without the accounts nothing is removed unless --local-only is given, and what is unknown is told."""
    app = open_app()
    (home / "mailreeve.db").write_bytes(b"this is no database" * 100)
    answer = removed(app, looked(app))
    assert ("partial", ["accounts"]) == (answer["status"], [one["id"] for one in answer["failed"]])
    assert (home / "config.toml").exists()
    forced = removed(app, looked(app, local_only=True), local_only=True)
    assert ("partial", False) == (forced["status"], home.exists())


def test_an_interruption_is_no_failure_of_google(lived_in: App, home: Path) -> None:
    """When the person stops it, it stops, and the folder stays."""
    found = looked(lived_in)
    cancel = Cancel()
    cancel.set()
    with pytest.raises(Cancelled):
        remove(lived_in, found, lambda *_: None, cancel)
    assert (home / "mailreeve.db").exists()
