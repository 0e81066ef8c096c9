"""Mails that are a secret as a whole are known by rule, in four languages; others are not."""

import pytest
from tests.reading.mails import LABELS, mail

from mailreeve.models import DecidedBy, LabelSpec, Link
from mailreeve.reading import secrets_mail

CODES = [
    ("482916 is your Plotroom sign-in code", "It is valid for 10 minutes."),
    ("Sign in", "Your one-time code is\n\n482916"),
    ("Your verification code", "Valid for 10 minutes: 123 456. Do not share it."),
    ("Confirm", "G-771204 is your Google verification code."),
    ("Anmeldung", "Ihr Bestätigungscode lautet 771204."),
    ("Freigabe", "Ihre TAN: 883 201"),
    ("Connexion", "Votre code de vérification : 55821"),
    ("Acceso", "Su código de verificación es 908171"),
    ("Two-factor", "Use passcode 7Q4M2Z to log in"),
    ("Hello", "your Acme code is 9921"),
]
RESETS = [
    ("Reset your password", "Click https://example.org/r/1 to choose a new one."),
    ("Photovault", "Somebody asked to reset your Photovault password: https://example.org/x"),
    ("Passwort zurücksetzen", "Hier klicken: https://example.org/x"),
    ("Réinitialisation de votre mot de passe", "https://example.org/x"),
    ("Restablece tu contraseña", "https://example.org/x"),
    ("Your sign-in link", "https://example.org/magic/abc"),
    ("Anmelde-Link", "https://example.org/magic/abc"),
]
ORDINARY = [
    ("Dinner", "The door code of the new building is on the fridge."),
    ("Quote", "Our price for 482916 units is 3,480.00."),
    ("Weekly", "How to choose a password manager: https://example.org/blog\n" + "text " * 1000),
    ("Meeting", "I forgot my password again, ha. See you at 10:30 in room 4711."),
    ("Rules", "Codes of conduct were agreed in 2026."),
    (
        "Security news",
        "Two-factor authentication is now used by 71 % of all companies, up from 55 % in 2024.",
    ),
    ("Booking", "Your reservation number is AX-20117, two nights from 3 December."),
]


@pytest.mark.parametrize(("subject", "text"), CODES, ids=[text[:20] for _, text in CODES])
def test_a_one_time_code_is_a_secret(subject: str, text: str) -> None:
    """A word for such codes beside something that looks like one."""
    assert "one-time code" == secrets_mail.is_secret_mail(mail(text, subject))


@pytest.mark.parametrize(("subject", "text"), RESETS, ids=[subject for subject, _ in RESETS])
def test_a_reset_and_a_sign_in_link_are_secrets(subject: str, text: str) -> None:
    """The link in it opens the account."""
    assert secrets_mail.is_secret_mail(mail(text, subject)) in {"password reset", "sign-in link"}


def test_a_reset_whose_link_is_a_button_is_a_secret() -> None:
    """HTML mails show no address; the link counts all the same."""
    found = mail("Press the button.", "Reset your password", links=(Link("Reset", "https://example.org/r"),))
    assert "password reset" == secrets_mail.is_secret_mail(found)


@pytest.mark.parametrize(("subject", "text"), ORDINARY, ids=[subject for subject, _ in ORDINARY])
def test_ordinary_mail_is_none(subject: str, text: str) -> None:
    """Numbers, and talk about passwords, are no secrets as a whole."""
    assert "" == secrets_mail.is_secret_mail(mail(text, subject))


def test_an_answer_in_a_conversation_is_no_reset() -> None:
    """People write to each other about passwords."""
    found = mail("Did you reset your password? https://example.org/wiki", "Re: login", in_reply_to="<a@b>")
    assert "" == secrets_mail.is_secret_mail(found)


def test_the_verdict_repeats_nothing_of_the_mail() -> None:
    """Sender and kind are told, the code is not."""
    found = mail(
        "Your code is 482916", "482916 is your Acme sign-in code", sender="Acme <no-reply@acme.example>"
    )
    verdict = secrets_mail.rule_verdict(found, LABELS, "one-time code")
    assert ("notification", DecidedBy.RULE, "One-time code from Acme") == (
        verdict.label,
        verdict.by,
        verdict.summary,
    )
    assert "482916" not in repr(verdict)


def test_without_a_fitting_label_a_person_decides() -> None:
    """A label set that has no place for it gets no invented one."""
    verdict = secrets_mail.rule_verdict(mail("x"), [LabelSpec("cats", "", "About cats.")], "one-time code")
    assert ("", True) == (verdict.label, verdict.needs_human)
    assert "notification" == secrets_mail.rule_verdict(mail("x"), LABELS, "x").label
