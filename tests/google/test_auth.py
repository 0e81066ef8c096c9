"""Login against the sandbox's consent page, by a browser that a test drives."""

import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from tests.google.wire_server import Drop, Reply, Seen, WireServer
from tests.logins import browser, visit
from tests.sandbox_server import SandboxServer

from mailreeve.cancel import Cancel
from mailreeve.errors import (
    Cancelled,
    GoogleUnavailable,
    InputError,
    LoginNeeded,
    MailreeveError,
    ScopeMissing,
)
from mailreeve.google import auth, scopes
from mailreeve.google.auth import Login
from mailreeve.google.client_file import OAuthClient
from mailreeve.google.credentials import credentials_for
from mailreeve.google.gmail import Gmail
from mailreeve.google.loopback import Receiver
from mailreeve.google.scopes import COMPOSE, MODIFY, READONLY
from mailreeve.google.tokens import StoredToken, TokenStore
from mailreeve.google.transport import Transport

CLIENT = OAuthClient("client.apps.example", "GOCSPX-secret")


def noting(seen: list[str]) -> Callable[[str], None]:
    """A browser that writes down what it opened."""

    def open_page(address: str) -> None:
        seen.append(address)
        browser(address)

    return open_page


def with_query(address: str, **changed: str) -> str:
    """The address with other parameters; an empty one is left out."""
    parts = urlsplit(address)
    query = {name: values[0] for name, values in parse_qs(parts.query).items()} | changed
    return parts._replace(query=urlencode({k: v for k, v in query.items() if v})).geturl()


def query(address: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}


@pytest.fixture
def login(sandbox: SandboxServer) -> Login:
    return Login(CLIENT, (MODIFY,), base=sandbox.base_url, timeout=5)


def in_browser(
    login: Login, open_page: Callable[[str], object] = browser, patience: float = 5
) -> StoredToken:
    return auth.in_browser(login, lambda _: None, open_page, Cancel(), patience)


def headless(login: Login, answer: Callable[[str], str]) -> StoredToken:
    shown: list[str] = []
    return auth.headless(login, shown.append, lambda: answer(shown[0]), Cancel())


# --- it works ---------------------------------------------------------------------------------------


def test_a_login_works_from_end_to_end(login: Login, sandbox: SandboxServer, tmp_path: Path) -> None:
    """Browser, code, token, address, store, and then mail is read with the stored login alone."""
    token = in_browser(login)
    assert (sandbox.account, (MODIFY,)) == (token.account, token.scopes)
    store = TokenStore(tmp_path / "tokens")
    store.login(token)
    credentials = credentials_for(store, sandbox.account, base=sandbox.base_url)
    transport = Transport(credentials, base=sandbox.base_url, quota="off")
    assert sandbox.account == Gmail(transport).profile().address
    transport.close()


def test_a_headless_login_takes_the_address_or_the_code(login: Login, sandbox: SandboxServer) -> None:
    """What the browser on the other machine ends at: the whole address, its query, or the bare code."""
    picks: list[Callable[[str], str]] = [
        lambda end: f"  {end}\n",
        lambda end: urlsplit(end).query,
        lambda end: query(end)["code"],
        lambda end: urlsplit(end).query.partition("code=")[2].partition("&")[0],
    ]
    for pick in picks:

        def paste(address: str, pick: Callable[[str], str] = pick) -> str:
            return pick(visit(address))

        assert sandbox.account == headless(login, paste).account


def test_the_page_is_asked_as_google_wants_it(login: Login) -> None:
    """PKCE with S256, a long state, offline access, consent, the wanted scope, the loopback address."""
    seen: list[str] = []
    in_browser(replace(login, expected=""), noting(seen))
    asked = query(seen[0])
    assert ("S256", "code", "offline", "consent", MODIFY, CLIENT.id) == tuple(
        asked[name]
        for name in ("code_challenge_method", "response_type", "access_type", "prompt", "scope", "client_id")
    )
    assert len(asked["code_challenge"]) == 43
    assert len(asked["state"]) >= 32
    assert asked["redirect_uri"].startswith("http://127.0.0.1:")
    assert "GOCSPX-secret" not in seen[0]


def test_every_login_has_its_own_state_and_verifier(login: Login) -> None:
    """Two logins share neither state nor challenge nor port."""
    seen: list[str] = []
    for _ in range(2):
        in_browser(login, noting(seen))
    for name in ("state", "code_challenge", "redirect_uri"):
        assert query(seen[0])[name] != query(seen[1])[name]


