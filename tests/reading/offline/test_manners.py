"""How a mail begins, ends and addresses its reader."""

import pytest

from mailreeve.reading.offline.manners import Manners, address, of


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        (
            "en",
            "Hi Grace,\n\nyes, Friday works.\n\nCheers,\nAlex",
            Manners("Hi {name},", "Cheers,", "Alex", "", False, 7),
        ),
        (
            "en",
            "Dear Mr. Smith,\n\nThe file.\n\nYours sincerely,\nAlex Moreno",
            Manners("", "Yours sincerely,", "Alex Moreno", "", True, 9),
        ),
        (
            "de",
            "Hallo Tom,\n\nkannst du mir den Plan schicken?\n\nViele Grüße\nAlex",
            Manners("Hallo {name},", "Viele Grüße", "Alex", "du", False, 11),
        ),
        (
            "de",
            "Sehr geehrte Frau Maier,\n\nanbei sende ich Ihnen den Plan.\n\nMit freundlichen Grüßen\nA. Moreno",
            Manners("", "Mit freundlichen Grüßen", "A. Moreno", "Sie", True, 15),
        ),
        (
            "fr",
            "Salut Marie,\n\ntu viens demain ?\n\nBises\nAlex",
            Manners("Salut {name},", "Bises", "Alex", "tu", False, 8),
        ),
        (
            "es",
            "Hola, Ana:\n\n¿puedes venir?\n\nUn abrazo,\nAlex",
            Manners("Hola, {name}:", "Un abrazo,", "Alex", "tú", False, 7),
        ),
        ("en", "Sounds good :)", Manners(words=3, emoji=True)),
        ("en", "", Manners()),
    ],
)
def test_the_manners_of_a_mail(language: str, text: str, expected: Manners) -> None:
    """Known forms with the name taken out; a title, which fits one person only, makes no form."""
    assert expected == of(text, language)


@pytest.mark.parametrize(
    "text",
    [
        "Hi there is a long sentence that begins like a greeting but goes on and on for ever, and on.",
        "Dearest of all, x\n\nThe secret is 12345\nBest of luck with the secret",
        "The plan\nThanks for everything that you did\nSome words below it that are no name at all 123",
    ],
)
def test_no_sentence_is_taken_for_a_form(text: str) -> None:
    """What is kept is a greeting, a closing or a name, never a piece of the text."""
    found = of(text, "en")
    assert ("", "", "") == (found.greeting, found.closing, found.name)


def test_both_forms_are_no_form() -> None:
    """Where a text says du and Sie as often as each other, nothing is said."""
    assert "" == address("Hast du das? Das haben Sie.", "de")
    assert "" == address("Do you have it?", "en")
