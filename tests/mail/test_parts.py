"""The MIME tree of raw messages."""

from mailreeve.mail import parts


def tree(raw: bytes) -> list[tuple[str, str]]:
    root, _ = parts.split(raw)
    return [(part.id, part.type) for part in root.walk()]


NESTED = b"""\
Content-Type: multipart/mixed; boundary=a

preamble
--a
Content-Type: multipart/alternative; boundary="a b"

--a b
Content-Type: text/plain

plain
--a b
Content-Type: text/html

<p>html
--a b--
--a
Content-Type: message/rfc822

Subject: inner
Content-Type: multipart/mixed; boundary=c

--c

text
--c--
--a
Content-Type: application/pdf

x
--a--
epilogue
"""


def test_parts_are_numbered_as_gmail_does() -> None:
    """The root is "", its children "0", "1"; theirs "0.0"; a message in a message is its child."""
    expected = [
        ("", "multipart/mixed"),
        ("0", "multipart/alternative"),
        ("0.0", "text/plain"),
        ("0.1", "text/html"),
        ("1", "message/rfc822"),
        ("1.0", "multipart/mixed"),
        ("1.0.0", "text/plain"),
        ("2", "application/pdf"),
    ]
    assert expected == tree(NESTED)
    assert expected == tree(NESTED.replace(b"\n", b"\r\n"))


def test_the_content_of_a_part_ends_before_its_delimiter() -> None:
    """The line end in front of a boundary belongs to the boundary."""
    root, _ = parts.split(NESTED.replace(b"\n", b"\r\n"))
    assert b"plain" == root.children[0].children[0].decoded()


def test_a_boundary_is_no_prefix_of_another() -> None:
    """`--ab` does not end what `--a` opened."""
    raw = b"Content-Type: multipart/mixed; boundary=a\n\n--a\n\none\n--ab\ntwo\n--a--"
    root, _ = parts.split(raw)
    assert [b"one\n--ab\ntwo"] == [part.decoded() for part in root.children]


def test_empty_parts_are_parts() -> None:
    """Two delimiters in a row have an empty part between them."""
    root, _ = parts.split(b"Content-Type: multipart/mixed; boundary=a\n\n--a\n--a\n\nx\n--a--")
    assert [b"", b"x"] == [part.decoded() for part in root.children]


def test_an_open_multipart_is_read_to_the_end_and_told() -> None:
    """The closing delimiter is missing."""
    root, defects = parts.split(b"Content-Type: multipart/mixed; boundary=a\n\n--a\n\nx\n")
    assert [b"x\n"] == [part.decoded() for part in root.children]
    assert ("the last part of a multipart is not closed",) == defects


def test_a_multipart_without_boundary_is_text() -> None:
    """So that what it says can be read."""
    root, defects = parts.split(b"Content-Type: multipart/mixed\n\nhello")
    assert ("text/plain", b"hello") == (root.type, root.decoded())
    assert "boundary" in defects[0]


def test_limits_hold_and_are_told() -> None:
    """Parts and depth."""
    many = b"Content-Type: multipart/mixed; boundary=a\n\n" + b"--a\n\nx\n" * 3_000 + b"--a--"
    root, defects = parts.split(many)
    assert parts.PARTS_LIMIT == len(list(root.walk()))
    assert f"more than {parts.PARTS_LIMIT} parts" in defects[0]
    root, defects = parts.split(b"Content-Type: message/rfc822\n\n" * 200 + b"Subject: x\n\nhi")
    assert parts.DEPTH_LIMIT + 1 == len(list(root.walk()))
    assert "nested deeper" in defects[0]


def test_a_message_in_base64_is_opened() -> None:
    """RFC 2046 forbids the encoding, senders use it."""
    raw = b"Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\nU3ViamVjdDogeAoKaGk="
    root, _ = parts.split(raw)
    assert b"hi" == root.children[0].decoded()


def test_lines_of_carriage_returns_are_lines() -> None:
    """Old Macs ended lines so."""
    root, _ = parts.split(b"Subject: x\r\rhello")
    assert (("Subject", "x"),) == root.fields
    assert b"hello" == root.decoded()


def test_sizes_are_of_the_decoded_content() -> None:
    """Without decoding it."""
    root, _ = parts.split(b"Content-Type: image/png\nContent-Transfer-Encoding: base64\n\naGVsbG8=\n")
    assert 5 == root.decoded_size()
