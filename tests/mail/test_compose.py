"""Mail to bytes and back."""

import email
import email.policy
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailreeve.errors import InputError
from mailreeve.mail import quotes
from mailreeve.mail.compose import Compose, File, compose, forward, read_compose, reply
from mailreeve.mail.mime import from_bytes, part_bytes
from mailreeve.models import Address, Message, SendAs

NOW = datetime(2026, 1, 5, 10, 0, tzinfo=timezone(timedelta(hours=1)))
ME = Address("Jürgen Me", "me@x.example")
ANN = Address("Doe, Ann", "ann@x.example")
LETTER = Compose(
    ME,
    NOW,
    to=(ANN,),
    cc=(Address("", "cc@x.example"),),
    bcc=(Address("", "bcc@x.example"),),
    subject="Grüße, 你好",
    body="Hello\n\n  indented <b>\nhttps://x.example/?a=1&b=2\nFrom here.\n.",
    signature="Jürgen",
    quoted="On Mon, 5 Jan 2026, Ann wrote:\n> old\n>> older",
    in_reply_to="<1@x.example>",
    references=("<0@x.example>", "<1@x.example>"),
    headers=(("X-Mailreeve-Id", "p-1"),),
    attachments=(File("Übersicht 1.pdf", "application/pdf", bytes(range(256)) * 20),),
)


def test_the_bytes_say_what_the_letter_says() -> None:
    """Read by our parser and by Python's."""
    raw = compose(LETTER)
    ours = from_bytes(raw)
    assert ((ME,), (ANN,), ("cc@x.example",), ("bcc@x.example",)) == (
        ours.from_,
        ours.to,
        tuple(one.address for one in ours.cc),
        tuple(one.address for one in ours.bcc),
    )
    assert (LETTER.subject, NOW, "p-1") == (ours.subject, ours.date, ours.header("X-Mailreeve-Id"))
    assert (LETTER.in_reply_to, LETTER.references) == (ours.in_reply_to, ours.references)
    assert ours.message_id.endswith("@x.example>")
    assert [("Übersicht 1.pdf", "application/pdf", 5120)] == [
        (one.name, one.type, one.size) for one in ours.attachments
    ]
    assert LETTER.attachments[0].data == part_bytes(raw, ours.attachments[0].part_id)
    assert () == ours.defects
    theirs = email.message_from_bytes(raw, policy=email.policy.default)
    assert (LETTER.subject, str(ours.from_[0])) == (
        theirs["subject"],
        str(theirs["from"].addresses[0]).replace('"', ""),
    )
    plain = theirs.get_body(("plain",))
    assert plain is not None
    whole = f"{LETTER.body}\n\n-- \nJürgen\n\n{LETTER.quoted}\n"
    assert whole == plain.get_content().replace("\r\n", "\n")


def test_the_bytes_are_plain_and_short_lined() -> None:
    """ASCII, CRLF, at most 998 characters a line."""
    raw = compose(
        replace(LETTER, subject="x" * 1_500, body="y" * 5_000, to=(Address("z" * 300, "a@x.example"),))
    )
    assert raw.isascii()
    assert b"\n" not in raw.replace(b"\r\n", b"")
    assert b"\r" not in raw.replace(b"\r\n", b"")
    assert all(len(line) <= 998 for line in raw.split(b"\r\n"))


def test_text_cannot_hold_the_boundary() -> None:
    """It is made anew each time and cannot be guessed."""
    first = compose(replace(LETTER, attachments=()))
    boundary = first.split(b'boundary="')[1].split(b'"')[0].decode()
    again = compose(replace(LETTER, attachments=(), body=f"--{boundary}\n--{boundary}--"))
    assert f"--{boundary}" in from_bytes(again).text
    assert boundary.encode() not in again.split(b"\r\n\r\n")[0]


def test_a_draft_is_read_back_and_can_be_edited() -> None:
    """What is not edited stays."""
    letter = replace(LETTER, message_id="<m@x.example>")
    read = read_compose(compose(letter))
    assert letter == replace(read, html="")
    edited = from_bytes(compose(replace(read, to=(Address("", "new@x.example"),))))
    assert "new@x.example" == edited.to[0].address
    assert [("Übersicht 1.pdf", 5120)] == [(one.name, one.size) for one in edited.attachments]
    assert "indented <b>" in edited.text


def test_html_of_a_draft_is_kept_until_its_text_changes() -> None:
    """A person may have formatted it in Gmail."""
    raw = compose(LETTER).replace(b"<html><body>", b"<html><body><u>!</u>")
    read = read_compose(raw)
    assert "<u>!</u>" in read.html
    assert b"<u>!</u>" in compose(read)
    assert b"<u>!</u>" not in compose(replace(read, body="New text", html=""))


