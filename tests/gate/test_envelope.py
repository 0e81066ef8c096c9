"""Who gets a message, and what is refused because it can be read in two ways."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.gate.bench import EVE
from tests.gate.letters import OWN, raw

from mailreeve.errors import GateError
from mailreeve.gate import envelope
from mailreeve.models import Address, Envelope

HEADERS = ["From: ada@example.com", "To: bob@partner.example", "Subject: Hello"]


def test_everyone_is_found_in_the_order_of_the_header() -> None:
    """To, Cc and Bcc, folded lines, names and encoded words."""
    found = envelope.read(
        raw(
            'To: "Doe, John" <john@x.example>,\r\n\tjane@x.example',
            "Cc: =?utf-8?q?J=C3=BCrgen?= <J@x.example>",
            "Bcc: hidden@x.example",
        )
    )
    expected = Envelope((OWN,), ("john@x.example", "jane@x.example"), ("J@x.example",), ("hidden@x.example",))
    assert expected == found
    assert 4 == len(found.recipients)


def test_five_hundred_recipients_are_not_too_many() -> None:
    """What Gmail takes, the gate reads."""
    people = [f"somebody.with.a.long.name.{n}@department.partner.example" for n in range(500)]
    assert tuple(people) == envelope.read(raw("To: " + ",\r\n ".join(people))).to


def test_names_comments_and_groups_may_hold_what_looks_like_an_address() -> None:
    """Quoted, in parentheses or encoded, it is a name and no recipient."""
    people = (
        '"bob@x.example \\" (" <a@x.example>, b@x.example (eve@x.example (mallory@x.example)),'
        " =?utf-8?q?eve=40x.example?= <c@x.example>, team: d@x.example, e@x.example;"
    )
    assert tuple(f"{name}@x.example" for name in "abcde") == envelope.read(raw(f"To: {people}")).to


def test_a_name_in_plain_utf_8_does_not_stand_in_the_way() -> None:
    """RFC 6532 names are read; an address has to be ASCII, as its domain is in punycode."""
    assert ("j@x.example",) == envelope.read(raw("To: Jürgen Größe <j@x.example>")).to


def test_a_message_without_recipients_has_an_empty_envelope() -> None:
    """A draft may have none yet; the policy refuses to send it."""
    assert () == envelope.read(raw("To: ")).recipients


def test_bare_line_feeds_are_a_way_to_write_a_header_block() -> None:
    """Some programs store drafts without carriage returns."""
    assert ("bob@partner.example",) == envelope.read(raw(end="\n")).to


@pytest.mark.parametrize(
    "message",
    [
        raw("To: bob@partner.example", "To: eve@elsewhere.example"),
        raw("Bcc: a@x.example", "bcc: b@x.example"),
        raw("Subject: one", "Subject: two"),
        raw("From: ada@example.com", "From: eve@elsewhere.example"),
        raw("Resent-To: eve@elsewhere.example"),
        raw("Resent-Bcc: eve@elsewhere.example"),
        raw("no field at all", "Bcc: eve@elsewhere.example"),
        raw("Subject : spaced", "Bcc: eve@elsewhere.example"),
        raw("Bcc : eve@elsewhere.example"),
        raw("Subject: a\rBcc: eve@elsewhere.example"),
        raw("Subject: a\rReply-To: eve@elsewhere.example"),
        raw("Subject: a\0"),
        raw("Subject: a", "   ", "Bcc: eve@elsewhere.example"),
        raw("From: ada@example.com, eve@elsewhere.example"),
        raw("From: "),
        raw('To: "a b"@x.example'),
        raw("To: bob@[127.0.0.1]"),
        raw("To: bob"),
        raw("To: Bob <>"),
        raw("To: bob@partner.example <eve@elsewhere.example>, x"),
        raw("To: bob@partner.example <eve@elsewhere.example>"),
        raw("To: Bob <bob@partner.example> eve@elsewhere.example"),
        raw("To: Bob <bob@partner.example>\r\n eve@elsewhere.example"),
        raw("To: <@relay.example:bob@partner.example>"),
        raw("To: bob@relay.example@partner.example"),
        raw("To: bob@p\u0430rtner.example"),
        raw("To: b\u200bob@partner.example"),
        raw("To: bob\u3164@partner.example"),
        raw("To: bob@partner.example\u202e"),
        raw("To: " + "(" * 3000),
        raw("To: " + "a:" * 5000),
        raw("To: " + ", ".join(f"someone{n:04}@partner.example" for n in range(2500))),
        b"From: ada@example.com\r\nTo: bob@partner.example",
        b" To: bob@partner.example\r\n\r\nHello",
        b"",
    ],
    ids=lambda value: ascii(value[:60]),
)
def test_what_can_be_read_in_two_ways_is_refused(message: bytes) -> None:
    """Double fields, broken lines, odd addresses: nothing leaves, and the person is told what to do."""
    with pytest.raises(GateError) as caught:
        envelope.read(message)
    assert "cannot be sent from here" in caught.value.message
    assert caught.value.advice


def test_a_hidden_field_behind_a_decoded_line_break_adds_nobody() -> None:
    """An encoded word may hold CR LF; decoded it is one line, never a field."""
    hostile = raw("Subject: =?utf-8?q?Hi=0D=0ABcc:_eve=40elsewhere.example?=")
    assert Envelope((OWN,), ("bob@partner.example",)) == envelope.read(hostile)


FIELD = st.one_of(
    st.sampled_from(HEADERS),
    st.builds(
        "{}:{}{}".format,
        st.sampled_from(["To", "Cc", "Bcc", "bcc", "Subject", "X-A", "To ", "Resent-Cc", "\tTo", ""]),
        st.sampled_from(["", " ", "\t", "\r\n ", "\n", "\r"]),
        st.text(st.sampled_from('abe@. ,;:<>()"\\\r\n\t=?'), max_size=30),
    ),
)


@settings(max_examples=500, deadline=None)
@given(st.lists(FIELD, max_size=6))
def test_hostile_header_blocks_are_read_or_refused_never_worse(fields: list[str]) -> None:
    """Whatever stands there: plain recipients, or a GateError; no other error."""
    message = raw(*fields)
    try:
        found = envelope.read(message)
    except GateError:
        return
    assert all(address.count("@") == 1 for address in found.recipients)
    assert 1 == len(found.from_)


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.builds(
            Address,
            st.text(st.characters(exclude_categories=("C", "Z")), max_size=12),
            st.from_regex(r"[a-z0-9.+-]{1,8}@[a-z0-9]{1,8}\.example", fullmatch=True).filter(
                lambda text: ".." not in text and not text.startswith(".") and ".@" not in text
            ),
        ),
        max_size=5,
    )
)
def test_what_mailreeve_writes_has_the_envelope_that_was_asked_for(
    people: list[Address],
) -> None:
    """A letter of our own is never refused, whatever the names are."""
    from datetime import UTC, datetime

    from mailreeve.mail.compose import Compose, compose

    unique = tuple({one.key: one for one in people}.values())
    letter = Compose(
        Address("Ada", OWN),
        datetime(2026, 11, 23, tzinfo=UTC),
        to=(EVE,),
        cc=tuple(one for one in unique if one.key != EVE.key),
        subject="Hello",
    )
    expected = tuple(one.address for one in letter.cc)
    assert expected == envelope.read(compose(letter)).cc
