"""The skeleton of a reply quotes what was asked, leaves blanks, and invents nothing."""

import pytest
from tests.reading.mails import OWNER, mail, thread

from mailreeve.cancel import Cancel
from mailreeve.errors import InputError
from mailreeve.models import DecidedBy, Thread
from mailreeve.reading.offline.reader import OfflineReader

READER = OfflineReader(own_addresses=[OWNER], name="Robin")
ASKED = mail("Hi Robin,\n\nWhich day suits you? And could you bring the plan?\n\nAna", "Re: Visit")


def test_each_question_gets_a_blank() -> None:
    """Greeting, thanks, the questions as asked, closing with the owner's name."""
    found = READER.draft(thread(ASKED), "", Cancel())
    assert (
        "Hi Ana,\n\nthank you for your message about “Visit”.\n\n"
        "You ask: “Which day suits you?”\n[your answer]\n\n"
        "You ask: “And could you bring the plan?”\n[your answer]\n\n"
        "Best regards,\nRobin\n"
    ) == found.body
    assert DecidedBy.OFFLINE == found.by
    assert "blanks" in found.note


def test_the_owners_words_are_taken_as_they_are() -> None:
    """Instructions are pasted in, and the note says so."""
    found = READER.draft(thread(ASKED), "Thursday, and yes, I bring it.", Cancel())
    assert "\n\nThursday, and yes, I bring it.\n\n" in found.body
    assert "[your answer]" not in found.body
    assert "as they are" in found.note


@pytest.mark.parametrize(
    ("text", "hello", "bye"),
    [
        ("Passt dir der Montag oder ist es zu früh für euch?", "Hallo Ana,", "Viele Grüße"),
        ("Est-ce que vous avez reçu les plans pour la porte ?", "Bonjour Ana,", "Cordialement,"),
        ("¿Puedes mandarme el plano de la mesa?", "Hola, Ana:", "Un saludo,"),
    ],
)
def test_it_is_in_the_language_of_the_mail(text: str, hello: str, bye: str) -> None:
    """German, French and Spanish."""
    body = READER.draft(thread(mail(text)), "", Cancel()).body
    assert body.startswith(hello)
    assert bye in body


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Hi Ana,\n\nWhich door did you choose?\n\nRobin",
            (
                "Hi Ana,\n\na quick follow-up on “Door”: have you had a chance to look at it?\n\n"
                "I had asked: “Which door did you choose?”\n\nBest regards,\nRobin\n"
            ),
        ),
        (
            "Hallo Ana,\n\nwelche Tür hast du für das Haus ausgesucht?\n\nRobin",
            (
                "Hallo Ana,\n\nkurze Nachfrage zu „Door“: Konntest du schon draufschauen?\n\n"
                "Meine Frage war: „Welche Tür hast du für das Haus ausgesucht?“\n\nViele Grüße\nRobin\n"
            ),
        ),
        (
            "Guten Tag,\n\nwelche Tür haben Sie für das Haus ausgesucht?\n\nRobin",
            (
                "Hallo Ana,\n\nich wollte kurz zu „Door“ nachfragen: Konnten Sie schon einen Blick darauf werfen?\n\n"
                "Meine Frage war: „Welche Tür haben Sie für das Haus ausgesucht?“\n\nViele Grüße\nRobin\n"
            ),
        ),
    ],
)
def test_who_wrote_last_themselves_reminds(text: str, expected: str) -> None:
    """The owner's own last message gets a reminder to its recipient, with its question and the same form of address."""
    own = mail(text, "Door", sender=f"Robin Vale <{OWNER}>", to="Ana Price <ana@price-studio.example>")
    assert expected == READER.draft(thread(ASKED, own), "", Cancel()).body


def test_a_mail_that_asks_nothing_gets_one_blank() -> None:
    """There is nothing to quote, and nothing is made up."""
    body = READER.draft(thread(mail("The lift is repaired.", "Lift")), "", Cancel()).body
    assert "[your reply]" in body
    assert "lift is" not in body.lower().replace("“lift”", "")


def test_mail_cannot_write_the_reply() -> None:
    """Braces and markup of a mail are quoted as plain text and fill nothing in."""
    found = mail("Can you visit <b>{name}</b> and $subject on **Friday**?", "{0} {subject}")
    body = READER.draft(thread(found), "", Cancel()).body
    assert "“{0} {subject}”" in body
    assert "“Can you visit {name} and $subject on Friday?”" in body


def test_a_thread_without_messages_is_an_error() -> None:
    """There is nothing to answer, and nothing to summarize."""
    with pytest.raises(InputError):
        READER.draft(Thread("t", ()), "", Cancel())
    with pytest.raises(InputError):
        READER.summarize(Thread("t", ()), Cancel())
