"""The door for Google's pushes: who comes in, and that what they bring is trusted in nothing."""

import base64
import http.client
import json
import socket
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from tests.google.wire_server import Reply, WireServer
from tests.sandbox_server import SandboxServer
from tests.service.test_waking import NAME, TOPIC, WAKE, House
from tests.service.threads import until

from mailreeve.errors import InputError
from mailreeve.sandbox import oidc
from mailreeve.store.watches import Watches
from mailreeve.web import push

EMAIL, AUDIENCE = "push@p-1.iam.gserviceaccount.com", "reeve"


def free_port() -> int:
    with closing(socket.create_server(("127.0.0.1", 0))) as one:
        return int(one.getsockname()[1])


@pytest.fixture
def wire() -> Iterator[WireServer]:
    with WireServer().running() as server:
        yield server


@pytest.fixture
def house(sandbox: SandboxServer, tmp_path: Path) -> Iterator[House]:
    listen = f'push_listen = "127.0.0.1:{free_port()}"\n'
    claims = f'push_audience = "{AUDIENCE}"\npush_account = "{EMAIL}"\n'
    made = House(sandbox, tmp_path / "home", WAKE + listen + claims)
    with closing(made.app), push.receiving(made.app, made.notices):
        yield made


def token(server: SandboxServer, **other: Any) -> str:
    with server.state_file() as state:
        return oidc.token(state, EMAIL, AUDIENCE, other)


def body(address: str, history: object = 7) -> bytes:
    data = base64.b64encode(json.dumps({"emailAddress": address, "historyId": history}).encode()).decode()
    return json.dumps({"message": {"data": data, "messageId": "1"}, "subscription": NAME}).encode()


def pushed(house: House, told: bytes, authorization: str | None, method: str = "POST") -> int:
    connection = http.client.HTTPConnection(*house.app.config.wake.listen, timeout=30)
    try:
        connection.request(method, "/wake", told, {"authorization": authorization} if authorization else {})
        return connection.getresponse().status
    finally:
        connection.close()


def noticed(house: House) -> int:
    return Watches(house.app.db).of(house.server.account).noticed


def test_a_push_of_our_subscription_wakes_the_worker(house: House) -> None:
    """From Google's change to a decided mail: told, pushed with a token, looked at, done."""
    endpoint = "http://{}:{}/wake".format(*house.app.config.wake.listen)
    config = {
        "pushEndpoint": endpoint,
        "oidcToken": {"serviceAccountEmail": EMAIL, "audience": AUDIENCE},
    }
    house.server.call("PUT", f"/v1/{NAME}", {"topic": TOPIC, "pushConfig": config})
    house.work(1)
    until(lambda: bool(noticed(house)))
    house.work(2)
    before = noticed(house)
    ids = house.deliver(1)
    until(lambda: noticed(house) > before)
    house.work(1)
    assert [] == house.undecided(ids)


@pytest.mark.parametrize(
    "other",
    [
        {"aud": "somebody-else"},
        {"iss": "https://evil.example"},
        {"email": "other@p-1.iam.gserviceaccount.com"},
        {"email_verified": False},
        {"iat": 1, "exp": 3600},
    ],
)
def test_a_forged_push_is_refused_and_wakes_nobody(house: House, other: dict[str, Any]) -> None:
    """Another audience, issuer, account, an expired token, or none: 403, and nothing is written down."""
    told = body(house.server.account)
    assert 403 == pushed(house, told, f"Bearer {token(house.server, **other)}")
    assert [403] * 3 == [pushed(house, told, one) for one in (None, "Bearer x.y.z", "Basic eDp5")]
    assert {} == Watches(house.app.db).all()


@pytest.mark.parametrize(
    "told",
    [
        b"",
        b"<html>",
        b"[]",
        b"[" * 60_000,
        b'{"message": 7}',
        b'{"message": {"data": "%%"}}',
        b'{"message": {"data": ["x"]}}',
        body("stranger@x.example"),
        body("ME' OR 1=1 --"),
    ],
)
def test_of_the_body_nothing_but_a_known_mailbox_counts(house: House, told: bytes) -> None:
    """With a true token: taken, so that it does not come again, and forgotten."""
    assert 204 == pushed(house, told, f"Bearer {token(house.server)}")
    assert {} == Watches(house.app.db).all()


def test_the_history_id_of_a_push_is_not_believed(house: House) -> None:
    """One from the future, or nonsense, moves no cursor: the next mail is found, and nothing is decided twice."""
    ids = house.deliver(1)
    for history in (10**15, -1, "x", {"a": 1}):
        assert 204 == pushed(house, body(house.server.account, history), f"Bearer {token(house.server)}")
        house.work(1)
    ids += house.deliver(2)
    assert 204 == pushed(house, body(house.server.account.upper()), f"Bearer {token(house.server)}")
    house.work(1)
    assert ([], [1, 1]) == (house.undecided(ids), [run.result["seen"] for run in house.runs])


def test_what_is_no_push_is_refused_early(house: House) -> None:
    """A body that is too long, another method."""
    assert 413 == pushed(house, b"x" * (push.MOST + 1), f"Bearer {token(house.server)}")
    assert 405 == pushed(house, b"", f"Bearer {token(house.server)}", "GET")


def test_without_certificates_google_is_asked_to_come_again(house: House, wire: WireServer) -> None:
    """503: nobody is let in, and nothing is lost."""
    wire.then(Reply(500))
    house.app.__dict__["google"] = house.app.google.model_copy(update={"base": wire.base})
    assert 503 == pushed(house, body(house.server.account), f"Bearer {token(house.server)}")


def test_a_port_that_is_taken_is_said(house: House) -> None:
    """The error names the setting."""
    with pytest.raises(InputError, match="push_listen"), push.receiving(house.app, house.notices):
        pass