def test_the_address_is_shown_and_nothing_is_printed(login: Login, capfd: pytest.CaptureFixture[str]) -> None:
    """`show` and `open_page` get the same address; standard output belongs to JSON."""
    shown: list[str] = []
    opened: list[str] = []
    auth.in_browser(login, shown.append, noting(opened), Cancel(), 5)
    assert shown == opened
    assert ("", "") == tuple(capfd.readouterr())


def test_the_expected_address_is_a_hint_and_a_condition(login: Login, sandbox: SandboxServer) -> None:
    """The right account, in any case, is taken; another one is not."""
    seen: list[str] = []
    expected = replace(login, expected=sandbox.account.upper())
    token = in_browser(expected, noting(seen))
    assert (sandbox.account, sandbox.account.upper()) == (token.account, query(seen[0])["login_hint"])
    with pytest.raises(LoginNeeded, match=r"not as other@example\.org"):
        in_browser(replace(login, expected="other@example.org"))


# --- scopes -----------------------------------------------------------------------------------------


def test_an_unticked_box_is_less_and_not_an_error(login: Login, sandbox: SandboxServer) -> None:
    """The granted scopes are in the login, and what is missing can be told."""
    sandbox.consent(scopes=[READONLY])
    token = in_browser(replace(login, scopes=(READONLY, COMPOSE)))
    assert (READONLY,) == token.scopes
    assert ("draft",) == scopes.missing(["read", "draft"], token.scopes)


def test_without_any_scope_of_gmail_there_is_no_login(login: Login, sandbox: SandboxServer) -> None:
    """Only something else left ticked: ScopeMissing, with the box to tick."""
    sandbox.consent(scopes=["openid"])
    with pytest.raises(ScopeMissing, match="ticked"):
        in_browser(replace(login, scopes=(MODIFY, "openid")))


def test_everything_unticked_is_a_refusal(login: Login, sandbox: SandboxServer) -> None:
    """Google comes back with access_denied."""
    sandbox.consent(scopes=[])
    with pytest.raises(LoginNeeded, match="permission was not given"):
        in_browser(login)


def test_a_refused_consent_is_told(login: Login, sandbox: SandboxServer) -> None:
    """In the browser, and pasted."""
    sandbox.consent(deny=True)
    with pytest.raises(LoginNeeded, match="permission was not given"):
        in_browser(login)
    with pytest.raises(LoginNeeded, match="permission was not given"):
        headless(login, visit)


# --- state and PKCE ---------------------------------------------------------------------------------


@pytest.mark.parametrize("state", ["wrong", "", "ü"])
def test_a_wrong_state_never_logs_in(login: Login, state: str) -> None:
    """The redirect with a foreign state is ignored: nobody comes, and the login ends by time."""
    with pytest.raises(LoginNeeded, match="did not come back"):
        in_browser(login, lambda address: visit(with_query(visit(address), state=state)), patience=0.3)
    with pytest.raises(InputError, match="not the answer to this login"):
        headless(login, lambda address: with_query(visit(address), state=state))


def test_another_program_cannot_end_the_login(login: Login, sandbox: SandboxServer) -> None:
    """Requests to the port without the state, before the right one: ignored, and the login works."""

    def busy_machine(address: str) -> None:
        back = query(address)["redirect_uri"]
        for target in ("", "?code=evil&state=evil", "?error=access_denied", "?error=access_denied&state=x"):
            visit(back + target)
        browser(address)

    assert sandbox.account == in_browser(login, busy_machine).account


def test_a_code_of_another_login_is_worth_nothing(login: Login) -> None:
    """PKCE: a stolen or injected code, even with the right state, does not fit this login's verifier."""
    with Receiver("x") as receiver:
        foreign = with_query(
            login.endpoints.auth,
            client_id=CLIENT.id,
            redirect_uri=receiver.redirect_uri,
            response_type="code",
            scope=MODIFY,
            code_challenge="A" * 43,
            code_challenge_method="S256",
            access_type="offline",
            state="x",
        )
        stolen = query(visit(foreign))["code"]
    with pytest.raises(LoginNeeded):
        in_browser(login, lambda address: visit(with_query(visit(address), code=stolen)))
    with pytest.raises(LoginNeeded):
        headless(login, lambda _: stolen)


