"""The header block and its typed readings."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from mailreeve.mail import headers, mime
from mailreeve.mail.compose import compose, reply


def fields(raw: bytes) -> headers.Fields:
    return headers.split(raw, 0, len(raw)).fields


def test_fields_are_unfolded_in_order() -> None:
    """A continuation belongs to the field above; the body starts behind the blank line."""
    raw = b"A: 1\r\n 2\r\nB:3\r\n\r\nbody"
    block = headers.split(raw, 0, len(raw))
    assert (("A", "1 2"), ("B", "3")) == block.fields
    assert b"body" == raw[block.body :]


def test_line_ends_may_be_bare() -> None:
    """Files of Unix programs."""
    assert (("A", "1"),) == fields(b"A: 1\n\nbody")


def test_an_mbox_separator_is_passed_over() -> None:
    """The line `From x@y Mon Jan 1 …` is no field and no defect."""
    block = headers.split(b"From x@y Mon\nA: 1\n\n", 0, 20)
    assert (("A", "1"),) == block.fields
    assert () == block.defects


def test_a_body_without_a_blank_line_is_found() -> None:
    """A boundary line ends the headers."""
    raw = b"A: 1\n--boundary\nB: 2\n\n"
    block = headers.split(raw, 0, len(raw))
    assert (("A", "1"),) == block.fields
    assert raw[block.body :].startswith(b"--boundary")
    assert block.defects


def test_a_line_that_is_no_field_is_told() -> None:
    """It is left out, what follows is read."""
    block = headers.split(b"A: 1\nnonsense here\nB: 2\n\n", 0, 26)
    assert (("A", "1"), ("B", "2")) == block.fields
    assert ("the header block holds a line that is no field",) == block.defects


def test_limits_are_kept_and_told() -> None:
    """One long value, too many fields, too long a block."""
    long = headers.split(b"Subject: " + b"x" * 20_000 + b"\n\n", 0, 20_011)
    assert headers.VALUE_LIMIT - 2 < len(long.fields[0][1]) <= headers.VALUE_LIMIT
    assert "Subject is longer" in long.defects[0]
    many = b"A: 1\n" * 5_000 + b"\nbody"
    block = headers.split(many, 0, len(many))
    assert headers.COUNT_LIMIT == len(block.fields)
    assert b"body" == many[block.body :]
    assert block.defects


def test_recipients_may_be_long() -> None:
    """Five hundred recipients are more than 16 kB, and none is lost."""
    raw = (
        b"To: "
        + b", ".join(b"somebody.long.name.%d@department.example.com" % n for n in range(500))
        + b"\n\n"
    )
    block = headers.split(raw, 0, len(raw))
    assert () == block.defects
    assert block.fields[0][1].endswith("499@department.example.com")


def test_gmails_headers_have_the_same_limits() -> None:
    """They come split already."""
    block = headers.bounded([("Subject", "x" * 20_000)] + [("A", "1")] * 3_000)
    assert headers.COUNT_LIMIT == len(block.fields)
    assert headers.VALUE_LIMIT == len(block.fields[0][1])
    assert 2 == len(block.defects)


@pytest.mark.parametrize(
    ("value", "moment"),
    [
        ("Mon, 5 Jan 2026 10:00:00 +0100", datetime(2026, 1, 5, 10, tzinfo=timezone(timedelta(hours=1)))),
        ("5 Jan 2026 10:00 GMT (comment)", datetime(2026, 1, 5, 10, tzinfo=UTC)),
        ("Mon, 05 Jan 26 10:00:00 EST", datetime(2026, 1, 5, 10, tzinfo=timezone(timedelta(hours=-5)))),
        ("yesterday", None),
        ("", None),
        ("Mon, 99 Jan 2026 10:00:00 +0100", None),
        ("Mon, 5 Jan 2026 10:00:00 +9999", None),
        ("1 Jan 999999999999 00:00:00 +0000", None),
    ],
)
def test_dates_keep_their_zone(value: str, moment: datetime | None) -> None:
    """RFC 5322 and its obsolete forms; what cannot be read is None."""
    found = headers.date(value)
    assert moment == found
    assert moment is None or (found is not None and moment.utcoffset() == found.utcoffset())


@pytest.mark.parametrize(
    ("value", "ids"),
    [
        ("<a@b>", ("<a@b>",)),
        ("<a@b> <c@d>\t<e@f>", ("<a@b>", "<c@d>", "<e@f>")),
        ("<a@b>,<c@d>", ("<a@b>", "<c@d>")),
        ("a@b", ("<a@b>",)),
        ("Your message of Monday", ()),
        ("<" * 1000, ()),
        *(
            (f"<a{control}b@c> <d@e>", ("<d@e>",))
            for control in "\x00\x01\x1b\x1f\x7f\x85\x9b\u200b\u200e\u2060\ufeff"
        ),
        ("<a\x01b@c>", ("<b@c>",)),
        ("a\x1b[2J@b", ("<[2J@b>",)),
    ],
)
def test_message_ids_are_found(value: str, ids: tuple[str, ...]) -> None:
    """In References and where brackets are missing; none holds a control or invisible character."""
    assert ids == headers.message_ids(value)


def test_an_answer_to_an_id_with_control_characters_is_a_clean_header() -> None:
    """A raw escape in Message-ID gets into no field of the message, and into no header of an answer."""
    message = mime.from_bytes(b"From: a@b.example\nMessage-ID: <x\x1b[2J\x00\x7f@b.example>\n\nHi\n")
    assert "<@b.example>" == message.message_id
    now = datetime(2026, 1, 5, tzinfo=UTC)
    made = compose(reply(message, own=["me@c.example"], everyone=False, now=now, body="ok"))
    assert b"In-Reply-To: " in made
    assert not {byte for byte in made if byte < 32 or byte == 127} - set(b"\r\n")


def test_readable_values_are_one_line() -> None:
    """Decoded, cut, without controls."""
    assert (("Subject", "a Bcc: b"),) == headers.readable((("Subject", "=?utf-8?q?a=0D=0ABcc:_b?="),))
