"""Signals are read from headers, labels and words, and say why nobody should decide alone."""

import pytest
from tests.reading.mails import OWNER, mail, people

from mailreeve.models import Invite, Link, Message
from mailreeve.reading.offline import signals

OWN = frozenset({OWNER})


def read(message: Message, *known: str) -> signals.Signals:
    return signals.read(message, own=OWN, known=frozenset(known))


def test_a_plain_mail_from_a_person() -> None:
    """Nothing speaks of a machine, and nothing stands against deciding."""
    seen = read(mail("The lift is repaired."))
    assert seen.human
    assert not seen.asks
    assert () == seen.vetoes


@pytest.mark.parametrize(
    ("name", "value", "field"),
    [
        ("List-Id", "<weekly.example>", "list_mail"),
        ("List-Unsubscribe", "<https://x.example/u>", "list_mail"),
        ("Precedence", "bulk", "list_mail"),
        ("Auto-Submitted", "auto-generated", "automated"),
        ("Auto-Submitted", "auto-replied", "auto_reply"),
        ("Feedback-ID", "1:2:3", "sent_by_service"),
        ("X-Autoreply", "yes", "auto_reply"),
    ],
)
def test_headers_tell_machines(name: str, value: str, field: str) -> None:
    """RFC 2369, RFC 3834 and what mass-mailing services add."""
    assert getattr(read(mail("x", headers={name: value})), field)
    assert not getattr(read(mail("x")), field)


@pytest.mark.parametrize(
    "address",
    ["no-reply@x.example", "noreply@x.example", "notifications@x.example", "do-not-reply@x.example", "mailer-daemon@x.example", "alerts-noreply@x.example", "build-bot@x.example"],
)  # fmt: skip
def test_addresses_that_take_no_answer(address: str) -> None:
    """A program writes from them."""
    assert read(mail("x", sender=address)).automated
    assert not read(mail("x", sender="ana@x.example")).automated


def test_a_bounce_is_no_automatic_reply() -> None:
    """It is called auto-replied, and yet it reports a failure."""
    bounce = mail(
        "not delivered", sender="mailer-daemon@x.example", headers={"Auto-Submitted": "auto-replied"}
    )
    assert not read(bounce).auto_reply
    assert read(bounce).automated


def test_an_out_of_office_note_is_known_by_its_words() -> None:
    """Many programs set no header."""
    assert read(mail("I am out of the office until Monday with limited access to e-mail.")).auto_reply
    assert read(mail("I am away.", "Automatic reply: your offer")).auto_reply
    assert not read(mail("Will you be out of the office on Monday?")).auto_reply


def test_gmails_view_is_taken_in() -> None:
    """Tabs, importance and star."""
    seen = read(mail("x", labels=("INBOX", "IMPORTANT", "STARRED", "CATEGORY_PROMOTIONS")))
    assert ("promotions", True, True) == (seen.category, seen.important, seen.starred)


def test_who_the_author_is_to_the_owner() -> None:
    """Known, of the same house, from a private address, or the owner."""
    assert read(mail("x"), "ana@price-studio.example").known
    assert read(mail("x", sender="owen@vale-joinery.example")).colleague
    assert read(mail("x", sender="ana@gmail.com")).free_mail
    assert read(mail("x", sender="ana@yahoo.co.uk")).free_mail
    assert read(mail("x", sender=OWNER)).outgoing


QUESTIONS = [
    ("Could you send me the plan?", True),
    ("Which day suits you?", True),
    ("Please sign page 7.", True),
    ("Let me know what you think.", True),
    ("Soll er bleiben oder ganz entfallen? Die Farbe ist schön und das Holz auch.", True),
    ("Pourriez-vous répondre avant vendredi ?", True),
    ("¿Puedes traer el postre?", True),
    ("The plan is attached.", False),
    ("Please find the plan attached.", False),
    ("Bryn, can you sign for it?", False),
]


@pytest.mark.parametrize(("text", "asks"), QUESTIONS, ids=[text for text, _ in QUESTIONS])
def test_what_is_asked_of_the_owner(text: str, asks: bool) -> None:
    """Questions and requests count when they are put to the owner, in four languages."""
    assert asks == read(mail(f"Hello,\n\n{text}\n", cc="Bryn Ellis <b@x.example>")).asks


def test_a_copy_asks_nothing_unless_it_names_the_owner() -> None:
    """In Cc one is informed, except for "maybe Robin can"."""
    to, cc = "Bryn Ellis <bryn@x.example>", f"Robin Vale <{OWNER}>"
    assert not read(mail("Can you sign for it?", to=to, cc=cc)).asks
    assert read(mail("Maybe Robin can ask the pilots?", to=to, cc=cc)).asks


def test_a_machine_asks_nothing() -> None:
    """What a mailing asks of everybody is no question."""
    assert not read(mail("Could you rate us?", headers={"List-Unsubscribe": "<x>"})).asks


VETOES = [
    (mail("x", labels=("IMPORTANT",)), "important"),
    (mail("x", labels=("STARRED",)), "starred"),
    (mail("Payment is due on Friday."), "deadline"),
    (mail("A new sign-in was detected on your account."), "security"),
    (mail("This is urgent."), "urgent"),
    (mail("Could you send it?"), "asks"),
]


@pytest.mark.parametrize(("message", "why"), VETOES, ids=[why for _, why in VETOES])
def test_a_veto_says_why(message: Message, why: str) -> None:
    """Each is a sentence that the evidence repeats."""
    assert any(why in veto for veto in read(message).vetoes)


def test_a_known_correspondent_vetoes() -> None:
    """The mail of people one writes to is not decided by weights alone."""
    assert any("known" in veto for veto in read(mail("x"), "ana@price-studio.example").vetoes)


def test_a_sender_who_is_not_what_it_seems() -> None:
    """DMARC, links, answers that go elsewhere, and the owner's own name from another address."""
    assert read(
        mail("x", authentication_results="mx.google.com; dmarc=fail header.from=price-studio.example")
    ).spoofed
    assert read(mail("x", reply_to=people("a@elsewhere.example"))).spoofed
    assert read(mail("x", links=(Link("https://bank.example", "https://evil.example/x"),))).spoofed
    assert read(mail("x", sender="Robin Vale <robin.vale@gmail.com>")).spoofed
    assert not read(mail("x")).spoofed


def test_an_invitation_is_seen() -> None:
    """Its method says what kind."""
    event = Invite("REQUEST", "u", "Lunch", "2026-11-26T12:00", "2026-11-26T13:00", "", "")
    assert "request" == read(mail("x", invite=event)).invite


def test_letters_hidden_from_filters_are_noise() -> None:
    """Spaced-out and broken words count; ordinary text has none."""
    assert read(mail("v i a g r a and ci/al/is !!! buy n o w a t once!!!!")).noise > 1
    assert 0 == read(mail("An ordinary sentence with a path a/b/c and a NATO letter.")).noise


def test_a_forward_without_own_text_is_read_by_what_it_forwards() -> None:
    """An empty new text is not an empty mail."""
    assert read(mail("", quoted="Could you send me the plan?")).asks
