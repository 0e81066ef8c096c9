"""Answers that are cut while they arrive."""

import base64
import gzip
import json
import random
from collections.abc import Callable

import pytest
from tests.google.wire_server import Reply, WireServer

from mailreeve.google.gmail import Gmail
from mailreeve.google.shortening import LITTLE, LONGEST, PLENTY, Shortener
from mailreeve.google.transport import Transport


def shortened(content: bytes, step: int = 65_536) -> bytes:
    kept = Shortener()
    for at in range(0, len(content), step):
        kept.feed(content[at : at + step])
    return kept.content()


@pytest.mark.parametrize("step", [1, 2, 3, 7, 65_536])
def test_what_is_short_stays_byte_for_byte(step: int) -> None:
    """Quotes, escapes and other text between strings, wherever the pieces are parted."""
    body = json.dumps({"a": 'q" \\ \\" é\n\u2028', "": "", "b": ["\\", '"', {"c": None, "d": 1.5}]})
    content = f'--x\r\nContent-Type: application/http; x="y"\r\n\r\n{body}\r\n--x--'.encode()
    assert content == shortened(content, step)


def test_a_long_string_keeps_its_beginning_and_the_json_is_whole() -> None:
    """Base64 is cut between its groups of four, so that it can be decoded."""
    data = base64.urlsafe_b64encode(b"All work and no play. " * 400_000).decode()
    found = json.loads(shortened(json.dumps({"size": 1, "data": data, "next": "x"}).encode()))
    assert {"size": 1, "data": data[:LONGEST], "next": "x"} == found
    assert b"All work" == base64.urlsafe_b64decode(found["data"])[:8]
    assert 0 == LONGEST % 4 == LITTLE % 4


def test_escapes_are_never_cut_in_two() -> None:
    """A string with a backslash is no base64: it is kept from there."""
    text = json.dumps("x" * (LONGEST + 5) + '"\u00e9\\' * 1_000)
    assert "x" * LONGEST + '"\u00e9\\' * 1_000 == json.loads(shortened(text.encode(), 1_000))


def test_an_answer_of_many_long_strings_has_an_end() -> None:
    """Behind `PLENTY` each string keeps `LITTLE`: the bound is that of the answer, not of its parts."""
    long = b'"' + b"A" * LONGEST + b'",'
    kept = Shortener()
    for _ in range(100):
        kept.feed(long)
    assert len(kept.content()) < PLENTY + LONGEST + 100 * (LITTLE + 3)


def test_random_json_is_read_as_before() -> None:
    """Two hundred objects of hostile strings, in pieces of any length."""
    lot = random.Random(4)  # noqa: S311 -- repeatable on purpose
    for _ in range(200):
        body = {
            "".join(lot.choices('"\\a{}[]:,\n\té', k=3)): "".join(
                lot.choices('"\\au0041é{}', k=lot.randrange(40))
            )
            for _ in range(5)
        }
        content = json.dumps(body, ensure_ascii=lot.random() < 0.5).encode()
        assert body == json.loads(shortened(content, lot.randrange(1, 20)))


def mail(text: bytes) -> bytes:
    data = base64.urlsafe_b64encode(text).decode()
    return json.dumps(
        {"id": "m", "payload": {"mimeType": "text/plain", "body": {"size": len(text), "data": data}}}
    ).encode()


@pytest.mark.parametrize("packed", [False, True])
def test_a_message_is_read_with_its_text_cut_and_told(
    wire: WireServer, connect: Callable[..., Transport], packed: bool
) -> None:
    """Sent as it is or with gzip, which the client asks for: a megabyte that unpacks to ten is cut as it unpacks."""
    content = mail(b"All work and no play.\r\n" * 300_000)
    headers = {"content-type": "application/json"} | ({"content-encoding": "gzip"} if packed else {})
    wire.then(Reply(200, gzip.compress(content) if packed else content, headers))
    message = Gmail(connect(wire.base)).get("m")
    assert message.text.startswith("All work")
    assert len(message.text) <= 2_000_000
    assert "the text is longer than 2000000 bytes: cut" in message.defects
    assert "gzip" in wire.seen[0].headers["accept-encoding"]
