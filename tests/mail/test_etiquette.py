"""Who gets an answer, and how the parent is quoted."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from mailreeve.mail import etiquette
from mailreeve.models import Address, Message, SendAs

ANN, BOB, CEM, ME = (Address(name, f"{name.lower()}@x.example") for name in ("Ann", "Bob", "Cem", "Me"))
LIST = Address("", "list@lists.example")


def parent(**more: object) -> Message:
    values = {
        "from_": (ANN,),
        "to": (ME, BOB),
        "cc": (CEM,),
        "subject": "Plans",
        "message_id": "<1@x.example>",
        **more,
    }
    return Message(**values)  # type: ignore[arg-type] # the test names the fields


@pytest.mark.parametrize(
    ("mail", "everyone", "to", "cc"),
    [
        (parent(), False, (ANN,), ()),
        (parent(), True, (ANN,), (BOB, CEM)),
        (parent(reply_to=(CEM,)), False, (CEM,), ()),
        (parent(reply_to=(CEM,)), True, (CEM,), (BOB,)),
        (parent(to=(Address("I", "ME@x.example"),), cc=()), True, (ANN,), ()),
        (parent(from_=(ME,), to=(BOB,)), False, (BOB,), ()),
        (parent(from_=(ME,), to=(BOB,)), True, (BOB,), (CEM,)),
        (parent(from_=(ME,), to=(ME,), cc=()), False, (ME,), ()),
        (parent(from_=(), reply_to=()), False, (), ()),
        (parent(to=(ANN, BOB)), True, (ANN,), (BOB, CEM)),
        (parent(to=(LIST,), list_id="<lists.example>"), True, (ANN,), (LIST, CEM)),
        (
            parent(to=(LIST,), list_id="<l>", headers=(("Mail-Followup-To", "list@lists.example"),)),
            True,
            (LIST,),
            (),
        ),
    ],
)
def test_recipients(mail: Message, everyone: bool, to: tuple[Address, ...], cc: tuple[Address, ...]) -> None:
    """Reply-To else From; oneself never; an answer to one's own mail goes where that went."""
    assert (to, cc) == etiquette.recipients(mail, ["me@x.example"], everyone=everyone)


@pytest.mark.parametrize(
    ("subject", "answer", "forward"),
    [
        ("Plans", "Re: Plans", "Fwd: Plans"),
        ("Re: Plans", "Re: Plans", "Fwd: Re: Plans"),
        ("RE: AW: re[3]: Plans", "Re: Plans", "Fwd: RE: AW: re[3]: Plans"),
        ("Fwd: Plans", "Re: Fwd: Plans", "Fwd: Plans"),
        ("", "Re:", "Fwd:"),
    ],
)
def test_subjects_have_one_prefix(subject: str, answer: str, forward: str) -> None:
    """However many there were."""
    assert answer == etiquette.answer_subject(subject)
    assert forward == etiquette.forward_subject(subject)


def test_references_grow_by_the_parent_and_stay_bounded() -> None:
    """The first and the last are kept; what cannot be written is left out."""
    assert ("<0@x>", "<1@x.example>") == etiquette.references(parent(in_reply_to="<0@x>"))
    many = tuple(f"<{n}@x>" for n in range(100))
    found = etiquette.references(parent(references=many))
    assert ("<0@x>", "<1@x.example>", etiquette.REFERENCES_LIMIT) == (found[0], found[-1], len(found))
    assert () == etiquette.references(parent(message_id="<ä b>", references=("<a\r\nb>",)))


def test_the_identity_is_the_one_that_was_written_to() -> None:
    """Else the default one, else the fallback."""
    work, home = SendAs(Address("Me", "me@work.example")), SendAs(ME, default=True)
    assert work == etiquette.sender(parent(to=(Address("", "ME@work.example"),)), [home, work], ME)
    assert home == etiquette.sender(parent(to=(BOB,)), [work, home], ME)
    delivered = parent(to=(LIST,), headers=(("Delivered-To", "me@work.example"),))
    assert work == etiquette.sender(delivered, [home, work], ME)
    assert SendAs(ME) == etiquette.sender(parent(), [], ME)


def test_the_parent_is_quoted_as_gmail_does() -> None:
    """The attribution in the person's zone, marks before every line, signature and history too."""
    mail = parent(
        date=datetime(2026, 1, 5, 9, 0, tzinfo=UTC),
        text="One\n\nTwo",
        signature="Ann B",
        quoted="On x wrote:\n> old",
    )
    expected = (
        "On Mon, 5 Jan 2026 at 10:00, Ann <ann@x.example> wrote:\n"
        "> One\n>\n> Two\n>\n> --\n> Ann B\n>\n> On x wrote:\n>> old"
    )
    assert expected == etiquette.quoted(mail, timezone(timedelta(hours=1)))
    assert etiquette.quoted(parent(text="x")).startswith("Ann <ann@x.example> wrote:\n> x")


def test_a_forward_shows_the_head_and_the_whole() -> None:
    """Text, signature, history, nothing marked."""
    mail = parent(date=datetime(2026, 1, 5, 9, 0, tzinfo=UTC), text="One", quoted="> old")
    expected = (
        "---------- Forwarded message ---------\nFrom: Ann <ann@x.example>\nDate: Mon, 5 Jan 2026 at 09:00\n"
        "Subject: Plans\nTo: Me <me@x.example>, Bob <bob@x.example>\nCc: Cem <cem@x.example>\n\nOne\n\n> old"
    )
    assert expected == etiquette.forwarded(mail)


def test_a_long_parent_is_cut_and_told() -> None:
    """A thread of megabytes is not sent back."""
    found = etiquette.quoted(parent(text="x" * 200_000))
    assert len(found) < 110_000
    assert "more characters are not quoted" in found
