"""Text to RFC 5322 lines."""

from datetime import UTC, datetime, timedelta, timezone
from email import message_from_string
from email.policy import SMTP

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailreeve.mail import addresses, headers, parts, wire
from mailreeve.models import Address

VISIBLE = st.text(
    st.characters(exclude_categories=("Cc", "Cf", "Cn", "Cs", "Zl", "Zp", "Zs", "Mn", "Co")), max_size=120
)


def value(field: str) -> str:
    """What a parser reads of one written field."""
    raw = f"{field}\r\n".encode("ascii")
    (found,) = headers.split(raw, 0, len(raw)).fields
    return found[1]


@given(st.lists(VISIBLE, max_size=12).map(" ".join))
def test_a_subject_is_read_back(text: str) -> None:
    """Any text, on lines of at most 78 characters."""
    text = " ".join(text.split())
    field = wire.unstructured("Subject", text)
    assert all(len(line) <= 78 for line in field.split("\r\n"))
    assert headers.readable((("Subject", value(field)),)) == (("Subject", text),)


@given(st.lists(st.tuples(VISIBLE, st.sampled_from(["a@x.example", "b.c+d@mail.y.example"])), max_size=5))
def test_mailboxes_are_read_back(people: list[tuple[str, str]]) -> None:
    """Whatever the names hold: commas, quotes, brackets, other scripts."""
    group = tuple(Address(" ".join(name.split())[:300], spec) for name, spec in people)
    assert group == addresses.parse(value(wire.mailboxes("To", group)))


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Ann B", ["Ann", "B"]),
        ("Doe, John", ['"Doe, John"']),
        ('a "b" \\c', ['"a \\"b\\" \\\\c"']),
        ("Jürgen", ["=?utf-8?Q?J=C3=BCrgen?="]),
        ("=?x?=", ["=?utf-8?B?PT94Pz0=?="]),
    ],
)
def test_names_are_written_as_short_as_can_be(name: str, words: list[str]) -> None:
    """Atoms, a quoted string, encoded words."""
    assert words == wire.phrase(name)


@pytest.mark.parametrize(
    "name", ['a"; filename="b.exe', "a\\", '\\"; x="', "=?utf-8?Q?b.exe?=", 'ä" ; b.pdf']
)
def test_a_name_is_one_parameter_whatever_it_holds(name: str) -> None:
    """A quote in the name of a file starts no second name, for another parser than ours."""
    field = f"Content-Disposition: attachment{wire.parameter('filename', name)}\r\n\r\n"
    read = message_from_string(field, policy=SMTP)["Content-Disposition"]
    assert {"filename": name} == dict(read.params)


def test_dates_are_english_and_keep_their_zone() -> None:
    """RFC 5322, 3.3."""
    west = timezone(-timedelta(hours=3, minutes=30))
    assert "Mon, 5 Jan 2026 09:08:07 +0000" == wire.date(datetime(2026, 1, 5, 9, 8, 7, tzinfo=UTC))
    assert "Mon, 5 Jan 2026 09:08:07 -0330" == wire.date(datetime(2026, 1, 5, 9, 8, 7, tzinfo=west))


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Hello\n\nBye\n", "7bit"),
        ("Grüße aus Wien\n", "quoted-printable"),
        ("long " * 500, "quoted-printable"),
        ("你好世界" * 50, "base64"),
        ("", "7bit"),
    ],
)
def test_texts_are_sent_in_the_shortest_safe_encoding(text: str, encoding: str) -> None:
    """And come back as they were, with lines of at most 78 characters."""
    part = wire.text_part("plain", text)
    assert f"Content-Transfer-Encoding: {encoding}\r\n" in part
    assert all(len(line) <= 78 for line in part.split("\r\n"))
    root, _ = parts.split(part.encode("ascii"))
    assert text.strip() == root.decoded().decode().replace("\r\n", "\n").strip()


@given(st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=300))
def test_any_text_comes_back(text: str) -> None:
    """Line by line."""
    root, _ = parts.split(wire.text_part("plain", text).encode("ascii"))
    assert text == root.decoded().decode().removesuffix("\r\n") or not text
