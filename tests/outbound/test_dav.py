"""What a CardDAV server may say, and what is believed of it."""

from collections.abc import Iterator

import pytest
from tests.google.wire_server import Reply, WireServer

from mailreeve.cancel import Cancel
from mailreeve.errors import DestinationRefused, DestinationUnavailable, InputError
from mailreeve.outbound.dav import Collection, Elsewise, Server
from mailreeve.outbound.wire import Wire

ONE = "<d:response><d:href>{}</d:href><d:propstat><d:prop><d:getetag>{}</d:getetag></d:prop></d:propstat></d:response>"


@pytest.fixture
def server() -> Iterator[WireServer]:
    with WireServer().running() as made:
        yield made


def collection(server: WireServer) -> Collection:
    where = Server("home", f"{server.base}/ana/book/", "ana", "pass", private=True)
    return Collection(Wire({where.place}), where)


def listing(*responses: str, head: str = "") -> Reply:
    text = f'<?xml version="1.0"?>{head}<d:multistatus xmlns:d="DAV:">{"".join(responses)}</d:multistatus>'
    return Reply(207, text.encode())


def test_only_what_lies_in_the_collection_counts(server: WireServer) -> None:
    """Other folders, deeper ones, the collection itself and items without an etag are no cards."""
    server.then(
        listing(
            ONE.format("/ana/book/a.vcf", '"1"'),
            ONE.format(f"{server.base}/ana/book/b.vcf", '"2"'),
            ONE.format("/ana/book/", '"3"'),
            ONE.format("/bo/book/c.vcf", '"4"'),
            ONE.format("/ana/book/deep/d.vcf", '"5"'),
            ONE.format("/ana/book/e.vcf", ""),
        )
    )
    assert {"a.vcf": '"1"', "b.vcf": '"2"'} == collection(server).listed(Cancel(5))


@pytest.mark.parametrize(
    "reply",
    [
        Reply(207, b"no xml"),
        Reply(200, b"<a/>"),
        Reply(500, b""),
        listing(head='<!DOCTYPE d [<!ENTITY a "aaaa">]>'),
        Reply(207, b'<?xml version="1.0"?><!DOCTYPE x SYSTEM "file:///etc/passwd"><x/>'),
    ],
)
def test_what_is_no_list_is_not_taken_for_an_empty_one(server: WireServer, reply: Reply) -> None:
    """Errors, other pages and document types stop the sync before anything is deleted."""
    server.then(reply)
    with pytest.raises(DestinationUnavailable):
        collection(server).listed(Cancel(5))


def test_writes_are_bound_to_what_was_seen(server: WireServer) -> None:
    """412 has its own error; a new card is written only where none is; a refused login says so."""
    server.then(Reply(412, b""))
    for etag, name in (("", "if-none-match"), ('"1"', "if-match")):
        with pytest.raises(Elsewise):
            collection(server).put("a.vcf", "x", etag, Cancel(5))
        assert name in {header.lower() for header in server.seen[-1].headers}
    with pytest.raises(Elsewise):
        collection(server).delete("a.vcf", '"1"', Cancel(5))
    server.then(Reply(401, b""))
    with pytest.raises(DestinationRefused, match="password"):
        collection(server).delete("a.vcf", '"1"', Cancel(5))


@pytest.mark.parametrize("name", ["../other.vcf", "a/../b.vcf", "a b.vcf", "a\r\nb.vcf"])
def test_a_name_cannot_leave_the_collection(server: WireServer, name: str) -> None:
    """Nothing is sent for such a name."""
    with pytest.raises(DestinationRefused):
        collection(server).get(name, Cancel(5))
    assert [] == server.seen


def test_http_to_strangers_is_refused() -> None:
    """A password goes over TLS, or to a host that the person called their own."""
    with pytest.raises(InputError):
        _ = Server("home", "http://dav.example.org/ana/", "ana", "pass").place
