"""The two ways to Google, on a server that breaks off, stalls and mixes: how many requests arrive."""

import ssl
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from tests.google.wire_server import Drop, NoNap, Reply, Seen, Stall, WireServer, google_error

from mailreeve.errors import GoogleUnavailable, LoginNeeded, OutcomeUnknown
from mailreeve.google.endpoints import GOOGLE, Endpoints, endpoints
from mailreeve.google.sending import Sender
from mailreeve.google.transport import ATTEMPTS, Transport
from mailreeve.google.wire import no_surprises

Connect = Callable[..., Transport]
Act = Callable[[Transport], object]

DRAFT = {"message": {"raw": "eA=="}}


def create_draft(transport: Transport) -> object:
    return transport.once(transport.users.drafts().create(userId="me", body=DRAFT))


def update_draft(transport: Transport) -> object:
    return transport.once(transport.users.drafts().update(userId="me", id="r1", body=DRAFT))


def create_label(transport: Transport) -> object:
    return transport.once(transport.users.labels().create(userId="me", body={"name": "x"}))


def send(transport: Transport) -> object:
    return Sender(transport).send_draft("r1", b"x", "t1")


def send_large(transport: Transport) -> object:
    return Sender(transport).send_draft("r1", b"x" * 3_100_000, "t1")


ONCE = pytest.mark.parametrize("act", [create_draft, update_draft, create_label, send, send_large])


@ONCE
@pytest.mark.parametrize(
    "fault",
    [
        Drop(),
        Stall(),
        Reply(500),
        Reply(502, b"<html>"),
        google_error(503, "backendError"),
        google_error(504),
        Reply(408),
        Reply(200, {"id": "1", "message": {}}, cut=5),
        Reply(200, b"<html>welcome</html>", {"content-type": "text/html"}),
        Reply(200, b""),
        Reply(200, {}),
    ],
    ids=["drop", "stall", "500", "502", "503", "504", "408", "truncated", "html", "empty", "no id"],
)
def test_a_creating_request_arrives_once_and_its_outcome_is_unknown(
    wire: WireServer, connect: Connect, act: Act, fault: Reply | Drop | Stall
) -> None:
    """Whatever happens to the answer: exactly one request arrives, and nobody says that it failed."""
    wire.then(fault)
    with pytest.raises(OutcomeUnknown):
        act(connect(wire.base, timeout=0.3))
    assert 1 == len(wire.seen)


@ONCE
@pytest.mark.parametrize(
    "answer",
    [
        google_error(400, "invalidArgument"),
        google_error(403, "insufficientPermissions"),
        google_error(403, "userRateLimitExceeded"),
        google_error(404, "notFound"),
        google_error(429, "rateLimitExceeded"),
        Reply(302, b"", {"location": "/portal"}),
    ],
    ids=["400", "403 scope", "403 rate", "404", "429", "302"],
)
def test_a_clear_no_is_not_repeated_and_not_unknown(
    wire: WireServer, connect: Connect, nap: NoNap, act: Act, answer: Reply
) -> None:
    """A refusal of a creating request is told at once; redirects are not followed."""
    wire.then(answer)
    with pytest.raises(Exception, match=r".+") as caught:
        act(connect(wire.base))
    assert not isinstance(caught.value, OutcomeUnknown)
    assert (1, []) == (len(wire.seen), nap.naps)


@ONCE
def test_a_refused_connection_means_that_nothing_was_done(connect: Connect, act: Act) -> None:
    """Before a byte has left there is no doubt: the connection failed, the outcome is not unknown."""
    with WireServer().running() as gone:
        base = gone.base
    with pytest.raises(GoogleUnavailable):
        act(connect(base))


def test_each_creating_request_has_a_connection_of_its_own(wire: WireServer, connect: Connect) -> None:
    """No kept-alive connection, which may be stale, is ever used for a creating request."""
    wire.then(Reply(200, {"id": "1"}))
    transport = connect(wire.base)
    for _ in range(5):
        create_draft(transport)
    assert 5 == len({seen.connection for seen in wire.seen})
    assert ["close"] * 5 == [seen.headers["connection"] for seen in wire.seen]


def test_a_refused_token_that_cannot_be_renewed_needs_a_login(wire: WireServer, connect: Connect) -> None:
    """401 on both ways: one request each, then LoginNeeded."""
    wire.then(google_error(401, "authError"))
    transport = connect(wire.base)
    with pytest.raises(LoginNeeded):
        create_draft(transport)
    with pytest.raises(LoginNeeded):
        transport.safe(transport.users.getProfile(userId="me"))
    assert 2 == len(wire.seen)


