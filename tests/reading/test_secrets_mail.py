"""Mails that are a secret as a whole are known by rule, in many languages; others are not."""

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
    ("Accesso", "Il tuo codice di sicurezza è 482913"),
    ("Entrar", "O seu código de segurança: 482913"),
    ("Inloggen", "Je eenmalige code is 482 913"),
    ("Logga in", "Din verifieringskod är 482913"),
    ("Log ind", "Din engangskode er 482913"),
    ("Logowanie", "Kod autoryzacyjny: 482913"),
    ("Přihlášení", "Váš ověřovací kód: 482913"),
    ("Kirjaudu", "Vahvistuskoodi: 482913"),
    ("Giriş", "Doğrulama kodunuz: 482913"),
    ("Σύνδεση", "Ο κωδικός επαλήθευσης είναι 482913"),
    ("Вход", "Код подтверждения: 482913"),
    ("ログイン", "認証コード：４８２９１３"),
    ("登录", "您的验证码是482913，十分钟内有效"),
    ("로그인", "인증번호는 482913 입니다"),
    ("الدخول", "رمز التحقق: 482913"),
]
RESETS = [
    ("Reset your password", "Click https://example.org/r/1 to choose a new one."),
    ("Photovault", "Somebody asked to reset your Photovault password: https://example.org/x"),
    ("Passwort zurücksetzen", "Hier klicken: https://example.org/x"),
    ("Réinitialisation de votre mot de passe", "https://example.org/x"),
    ("Restablece tu contraseña", "https://example.org/x"),
    ("Your sign-in link", "https://example.org/magic/abc"),
    ("Anmelde-Link", "https://example.org/magic/abc"),
    ("Reimposta la tua password", "https://example.org/x"),
    ("Redefina a sua senha", "Redefinir senha: https://example.org/x"),
    ("Wachtwoord opnieuw instellen", "https://example.org/x"),
    ("Återställ ditt lösenord", "https://example.org/x"),
    ("Zresetuj swoje hasło", "https://example.org/x"),
    ("Сброс пароля", "https://example.org/x"),
    ("パスワード再設定のご案内", "https://example.org/x"),
    ("重置您的密码", "https://example.org/x"),
    ("Il tuo link di accesso", "https://example.org/x"),
    ("Link de acesso", "https://example.org/x"),
    ("Je inloglink", "https://example.org/x"),
    ("Verify your email address", "https://example.org/x"),
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
    ("Sale", "Your discount code is 20117, ten percent off."),
    ("Ordine", "Il numero del tuo ordine è 482913."),
    ("Bestelling", "Je bestelnummer is 482913, bezorging op 24-11-2026."),
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


def test_a_forwarded_code_is_a_secret() -> None:
    """A forward has its text in the quoted part."""
    assert "one-time code" == secrets_mail.is_secret_mail(
        mail("", "Fwd: hello", quoted="Your code is 482913")
    )


def test_folding_keeps_every_place() -> None:
    """What is found in the folded text is at the same place in the text itself."""
    text = "４８２ ½ ﬁ \u0664 – Ａ \U0001d7d8 \u200b ß é"
    assert len(text) == len(secrets_mail.folded(text))
    assert "482" == secrets_mail.folded(text)[:3]


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
