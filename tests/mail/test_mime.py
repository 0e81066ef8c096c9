"""Messages from bytes and from Gmail's JSON."""

import base64
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailreeve.mail import mime
from mailreeve.models import Address

RAW = b"""\
Delivered-To: me@example.com
Authentication-Results: mx.google.com; spf=pass smtp.mailfrom=ann@x.example
Authentication-Results: forged.example; dkim=pass
From: =?utf-8?q?Ann_=C3=84?= <ann@x.example>
Sender: list@x.example
To: me@example.com, "Doe, John" <john@x.example>
Cc: team: a@x.example, b@x.example;
Reply-To: replies@x.example
Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe=0D=0ABcc:_x?=
Date: Mon, 5 Jan 2026 10:00:00 +0100
Message-ID: <1@x.example>
In-Reply-To: <0@x.example>
References: <a@x.example> <0@x.example>
List-Id: The list <list.x.example>
List-Unsubscribe: <https://x.example/u>, <mailto:u@x.example>
List-Unsubscribe-Post: List-Unsubscribe=One-Click
Content-Type: text/plain; charset=utf-8

Hello
"""


def test_headers_are_read() -> None:
    """Each into its field, decoded, on one line."""
    message = mime.from_bytes(RAW)
    assert (Address("Ann Ä", "ann@x.example"),) == message.from_
    assert Address("", "list@x.example") == message.sender
    assert ["me@example.com", "john@x.example"] == [one.address for one in message.to]
    assert ["a@x.example", "b@x.example"] == [one.address for one in message.cc]
    assert (Address("", "replies@x.example"),) == message.reply_to
    assert "Grüße Bcc: x" == message.subject
    assert message.date is not None
    assert "2026-01-05T10:00:00+01:00" == message.date.isoformat()
    assert ("<1@x.example>", "<0@x.example>") == (message.message_id, message.in_reply_to)
    assert ("<a@x.example>", "<0@x.example>") == message.references
    assert "The list <list.x.example>" == message.list_id
    assert "List-Unsubscribe=One-Click" == message.list_unsubscribe_post
    assert message.list_unsubscribe.startswith("<https://x.example/u>")
    assert ("Hello", (), len(RAW)) == (message.text, message.defects, message.size)
    assert "me@example.com" == message.header("delivered-to")


def test_the_topmost_authentication_results_count() -> None:
    """Those below were written by others."""
    assert mime.from_bytes(RAW).authentication_results.startswith("mx.google.com; spf=pass")


def gmail(**more: Any) -> dict[str, Any]:
    text = base64.urlsafe_b64encode("Grüße?>".encode()).decode().rstrip("=")
    return {
        "id": "18c",
        "threadId": "18b",
        "labelIds": ["INBOX", "UNREAD"],
        "historyId": "77",
        "internalDate": "1767603600000",
        "sizeEstimate": 5000,
        "payload": {
            "partId": "",
            "mimeType": "text/plain",
            "filename": "",
            "headers": [
                {"name": "From", "value": "Ann <ann@x.example>"},
                {"name": "Subject", "value": "Hello 🎉"},
                {"name": "Content-Type", "value": "text/plain; charset=iso-8859-1"},
            ],
            "body": {"size": 9, "data": text},
        },
        **more,
    }


def test_gmails_json_is_read() -> None:
    """Ids, labels, headers and text; text that is UTF-8 is UTF-8 whatever its label."""
    message = mime.from_gmail(gmail())
    assert ("18c", "18b", ("INBOX", "UNREAD"), "77") == (
        message.id,
        message.thread_id,
        message.labels,
        message.history_id,
    )
    assert (1767603600000, 5000) == (message.internal_date, message.size)
    assert ("Hello 🎉", "Grüße?>", "ann@x.example") == (message.subject, message.text, message.author.address)


