"""Logging in and out through the use cases, against the local Google."""

import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests import logins
from tests.sandbox_server import SandboxServer
from tests.service.conftest import Open

from mailreeve import config
from mailreeve.app import App
from mailreeve.cancel import Cancel
from mailreeve.errors import ConfigError, InputError, LoginNeeded
from mailreeve.google.scopes import READONLY
from mailreeve.google.tokens import StoredToken
from mailreeve.service import account
from mailreeve.service.account import LoginAnswer
from mailreeve.store.accounts import Account
from mailreeve.store.audit import Audit


def login(app: App, *, open_page: Callable[[str], object] = logins.browser, **options: Any) -> LoginAnswer:
    shown: list[str] = []
    options = {"show": shown.append, "open_page": open_page, "paste": None, "cancel": Cancel(30), **options}
    return account.login(app, **options)


def pasting(app: App, answer: Callable[[str], str]) -> LoginAnswer:
    """A login whose browser runs elsewhere; `answer` turns the link into what is pasted."""
    shown: list[str] = []
    return login(app, show=shown.append, paste=lambda: answer(shown[0]))


def test_a_login_is_kept_and_reads_mail_in_the_next_process(
    open_app: Open, sandbox: SandboxServer, home: Path
) -> None:
    """After the browser said yes the account is known, and a fresh app reads its mailbox without asking."""
    answer = login(open_app())
    token = next((home / "tokens").glob("*.json"))
    assert (sandbox.account, ["read", "label", "draft"], [], str(token)) == (
        answer["account"],
        answer["capabilities"],
        answer["missing"],
        answer["kept_in"],
    )
    again = open_app()
    assert sandbox.account == again.mailbox().gmail.profile().address
    assert ["account.login"] == [row.event for row in Audit(again.db, sandbox.account).rows()]


def test_the_file_of_a_login_is_for_its_owner_only(open_app: Open, home: Path) -> None:
    """Without a keyring the token lies in a file of mode 0600 in folders of mode 0700, whatever the umask."""
    before = os.umask(0)
    try:
        answer = login(open_app())
    finally:
        os.umask(before)
    token = Path(answer["kept_in"])
    assert [0o600, 0o700, 0o700] == [
        stat.S_IMODE(path.stat().st_mode) for path in (token, token.parent, home)
    ]


def test_unticked_permissions_are_told_and_not_used(open_app: Open, sandbox: SandboxServer) -> None:
    """Who unticks drafting can still read, is told what is missing, and the account's record says so."""
    sandbox.consent(scopes=[READONLY])
    app = open_app(policy='capabilities = ["read", "draft"]')
    answer = login(app)
    assert (["read"], ["draft"]) == (answer["capabilities"], answer["missing"])
    assert ("read",) == app.account().capabilities
    assert set(account.DISABLED) >= set(answer["missing"])


def test_a_refusal_leaves_nothing_behind(open_app: Open, sandbox: SandboxServer, home: Path) -> None:
    """When the person says no there is no account and no token."""
    sandbox.consent(deny=True)
    app = open_app()
    with pytest.raises(LoginNeeded, match="not given"):
        login(app)
    assert () == app.accounts.list()
    assert [] == list(home.glob("tokens/*.json"))


def test_another_account_than_the_one_named_is_not_taken(open_app: Open, home: Path) -> None:
    """A login for somebody else than the person asked for is dropped, with both addresses told."""
    app = open_app()
    with pytest.raises(LoginNeeded, match=r"not as bob@example\.org"):
        login(app, expected="Bob@example.org")
    assert [] == list(home.glob("tokens/*.json"))
    with pytest.raises(InputError, match="no e-mail address"):
        login(app, expected="bob")


def test_a_pasted_address_logs_in_and_one_of_another_login_does_not(
    open_app: Open, sandbox: SandboxServer, home: Path
) -> None:
    """Without a browser here the answer is pasted; its state must be that of the login that runs."""
    app = open_app()
    other: list[str] = []

    def stale(link: str) -> str:
        other.append(logins.visit(link))
        return other[0].replace("state=", "state=x")

    with pytest.raises(InputError, match="not the answer to this login"):
        pasting(app, stale)
    with pytest.raises(InputError, match="not the answer to this login"):
        pasting(app, lambda _: other[0])
    assert [] == list(home.glob("tokens/*.json"))
    assert sandbox.account == pasting(app, logins.visit)["account"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "no OAuth client file"),
        ("{", "not valid JSON"),
        ('{"web": {}}', "Web application"),
        ('{"type": "service_account"}', "service account"),
    ],
)
def test_without_a_proper_oauth_client_the_login_says_how_to_make_one(
    open_app: Open, tmp_path: Path, content: str | None, said: str
) -> None:
    """A missing or wrong client file is a mistake in the settings, told before any browser opens."""
    app = open_app()
    file = tmp_path / "client_secret.json"
    file.unlink()
    if content is not None:
        file.write_text(content, encoding="utf-8")
    opened: list[str] = []
    with pytest.raises(ConfigError, match=said) as caught:
        login(app, open_page=opened.append)
    assert "client_file" in caught.value.advice
    assert [] == opened