@pytest.mark.parametrize("addresses", [GOOGLE, endpoints("http://127.0.0.1:1")])
def test_netrc_does_not_replace_the_token(
    addresses: Endpoints, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A line for the host in ~/.netrc would make requests send its password instead of our token."""
    netrc = tmp_path / "netrc"
    netrc.write_text("default login somebody password something\n")
    monkeypatch.setenv("NETRC", str(netrc))
    asked = requests.Request("GET", addresses.root, headers={"authorization": "Bearer the-token"})
    with requests.Session() as session:
        assert "Basic" in str(session.prepare_request(asked).headers["authorization"])
        no_surprises(session, addresses)
        assert "Bearer the-token" == session.prepare_request(asked).headers["authorization"]


def test_proxies_are_not_used_on_this_machine(
    wire: WireServer, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The token for a loopback server is not shown to a proxy, on either way."""
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9/")
    wire.then(Reply(200, {"id": "1"}))
    transport = connect(wire.base)
    create_draft(transport)
    transport.safe(transport.users.getProfile(userId="me"))
    assert 2 == len(wire.seen)


def test_redirects_are_not_followed(wire: WireServer, connect: Connect) -> None:
    """A network that redirects to its sign-in page gets neither the token nor a second request."""
    wire.then(Reply(302, b"", {"location": "/portal"}))
    transport = connect(wire.base)
    with pytest.raises(GoogleUnavailable):
        transport.safe(transport.users.getProfile(userId="me"))
    assert {"/gmail/v1/users/me/profile"} == {seen.path for seen in wire.seen}
    assert ATTEMPTS == len(wire.seen)


@pytest.mark.parametrize("error", [KeyboardInterrupt, OSError])
def test_a_connection_is_not_used_after_an_error(
    wire: WireServer, connect: Connect, error: type[BaseException]
) -> None:
    """Ctrl-C in the middle of an answer, too: what is left of it belongs to nobody."""
    line = connect(wire.base).wire
    with line._borrowed() as first:
        pass
    with pytest.raises(error), line._borrowed() as again:
        raise error
    with line._borrowed() as fresh:
        pass
    assert (True, True) == (first is again, first is not fresh)


def test_a_late_answer_is_not_taken_for_the_next_one(wire: WireServer, connect: Connect) -> None:
    """After a time-out the connection is thrown away, with whatever still comes on it."""
    late = threading.Event()

    def slow(seen: Seen) -> Reply:
        late.wait(5)
        return Reply(200, {"emailAddress": "wrong@example.org"})

    wire.then(slow, Reply(200, {"emailAddress": "right@example.org"}))
    transport = connect(wire.base, timeout=0.3)
    assert {"emailAddress": "right@example.org"} == transport.safe(transport.users.getProfile(userId="me"))
    late.set()
    for _ in range(5):
        assert {"emailAddress": "right@example.org"} == transport.safe(
            transport.users.getProfile(userId="me")
        )


@pytest.fixture
def imposter(tmp_path: Path) -> Iterator[WireServer]:
    """A server with a certificate that nobody vouches for: a proxy that reads along, or a captive portal."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path / "server.pem"
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file.write_bytes(private + certificate.public_bytes(Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    with WireServer(context).running() as server:
        yield server


def test_a_certificate_that_nobody_vouches_for_gets_nothing(
    imposter: WireServer, connect: Connect, nap: NoNap
) -> None:
    """On both ways: no request and no token arrive, nothing is repeated, and nothing is unknown."""
    transport = connect(imposter.base)
    for act in (create_draft, lambda line: line.safe(line.users.getProfile(userId="me"))):
        with pytest.raises(GoogleUnavailable, match="certificate"):
            act(transport)
    assert ([], []) == (imposter.seen, nap.naps)


def echo(seen: Seen) -> Reply:
    return Reply(200, {"id": seen.path.rsplit("/", 1)[1]})


def mixed_up(base: str, connect: Connect, threads: int, each: int) -> list[str]:
    """The ids whose answer was another's, from many threads that share one transport."""
    transport = connect(base)
    wanted = [f"{thread:02x}{number:04x}" for number in range(each) for thread in range(threads)]

    def fetch(id_: str) -> str:
        return str(transport.safe(transport.users.messages().get(userId="me", id=id_))["id"])

    with ThreadPoolExecutor(threads) as pool:
        return [id_ for id_, got in zip(wanted, pool.map(fetch, wanted), strict=True) if id_ != got]


def test_threads_get_their_own_answers(wire: WireServer, connect: Connect) -> None:
    """Eight threads on one transport: each request has its own answer, on few connections."""
    wire.then(echo)
    assert [] == mixed_up(wire.base, connect, threads=8, each=10)
    assert len({seen.connection for seen in wire.seen}) <= 8


@pytest.mark.prove
def test_threads_get_their_own_answers_in_full(wire: WireServer, connect: Connect) -> None:
    """The same with 2,000 requests."""
    wire.then(echo)
    assert [] == mixed_up(wire.base, connect, threads=8, each=250)
    assert 2_000 == len(wire.seen)
