"""Batches whose answers are odd: no part is lost, and none is taken for another."""

import json
from collections.abc import Callable

import pytest
from tests.google.wire_server import NoNap, Reply, Seen, WireServer, google_error

from mailreeve.errors import GoogleUnavailable, LoginNeeded, MailreeveError, NotFound
from mailreeve.google.batch import get_each
from mailreeve.google.transport import ATTEMPTS, Transport
from mailreeve.models import Json

Connect = Callable[..., Transport]
IDS = ["a", "b", "c"]


def asked(seen: Seen) -> list[tuple[str, str]]:
    """The Content-IDs and message ids of a batch."""
    found = []
    for part in seen.body.decode().split("\r\n--"):
        if "GET " in part:
            number = part.partition("Content-ID: <")[2].partition(">")[0]
            found.append((number, part.partition("/messages/")[2].partition("?")[0]))
    return found


def part(number: str, body: bytes, status: str = "200 OK", content_id: str = "response-") -> bytes:
    head = f"Content-Type: application/http\r\nContent-ID: <{content_id}{number}>\r\n\r\n"
    inner = f"HTTP/1.1 {status}\r\nContent-Type: application/json; charset=UTF-8\r\n\r\n"
    return head.encode() + inner.encode() + body


def whole(*parts: bytes) -> Reply:
    body = b"".join(b"--x\r\n%b\r\n" % one for one in parts) + b"--x--\r\n"
    return Reply(200, body, {"content-type": "multipart/mixed; boundary=x"})


def good(number: str, id_: str) -> bytes:
    return part(number, json.dumps({"id": id_, "snippet": "--x\r\n--x--"}).encode())


def all_good(seen: Seen) -> Reply:
    return whole(*(good(number, id_) for number, id_ in asked(seen)))


def fetch(transport: Transport, ids: list[str] = IDS) -> dict[str, Json | MailreeveError]:
    return get_each(
        transport, {i: transport.users.messages().get(userId="me", id=i) for i in ids}, lambda body: body
    )


def ids_of(found: dict[str, Json | MailreeveError]) -> dict[str, str]:
    return {id_: body["id"] for id_, body in found.items() if isinstance(body, dict)}


def test_the_request_is_what_google_describes(wire: WireServer, connect: Connect) -> None:
    """One POST of multipart/mixed to /batch, the token once, each call with its place as Content-ID."""
    wire.then(all_good)
    assert dict(zip(IDS, IDS, strict=True)) == ids_of(fetch(connect(wire.base, token="tok")))
    [seen] = wire.seen
    assert ("POST", "/batch", "Bearer tok") == (seen.method, seen.path, seen.headers["authorization"])
    assert seen.headers["content-type"].startswith('multipart/mixed; boundary="batch_')
    assert [("0", "a"), ("1", "b"), ("2", "c")] == asked(seen)
    assert b"tok" not in seen.body


def test_parts_are_matched_by_their_content_id_not_by_place(wire: WireServer, connect: Connect) -> None:
    """Gmail may answer in any order."""
    wire.then(lambda seen: whole(*(good(number, id_) for number, id_ in reversed(asked(seen)))))
    assert dict(zip(IDS, IDS, strict=True)) == ids_of(fetch(connect(wire.base)))


@pytest.mark.parametrize(
    "odd",
    [
        b"",
        b"Content-Type: application/http\r\n\r\nHTTP/1.1 200 OK\r\n\r\n{}",
        part("99", b'{"id": "evil"}'),
        part("x", b'{"id": "evil"}'),
        part("-1", b'{"id": "evil"}'),
        part("1", b'{"id": "b"', "200 OK"),
        part("1", b"<html>", "200 OK"),
        part("1", b"", "no status"),
        part("1", b"[]", "200 OK"),
        b"Content-Type: multipart/mixed; boundary=y\r\nContent-ID: <response-1>\r\n\r\n--y\r\n\r\n--y--",
        b"Content-Type: application/http\r\nContent-ID: <response-1>\r\n\r\n",
        b"\xff\xfe\x00",
    ],
    ids=["none", "no id", "99", "x", "-1", "cut", "html", "no status", "list", "nested", "empty", "bytes"],
)
def test_a_part_that_is_no_answer_is_asked_for_again(
    wire: WireServer, connect: Connect, nap: NoNap, odd: bytes
) -> None:
    """The parts around it are kept, only the odd one is repeated."""
    wire.then(whole(good("0", "a"), odd, good("2", "c")), all_good)
    assert dict(zip(IDS, IDS, strict=True)) == ids_of(fetch(connect(wire.base)))
    assert ([("0", "b")], 1) == (asked(wire.seen[1]), len(nap.naps))