def test_without_client_file_in_the_settings_the_guide_is_named(
    sandbox: SandboxServer, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The very first login leads to docs/connect-gmail.md."""
    monkeypatch.setenv("MAILREEVE_GOOGLE_BASE", sandbox.base_url)
    with pytest.raises(ConfigError, match=r"docs/connect-gmail\.md"):
        login(App(config.load(os.environ)))
    assert not home.exists()


def test_what_is_asked_for_is_told_before(open_app: Open) -> None:
    """The person hears the permissions in words, that they allow sending, and which model sees the mail."""
    llm = 'base_url = "http://user:key@127.0.0.1:9/v1"\nmodel = "small"\n'
    wish = account.wish(open_app(llm=llm))
    assert (True, False, "small at 127.0.0.1") == (wish.may_send, wish.send, wish.model)
    assert (
        "read, label, archive, trash, write drafts and send mail; not delete for good",
    ) == wish.permissions
    reading = account.wish(open_app(policy='capabilities = ["read"]'))
    assert (("read mail, labels and settings",), False, "") == (
        reading.permissions,
        reading.may_send,
        reading.model,
    )


def test_a_ready_token_needs_no_login(
    open_app: Open, sandbox: SandboxServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With an access token from outside neither login nor logout pretends to do something."""
    monkeypatch.setenv("MAILREEVE_GOOGLE_TOKEN", sandbox.token)
    app = open_app()
    with pytest.raises(InputError, match="set already"):
        login(app)
    with pytest.raises(InputError, match="ready access token"):
        account.logout(app)


def test_a_second_login_takes_the_place_of_the_first(open_app: Open, home: Path) -> None:
    """Logging in again keeps one account and one token, the newer."""
    app = open_app()
    login(app)
    first = app.tokens.load(app.account().address)
    login(app)
    second = app.tokens.load(app.account().address)
    assert (1, 1) == (len(app.accounts.list()), len(list(home.glob("tokens/*.json"))))
    assert (1, 2) == (first.generation, second.generation)
    assert first.refresh_token != second.refresh_token


def test_logout_ends_the_login_at_google_and_here(open_app: Open, sandbox: SandboxServer, home: Path) -> None:
    """The refresh token is dead at Google, and nothing of it is left on this machine."""
    app = open_app()
    login(app)
    token = app.tokens.load(sandbox.account)
    assert {"account": sandbox.account, "at_google": "revoked", "advice": ""} == account.logout(app)
    assert [] == list(home.glob("tokens/*.json"))
    with pytest.raises(LoginNeeded, match="No account is logged in"):
        app.account()
    app.tokens.login(token)
    app.accounts.put(Account(sandbox.account))
    assert "dead" == account.logout(app)["at_google"]


def test_logout_while_google_is_down_forgets_the_login_and_says_what_is_left(
    open_app: Open, sandbox: SandboxServer, home: Path
) -> None:
    """The login is gone here in any case; where to remove it at Google is told."""
    app = open_app()
    login(app)
    sandbox.faults([{"path": "/revoke", "kind": "503"}])
    answer = account.logout(app)
    assert "unknown" == answer["at_google"]
    assert account.CONNECTIONS in answer["advice"]
    assert [] == list(home.glob("tokens/*.json"))
    assert () == app.accounts.list()


def test_logout_of_a_login_that_cannot_be_read_still_forgets_it(open_app: Open, home: Path) -> None:
    """A damaged token file cannot be revoked; it goes, and the person is sent to Google."""
    app = open_app()
    login(app)
    token = next(home.glob("tokens/*.json"))
    token.write_text("{", encoding="utf-8")
    answer = account.logout(app)
    assert ("unknown", False) == (answer["at_google"], token.exists())
    assert "damaged" in answer["advice"]


def test_with_several_accounts_logout_wants_a_name(open_app: Open, sandbox: SandboxServer) -> None:
    """Nothing is taken back by guessing."""
    app = open_app()
    login(app)
    app.tokens.login(StoredToken("other@example.org", "1//r", "c", "s", (READONLY,)))
    app.accounts.put(Account("other@example.org", scopes=(READONLY,)))
    with pytest.raises(InputError, match="Which account"):
        account.logout(app)
    assert "revoked" == account.logout(app, sandbox.account)["at_google"]
    assert "other@example.org" == app.account().address


def test_the_place_of_a_login_is_told(open_app: Open) -> None:
    """`place` names the file, and nothing when there is no login."""
    app = open_app()
    assert "" == app.tokens.place("nobody@example.org")
    answer = login(app)
    assert answer["kept_in"] == app.tokens.place(answer["account"].upper())