def test_a_code_works_once(login: Login) -> None:
    """The code of a finished login is refused in the next one."""
    codes: list[str] = []

    def remember(address: str) -> None:
        end = visit(address)
        codes.append(query(end)["code"])
        visit(end)

    in_browser(login, remember)
    with pytest.raises(LoginNeeded):
        headless(login, lambda _: codes[0])


@pytest.mark.parametrize(
    "pasted",
    [
        "",
        "no",
        "what is this",
        "<html>",
        "code\r\nwith-lines",
        "x" * 5_000,
        "http://127.0.0.1:53682/",
        "https://accounts.google.com/o/oauth2/v2/auth?client_id=1",
        "http://127.0.0.1:53682/?code=abc",
        "http://[::1/?code=abc",
        "code=abc",
        "ya29.\x00=",
    ],
)
def test_what_is_not_an_answer_is_told(login: Login, pasted: str) -> None:
    """A wrong paste is InputError with what to paste, never a traceback."""
    with pytest.raises(InputError) as caught:
        headless(login, lambda _: pasted)
    assert caught.value.advice


# --- it does not come to an end ---------------------------------------------------------------------


def test_a_closed_browser_ends_by_time(login: Login) -> None:
    """Nobody comes back: the person is told, and the port is closed."""
    with pytest.raises(LoginNeeded, match="did not come back"):
        in_browser(login, lambda _: None, patience=0.05)


def test_giving_up_ends_the_login(login: Login) -> None:
    """Ctrl-C while the browser is open."""
    cancel = Cancel()
    with pytest.raises(Cancelled):
        auth.in_browser(login, lambda _: None, lambda _: cancel.set(), cancel, 60)


def test_a_slow_person_is_waited_for(login: Login, sandbox: SandboxServer) -> None:
    """The browser comes back later than `open_page` returns."""
    threads: list[threading.Thread] = []

    def later(address: str) -> None:
        threads.append(threading.Timer(0.3, browser, [address]))
        threads[0].start()

    assert sandbox.account == in_browser(login, later).account
    threads[0].join()


# --- Google answers oddly ---------------------------------------------------------------------------


def google(wire: WireServer, token: Reply | Drop, profile: Reply | None = None) -> Login:
    """A Google whose token endpoint and profile answer as told."""

    def answer(seen: Seen) -> Reply:
        if seen.path == "/token":
            assert isinstance(token, Reply)
            return token
        return profile or Reply(200, {"emailAddress": "Me@Example.org"})

    wire.then(token if isinstance(token, Drop) else answer)
    return Login(CLIENT, (MODIFY,), base=wire.base, timeout=1)


GOOD = {"access_token": "ya29.access-canary", "refresh_token": "1//refresh-canary", "expires_in": 3599}


def test_the_address_is_the_account_in_lower_case(wire: WireServer) -> None:
    """Without a scope in the answer all that was asked for is granted (RFC 6749, 5.1)."""
    token = headless(google(wire, Reply(200, GOOD)), lambda _: "a-fine-code")
    assert ("me@example.org", (MODIFY,), 1) == (token.account, token.scopes, token.generation)
    assert "canary" not in repr(token)


def test_the_exchange_is_one_post_with_everything_google_wants(wire: WireServer) -> None:
    """Code, verifier and redirect in the form, nothing in the address."""
    headless(google(wire, Reply(200, GOOD)), lambda _: "4%2Fa-fine-code")
    [seen] = [seen for seen in wire.seen if seen.path == "/token"]
    assert ("POST", "/token") == (seen.method, seen.target)
    assert ("authorization_code", "4/a-fine-code", auth.NOBODY_LISTENS) == tuple(
        seen.form[name] for name in ("grant_type", "code", "redirect_uri")
    )
    assert len(seen.form["code_verifier"]) >= 43


