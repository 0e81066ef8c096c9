"""The one door to destinations: what passes, and all that does not."""

import contextlib
import gzip
import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

import pytest
import trustme
from tests.outbound.receiver import Receiver, running

from mailreeve.cancel import Cancel
from mailreeve.errors import Cancelled, DestinationRefused, DestinationUnavailable, InputError
from mailreeve.outbound.place import Place, place
from mailreeve.outbound.wire import MOST_ANSWER, MOST_BODY, Resolve, Wire

HOST = "hooks.example.com"


@pytest.fixture
def sink() -> Iterator[Receiver]:
    """A server of this machine that must see nothing."""
    with running() as receiver:
        yield receiver


def at(*addresses: str) -> Resolve:
    """A resolver that knows one answer."""
    return lambda _host, _port: addresses


URLS = (
    *(
        "http://{0}/",
        "https://evil.example/",
        "https://{0}.evil.example/",
        "https://evil.example/{0}",
        "https://x.{0}/",
    ),
    *(
        "https://user@{0}/",
        "https://{0}@evil.example/",
        "https://evil.example#@{0}/",
        "https://{0}\\@evil.example/",
    ),
    *(
        "https://{0}./",
        "https://{0}\u3002/",
        "https://hooks\u3002example\u3002com/",
        "https://hooks\uff0eexample.com/",
    ),
    *(
        "https://HOOKS.example.com/",
        "https://h\u043eoks.example.com/",
        "https://hooks.example.com\u200b/",
        "https://hooks%2eexample.com/",
    ),
    *(
        "https://{0}:25/",
        "https://{0}:22/",
        "https://{0}:0443/",
        "https://{0}:65536/",
        "https://{0}:/",
        "https://{0}:8443/",
    ),
    *(
        "https://127.1/",
        "https://0x7f.1/",
        "https://2130706433/",
        "https://0177.0.0.1/",
        "https://0x7f000001/",
        "https://127.0.0.1/",
    ),
    *(
        "https://[::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://[::ffff:7f00:1]/",
        "https://[fe80::1%25eth0]/",
        "https://localhost/",
    ),
    *(
        "https://169.254.169.254/latest/",
        "https://metadata.google.internal/",
        "https://1.2.3.4.5/",
        "https://example.0x7f/",
    ),
    *(
        "file:///etc/passwd",
        "ftp://{0}/",
        "gopher://{0}/",
        "//{0}/",
        "https:/{0}/",
        "https:{0}",
        "",
        "https://",
        "{0}",
        "https:///x",
    ),
    *(
        "https://{0}/ x",
        "https://{0}/\r\nX: y",
        "https://{0}/\tx",
        " https://{0}/",
        "https://{0}/\x00",
        "https://{0}\n/",
        "https://{0}/é",
    ),
    *(
        "https://-a.example/",
        "https://a..example/",
        "https://.example/",
        "https://" + "a" * 64 + ".example/",
        "https://" + "a." * 130 + "com/",
    ),
)


@pytest.mark.parametrize("url", URLS, ids=ascii)
def test_a_url_that_is_not_the_place_of_the_configuration_gets_nothing(sink: Receiver, url: str) -> None:
    """Every other host, spelling, port and scheme is refused before a name is even looked up."""
    asked: list[str] = []

    def resolve(host: str, _port: int) -> Sequence[str]:
        asked.append(host)
        return ["127.0.0.1"]

    allowed = {place(f"https://{HOST}/"), place(f"https://{HOST}:{sink.port}/")}
    with pytest.raises((InputError, DestinationRefused)):
        Wire(allowed, resolve=resolve).post(place(url.format(HOST)), b"{}", {}, Cancel())
    assert (0, []) == (sink.connections, asked)


