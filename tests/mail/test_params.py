"""Parameters of Content-Type and Content-Disposition."""

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailreeve.mail import params
from mailreeve.mail.wire import parameter


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ('attachment; filename="a b.txt"', "a b.txt"),
        ("attachment; filename=plain.txt; size=3", "plain.txt"),
        ("attachment;filename=no spaces.txt", "no spaces.txt"),
        (r'attachment; filename="q\"uote\\.txt"', 'q"uote\\.txt'),
        ('attachment; filename="=?utf-8?Q?Gr=C3=BC=C3=9Fe.txt?="', "Grüße.txt"),
        ("attachment; filename*=utf-8''Gr%C3%BC%C3%9Fe.txt", "Grüße.txt"),
        ("attachment; filename*=iso-8859-1'de'Gr%FC%DFe.txt", "Grüße.txt"),
        ("attachment; filename*0=one; filename*1=two.txt", "onetwo.txt"),
        ("attachment; filename*1=two.txt; filename*0=one", "onetwo.txt"),
        ("attachment; filename*0*=utf-8''Gr%C3%BC; filename*1*=%C3%9Fe; filename*2=.txt", "Grüße.txt"),
        ("attachment; filename=fallback.txt; filename*=utf-8''right.txt", "right.txt"),
        ("attachment; filename*=utf-8''right.txt; filename=fallback.txt", "right.txt"),
        ('attachment; filename="never closed', "never closed"),
        ("attachment; filename=first.txt; filename=second.txt", "first.txt"),
        ("attachment; ; ; filename=x", "x"),
        ('attachment; filename="a\r\n b.txt"', "a b.txt"),
        ("attachment", ""),
    ],
)
def test_file_names_are_read(header: str, name: str) -> None:
    """RFC 2183 and 2231, and what is sent in their name."""
    assert name == params.parse(header).get("filename")


def test_a_path_stays_data() -> None:
    """The sender's name is handed on as it is; nobody uses it as a path."""
    assert "../../.bashrc" == params.parse('x; filename="=?utf-8?q?..=2F..=2F.bashrc?="').get("filename")


def test_a_boundary_is_taken_to_the_letter() -> None:
    """It is neither decoded nor trimmed."""
    assert "=?utf-8?q?x?=  y" == params.parse('multipart/mixed; boundary="=?utf-8?q?x?=  y"').get("boundary")


def test_a_missing_semicolon_is_understood() -> None:
    """`multipart/mixed boundary=x` names both."""
    found = params.parse('multipart/mixed\t boundary="x y"')
    assert ("multipart/mixed", "x y") == (found.value, found.get("boundary"))


@pytest.mark.parametrize(
    ("value", "media_type"),
    [
        ("text/html", "text/html"),
        ("text", "text/plain"),
        ("html", ""),
        ("a/b/c", ""),
        ("", ""),
        ("a b/c", ""),
    ],
)
def test_media_types_are_checked(value: str, media_type: str) -> None:
    """What is no media type is none."""
    assert media_type == params.media_type(value)


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("text/(a comment)plain (another); charset=x", "text/plain"),
        ("text/html (never closed; charset=x", "text/html"),
        ("text/html (((((; charset=x", "text/html"),
    ],
)
def test_comments_are_no_part_of_the_value(header: str, value: str) -> None:
    """RFC 2045 allows them; one that is not closed ends with the value."""
    found = params.parse(header)
    assert (value, "x") == (found.value, found.get("charset"))


def test_a_parameter_far_behind_is_read() -> None:
    """Time grows with the length alone, so nothing is cut here: the header block has its limits."""
    assert "x.txt" == params.parse(f"attachment; a={'b' * 15_000}; filename=x.txt").get("filename")


GROWING = """
from mailreeve.mail import params
for start in ("", "(", "x;", "x;a=", 'x;a="', "x;a*=u''"):
    for piece in ("(", "(a", "(=", '"', '"\\\\', "\\\\", " ", ";", "a ", "a=", "=", "'", "%", "=?u?q?", "a*0*="):
        params.parse(start + piece * (200_000 // len(piece)))
params.parse("(" * 2_000_000)
"""


def test_time_grows_with_the_length_and_not_with_its_square() -> None:
    """Two million brackets, and 90 forms of 200,000 characters: with the square it were half an hour, not a second.

    The limit of the process is far above what it needs: it ends one that would hang.
    """
    done = subprocess.run([sys.executable, "-c", GROWING], timeout=60, check=False)
    assert 0 == done.returncode


@given(
    st.text(st.characters(exclude_categories=("Cc", "Cf", "Cn", "Cs", "Zl", "Zp", "Zs", "Mn")), max_size=90)
)
def test_names_that_we_write_are_read_back(name: str) -> None:
    """Any file name without controls survives RFC 2231."""
    written = f"attachment{parameter('filename', name)}".replace("\r\n", "")
    found = params.parse(written).get("filename")
    assert name == found or "=?" in name