def test_a_draft_that_is_only_html_is_read_as_text() -> None:
    """As other programs write it."""
    raw = b"From: me@x.example\nSubject: x\nContent-Type: text/html\n\n<p>one</p><p>two</p>"
    assert ("one\n\ntwo", "x") == (read_compose(raw).body, read_compose(raw).subject)


PARENT = Message(
    from_=(ANN,),
    to=(Address("", "work@x.example"),),
    cc=(Address("", "other@x.example"),),
    subject="Re: Plans",
    message_id="<1@x.example>",
    references=("<0@x.example>",),
    date=datetime(2026, 1, 5, 9, 0, tzinfo=UTC),
    text="Shall we?",
    signature="Ann",
)
WORK = SendAs(
    Address("Me at work", "work@x.example"), signature_html="<b>Me</b><br>ACME", reply_to="team@x.example"
)
HOME = SendAs(Address("Me", "me@x.example"), default=True)


def test_an_answer_comes_from_the_identity_that_was_written_to() -> None:
    """With its signature and Reply-To, in the thread, to the author alone."""
    letter = reply(PARENT, own=["me@x.example"], everyone=False, now=NOW, body="Yes.", send_as=[HOME, WORK])
    assert (WORK.address, (ANN,), (), "Me\nACME") == (letter.from_, letter.to, letter.cc, letter.signature)
    assert ("Re: Plans", "<1@x.example>", ("<0@x.example>", "<1@x.example>")) == (
        letter.subject,
        letter.in_reply_to,
        letter.references,
    )
    sent = from_bytes(compose(letter))
    assert ("Yes.", "Me\nACME") == (sent.text, sent.signature)
    assert "team@x.example" == sent.reply_to[0].address
    assert sent.quoted.startswith("On Mon, 5 Jan 2026 at 09:00, Doe, Ann <ann@x.example> wrote:\n> Shall we?")


def test_an_answer_to_all_leaves_out_oneself() -> None:
    """All own addresses."""
    letter = reply(PARENT, own=["me@x.example"], everyone=True, now=NOW, send_as=[HOME, WORK])
    assert ((ANN,), ("other@x.example",)) == (letter.to, tuple(one.address for one in letter.cc))


def test_an_answer_to_hostile_mail_is_harmless() -> None:
    """Decoded line breaks in subject, names and ids do not reach the headers."""
    raw = (
        b"From: =?utf-8?q?Ann=0D=0ABcc:_eve=40evil.example?= <ann@x.example>\r\n"
        b"Subject: =?utf-8?q?Hi=0D=0ABcc:_eve=40evil.example?=\r\nMessage-ID: <a\0b@x>\r\n"
        b"References: =?utf-8?q?<c=0D=0A@d>?=\r\n\r\nHello"
    )
    sent = from_bytes(compose(reply(from_bytes(raw), own=["me@x.example"], everyone=True, now=NOW, body="x")))
    assert () == sent.bcc
    assert ["ann@x.example"] == [one.address for one in (*sent.to, *sent.cc)]


def test_a_forward_takes_the_whole_along() -> None:
    """Text, signature and the attachments that the caller hands over; no In-Reply-To."""
    file = File("a.txt", "text/plain", b"a")
    letter = forward(PARENT, own=["me@x.example"], to=[ANN], now=NOW, body="FYI", attachments=[file])
    sent = from_bytes(compose(letter))
    assert ("Fwd: Re: Plans", "", ["a.txt"]) == (
        sent.subject,
        sent.in_reply_to,
        [one.name for one in sent.attachments],
    )
    assert sent.text.startswith(
        "FYI\n\n---------- Forwarded message ---------\nFrom: Doe, Ann <ann@x.example>"
    )
    assert "Shall we?" in sent.text


def test_without_an_own_address_nothing_is_written() -> None:
    """The field is named."""
    with pytest.raises(InputError, match="from"):
        compose(reply(PARENT, own=[], everyone=False, now=NOW))


WORDS = st.text(
    st.characters(exclude_categories=("Cc", "Cf", "Cn", "Cs", "Zl", "Zp", "Zs", "Mn", "Co")),
    min_size=1,
    max_size=40,
)


@given(st.lists(WORDS, max_size=8).map("\n".join), WORDS, st.lists(WORDS, max_size=3))
def test_any_text_arrives(body: str, subject: str, names: list[str]) -> None:
    """Subject, body and file names, in every script."""
    files = tuple(File(name, "application/octet-stream", name.encode()) for name in names)
    letter = Compose(ME, NOW, to=(ANN,), subject=subject, body=body, attachments=files)
    read = read_compose(compose(letter))
    assert (subject, len(files)) == (read.subject, len(read.attachments))
    assert [one.data for one in files] == [one.data for one in read.attachments]
    assert quotes.split(body.rstrip() or "").new.strip() == read.body.strip()
