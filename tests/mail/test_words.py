"""Encoded words (RFC 2047), as they should be and as they are."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailreeve.mail import words
from mailreeve.mail.wire import encoded_words


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("plain", "plain"),
        ("=?utf-8?Q?Gr=C3=BC=C3=9Fe_aus?= Wien", "Grüße aus Wien"),
        ("=?UTF-8?B?R3LDvMOfZQ==?=", "Grüße"),
        ("=?iso-8859-1*de?Q?Gr=FC=DFe?=", "Grüße"),
        ("=?utf-8?Q?a?= =?utf-8?Q?b?=", "ab"),
        ("=?utf-8?Q?a?=\r\n =?utf-8?Q?b?= c", "ab c"),
        ("a =?utf-8?Q?b?= c", "a b c"),
        # cut inside a character
        ("=?utf-8?B?R3LD?= =?utf-8?B?vMOfZQ==?=", "Grüße"),
        ("=?utf-8?Q?Gr=C3?= =?utf-8?Q?=BC=C3=9Fe?=", "Grüße"),
        # broken, but clear
        ("=?utf-8?Q?with spaces in it?=", "with spaces in it"),
        ("=?utf-8?B?R3LDvMOfZQ?=", "Grüße"),
        ("=?utf-8?Q?a?==?utf-8?Q?b?=", "ab"),
        ("=?iso-8859-1?Q?Fr\xf6sche?=", "Frösche"),
        ("=?utf-8?Q?=ZZ_=4?=", "=ZZ =4"),
        # not encoded words
        ("=?utf-8?X?abc?=", "=?utf-8?X?abc?="),
        ("=?utf-8?Q?never closed", "=?utf-8?Q?never closed"),
        ("2 + 2 =? 4", "2 + 2 =? 4"),
    ],
)
def test_encoded_words_are_read(value: str, text: str) -> None:
    """As a person would read them."""
    assert text == words.decoded(value)


def test_decoding_cannot_make_a_header() -> None:
    """An encoded line break becomes a space."""
    assert "a Bcc: x@evil.example" == words.decoded("=?utf-8?q?a=0D=0ABcc:_x=40evil.example?=")


def test_raw_bytes_are_utf8_or_windows_1252() -> None:
    """RFC 6532 headers, and those from before it."""
    assert "Grüße" == words.raw_text("Grüße".encode())
    assert "Grüße €" == words.raw_text("Grüße €".encode("cp1252"))


@given(
    st.text(st.characters(exclude_categories=("Cc", "Cf", "Cn", "Cs", "Zl", "Zp", "Zs", "Mn")), min_size=1)
)
def test_what_we_encode_is_read_back(text: str) -> None:
    """For any text without controls."""
    assert words.with_words(" ".join(encoded_words(text))) == text