@pytest.mark.parametrize(
    "reply",
    [
        Reply(200, {"id": "a"}),
        Reply(200, b""),
        Reply(200, b"--x", {"content-type": "multipart/mixed"}),
        Reply(200, b"--x--", {"content-type": 'multipart/mixed; boundary="'}),
        Reply(200, b"<html>", {"content-type": "text/html"}),
    ],
    ids=["json", "empty", "no boundary", "bad boundary", "html"],
)
def test_an_answer_that_is_no_batch_fails_every_id(wire: WireServer, connect: Connect, reply: Reply) -> None:
    """Tried again, then told for each id: nothing is made up and nothing is left out."""
    wire.then(reply)
    found = fetch(connect(wire.base))
    assert (IDS, {GoogleUnavailable}) == (list(found), {type(error) for error in found.values()})
    assert ATTEMPTS == len(wire.seen)


def test_a_part_that_google_refused_is_not_asked_for_again(
    wire: WireServer, connect: Connect, nap: NoNap
) -> None:
    """Asking again would not help; a part beside it that may come the second time is asked for alone."""
    gone = json.dumps({"error": {"code": 404, "errors": [{"reason": "notFound"}]}}).encode()
    busy = part("2", b"{}", "503 Service Unavailable")
    wire.then(whole(good("0", "a"), part("1", gone, "404 Not Found"), busy), all_good)
    found = fetch(connect(wire.base))
    assert [False, True, False] == [isinstance(found[id_], NotFound) for id_ in IDS]
    assert [("0", "c")] == asked(wire.seen[1])


def test_the_longest_wait_of_the_parts_counts(wire: WireServer, connect: Connect, nap: NoNap) -> None:
    """Retry-After of a part is honoured for the next batch."""

    def busy(number: str, seconds: int) -> bytes:
        body = json.dumps(google_error(429, "rateLimitExceeded").body).encode()
        return part(number, body, f"429 Too Many Requests\r\nRetry-After: {seconds}")

    wire.then(whole(busy("0", 9), good("1", "b"), busy("2", 12)), all_good)
    assert dict(zip(IDS, IDS, strict=True)) == ids_of(fetch(connect(wire.base)))
    assert [12.0] == nap.naps


def test_a_refused_token_inside_a_batch_is_one_renewal(wire: WireServer, connect: Connect) -> None:
    """401 in the parts: the login cannot be renewed here, so each id says LoginNeeded after one request."""
    body = json.dumps(google_error(401, "authError").body).encode()
    wire.then(lambda seen: whole(*(part(number, body, "401 Unauthorized") for number, _ in asked(seen))))
    found = fetch(connect(wire.base))
    assert ({LoginNeeded}, 1) == ({type(error) for error in found.values()}, len(wire.seen))


def test_hostile_ids_stay_inside_their_own_part(wire: WireServer, connect: Connect) -> None:
    """Line ends and boundaries in an id can add neither headers nor calls to a batch."""
    wire.then(all_good)
    hostile = ["a\r\nX-Evil: 1", "b HTTP/1.1\r\n\r\n--batch_\r\n", "c?fields=x&alt=media#"]
    found = fetch(connect(wire.base), hostile)
    assert 3 == len(asked(wire.seen[0])) == len(found)
    assert b"X-Evil: 1\r\n" not in wire.seen[0].body
    assert 3 == wire.seen[0].body.count(b"\r\nGET /gmail/v1/users/me/messages/")
