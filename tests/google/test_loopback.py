"""The door that is open during login: what it takes, and what it does not."""

import http.client
import socket
import threading
import time
from urllib.parse import urlencode

import pytest

from mailreeve.cancel import Cancel
from mailreeve.errors import Cancelled, LoginNeeded
from mailreeve.google.loopback import Receiver, answer_in

STATE = "the-right-state"
GOOD = f"/?code=the-code&state={STATE}"


def port(receiver: Receiver) -> int:
    return int(receiver.redirect_uri.rstrip("/").rpartition(":")[2])


def knock(
    receiver: Receiver, target: str, method: str = "GET", host: str = ""
) -> tuple[int, dict[str, str], bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port(receiver), timeout=5)
    try:
        connection.request(method, target, headers={"Host": host} if host else {})
        answer = connection.getresponse()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
    finally:
        connection.close()


def test_the_redirect_is_taken() -> None:
    """Code and state come back; the person is told that the window can be closed."""
    with Receiver(STATE) as receiver:
        status, headers, body = knock(receiver, f"{GOOD}&scope=a+b")
        assert {"code": "the-code", "state": STATE, "scope": "a b"} == receiver.wait(Cancel(), 5)
    assert 200 == status
    assert b"close this window" in body
    assert ("default-src 'none'", "no-referrer", "no-store") == tuple(
        headers[name] for name in ("content-security-policy", "referrer-policy", "cache-control")
    )


def test_a_refusal_is_an_answer_too() -> None:
    """error=access_denied with the right state ends the wait."""
    with Receiver(STATE) as receiver:
        knock(receiver, f"/?error=access_denied&state={STATE}")
        assert "access_denied" == receiver.wait(Cancel(), 5)["error"]


@pytest.mark.parametrize(
    "target",
    [
        "/",
        "/favicon.ico",
        "/?code=evil",
        "/?code=evil&state=",
        "/?code=evil&state=wrong",
        f"/?code=evil&state={STATE}x",
        f"/?code=evil&state={STATE[:-1]}",
        f"/?code=evil&state={STATE.upper()}",
        f"/?code=evil&state=wrong&state={STATE}",
        f"/?code=evil&code=other&state={STATE}",
        f"/?state={STATE}",
        f"/?state={STATE}&code=",
        f"/callback?code=evil&state={STATE}",
        "/?error=access_denied",
        "/?error=access_denied&state=wrong",
        "/?code=evil&state=%FF%FE",
        "/?" + "&".join(f"a{n}=1" for n in range(60)),
    ],
)
def test_what_is_not_the_answer_changes_nothing(target: str) -> None:
    """Another program's request gets 400, and the login goes on to take the right one."""
    with Receiver(STATE) as receiver:
        status, _, _ = knock(receiver, target)
        assert (400, None) == (status, receiver.answer)
        assert 200 == knock(receiver, GOOD)[0]
        assert "the-code" == receiver.wait(Cancel(), 5)["code"]


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "TRACE"])
def test_only_get_is_answered(method: str) -> None:
    """Other methods do not deliver a code."""
    with Receiver(STATE) as receiver:
        assert 501 == knock(receiver, GOOD, method)[0]
        assert receiver.answer is None


@pytest.mark.parametrize("host", ["evil.example", "localhost:1", "127.0.0.1", "127.0.0.1:1"])
def test_another_name_for_this_machine_is_refused(host: str) -> None:
    """A page whose name was rebound to 127.0.0.1 cannot speak to the port."""
    with Receiver(STATE) as receiver:
        assert 400 == knock(receiver, GOOD, host=host)[0]
        assert receiver.answer is None


def test_the_first_right_answer_counts() -> None:
    """A second one, even with the right state, changes nothing."""
    with Receiver(STATE) as receiver:
        assert 200 == knock(receiver, GOOD)[0]
        assert 400 == knock(receiver, f"/?code=second&state={STATE}")[0]
        assert "the-code" == receiver.wait(Cancel(), 5)["code"]


def test_a_silent_connection_does_not_block_the_door() -> None:
    """Browsers open connections ahead of time: the redirect still gets through."""
    with Receiver(STATE) as receiver:
        silent = [socket.create_connection(("127.0.0.1", port(receiver))) for _ in range(5)]
        assert 200 == knock(receiver, GOOD)[0]
        for connection in silent:
            connection.close()


def test_raw_noise_does_not_end_the_login() -> None:
    """Bytes that are no HTTP are ignored."""
    with Receiver(STATE) as receiver:
        for noise in (b"\x16\x03\x01\x00", b"GET\r\n\r\n", b"\x00" * 100, b"GET /" + b"a" * 70_000):
            with socket.create_connection(("127.0.0.1", port(receiver))) as connection:
                connection.sendall(noise)
        assert 200 == knock(receiver, GOOD)[0]


def test_the_door_is_on_this_machine_and_closed_afterwards() -> None:
    """127.0.0.1 at a free port, and nobody listens after the login."""
    with Receiver(STATE) as receiver:
        address = ("127.0.0.1", port(receiver))
        assert receiver.redirect_uri.startswith("http://127.0.0.1:")
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(address)


def test_a_closed_browser_is_told() -> None:
    """Without an answer the wait ends with the way out."""
    with Receiver(STATE) as receiver, pytest.raises(LoginNeeded, match="did not come back") as caught:
        receiver.wait(Cancel(), 0.05)
    assert "login" in caught.value.advice


def test_giving_up_ends_the_wait() -> None:
    """Ctrl-C sets the Cancel, and the port closes."""
    cancel = Cancel()
    timer = threading.Timer(0.05, cancel.set)
    timer.start()
    with Receiver(STATE) as receiver, pytest.raises(Cancelled):
        receiver.wait(cancel, 60)
    timer.join()


def test_nothing_is_written_to_the_terminal(capfd: pytest.CaptureFixture[str]) -> None:
    """The request line holds the code: it is not logged, and neither are broken requests."""
    with Receiver(STATE) as receiver:
        knock(receiver, GOOD)
        knock(receiver, "/?code=evil", "POST")
        with socket.create_connection(("127.0.0.1", port(receiver))) as connection:
            connection.sendall(b"GET / HTTP/1.1\r\nHost")
        time.sleep(0.05)
    assert ("", "") == tuple(capfd.readouterr())


def test_a_query_is_read_strictly() -> None:
    """State and code once each; the state is compared as a whole."""
    assert {"code": "c", "state": "s"} == answer_in("code=c&state=s", "s")
    assert answer_in(urlencode({"code": "c", "state": "ü"}), "ü") is not None
    for query in ("", "code=c", "state=s", "code=c&state=S", "code=c&state=s&state=s", "code=&state=s"):
        assert answer_in(query, "s") is None
