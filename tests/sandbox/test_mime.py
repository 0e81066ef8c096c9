"""Payload trees."""

import json
from pathlib import Path

import pytest
from tests.sandbox.given import letter, unb64

from mailreeve.sandbox import mime

NESTED = b"""From: ann@example.org
Subject: =?utf-8?q?F=C3=BCnf?= =?utf-8?q?_B=C3=BCcher?=
Content-Type: multipart/mixed; boundary="out"

--out
Content-Type: multipart/alternative; boundary="in"

--in
Content-Type: text/plain; charset=iso-8859-1
Content-Transfer-Encoding: quoted-printable

f=FCnf
--in
Content-Type: text/html; charset=utf-8

<p>f&uuml;nf</p>
--in--
--out
Content-Type: image/png
Content-Disposition: inline
Content-ID: <logo>

png
--out
Content-Type: message/rfc822

Subject: inner
Content-Type: text/plain

inside
--out
Content-Type: text/plain; charset=iso-8859-1
Content-Disposition: attachment; filename*=utf-8''f%C3%BCnf.txt

f\xfcnf
--out--
"""


def test_parts_are_numbered_and_nested_like_gmails() -> None:
    """partId, types, file names and sizes; what is no text comes as an attachment."""
    payload = mime.payload(mime.tree(NESTED), bodies=True)
    listed = [
        (part["partId"], part["mimeType"], part["filename"], "attachmentId" in part["body"])
        for part in (payload, *payload["parts"], *payload["parts"][0]["parts"], *payload["parts"][2]["parts"])
    ]
    assert [
        ("", "multipart/mixed", "", False),
        ("0", "multipart/alternative", "", False),
        ("1", "image/png", "", True),
        ("2", "message/rfc822", "", True),
        ("3", "text/plain", "fünf.txt", True),
        ("0.0", "text/plain", "", False),
        ("0.1", "text/html", "", False),
        ("2.0", "text/plain", "", False),
    ] == listed
    assert {"size": 0} == payload["body"]


def test_bodies_are_in_utf8_and_attachments_as_they_are() -> None:
    """Gmail recodes the text of format=full and keeps the charset in the header; attachments keep their bytes."""
    root = mime.tree(NESTED)
    text = mime.payload(root, bodies=True)["parts"][0]["parts"][0]
    assert "fünf" == unb64(text["body"]["data"]).decode()
    assert {"name": "Content-Type", "value": "text/plain; charset=iso-8859-1"} in text["headers"]
    attached = mime.part_of(root, mime.attachment_id("3"))
    assert attached is not None
    assert b"f\xfcnf" == attached.data()


def test_headers_are_decoded_and_unfolded() -> None:
    """Encoded words become text; a decoded name with a comma stays one address."""
    raw = b"From: =?utf-8?q?M=C3=BCller=2C_Jo?= <jo@x.example>\r\nSubject: a\r\n b\r\nTo: \xc3\xa9 <e@x.example>\r\n\r\n"
    found = {h["name"]: h["value"] for h in mime.header_list(mime.tree(raw))}
    assert {"From": '"Müller, Jo" <jo@x.example>', "Subject": "a b", "To": "é <e@x.example>"} == found


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<p>a</p><p>b</p>", "a b"),
        ("<style>p{}</style>a<script>if (1 < 2) b()</script> c", "a c"),
        ("a < b &amp; c", "a < b & c"),
        ("<head><title>t</title></head><body>a", "a"),
        ("<a href=x", ""),
    ],
)
def test_visible_text_of_html(markup: str, text: str) -> None:
    """Tags, styles, scripts and titles are left out."""
    assert text == " ".join(mime.visible(markup).split())


def test_a_long_word_is_cut_in_the_snippet() -> None:
    """A snippet has at most about 200 characters."""
    assert 200 == len(mime.snippet(mime.tree(letter(body="x" * 5000))))


def nested(depth: int) -> bytes:
    """Multiparts inside each other."""
    parts = [b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n' % (n, n) for n in range(depth)]
    return b"".join(parts) + b"Content-Type: text/plain\r\n\r\nhi\r\n"


HOSTILE = {
    "deep": nested(1000),
    "many": b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\n\r\nx\r\n" * 5000,
    "messages": b"Content-Type: message/rfc822\r\n\r\n" * 1500,
    "charset": b"Content-Type: text/plain; charset=\xff\xfe\r\n\r\n\xff",
    "unknown charset": b"Content-Type: text/plain; charset=x-none\r\n\r\n\xff",
    "name": b"Content-Disposition: attachment; filename*=x'y'%ff%zz\r\n\r\n",
    "comments": b"From: " + b"(" * 5000 + b"\r\nTo: " + b"(" * 5000 + b"\r\n\r\nx",
    "no header": b"\r\n\r\nonly text",
    "nothing": b"",
    "nul": b"\0" * 1000,
    "tags": b"Content-Type: text/html\r\n\r\n" + b"<script" * 20_000,
    "base64": b"Content-Type: application/x\r\nContent-Transfer-Encoding: base64\r\n\r\n!",
    "multipart without parts": b"Content-Type: multipart/mixed\r\n\r\nx",
}


@pytest.mark.parametrize("raw", HOSTILE.values(), ids=HOSTILE)
def test_hostile_mail_is_read(raw: bytes) -> None:
    """Nothing raises, and what comes out is JSON and UTF-8 with a bounded number of parts."""
    assert len(list(mime.walk(read(raw)))) <= mime.PART_LIMIT + 1


def read(raw: bytes) -> mime.Part:
    """Everything that is asked of a message."""
    root = mime.tree(raw)
    json.dumps(mime.payload(root, bodies=True)).encode()
    "".join((mime.snippet(root), *mime.words(root))).encode()
    for part in mime.walk(root):
        part.data()
    return root


def test_the_mail_of_other_parsers_is_read(data: Path) -> None:
    """No message of the third-party suites raises."""
    files = [file for file in (data / "mime").rglob("*") if file.suffix in {".eml", ".txt", ".msg"}]
    assert files
    for file in files:
        read(file.read_bytes())
