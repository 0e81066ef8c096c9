"""Text out of attachments, whatever they hold."""

import io
import zipfile

import pytest

from mailreeve.attachments.extract import MOST_BYTES, MOST_CHARS, Extract, extract

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def docx(body: str, head: str = "") -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(
            "word/document.xml", f'{head}<w:document xmlns:w="{WORD}"><w:body>{body}</w:body></w:document>'
        )
    return buffer.getvalue()


def pdf(text: str) -> bytes:
    stream = f"BT /F1 24 Tf 20 100 Td ({text}) Tj ET".encode()
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        (
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 200] /Contents 4 0 R"
            b" /Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> >>"
        ),
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
    ]
    out, offsets = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    start = len(out)
    return (
        out
        + b"xref\n0 5\n0000000000 65535 f \n"
        + table
        + b"trailer << /Size 5 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % start
    )


@pytest.mark.parametrize(
    ("name", "type_", "data", "text"),
    [
        ("a.txt", "text/plain", "Grüße".encode(), "Grüße"),
        ("a.csv", "application/octet-stream", b"a,b\n1,2", "a,b\n1,2"),
        ("a.ics", "text/calendar", b"BEGIN:VCALENDAR", "BEGIN:VCALENDAR"),
        ("a.html", "text/html", b"<p>seen</p><p style='display:none'>unseen</p>", "seen"),
        (
            "a.docx",
            DOCX,
            docx("<w:p><w:r><w:t>One</w:t></w:r></w:p><w:p><w:r><w:t>Two</w:t></w:r></w:p>"),
            "One\nTwo",
        ),
        ("a.pdf", "application/pdf", pdf("Invoice 42"), "Invoice 42"),
    ],
    ids=["txt", "csv", "ics", "html", "docx", "pdf"],
)
def test_text_is_read(name: str, type_: str, data: bytes, text: str) -> None:
    """Each kind that we name is read, and only its visible text."""
    assert Extract(text) == extract(name, type_, data)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.docx", b"no zip"),
        ("a.docx", docx("", head="<!DOCTYPE x [<!ENTITY a 'b'>]>")),
        ("a.docx", docx("<w:t>" + " " * (21 * 2**20) + "</w:t>")),
        ("a.pdf", b"%PDF-1.4 broken"),
        ("a.exe", b"MZ"),
    ],
    ids=["no-zip", "dtd", "bomb", "broken-pdf", "binary"],
)
def test_what_cannot_be_read_is_said(name: str, data: bytes) -> None:
    """No exception, no text, and a note that says what to do."""
    found = extract(name, "application/octet-stream", data)
    assert ("", True) == (found.text, "save it" in found.note)


def test_text_is_cut_and_the_cut_is_said() -> None:
    """A long text keeps its beginning; a file over the limit is not read at all."""
    long = extract("a.txt", "text/plain", b"x" * (MOST_CHARS + 5))
    assert (MOST_CHARS, f"cut after {MOST_CHARS} of {MOST_CHARS + 5} characters") == (
        len(long.text),
        long.note,
    )
    assert "larger than" in extract("a.txt", "text/plain", b"x" * (MOST_BYTES + 1)).note
