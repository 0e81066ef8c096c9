"""Every port that Mailreeve opens answers to its own name alone: nobody reaches it by another one (DNS rebinding)."""

import contextlib
import json
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from tests.web.client import Client

from mailreeve.app import Mailbox
from mailreeve.cancel import Cancel
from mailreeve.google.loopback import Receiver
from mailreeve.service import asking
from mailreeve.web.door import Door
from mailreeve.web.serve import ReviewServer

OWN = "127.0.0.1:{port}"
HOSTS: dict[str, list[str]] = {
    "another name": ["evil.example"],
    "another name with the port": ["evil.example:{port}"],
    "our address as a part of a name": ["127.0.0.1.evil.example:{port}"],
    "localhost as a part of a name": ["localhost.evil.example:{port}"],
    "a name of a rebinding service": ["7f000001.rbndr.evil.example:{port}"],
    "no port": ["127.0.0.1"],
    "another port": ["127.0.0.1:1"],
    "a longer port": ["127.0.0.1:{port}1"],
    "a port with a zero before": ["127.0.0.1:0{port}"],
    "a port with a sign": ["127.0.0.1:+{port}"],
    "version 6": ["[::1]:{port}"],
    "version 4 in version 6": ["[::ffff:127.0.0.1]:{port}"],
    "short": ["127.1:{port}"],
    "decimal": ["2130706433:{port}"],
    "hexadecimal": ["0x7f.0.0.1:{port}"],
    "octal": ["0177.0.0.1:{port}"],
    "any address": ["0.0.0.0:{port}"],
    "another address of this machine": ["127.0.0.2:{port}"],
    "metadata": ["169.254.169.254"],
    "a full stop at the end": ["127.0.0.1.:{port}"],
    "a user name": ["evil@127.0.0.1:{port}"],
    "our name as a user": ["127.0.0.1:{port}@evil.example"],
    "wide full stops": ["127\u30020\u30020\u30021:{port}"],
    "a list": ["127.0.0.1:{port}, evil.example"],
    "with a scheme": ["http://127.0.0.1:{port}"],
    "with a path": ["127.0.0.1:{port}/"],
    "empty": [""],
    "none": [],
    "ours and another": ["127.0.0.1:{port}", "evil.example"],
    "another and ours": ["evil.example", "127.0.0.1:{port}"],
}
ORIGINS = ("https://evil.example", "http://evil.example:{port}", "http://localhost:{port}", "http://127.0.0.1:1", "https://127.0.0.1:{port}", "file://", "null")  # fmt: skip


@dataclass
class Port:
    """An open port: what it would do for the right caller, and whether it did."""

    port: int
    line: str
    headers: dict[str, str]
    body: str
    done: Callable[[], bool]

    def ask(self, hosts: list[str], line: str = "", **more: str) -> int:
        """The status of the answer; 0 without one."""
        lines = [line or self.line, *(f"Host: {host.format(port=self.port)}" for host in hosts)]
        headers = {**self.headers, **more, "Content-Length": str(len(self.body)), "Connection": "close"}
        lines += [f"{name}: {value}" for name, value in headers.items()]
        with socket.create_connection(("127.0.0.1", self.port), timeout=20) as connection:
            connection.sendall(("\r\n".join(lines) + f"\r\n\r\n{self.body}").encode())
            said = b""
            with contextlib.suppress(ConnectionError):
                while piece := connection.recv(65_536):
                    said += piece
        return int(said.split(b" ", 2)[1]) if said.startswith(b"HTTP/1.") else 0


@pytest.fixture
def page(server: ReviewServer, client: Client, box: Mailbox, draft: str) -> Port:
    """The review page, asked by the person's own browser to make a question of a draft."""
    form = client.get(f"/draft/{draft}").form(f"/draft/{draft}/propose")
    headers = {
        "Cookie": client.cookie,
        "Sec-Fetch-Site": "same-origin",
        "Content-Type": "application/x-www-form-urlencoded",
    }
    body = "&".join(f"{name}={value}" for name, value in form.items())
    port = int(server.host.rpartition(":")[2])
    return Port(
        port, f"POST /draft/{draft}/propose HTTP/1.1", headers, body, lambda: bool(box.gate.waiting())
    )


@pytest.fixture
def door(box: Mailbox) -> Iterator[Port]:
    """The door for other software, asked by a program with its key."""
    key, made, cancel = asking.let_in(box, "shop")["key"], Door(lambda: box), Cancel()
    thread = threading.Thread(target=made.serve, args=(cancel,), daemon=True)
    thread.start()
    wish = {"key": "order-1", "to": ["ana@example.org"], "subject": "Your order", "body": "It has left us.\n"}
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    yield Port(
        made.port, "POST /v1/proposals HTTP/1.1", headers, json.dumps(wish), lambda: bool(box.gate.waiting())
    )
    cancel.set()
    thread.join(10)


@pytest.fixture
def callback() -> Iterator[Port]:
    """The port of a login, with the right answer of Google."""
    with Receiver("state") as receiver:
        port = int(receiver.redirect_uri.rstrip("/").rpartition(":")[2])
        yield Port(port, "GET /?code=c&state=state HTTP/1.1", {}, "", lambda: receiver.answer is not None)


@pytest.fixture(params=["page", "door", "callback"])
def port(request: pytest.FixtureRequest) -> Port:
    """Each of them."""
    found: Port = request.getfixturevalue(request.param)
    return found


def test_another_name_reaches_nothing(port: Port) -> None:
    """Thirty spellings of Host, each with all that else opens the door: refused, and nothing happened."""
    answers = {name: port.ask(hosts) for name, hosts in HOSTS.items()}
    assert [] == [name for name, status in answers.items() if status not in {0, 400, 403}]
    assert not port.done()
    assert port.ask([OWN]) in {200, 202, 303}
    assert port.done()


@pytest.mark.parametrize(
    "line", ["GET http://evil.example{0} HTTP/1.1", "POST http://evil.example{0} HTTP/1.1"]
)
def test_the_host_of_a_whole_address_is_not_ours(port: Port, line: str) -> None:
    """A request line with another server in it asks for another server (RFC 9112, 3.2.2)."""
    path = port.line.split(" ")[1]
    assert port.ask([OWN], line.format(path)) >= 400
    assert not port.done()


@pytest.mark.parametrize("name", ["page", "door"])
@pytest.mark.parametrize("origin", ORIGINS)
def test_a_page_of_another_origin_does_nothing(
    request: pytest.FixtureRequest, name: str, origin: str
) -> None:
    """Whatever cookie or key it would have."""
    found: Port = request.getfixturevalue(name)
    more = {"Origin": origin.format(port=found.port), "Sec-Fetch-Site": "cross-site"}
    assert 403 == found.ask([OWN], **more)
    assert not found.done()


def test_the_matrix_is_as_large_as_promised() -> None:
    """At least 60 cases over the ports, beside those of destinations in tests/outbound."""
    assert len(HOSTS) * 3 + 2 * 3 + len(ORIGINS) * 2 >= 60


def test_nobody_else_on_the_network_can_connect(server: ReviewServer, box: Mailbox) -> None:
    """Each port is bound to this machine's own address alone."""
    made = Door(lambda: box)
    with Receiver("state") as receiver:
        bound = [made._server.server_address, receiver._server.server_address]
    assert server._listening is not None
    assert {"127.0.0.1"} == {one[0] for one in (*bound, server._listening._listener.getsockname())}
    made._server.server_close()
