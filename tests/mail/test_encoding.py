"""Content-Transfer-Encoding."""

import base64
import binascii

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailreeve.mail import encoding


@pytest.mark.parametrize(
    ("data", "plain"),
    [
        (b"aGVsbG8=", b"hello"),
        (b"aGVs\r\nbG8=\r\n", b"hello"),
        (b"aGVsbG8", b"hello"),
        (b"aGVsbG8=aGVsbG8=", b"hellohello"),
        (b"!aG*Vs bG8=", b"hello"),
        (b"aGVsbG8hX", b"hello!"),
        (b"_-8=", b"\xff\xef"),
        (b"", b""),
        (b"====", b""),
    ],
)
def test_base64_is_read_as_far_as_it_goes(data: bytes, plain: bytes) -> None:
    """Foreign characters, missing padding, padding in the middle, base64url."""
    assert plain == encoding.decoded(data, "base64")


@pytest.mark.parametrize(
    ("data", "plain"),
    [
        (b"Gr=C3=BC=C3=9Fe", "Grüße".encode()),
        (b"soft=\r\nbreak", b"softbreak"),
        (b"soft=  \r\nbreak", b"softbreak"),
        (b"trailing  \r\nnext", b"trailing\r\nnext"),
        (b"=ZZ=", b"=ZZ"),
    ],
)
def test_quoted_printable_is_read(data: bytes, plain: bytes) -> None:
    """Soft breaks, white space at line ends, wrong escapes."""
    assert plain == encoding.decoded(data, "quoted-printable")


@given(st.binary())
def test_sizes_are_told_without_decoding(data: bytes) -> None:
    """For what mail programs write the size is exact."""
    packed = base64.encodebytes(data)
    assert len(data) == encoding.size(b"xx" + packed, 2, 2 + len(packed), "base64")
    quoted = binascii.b2a_qp(data, quotetabs=True, istext=False)
    assert len(encoding.decoded(quoted, "quoted-printable")) == encoding.size(
        quoted, 0, len(quoted), "quoted-printable"
    )
    assert len(data) == encoding.size(data, 0, len(data), "8bit")


@pytest.mark.parametrize(
    ("value", "name"),
    [
        ("BASE64", "base64"),
        (' "base64" ', "base64"),
        ("base64 (comment)", "base64"),
        ("QP", "quoted-printable"),
    ],
)
def test_names_are_normalized(value: str, name: str) -> None:
    """Case, quotes, comments, nicknames."""
    assert name == encoding.normalized(value)