ADDRESSES = (
    *(
        "127.0.0.1",
        "127.1.2.3",
        "127.255.255.254",
        "0.0.0.0",  # noqa: S104 -- an address to refuse
        "0.1.2.3",
        "10.0.0.1",
        "10.255.255.255",
        "172.16.0.1",
        "172.31.255.1",
    ),
    *(
        "192.168.0.1",
        "100.64.0.1",
        "100.127.255.254",
        "100.100.100.200",
        "169.254.169.254",
        "169.254.0.1",
        "168.63.129.16",
    ),
    *(
        "192.0.0.1",
        "192.0.0.192",
        "192.0.2.1",
        "192.88.99.1",
        "198.18.0.1",
        "198.51.100.1",
        "203.0.113.1",
        "224.0.0.1",
        "239.1.1.1",
    ),
    *(
        "240.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "::127.0.0.1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "::ffff:93.184.216.34",
    ),
    *(
        "::ffff:0:127.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b::a9fe:a9fe",
        "64:ff9b:1::1",
        "2002:7f00:1::",
        "2002:a9fe:a9fe::1",
        "2001::1",
    ),
    *(
        "2001:0:7f00:1::",
        "2001:db8::1",
        "3fff::1",
        "fc00::1",
        "fd00::1",
        "fd00:ec2::254",
        "fe80::1",
        "fe80::1%lo",
        "fec0::1",
        "ff02::1",
    ),
    *(
        "100::1",
        "5f00::1",
        "0177.0.0.1",
        "0x7f.0.0.1",
        "2130706433",
        "127.1",
        "localhost",
        "127.0.0.1 ",
        "127.0.0.1\x00",
        "",
        "::1%1",
    ),
)


@pytest.mark.parametrize("address", ADDRESSES, ids=ascii)
@pytest.mark.parametrize("beside", [(), ("93.184.216.34",)], ids=["alone", "beside-a-public-one"])
def test_a_name_that_leads_inside_gets_nothing(sink: Receiver, address: str, beside: tuple[str, ...]) -> None:
    """No private, local, mapped, tunnelled or reserved address is connected to, even as one of several."""
    home = place(f"https://{HOST}:{sink.port}/")
    with pytest.raises(DestinationRefused):
        Wire({home}, resolve=at(*beside, address)).post(home, b"{}", {}, Cancel())
    assert 0 == sink.connections


NEVER = (
    "169.254.169.254",
    "100.100.100.200",
    "fd00:ec2::254",
    "169.254.1.1",
    "fe80::1",
    "0.0.0.0",  # noqa: S104 -- an address to refuse
    "::",
    "224.0.0.1",
    "::ffff:127.0.0.1",
)


@pytest.mark.parametrize("address", NEVER)
def test_a_private_host_may_still_not_be_a_metadata_service(sink: Receiver, address: str) -> None:
    """`private` opens the machine and the house, not the cloud's doors."""
    home = place(f"https://{HOST}:{sink.port}/", private=True)
    with pytest.raises(DestinationRefused):
        Wire({home}, resolve=at(address)).post(home, b"{}", {}, Cancel())
    assert 0 == sink.connections


def test_the_matrix_is_as_large_as_promised() -> None:
    """At least 60 cases, and each is one of its own."""
    assert (len(URLS), len(ADDRESSES)) == (len({*URLS}), len({*ADDRESSES}))
    assert len(URLS) + len(ADDRESSES) >= 60


def test_http_never_leaves_the_house() -> None:
    """A host that is marked as private but lies outside gets no unprotected mail."""
    home = place(f"http://{HOST}:8080/", private=True)
    with pytest.raises(DestinationRefused, match="own network"):
        Wire({home}, resolve=at("93.184.216.34")).post(home, b"{}", {}, Cancel())


def test_a_name_that_changes_its_address_is_asked_once(sink: Receiver) -> None:
    """DNS rebinding: the address that was looked at is the one that is connected to."""
    answers = iter([["93.184.216.34"], ["127.0.0.1"], ["127.0.0.1"]])
    home = place(f"https://{HOST}:{sink.port}/")
    with pytest.raises(UserWarning, match=r"connect\(\) with host \"93\.184\.216\.34\""):
        Wire({home}, resolve=lambda *_: next(answers)).post(home, b"{}", {}, Cancel())
    assert (["127.0.0.1"], 0) == (next(answers), sink.connections)


@pytest.mark.parametrize(
    "name", ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"]
)
def test_the_environment_names_no_proxy(monkeypatch: pytest.MonkeyPatch, sink: Receiver, name: str) -> None:
    """The delivery goes to the place itself."""
    monkeypatch.setenv(name, f"http://127.0.0.1:{sink.port}")
    with running() as receiver:
        answer = posted(receiver)
    assert (200, 1, 0) == (answer, len(receiver.seen), sink.connections)


def posted(receiver: Receiver, **headers: str) -> int:
    """Deliver to a receiver of this machine that the configuration names; returns the status."""
    home = place(f"http://{HOST}:{receiver.port}/hook?a=b", private=True)
    return Wire({home}, resolve=at("127.0.0.1")).post(home, b'{"a":1}', headers, Cancel()).status


