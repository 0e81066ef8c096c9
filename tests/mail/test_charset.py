"""Bytes to text."""

import codecs
import encodings
import pkgutil
import random
from collections.abc import Callable
from encodings import aliases

import pytest

from mailreeve.mail import charset, mime


@pytest.mark.parametrize(
    ("label", "codec"),
    [
        ("UTF-8", "utf-8"),
        ("us-ascii", "cp1252"),
        ("ISO-8859-1", "cp1252"),
        ("iso-8859-15", "iso8859-15"),
        ("Shift_JIS", "cp932"),
        ("ks_c_5601-1987", "cp949"),
        ("gb2312", "gb18030"),
        ("koi8-r", "koi8-r"),
    ],
)
def test_labels_of_mail_are_known(label: str, codec: str) -> None:
    """Whatever their spelling, as mail programs read them."""
    assert codec == charset.codec(label)


@pytest.mark.parametrize(
    "label",
    [
        "unicode_escape",
        "punycode",
        "rot13",
        "zlib_codec",
        "idna",
        "raw_unicode_escape",
        "../../x\0",
        "",
        "x" * 99,
    ],
)
def test_codecs_that_are_no_charsets_are_refused(label: str) -> None:
    """Python knows codecs that execute escapes or unpack data; mail cannot name them."""
    assert "" == charset.codec(label)


@pytest.mark.parametrize(
    ("data", "label", "text"),
    [
        ("Grüße".encode(), "utf-8", "Grüße"),
        ("Grüße".encode("latin-1"), "iso-8859-1", "Grüße"),
        (b"\x93quoted\x94 \x80 5", "iso-8859-1", "“quoted” € 5"),
        ("Привет".encode("koi8-r"), "koi8-r", "Привет"),
        ("日本語".encode("iso2022_jp"), "iso-2022-jp", "日本語"),
        ("中文".encode("gbk"), "gb2312", "中文"),
        (b"\xef\xbb\xbfBOM", "us-ascii", "BOM"),
    ],
)
def test_the_declared_charset_is_used(data: bytes, label: str, text: str) -> None:
    """Right labels give the text and no defect."""
    assert (text, "") == charset.decode(data, label)


def test_a_false_ascii_label_means_utf8() -> None:
    """8-bit text under a label of ASCII is UTF-8 far more often than anything else."""
    text, defect = charset.decode("Grüße".encode(), "us-ascii")
    assert ("Grüße", True) == (text, "wrong" in defect)


def test_an_unknown_label_is_guessed_and_told() -> None:
    """The detector finds Cyrillic; the defect says that it was a guess."""
    russian = "Привет, как дела? Это обычное письмо о погоде и работе. " * 10
    text, defect = charset.decode(russian.encode("koi8-r"), "x-nobody-knows")
    assert "Привет" in text
    assert "read as koi8-r" in defect


def test_without_the_detector_nothing_is_lost_silently() -> None:
    """Bytes that fit nothing are shown as they can be, and the defect says so."""
    text, defect = charset.decode(b"\xe9\xff\x81", "x-nobody-knows", detect=False)
    assert 3 == len(text)
    assert "losses" in defect


def test_gmails_text_is_utf8_whatever_is_declared() -> None:
    """Non-ASCII bytes that are valid UTF-8 are UTF-8; others follow the declared charset."""
    assert "Grüße" == charset.decode("Grüße".encode(), "iso-8859-1", utf8_first=True)[0]
    assert "Grüße" == charset.decode("Grüße".encode("latin-1"), "iso-8859-1", utf8_first=True)[0]
    assert "日本" == charset.decode("日本".encode("iso2022_jp"), "iso-2022-jp", utf8_first=True)[0]


def test_a_few_bad_bytes_do_not_spoil_the_text() -> None:
    """Text cut inside a character keeps its charset."""
    text, defect = charset.decode(("ü" * 30).encode()[:-1], "utf-8")
    assert text.startswith("ü" * 29)
    assert "do not fit" in defect


def test_nul_never_comes_out() -> None:
    """A NUL in text becomes U+FFFD."""
    assert "a\ufffdb" == charset.decode(b"a\0b", "utf-8")[0]


ALLOWED = frozenset(charset._CODECS.values())
LABELS = sorted(
    {
        *aliases.aliases,
        *aliases.aliases.values(),
        *(one.name for one in pkgutil.iter_modules(encodings.__path__)),
    }
)


def test_only_text_codecs_are_on_the_list() -> None:
    """Each exists, makes text of bytes, and neither runs escapes, nor unpacks, nor asks the system."""
    odd = {"idna", "punycode", "mbcs", "oem", "undefined", "unicode-escape", "raw-unicode-escape"}
    found = {name: codecs.lookup(name) for name in ALLOWED}
    assert [] == [name for name, one in found.items() if not one._is_text_encoding or one.name in odd]


@pytest.mark.parametrize(
    "spelling", [str, str.upper, lambda label: label.replace("_", "-"), lambda label: f"x-{label}"]
)
def test_of_all_that_python_knows_mail_can_name_the_list_alone(spelling: Callable[[str], str]) -> None:
    """As the charset of a part, an encoded word and a file name: no exception, and a defect for what is not on it."""
    assert len(LABELS) > 300
    data = b"p\xe4ss\\x41 =41 xn--mnchen-3ya x\x9c\x03\x00"
    for label in map(spelling, LABELS):
        name = charset.codec(label)
        assert name == "" or name in ALLOWED
        text, defect = charset.decode(data, label)
        assert "ss\\x41" in text or name
        assert name or "charset" in defect
        head = f"Subject: =?{label}?q?a=E4b?=\nContent-Type: text/plain; charset={label}; name*={label}''a%E4b\n\n"
        message = mime.from_bytes(head.encode() + data)
        assert not [one for one in message.defects if one.startswith(mime.UNREADABLE)]
        assert name or any("charset" in one for one in message.defects)


def test_each_codec_of_the_list_reads_any_bytes() -> None:
    """Right, wrong and cut short: a text and perhaps a defect, never an exception."""
    lot = random.Random(7)  # noqa: S311 -- repeatable on purpose
    samples = [lot.randbytes(length) for length in (1, 2, 3, 7, 60, 300)]
    samples += [
        b"+",
        b"+AAA-",
        b"\x1b$B",
        b"\x1b$)C\x0e",
        b"~{",
        b"\xff\xfe",
        b"\xfe\xff\xd8\x00",
        b"\x00\x00\xfe\xff\xff",
    ]
    for name in ALLOWED:
        for data in samples:
            text, _ = charset.decode(data, name, detect=False)
            text.encode("utf-8", "surrogatepass")
            assert "\0" not in text