@pytest.mark.parametrize(
    ("token", "kind"),
    [
        (Reply(200, GOOD | {"refresh_token": ""}), LoginNeeded),
        (Reply(200, {"access_token": "ya29.access-canary"}), LoginNeeded),
        (Reply(200, GOOD | {"refresh_token": ["1//refresh-canary"]}), LoginNeeded),
        (Reply(200, {}), GoogleUnavailable),
        (Reply(200, b"<html>canary</html>"), GoogleUnavailable),
        (Reply(200, b"[]"), GoogleUnavailable),
        (Reply(200, b"\xff\xfe canary"), GoogleUnavailable),
        (Reply(200, GOOD | {"expires_in": "canary"}), GoogleUnavailable),
        (Reply(200, GOOD, cut=9), GoogleUnavailable),
        (Reply(302, b"", {"location": "/canary"}), GoogleUnavailable),
        (Drop(), GoogleUnavailable),
        (Reply(400, {"error": "invalid_grant", "error_description": "canary"}), LoginNeeded),
        (Reply(401, {"error": "invalid_client", "error_description": "canary"}), LoginNeeded),
        (Reply(400, {"error": "canary canary"}), LoginNeeded),
        (Reply(400, {"error": {"canary": 1}}), LoginNeeded),
        (Reply(500, b"canary"), GoogleUnavailable),
    ],
)
def test_an_odd_answer_is_an_error_without_secrets(
    wire: WireServer, token: Reply | Drop, kind: type[MailreeveError]
) -> None:
    """Whatever the login server says: our error, its words and tokens kept out."""
    with pytest.raises(kind) as caught:
        headless(google(wire, token), lambda _: "code-canary-1")
    assert "canary" not in f"{caught.value!r} {caught.value}"
    assert "GOCSPX" not in f"{caught.value!r} {caught.value}"


def test_the_exchange_follows_no_redirect(wire: WireServer) -> None:
    """Code and client secret go to the login server alone."""
    with pytest.raises(GoogleUnavailable):
        headless(google(wire, Reply(302, b"", {"location": "/portal"})), lambda _: "a-fine-code")
    assert ["/token"] == [seen.path for seen in wire.seen]


@pytest.mark.parametrize(
    "body", [{}, {"emailAddress": ""}, {"emailAddress": "nobody"}, {"emailAddress": None}]
)
def test_a_login_without_an_address_is_none(wire: WireServer, body: dict[str, object]) -> None:
    """The account is what Gmail says; without it there is no login."""
    with pytest.raises(GoogleUnavailable, match="whose login"):
        headless(google(wire, Reply(200, GOOD), Reply(200, body)), lambda _: "a-fine-code")


# --- taking it back ---------------------------------------------------------------------------------


def test_a_login_can_be_taken_back(login: Login, sandbox: SandboxServer) -> None:
    """Revoked at Google: true once, false when it is dead already."""
    token = in_browser(login)
    assert [True, False] == [auth.revoke(token, base=sandbox.base_url) for _ in range(2)]


def test_a_revoked_login_cannot_be_renewed(login: Login, sandbox: SandboxServer, tmp_path: Path) -> None:
    """After that the stored token is worth nothing."""
    store = TokenStore(tmp_path / "tokens")
    token = store.login(in_browser(login))
    auth.revoke(token, base=sandbox.base_url)
    transport = Transport(
        credentials_for(store, token.account, base=sandbox.base_url), base=sandbox.base_url, quota="off"
    )
    with pytest.raises(LoginNeeded, match="invalid_grant"):
        Gmail(transport).profile()
    transport.close()


@pytest.mark.parametrize("answer", [Reply(500), Reply(302, b"", {"location": "/"}), Drop()])
def test_a_login_that_could_not_be_taken_back_is_told(wire: WireServer, answer: Reply | Drop) -> None:
    """A failure is said, and the token is not in it nor in the address."""
    wire.then(answer)
    token = StoredToken("me@example.org", "1//refresh-canary", "c", "s", ())
    with pytest.raises(GoogleUnavailable) as caught:
        auth.revoke(token, base=wire.base)
    assert "canary" not in str(caught.value)
    assert ["/revoke"] == [seen.target for seen in wire.seen]


def test_rotated_tokens_survive_a_whole_life(login: Login, sandbox: SandboxServer, tmp_path: Path) -> None:
    """With rotation on: login, five renewals over hours, and the sixth still works."""
    sandbox.consent(rotate=True)
    store = TokenStore(tmp_path / "tokens")
    token = store.login(in_browser(login))
    for _ in range(6):
        transport = Transport(
            credentials_for(store, token.account, base=sandbox.base_url), base=sandbox.base_url, quota="off"
        )
        assert sandbox.account == Gmail(transport).profile().address
        transport.close()
        sandbox.clock(advance=7_200)
    assert 7 == store.load(token.account).generation
