"""What may be written into a mail."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from mailreeve.errors import InputError
from mailreeve.mail.letter import BYTES_LIMIT, Compose, File, address, checked, new_message_id
from mailreeve.models import Address

ME = Address("Me", "me@x.example")
LETTER = Compose(ME, datetime(2026, 1, 5, tzinfo=UTC), to=(Address("Ann", "ann@x.example"),))


@pytest.mark.parametrize(
    "evil", ["\r\nBcc: eve@evil.example", "\n", "\r", "\0", "\x0b", "\x1b", "\x85", "\u2028", "\u2029"]
)
@pytest.mark.parametrize(
    ("field", "make"),
    [
        ("subject", lambda evil: {"subject": f"Hi{evil}"}),
        ("from", lambda evil: {"from_": Address(f"Me{evil}", "me@x.example")}),
        ("from", lambda evil: {"from_": Address("Me", f"me@x.example{evil}")}),
        ("to", lambda evil: {"to": (Address("", f"ann@x.example{evil}"),)}),
        ("to", lambda evil: {"to": (Address(f"Ann{evil}", "ann@x.example"),)}),
        ("cc", lambda evil: {"cc": (Address("", f"a{evil}nn@x.example"),)}),
        ("bcc", lambda evil: {"bcc": (Address(f"{evil}", "ann@x.example"),)}),
        ("reply_to", lambda evil: {"reply_to": (Address(f"x{evil}", "ann@x.example"),)}),
        ("in_reply_to", lambda evil: {"in_reply_to": f"<a@b>{evil}"}),
        ("references", lambda evil: {"references": ("<a@b>", f"<c@d{evil}>")}),
        ("message_id", lambda evil: {"message_id": f"<a{evil}@b>"}),
        ("attachment name", lambda evil: {"attachments": (File(f"a{evil}.pdf", "application/pdf", b""),)}),
        ("attachment type", lambda evil: {"attachments": (File("a", f"application/pdf{evil}", b""),)}),
        ("content_id", lambda evil: {"attachments": (File("a", "image/png", b"", f"<a>{evil}"),)}),
        ("X-Note", lambda evil: {"headers": (("X-Note", f"x{evil}"),)}),
    ],
)
def test_no_value_can_start_a_header(evil: str, field: str, make: Any) -> None:
    """Line breaks and controls of any kind are refused, and the field is named."""
    with pytest.raises(InputError, match=field):
        checked(replace(LETTER, **make(evil)))


@pytest.mark.parametrize(
    "name", ["Bcc", "Subject", "X-", "X-a b", "X-a:b", "X-a\r\nBcc", "", "DKIM-Signature"]
)
def test_only_extra_headers_can_be_added(name: str) -> None:
    """What routes or signs mail cannot."""
    with pytest.raises(InputError, match="cannot be set"):
        checked(replace(LETTER, headers=((name, "x"),)))


@pytest.mark.parametrize(
    "spec",
    [
        "", "ann", "@x.example", "ann@", "ann@localhost", "a b@x.example", "a@b@x.example", "<a@x.example>",
        "a@x..example", "a@-x.example", "a@x.example,b@y.example", '"a b"@x.example', ".a@x.example", "ä@x.example",
        "a@" + "x" * 64 + ".example", "a" * 65 + "@x.example", "a@[127.0.0.1]", "a@x.example\\",
    ],
)  # fmt: skip
def test_what_is_no_address_is_refused(spec: str) -> None:
    """With the field's name and advice."""
    with pytest.raises(InputError, match=r"to: .* is no e-mail address"):
        address("to", spec)


@pytest.mark.parametrize(
    ("spec", "ascii_spec"),
    [
        ("ann.b+tag@mail.x.example", "ann.b+tag@mail.x.example"),
        ("O'Neil@x.example", "O'Neil@x.example"),
        ("a@exämple.de", "a@xn--exmple-cua.de"),
        (" a@x.example ", "a@x.example"),
    ],
)
def test_addresses_are_written_in_ascii(spec: str, ascii_spec: str) -> None:
    """The domain by IDNA."""
    assert ascii_spec == address("to", spec)


def test_each_recipient_gets_it_once() -> None:
    """To before Cc before Bcc, whatever the spelling."""
    a, b, c = (Address("", f"{name}@x.example") for name in "abc")
    letter = checked(replace(LETTER, to=(a, b, Address("A", "A@X.EXAMPLE")), cc=(b, c), bcc=(c, a)))
    assert ((a, b), (c,), ()) == (letter.to, letter.cc, letter.bcc)


def test_limits_are_told() -> None:
    """Recipients, attachments, text, subject."""
    crowd = tuple(Address("", f"a{n}@x.example") for n in range(501))
    for change in (
        {"to": crowd},
        {"attachments": (File("a", "a/b", b"x" * (BYTES_LIMIT + 1)),)},
        {"body": "x" * 2_000_001},
        {"subject": "x" * 2_001},
    ):
        with pytest.raises(InputError):
            checked(replace(LETTER, **change))


def test_invisible_characters_are_not_sent() -> None:
    """A model could hide data in them from the person who confirms."""
    hidden = "a\u200bb\U000e0041\u202ec\u202c"
    letter = checked(replace(LETTER, subject=hidden, body=hidden, signature=hidden, quoted=hidden))
    assert {"ab"} == {letter.subject, letter.body, letter.signature, letter.quoted}


def test_file_names_are_no_paths() -> None:
    """Separators become underscores; a wrong type is refused."""
    letter = checked(
        replace(LETTER, attachments=(File("../a/b\\c.pdf", "Application/PDF", b""), File("..", "a/b", b"")))
    )
    assert [("_a_b_c.pdf", "application/pdf"), ("attachment", "a/b")] == [
        (one.name, one.type) for one in letter.attachments
    ]
    with pytest.raises(InputError, match="media type"):
        checked(replace(LETTER, attachments=(File("a", "pdf\r\nX: y", b""),)))


def test_a_date_needs_its_zone() -> None:
    """Otherwise it would be a guess."""
    with pytest.raises(InputError, match="zone"):
        checked(replace(LETTER, date=datetime(2026, 1, 5)))  # noqa: DTZ001 - that is the point


def test_a_message_id_is_one() -> None:
    """What stands behind it is refused with it."""
    two = "<a@x.example> <b@x.example>"
    for letter in (replace(LETTER, in_reply_to=two), replace(LETTER, message_id=two)):
        with pytest.raises(InputError, match="no message id"):
            checked(letter)


def test_message_ids_are_new_each_time() -> None:
    """At the domain of the author."""
    one, other = new_message_id(ME), new_message_id(ME)
    assert one != other
    assert one.endswith("@x.example>")