def test_metadata_and_minimal_are_read() -> None:
    """Without body, and without headers."""
    metadata = gmail()
    del metadata["payload"]["body"]
    assert ("Hello 🎉", "", ()) == (
        mime.from_gmail(metadata).subject,
        mime.from_gmail(metadata).text,
        mime.from_gmail(metadata).attachments,
    )
    minimal = gmail()
    del minimal["payload"]
    assert ("18c", "") == (mime.from_gmail(minimal).id, mime.from_gmail(minimal).subject)


def test_format_raw_goes_through_the_bytes() -> None:
    """The same message either way."""
    raw = base64.urlsafe_b64encode(RAW).decode()
    message = mime.from_gmail({"id": "1", "raw": raw})
    assert ("1", "Hello", "<1@x.example>") == (message.id, message.text, message.message_id)


def test_a_long_text_that_gmail_withholds_is_an_attachment() -> None:
    """It has to be fetched by its id, and is not lost."""
    resource = gmail()
    resource["payload"]["body"] = {"attachmentId": "ANG", "size": 900_000}
    message = mime.from_gmail(resource)
    assert ("", [("ANG", 900_000)]) == (
        message.text,
        [(one.attachment_id, one.size) for one in message.attachments],
    )


def test_part_bytes_are_those_of_the_part() -> None:
    """By partId; an id that does not exist gives nothing."""
    raw = (
        b"Content-Type: multipart/mixed; boundary=b\n\n--b\n\ntext\n--b\n"
        b"Content-Type: a/b\nContent-Transfer-Encoding: base64\n\n/+8=\n--b--"
    )
    assert b"\xff\xef" == mime.part_bytes(raw, "1")
    assert b"" == mime.part_bytes(raw, "1.7")


@given(st.binary(max_size=3_000))
def test_any_bytes_are_a_message(raw: bytes) -> None:
    """No input raises, and the net under the parser is not needed."""
    message = mime.from_bytes(raw)
    assert not [one for one in message.defects if one.startswith(mime.UNREADABLE)]


HEADER = st.sampled_from(
    [
        "From",
        "To",
        "Subject",
        "Date",
        "Content-Type",
        "Content-Transfer-Encoding",
        "References",
        "MIME-Version",
    ]
)
VALUE = st.one_of(
    st.text(max_size=60),
    st.sampled_from(
        [
            "multipart/mixed; boundary=b",
            "text/html; charset=utf-7",
            "base64",
            "quoted-printable",
            "message/rfc822",
            "=?utf-8?B?/////w==?= <a@b>",
            "text/plain; charset*0*=utf-8''%ff",
        ]
    ),
)
BODY = st.lists(
    st.sampled_from(["--b\n", "--b--\n", "\n", "<p style='x", "<!--", "=3D=", "> x\n", "On 1 wrote:\n"])
)


@given(st.lists(st.tuples(HEADER, VALUE), max_size=8), BODY)
def test_any_mail_like_text_is_a_message(fields: list[tuple[str, str]], body: list[str]) -> None:
    """Built of the pieces that parsers trip over; headers never hold a line break."""
    head = "".join(f"{name}: {value}\n" for name, value in fields)
    message = mime.from_bytes(f"{head}\n{''.join(body)}".encode("utf-8", "replace"))
    assert not [one for one in message.defects if one.startswith(mime.UNREADABLE)]
    assert not any(c in value for _, value in message.headers for c in "\r\n\0")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["parts", "body", "data", "headers", "name", "value", "mimeType"]), inner
        )
    ),
    max_leaves=12,
)


@given(JSON)
def test_any_json_is_a_message(payload: Any) -> None:
    """Whatever Google might answer one day."""
    resource = json.loads(json.dumps({"id": "1", "payload": payload, "labelIds": payload}))
    message = mime.from_gmail(resource)
    assert "1" == message.id
    assert not [one for one in message.defects if one.startswith(mime.UNREADABLE)]


@pytest.mark.parametrize("value", ["²", "1" * 9, -5, None, 1.5, True])
def test_odd_numbers_are_zero_or_themselves(value: Any) -> None:
    """InternalDate comes as a string of digits."""
    assert mime.from_gmail({"internalDate": value}).internal_date in {0, 111111111, -5, True}