def test_a_server_of_the_house_gets_the_exact_bytes() -> None:
    """A real delivery over loopback: path, body and name as configured, our agent, nothing that identifies."""
    with running() as receiver:
        assert 200 == posted(receiver, **{"X-Mine": "1", "Host": "other.example", "User-Agent": "me"})
    seen = receiver.seen[0]
    assert ("/hook?a=b", b'{"a":1}', f"{HOST}:{receiver.port}") == (
        seen.path,
        seen.body,
        seen.headers["host"],
    )
    expected = {"host", "user-agent", "connection", "x-mine", "content-length", "accept-encoding"}
    assert (expected, "Mailreeve") == (set(seen.headers), seen.headers["user-agent"])


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_an_answer_and_no_way(sink: Receiver, status: int) -> None:
    """Nobody is sent elsewhere, and no cookie comes back with the next delivery."""
    with running() as receiver:
        receiver.answers.append((status, {"Location": f"http://127.0.0.1:{sink.port}/", "Set-Cookie": "a=b"}))
        assert [status, 200] == [posted(receiver), posted(receiver)]
    assert (0, False) == (sink.connections, "cookie" in receiver.seen[1].headers)


@contextlib.contextmanager
def secured(*names: str) -> Iterator[tuple[Receiver, ssl.SSLContext]]:
    """A TLS server with a certificate for these names, and the trust in who issued it."""
    authority, tls, trust = (
        trustme.CA(),
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER),
        ssl.create_default_context(),
    )
    authority.issue_cert(*names).configure_cert(tls)
    authority.configure_trust(trust)
    with running(tls) as receiver:
        yield receiver, trust


def test_tls_keeps_the_name_though_the_address_is_pinned() -> None:
    """Name indication, certificate and Host are those of the configured name; the address is the checked one."""
    with secured(HOST) as (receiver, trust):
        home = place(f"https://{HOST}:{receiver.port}/", private=True)
        wire = Wire({home}, resolve=at("127.0.0.1"), trust=trust)
        assert 200 == wire.post(home, b"{}", {}, Cancel()).status
    assert ([HOST], f"{HOST}:{receiver.port}") == (receiver.names, receiver.seen[0].headers["host"])


@pytest.mark.parametrize("names", [("other.example",), ("127.0.0.1",), ("example.com",)])
@pytest.mark.parametrize("trusted", [True, False])
def test_a_wrong_certificate_gets_nothing(names: tuple[str, ...], trusted: bool) -> None:
    """Whoever sits at the address must prove the name."""
    with secured(*(names if trusted else (HOST,))) as (receiver, trust):
        home = place(f"https://{HOST}:{receiver.port}/", private=True)
        wire = Wire({home}, resolve=at("127.0.0.1"), trust=trust if trusted else None)
        with pytest.raises(DestinationUnavailable, match="certificate"):
            wire.post(home, b"{}", {}, Cancel())
    assert [] == receiver.seen


