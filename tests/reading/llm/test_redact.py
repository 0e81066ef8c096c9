"""Secrets do not leave; what only looks like one does not disturb."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailreeve.reading.llm.redact import Redactor, is_card, is_iban

SECRETS = [
    ("Card: 4111 1111 1111 1111, exp 04/28", "4111 1111 1111 1111"),
    ("pay with 5500-0000-0000-0004 please", "5500-0000-0000-0004"),
    ("amex 378282246310005.", "378282246310005"),
    ("order 2 4111 1111 1111 1111 04/28", "4111 1111 1111 1111"),
    ("no 3-5-5500-0000-0000-0004-9", "5500-0000-0000-0004"),
    ("IBAN DE89 3704 0044 0532 0130 00", "DE89 3704 0044 0532 0130 00"),
    ("to GB29NWBK60161331926819 today", "GB29NWBK60161331926819"),
    ("fr7630006000011234567890189", "fr7630006000011234567890189"),
    ("key AKIAIOSFODNN7EXAMPLE", "AKIAIOSFODNN7EXAMPLE"),
    ("ghp_abcdefghijklmnopqrstuvwxyz0123456789", "ghp_abcdefghijklmnopqrstuvwxyz0123456789"),
    ("sk-proj-abcdefghijklmnop1234", "sk-proj-abcdefghijklmnop1234"),
    ("sk_live_4eC39HqLyjWDarjtT1zdp7dc", "sk_live_4eC39HqLyjWDarjtT1zdp7dc"),
    ("xoxb-1234567890-abcdefghij", "xoxb-1234567890-abcdefghij"),
    ("Authorization: Bearer abc.def-123456", "abc.def-123456"),
    ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0"),
    ("the password is hunter2!x", "hunter2!x"),
    ("Passwort: Sommer#2026", "Sommer#2026"),
    ("mot de passe : Soleil-99", "Soleil-99"),
    ("contraseña: Luna_77", "Luna_77"),
    ("Your verification code is 482913.", "482913"),
    ("Ihr Bestätigungscode lautet 771 204", "771 204"),
    ("Votre code de vérification : 55821", "55821"),
    ("Su código de seguridad es 90817", "90817"),
    ("G-482913 is your Example verification code", "482913"),
    ("-----BEGIN RSA PRIVATE KEY-----\nMIIEow\n-----END RSA PRIVATE KEY-----", "MIIEow"),
    ("postgres://app:s3cret@db.example/app", "s3cret"),
    ("https://example.org/reset?token=abc123def456&x=1", "abc123def456"),
    ("card 4111\u00a01111\u00a01111\u00a01111", "4111\u00a01111\u00a01111\u00a01111"),
    ("card 4111 1111\n1111 1111", "1111\n1111 1111"),
    ("card 4111 -  1111 - 1111 - 1111", "1111 - 1111"),
    ("4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1", "1 1 1 1 1"),
    ("card ４１１１１１１１１１１１１１１１", "４１１１１１１１"),
    ("card 4111–1111–1111–1111", "1111–1111"),
    (
        "card \u0664\u0661\u0661\u0661\u0661\u0661\u0661\u0661\u0661\u0661\u0661\u0661\u0661\u0661\u0661\u0661",
        "\u0661\u0661",
    ),
    ("4111\u200b1111\u200b1111\u200b1111", "1111\u200b1111"),
    ("2026\n4111 1111 1111 1111", "4111 1111 1111 1111"),
    ("CVC: 737", "737"),
    ("IBAN\nDE89 3704 0044\n0532 0130 00", "0532 0130"),
    ("IBAN DE89.3704.0044.0532.0130.00", "3704.0044"),
    ("ＤＥ８９３７０４００４４０５３２０１３０００", "３７０４"),
    ("SSN 536-90-4399", "536-90-4399"),
    (
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIiwi\nbmFtZSI6IkpvaG4gRG9lIn0.c2lnbmF0dXJl",
        "bmFtZSI6IkpvaG4gRG9lIn0",
    ),
    ("-----BEGIN PGP PRIVATE KEY BLOCK-----\n\nlQOYBF\n-----END PGP PRIVATE KEY BLOCK-----", "lQOYBF"),
    ("-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1r", "b3BlbnNzaC1r"),
    ("whsec_abcdefghijklmnop0123", "whsec_abcdefghijklmnop0123"),
    ("bot 123456789:AAabcdefghijklmnopqrstuvwxyz0123456", "AAabcdefghijklmnop"),
    ("AccountKey=abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGH==", "abcdefghijklmnopqrstuvwxyz"),
    ("Il tuo codice di verifica è 482913", "482913"),
    ("Seu código de verificação: 482 913", "482 913"),
    ("Je verificatiecode is 482913", "482913"),
    ("Din engångskod är 482913", "482913"),
    ("Twój kod weryfikacyjny: 482913", "482913"),
    ("Ваш код подтверждения: 482913", "482913"),
    ("認証コードは482913です", "482913"),
    ("您的验证码是４８２９１３，请勿泄露", "４８２９１３"),
    ("인증번호 482913", "482913"),
    ("Your one-time code: 4 8 2 9 1 3", "4 8 2 9 1 3"),
    ("verification code\u00a0482\u00a0913", "482\u00a0913"),
    ("Your security code: 7Q4-M2Z", "7Q4-M2Z"),
]
DROPPED = [
    ("https://example.org/reset/4f9a0b7c1d", "4f9a0b7c1d"),
    ("https://example.org/users/magic-link/abcdefgh/continue now", "abcdefgh"),
    ("see https://example.org/s/Zk3v9xYt1QpL0aSd8fGh7 please", "Zk3v9xYt1QpL0aSd8fGh7"),
    ("https://example.org/verify-email/12345", "12345"),
    ("https://example.org/a#access_token=abc", "access_token"),
]

HARMLESS = [
    "Invoice 4111 1111 1111 1112 is not a card",
    "Call +44 20 7946 0113 or 0049 30 1234567",
    "Order 1234-5678-9012-3456 shipped",
    "Meet on 2026-11-24 at 10:00 in room 4711",
    "DE00 1234 5678 9012 3456 78 has a wrong check digit",
    "DE86 3704 0044 0532 0130 has two digits less than Germany's numbers",
    "The building code is being revised in 2026",
    "We changed our password policy for everyone",
    "12 boxes, 3,480.00 net, 55 sets",
    "See https://example.org/path for more",
    "Call +4915112345678 or +1 415 555 2671 or 4155552671",
    "ISBN 9783161484100, EAN 4006381333931",
    "Tracking 1Z999AA10123456784 and 9400 1000 0000 0000 0000 00",
    "Order 2026-11-24/000123456789, customer 60011223344, VAT DE123456789",
    "From 24/11/2026 10:00 to 25/11/2026 18:30, 4 to 6 people",
    "Total 4.111,11 EUR, 1 234 567.89 USD, 12 % off",
    "at 10 the meeting is to end and it is 15 minutes",
    "Your order code: 20117, use code SAVE20 for 10 % off",
    "https://example.org/blog/2026/11/how-we-built-it",
]


@pytest.mark.parametrize(("text", "secret"), SECRETS, ids=[text[:20] for text, _ in SECRETS])
def test_a_secret_is_masked_and_comes_back(text: str, secret: str) -> None:
    """The secret is gone from the masked text; in a draft its placeholder becomes it again."""
    redactor = Redactor()
    masked = redactor.mask(text)
    assert secret not in masked
    if "?token" not in text:
        assert text == redactor.restore(masked)


@pytest.mark.parametrize(("text", "token"), DROPPED, ids=[text[:30] for text, _ in DROPPED])
def test_tokens_in_links_are_dropped(text: str, token: str) -> None:
    """What opens an account is not in the masked text, and no placeholder brings it back."""
    redactor = Redactor()
    masked = redactor.mask(text)
    assert token not in masked
    assert "https://example.org/" in masked
    assert token not in redactor.restore(masked)


@pytest.mark.parametrize("text", HARMLESS)
def test_what_only_looks_like_a_secret_stays(text: str) -> None:
    """Check digits and context decide."""
    assert text == Redactor().mask(text)


@pytest.mark.parametrize("word", ["PIN", "password", "token", "Your verification code", "secret key", "CVC"])
@pytest.mark.parametrize("number", ["4539 1488 0343 6467", "DE89 3704 0044 0532 0130 00"])
def test_a_number_beside_a_word_for_a_secret_is_masked_whole(word: str, number: str) -> None:
    """Its first group alone would pass for the secret, and the rest would leave."""
    redactor = Redactor()
    masked = redactor.mask(f"{word}: {number} as agreed")
    assert [] == [group for group in number.split() if group in masked]
    assert f"{word}: {number} as agreed" == redactor.restore(masked)


@pytest.mark.parametrize(
    "text",
    ["token=https://u:p4ss@h.example/4539148803436467 ok", "password is x4539148803436467/4539148803436467y"],
)
def test_a_secret_within_a_secret_comes_back(text: str) -> None:
    """What was masked as a part of something that was masked afterwards is restored with it."""
    redactor = Redactor()
    assert text == redactor.restore(redactor.mask(text))


def test_the_same_secret_has_one_placeholder() -> None:
    """A model can see that two cards are the same one, not which."""
    masked = Redactor().mask("4111 1111 1111 1111 and again 4111 1111 1111 1111, not 5500-0000-0000-0004")
    first, second, third = masked.split("[card-")[1:]
    assert first.partition("]")[0] == second.partition("]")[0] != third.partition("]")[0]


def test_mail_cannot_forge_a_placeholder() -> None:
    """The random end differs per call."""
    ends = {Redactor().mask("card 4111 1111 1111 1111")[-6:] for _ in range(20)}
    assert len(ends) > 10


def test_an_invented_placeholder_stays_a_blank() -> None:
    """Only what this call masked comes back; anything else of that shape is left for the person to fill in."""
    redactor = Redactor()
    name = redactor.mask("card 4111 1111 1111 1111").removeprefix("card ")
    foreign = Redactor().mask("DE89 3704 0044 0532 0130 00")
    assert "4111 1111 1111 1111 [IBAN?] [code?]" == redactor.restore(f"{name} {foreign} [code-3-0000]")


@pytest.mark.parametrize("spaced", ["", " ", "-", "\u00a0", "\n", "\u2009", " - ", "\u200b"])
@pytest.mark.parametrize("number", ["5500000000000004", "DE89370400440532013000", "378282246310005"])
def test_no_way_of_writing_a_number_hides_it(number: str, spaced: str) -> None:
    """In groups of four, with whatever between them, and inside of a sentence."""
    written = spaced.join(number[place : place + 4] for place in range(0, len(number), 4))
    redactor = Redactor()
    masked = redactor.mask(f"Please pay with {written} today, thank you.")
    assert 1 == redactor.count
    assert number[4:8] not in masked


@given(st.text(max_size=300))
def test_masking_never_breaks(text: str) -> None:
    """Any text can be masked, and masking it twice changes nothing more."""
    redactor = Redactor()
    once = redactor.mask(text)
    assert once == redactor.mask(once)


def test_check_digits() -> None:
    """Luhn and modulo 97, as the standards have them."""
    assert is_card("4111111111111111")
    assert not is_card("4111111111111112")
    assert not is_card("0000000000000000")
    assert is_iban("NL91ABNA0417164300")
    assert not is_iban("NL91ABNA0417164301")
    assert not is_iban("NL91")
