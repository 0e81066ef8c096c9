"""Logins that renew themselves."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.google.wire_server import Drop, NoNap, Reply, Seen, WireServer

from mailreeve.errors import ConfigError, GoogleUnavailable, LoginNeeded
from mailreeve.google.credentials import credentials_for, ready
from mailreeve.google.tokens import StoredToken, TokenStore
from mailreeve.google.transport import Transport

ME = "me@example.org"
LOGIN = StoredToken(ME, "1//refresh-1", "client", "GOCSPX-secret", ("scope",))


class Google:
    """A token endpoint and an API that know each other: only the newest access token is good."""

    def __init__(self, *, rotate: bool = False, expires_in: Any = 3599) -> None:
        self.rotate = rotate
        self.expires_in = expires_in
        self.refresh = LOGIN.refresh_token
        self.access = "none yet"
        self.asked: list[dict[str, str]] = []
        self._guard = threading.Lock()

    def __call__(self, seen: Seen) -> Reply:
        if seen.path == "/token":
            with self._guard:
                return self._token(seen)
        if seen.headers.get("authorization") != f"Bearer {self.access}":
            return Reply(401, {"error": {"code": 401, "errors": [{"reason": "authError"}]}})
        return Reply(200, {"emailAddress": ME, "id": "1"})

    def _token(self, seen: Seen) -> Reply:
        self.asked.append(seen.form)
        if seen.form["refresh_token"] != self.refresh:
            return Reply(400, {"error": "invalid_grant", "error_description": "Token has been revoked."})
        self.access = f"access-{len(self.asked)}"
        answer: dict[str, Any] = {"access_token": self.access, "token_type": "Bearer"}
        if self.expires_in is not None:
            answer["expires_in"] = self.expires_in
        if self.rotate:
            self.refresh = f"1//refresh-{len(self.asked) + 1}"
            answer["refresh_token"] = self.refresh
        return Reply(200, answer)


@pytest.fixture
def store(tmp_path: Path) -> TokenStore:
    store = TokenStore(tmp_path / "tokens")
    store.login(LOGIN)
    return store


@pytest.fixture
def line(wire: WireServer, store: TokenStore, nap: NoNap) -> Iterator[Callable[[], Transport]]:
    made: list[Transport] = []

    def make() -> Transport:
        credentials = credentials_for(store, ME, base=wire.base, timeout=5)
        made.append(Transport(credentials, base=wire.base, quota="off", timeout=5))
        return made[-1].bound(nap)

    yield make
    for transport in made:
        transport.close()


def profile(transport: Transport) -> Any:
    return transport.safe(transport.users.getProfile(userId="me"))["emailAddress"]


def create(transport: Transport) -> Any:
    return transport.once(transport.users.labels().create(userId="me", body={"name": "x"}))["id"]


@pytest.mark.parametrize("act", [profile, create])
def test_the_access_token_is_fetched_when_it_is_needed(
    wire: WireServer, line: Callable[[], Transport], act: Callable[[Transport], Any]
) -> None:
    """One refresh for many calls, with what the login stores, and nothing before the first call."""
    google = Google()
    wire.then(google)
    transport = line()
    assert [] == wire.seen
    for _ in range(3):
        act(transport)
    wanted = {"grant_type": "refresh_token", "client_id": "client", "client_secret": "GOCSPX-secret"}
    assert [wanted | {"refresh_token": "1//refresh-1"}] == google.asked


@pytest.mark.parametrize("act", [profile, create])
def test_a_refused_access_token_is_renewed_and_the_call_done_once(
    wire: WireServer, line: Callable[[], Transport], act: Callable[[Transport], Any]
) -> None:
    """401 says that nothing was done: renewed, sent again, and that is all."""
    google = Google()
    wire.then(google)
    transport = line()
    act(transport)
    google.access = "replaced elsewhere"
    act(transport)
    assert 2 == len(google.asked)
    assert 3 == len([seen for seen in wire.seen if seen.path != "/token"])


def test_many_threads_share_one_renewal(wire: WireServer, line: Callable[[], Transport]) -> None:
    """Sixteen threads meet a dead access token: the login server is asked once per death."""
    google = Google()
    wire.then(google)
    transport = line()
    for death in (1, 2, 3):
        barrier = threading.Barrier(16)

        def call(barrier: threading.Barrier = barrier) -> str:
            barrier.wait()
            return str(profile(transport))

        with ThreadPoolExecutor(16) as pool:
            results = [future.result() for future in [pool.submit(call) for _ in range(16)]]
        assert [ME] * 16 == results
        assert death == len(google.asked)
        google.access = "dead"


def test_a_rotated_refresh_token_is_kept(
    wire: WireServer, line: Callable[[], Transport], store: TokenStore
) -> None:
    """The one that Google gives in place of the old one is stored at once, and used next time."""
    google = Google(rotate=True)
    wire.then(google)
    profile(line())
    assert ("1//refresh-2", 2) == (store.load(ME).refresh_token, store.load(ME).generation)
    profile(line())
    assert ["1//refresh-1", "1//refresh-2"] == [asked["refresh_token"] for asked in google.asked]


def test_two_processes_with_rotation_do_not_lose_the_login(
    wire: WireServer, line: Callable[[], Transport], store: TokenStore
) -> None:
    """Each renewal starts from the newest token that any process stored."""
    google = Google(rotate=True)
    wire.then(google)
    one, two = line(), line()
    for _ in range(3):
        for transport in (one, two):
            google.access = "dead"
            assert ME == profile(transport)
    assert google.refresh == store.load(ME).refresh_token


def test_renewals_at_the_same_moment_follow_each_other(
    wire: WireServer, line: Callable[[], Transport], store: TokenStore
) -> None:
    """Eight lines with credentials of their own, rotation on: none presents a used-up token."""
    google = Google(rotate=True)
    wire.then(google)
    lines = [line() for _ in range(8)]
    barrier = threading.Barrier(8)

    def renew(transport: Transport) -> None:
        barrier.wait()
        transport.wire.renew(None)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(renew, lines))
    assert 8 == len({asked["refresh_token"] for asked in google.asked})
    assert google.refresh == store.load(ME).refresh_token


def test_a_dead_login_is_told_with_its_usual_cause(wire: WireServer, line: Callable[[], Transport]) -> None:
    """invalid_grant: LoginNeeded on both ways, no retry, the seven days explained."""
    google = Google()
    google.refresh = "another"
    wire.then(google)
    for act in (profile, create):
        with pytest.raises(LoginNeeded, match="seven days"):
            act(line())
    assert 2 == len(wire.seen)


def test_a_login_server_that_fails_is_waited_for(
    wire: WireServer, line: Callable[[], Transport], nap: NoNap
) -> None:
    """A lost answer of the token endpoint is retried for safe calls."""
    google = Google()
    wire.then(Drop(), google)
    assert ME == profile(line())
    assert 1 == len(nap.naps)


@pytest.mark.parametrize(
    "answer", [Reply(200, b"<html>sign in</html>"), Reply(302, b"", {"location": "/portal"}), Drop()]
)
def test_without_the_login_server_nothing_is_created(
    wire: WireServer, line: Callable[[], Transport], answer: Reply | Drop
) -> None:
    """The token is made before the request: a failure there is not an unknown outcome."""
    wire.then(answer)
    with pytest.raises((GoogleUnavailable, LoginNeeded)):
        create(line())
    assert {"/token"} == {seen.path for seen in wire.seen}


@pytest.mark.parametrize("expires_in", [1, 0, 200, None, 3599, "3599"])
def test_an_odd_lifetime_does_no_harm(
    wire: WireServer, line: Callable[[], Transport], expires_in: Any
) -> None:
    """Shorter than google.auth takes, absent, or text: the call goes through."""
    wire.then(Google(expires_in=expires_in))
    assert ME == profile(line())


def test_an_expired_access_token_is_renewed_before_it_is_used(
    wire: WireServer, line: Callable[[], Transport]
) -> None:
    """Not by way of a 401."""
    google = Google()
    wire.then(google)
    transport = line()
    profile(transport)
    transport.wire._credentials.expiry = datetime.now(UTC).replace(tzinfo=None) - timedelta(seconds=1)
    create(transport)
    assert ["/token", "/token"] == [seen.path for seen in wire.seen if seen.path == "/token"]
    assert 2 == len([seen for seen in wire.seen if seen.path != "/token"])


def test_a_logout_ends_the_renewals(
    wire: WireServer, line: Callable[[], Transport], store: TokenStore
) -> None:
    """After the stored login is gone, the next renewal needs a login, and writes nothing."""
    google = Google(rotate=True)
    wire.then(google)
    transport = line()
    profile(transport)
    store.delete(ME)
    google.access = "dead"
    with pytest.raises(LoginNeeded, match="no login"):
        profile(transport)
    assert store.find(ME) is None


def test_without_a_login_there_are_no_credentials(tmp_path: Path) -> None:
    """LoginNeeded at once."""
    with pytest.raises(LoginNeeded):
        credentials_for(TokenStore(tmp_path), ME)


@pytest.mark.parametrize(
    "base", [None, "", "https://gmail.googleapis.com", "https://sandbox.example", "http://10.0.0.1"]
)
def test_a_ready_token_is_for_this_machine_alone(base: str | None) -> None:
    """A token from the environment never goes to Google or to another host."""
    with pytest.raises(ConfigError, match="loopback") as caught:
        ready("ya29.secret", base)
    assert "ya29" not in str(caught.value)


def test_no_secret_gets_into_an_error(wire: WireServer, line: Callable[[], Transport]) -> None:
    """Refresh token, client secret and what the login server writes stay out of every error."""
    texts = ["1//refresh-1", "GOCSPX-secret", "server-canary"]
    body = {"error": " ".join(texts), "error_description": " ".join(texts)}
    for answer in (
        Reply(400, body),
        Reply(401, body),
        Reply(403, " ".join(texts).encode()),
        Reply(200, body),
    ):
        wire.then(answer)
        for act in (profile, create):
            with pytest.raises((LoginNeeded, GoogleUnavailable)) as caught:
                act(line())
            said = f"{caught.value!r} {caught.value}"
            assert [] == [text for text in texts if text in said]
