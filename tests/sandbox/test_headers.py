"""Header blocks as bytes."""

import pytest

from mailreeve.sandbox import headers

RAW = b"From: a@x.example\r\nBcc: b@x.example,\r\n c@x.example\r\nX: y\r\nbcc: d@x.example\r\n\r\nBcc: in the body\r\n"


def test_a_field_is_taken_out_with_its_folded_lines() -> None:
    """Every occurrence in any case; no other byte changes."""
    assert b"From: a@x.example\r\nX: y\r\n\r\nBcc: in the body\r\n" == headers.without(RAW, "Bcc")


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b"A: 1\r\nFrom: x\r\n\r\nb", b"A: 1\r\nFrom: new\r\n\r\nb"),
        (b"A: 1\nFrom: x\n y\nFROM: z\n\nb", b"A: 1\nFrom: new\n\nb"),
        (b"A: 1\n\nb", b"From: new\nA: 1\n\nb"),
        (b"\r\nb", b"From: new\r\n\r\nb"),
    ],
)
def test_a_field_is_set_in_its_place(raw: bytes, expected: bytes) -> None:
    """Replaced where it stood, further ones dropped, else put on top, with the message's own line ends."""
    assert expected == headers.with_first(raw, "From", "new")


@pytest.mark.parametrize(
    ("subject", "key"),
    [
        ("Re: Plan", "plan"),
        ("RE: Fwd: Re[2]:  Big  Plan", "big plan"),
        ("AW: Plan", "plan"),
        ("Replan", "replan"),
        ("", ""),
    ],
)
def test_subjects_are_compared_without_reply_prefixes(subject: str, key: str) -> None:
    """Prefixes, case and spaces do not part a thread."""
    assert key == headers.subject_key(subject)


def test_block_and_rest_make_the_whole() -> None:
    """Splitting loses nothing."""
    for raw in (RAW, b"", b"\r\nx", b"A: 1", b"A: 1\n", b"A: 1\r\n\r\n", b"no header at all\nmore"):
        block, rest = headers.split(raw)
        assert raw == block + rest
        assert block == b"".join(headers.lines(block))