@contextlib.contextmanager
def raw(serve: Callable[[socket.socket], None]) -> Iterator[int]:
    """A server that speaks as it likes; gives its port."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def accept() -> None:
            with contextlib.suppress(OSError):
                peer, _ = listener.accept()
                with peer:
                    serve(peer)

        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        yield listener.getsockname()[1]
        thread.join(10)


def answered(port: int, seconds: float = 20) -> tuple[int, bytes]:
    home = place(f"http://{HOST}:{port}/", private=True)
    answer = Wire({home}, resolve=at("127.0.0.1"), seconds=seconds).post(home, b"{}", {}, Cancel())
    return answer.status, answer.body


JUNK = (
    b"",
    b"SSH-2.0-x\r\n",
    b"HTTP/1.1 abc\r\n\r\n",
    b"HTTP/1.1 99999999999 x\r\n\r\n",
    b"\x00" * 100,
    b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 5000 + b"\r\n",
    b"HTTP/1.1 200 OK\r\nA: " + b"b" * 200_000 + b"\r\n\r\n",
    b"HTTP/1.1 100 Continue\r\n\r\n" * 50,
)


@pytest.mark.parametrize("junk", JUNK, ids=range(len(JUNK)))
def test_an_answer_that_is_none_is_a_failed_delivery(junk: bytes) -> None:
    """Whatever a receiver says, it is our error and no crash."""

    def serve(peer: socket.socket) -> None:
        peer.recv(65_536)
        with contextlib.suppress(OSError):
            peer.sendall(junk)

    with raw(serve) as port, pytest.raises(DestinationUnavailable) as error:
        answered(port)
    assert DestinationUnavailable is error.type  # not the one that says that nothing was sent


def test_an_endless_answer_is_read_to_the_limit() -> None:
    """A status counts; of what follows a little is read."""

    def serve(peer: socket.socket) -> None:
        peer.recv(65_536)
        with contextlib.suppress(OSError):
            peer.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
            while True:
                peer.sendall(b"x" * 65_536)

    with raw(serve) as port:
        status, body = answered(port)
    assert (200, MOST_ANSWER) == (status, len(body))


def test_a_packed_answer_is_not_unpacked() -> None:
    """A few bytes that would become many stay a few."""
    packed = gzip.compress(b"x" * 10_000)

    def serve(peer: socket.socket) -> None:
        peer.recv(65_536)
        peer.sendall(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + packed)

    with raw(serve) as port:
        assert (200, packed) == answered(port)


@pytest.mark.parametrize("head", [b"HTTP/1.1 200 OK\r\nA: ", b"HTTP/1.1 200 OK\r\n\r\n", b""])
def test_an_answer_that_drips_is_cut(head: bytes) -> None:
    """The time limit is for the whole delivery, not for each byte; a status that came counts."""
    stop = threading.Event()

    def serve(peer: socket.socket) -> None:
        peer.recv(65_536)
        peer.sendall(head)
        with contextlib.suppress(OSError):
            while not stop.wait(0.05):
                peer.sendall(b"x")

    with raw(serve) as port:
        try:
            if head:
                assert 200 == answered(port, seconds=0.4)[0]
            else:
                with pytest.raises(DestinationUnavailable):
                    answered(port, seconds=0.4)
        finally:
            stop.set()


def test_a_resolver_that_hangs_is_left() -> None:
    """Looking a name up counts as well."""
    stop = threading.Event()
    home = place(f"https://{HOST}/")
    with pytest.raises(DestinationUnavailable, match="not found"):
        Wire({home}, resolve=lambda *_: [str(stop.wait(30))], seconds=0.2).post(home, b"{}", {}, Cancel())
    stop.set()


def test_a_name_without_an_address_is_said() -> None:
    """No such host, or an empty answer: tried again later."""

    def nobody(_host: str, _port: int) -> Sequence[str]:
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    home = place(f"https://{HOST}/")
    for resolve in (nobody, at()):
        with pytest.raises(DestinationUnavailable, match="not found"):
            Wire({home}, resolve=resolve).post(home, b"{}", {}, Cancel())


def test_the_next_address_is_tried_when_one_is_closed(sink: Receiver) -> None:
    """Nothing was sent on a connection that did not come about."""
    home = place(f"http://{HOST}:{sink.port}/", private=True)
    assert 200 == Wire({home}, resolve=at("::1", "127.0.0.1")).post(home, b"{}", {}, Cancel()).status


def test_nothing_is_sent_for_one_who_gave_up(sink: Receiver) -> None:
    """Looked at before the request."""
    cancel = Cancel()
    cancel.set()
    home = place(f"http://{HOST}:{sink.port}/", private=True)
    with pytest.raises(Cancelled):
        Wire({home}, resolve=at("127.0.0.1")).post(home, b"{}", {}, cancel)
    assert 0 == sink.connections


def test_too_much_is_not_sent(sink: Receiver) -> None:
    """64 KB at most; and a place that only looks like the configured one is another."""
    home = place(f"http://{HOST}:{sink.port}/", private=True)
    wire = Wire({home}, resolve=at("127.0.0.1"))
    for where, body in ((home, b"x" * (MOST_BODY + 1)), (replace(home, path="/other"), b"")):
        with pytest.raises(DestinationRefused):
            wire.post(where, body, {}, Cancel())
    assert 0 == sink.connections


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://hooks.example.com", Place("https", "hooks.example.com", 443, "/")),
        ("https://xn--bcher-kva.example:8443/a?b=c", Place("https", "xn--bcher-kva.example", 8443, "/a?b=c")),
        ("https://[2606:4700::1111]/", Place("https", "2606:4700::1111", 443, "/")),
    ],
)
def test_a_plain_url_is_a_place(url: str, expected: Place) -> None:
    """Scheme, host, port and path, with their defaults."""
    assert expected == place(url)


def test_certificates_are_trusted_as_usual() -> None:
    """Without a trust of its own the door knows the authorities of the system and of requests."""
    from mailreeve.outbound.wire import _system_trust

    trust = _system_trust()
    assert (True, ssl.CERT_REQUIRED, True) == (
        trust.check_hostname,
        trust.verify_mode,
        len(trust.get_ca_certs()) > 50,
    )
