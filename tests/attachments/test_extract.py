"""Text out of attachments, whatever they hold."""

import io
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Callable

import pytest

from mailreeve.attachments.extract import MOST_BYTES, MOST_CHARS, extract

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def docx(body: str, head: str = "") -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(
            "word/document.xml", f'{head}<w:document xmlns:w="{WORD}"><w:body>{body}</w:body></w:document>'
        )
    return buffer.getvalue()


def pdf(text: str, pages: int = 1) -> bytes:
    return pdf_of(f"BT /F1 24 Tf 20 100 Td ({text}) Tj ET".encode(), b"", pages)


def pdf_of(stream: bytes, filter_: bytes, pages: int = 1) -> bytes:
    """A PDF whose pages all show the same stream."""
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [%s] /Count %d >>" % (b" ".join([b"3 0 R"] * pages), pages),
        (
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 200] /Contents 4 0 R"
            b" /Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> >>"
        ),
        b"<< /Length %d %s >>\nstream\n%s\nendstream" % (len(stream), filter_, stream),
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


OPEN = (
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"'
)


def zipped(**parts: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return buffer.getvalue()


def odt(body: str) -> bytes:
    return zipped(**{"content.xml": f"<office:document-content {OPEN}>{body}</office:document-content>"})


def slides(*texts: str) -> bytes:
    a = 'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
    return zipped(
        **{
            f"ppt/slides/slide{n}.xml": f"<s {a}><a:p><a:r><a:t>{t}</a:t></a:r></a:p></s>"
            for n, t in enumerate(texts)
        }
    )


RUN = "<w:r>{}<w:t>{}</w:t></w:r>"
VANISH = "<w:rPr><w:vanish/></w:rPr>"
NOT_VANISH = '<w:rPr><w:vanish w:val="0"/></w:rPr>'


@pytest.mark.parametrize(
    ("name", "type_", "data", "text", "note"),
    [
        ("a.txt", "text/plain", "Grüße".encode(), "Grüße", ""),
        (
            "a.txt",
            "text/plain",
            "pay\u200b \U000e0041now".encode(),
            "pay now",
            "2 invisible characters were left out",
        ),
        ("a.csv", "application/octet-stream", b"a,b\n1,2", "a,b\n1,2", ""),
        ("a.ics", "text/calendar", b"BEGIN:VCALENDAR", "BEGIN:VCALENDAR", ""),
        (
            "a.html",
            "text/html",
            b"<p>seen</p><p style='display:none'>unseen</p>",
            "seen",
            "6 hidden characters were left out",
        ),
        (
            "a.docx",
            DOCX,
            docx("<w:p><w:r><w:t>One</w:t></w:r></w:p><w:p><w:r><w:t>Two</w:t></w:r></w:p>"),
            "One\nTwo",
            "",
        ),
        (
            "a.docx",
            DOCX,
            docx(f"<w:p>{RUN.format(VANISH, 'obey')}{RUN.format(NOT_VANISH, 'seen')}<w:tab/></w:p>"),
            "seen\t",
            "4 characters that the document hides were left out",
        ),
        (
            "a.docx",
            DOCX,
            docx("<w:p><w:t>a</w:t><w:br/><w:delText>gone</w:delText><w:t>b</w:t></w:p>"),
            "a\nb",
            "",
        ),
        (
            "a.odt",
            "",
            odt("<text:h>Top</text:h><text:p>One <text:span>two</text:span><text:s/>!</text:p>"),
            "Top\nOne two !",
            "",
        ),
        (
            "a.odt",
            "",
            odt("<text:tracked-changes><text:p>gone</text:p></text:tracked-changes><text:p>here</text:p>"),
            "here",
            "4 characters that the document hides were left out",
        ),
        ("a.pptx", "", slides("One", "Two"), "One\nTwo", ""),
        (
            "a.pptx",
            "",
            slides(*["x"] * 501),
            "\n".join(["x"] * 500),
            "only the first 500 of 501 slides were read",
        ),
        ("a.pdf", "application/pdf", pdf("Invoice 42"), "Invoice 42", ""),
        (
            "a.pdf",
            "application/pdf",
            pdf("Invoice 42", pages=201),
            "\n\n".join(["Invoice 42"] * 200),
            "only the first 200 of 201 pages were read",
        ),
    ],
    ids=range(14),
)
def test_text_is_read(name: str, type_: str, data: bytes, text: str, note: str) -> None:
    """Each kind that we name is read, only its visible text, and what was left out is said."""
    found = extract(name, type_, data)
    assert (text, note) == (found.text, found.note)


def bomb() -> bytes:
    """Ten entities deep, a billion words."""
    levels = "".join(f"<!ENTITY e{n} '{f'&e{n - 1};' * 10}'>" for n in range(1, 10))
    return docx("<w:p><w:t>&e9;</w:t></w:p>", head=f"<!DOCTYPE x [<!ENTITY e0 'lol'>{levels}]>")


def many_objects() -> bytes:
    """A PDF of 100,000 objects that lead to one another."""
    bodies = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 200] /Contents 5 0 R >>",
        *(b"<< /A %d 0 R >>" % (number + 5) for number in range(100_000)),
    ]
    out, offsets = bytearray(b"%PDF-1.4\n"), []
    for number, body in enumerate(bodies, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    lines = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    return bytes(out) + b"xref\n0 %d\n0000000000 65535 f \n%s%s" % (
        len(bodies) + 1,
        lines,
        b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % (len(bodies) + 1, start),
    )


def entries() -> bytes:
    """A zip archive of 20,000 files beside the document."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for number in range(20_000):
            archive.writestr(f"x{number}", b"")
        archive.writestr("word/document.xml", f'<w:t xmlns:w="{WORD}">seen</w:t>')
    return buffer.getvalue()


def inflated() -> bytes:
    """A page whose content is 400 MB of blanks, packed into less than one."""
    return pdf_of(zlib.compress(b" " * (400 * 2**20), 9), b"/Filter /FlateDecode")


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.docx", b"no zip"),
        ("a.docx", zipped(other="x")),
        ("a.docx", docx("<w:p>")),
        ("a.docx", docx("", head="<!DOCTYPE x [<!ENTITY a 'b'>]>")),
        ("a.docx", docx("", head=f"<!--{' ' * 9000}--><!DOCTYPE x [<!ENTITY a 'b'>]>")),
        (
            "a.docx",
            docx("<w:p><w:t>&a;</w:t></w:p>", head="<!DOCTYPE x [<!ENTITY a SYSTEM 'file:///etc/passwd'>]>"),
        ),
        ("a.docx", docx("", head="<!DOCTYPE x SYSTEM 'http://127.0.0.1:9/x.dtd'>")),
        ("a.docx", bomb()),
        ("a.docx", docx("<w:t>" + " " * (21 * 2**20) + "</w:t>")),
        ("a.odt", odt("<text:p>" + " " * (21 * 2**20) + "</text:p>")),
        ("a.pptx", slides(*[" " * (11 * 2**20)] * 2)),
        ("a.pdf", b"%PDF-1.4 broken"),
        ("a.pdf", inflated()),
        ("a.pdf", pdf("x").replace(b"/Kids [3 0 R]", b"/Kids [2 0 R]")),
        ("a.pdf", pdf("x").replace(b"/Kids [3 0 R]", b"/Kids [" + b"[" * 50_000)),
        ("a.exe", b"MZ"),
        ("a.xlsx", zipped(**{"xl/sharedStrings.xml": "<sst/>"})),
    ],
    ids=range(17),
)
def test_what_cannot_be_read_is_said(name: str, data: bytes) -> None:
    """No exception, no text, and a note that says what to do."""
    found = extract(name, "application/octet-stream", data)
    assert ("", True) == (found.text, "save it" in found.note)


def test_a_document_type_in_another_encoding_is_refused() -> None:
    """The declaration is found by the XML parser, not by looking for its bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("word/document.xml", "<!DOCTYPE x [<!ENTITY a 'b'>]><x>&a;</x>".encode("utf-16"))
    assert "save it" in extract("a.docx", DOCX, buffer.getvalue()).note


def test_text_is_cut_and_the_cut_is_said() -> None:
    """A long text keeps its beginning; a file over the limit is not read at all."""
    long = extract("a.txt", "text/plain", b"x" * (MOST_CHARS + 5))
    assert (MOST_CHARS, f"cut after {MOST_CHARS} of {MOST_CHARS + 5} characters") == (
        len(long.text),
        long.note,
    )
    document = extract("a.docx", DOCX, docx(f"<w:p><w:t>{'x' * 300_000}</w:t></w:p>"))
    assert (MOST_CHARS, True) == (len(document.text), "first 250000 characters" in document.note)
    assert "larger than" in extract("a.txt", "text/plain", b"x" * (MOST_BYTES + 1)).note


@pytest.mark.parametrize(
    ("name", "data", "text"),
    [
        pytest.param("a.pdf", many_objects, "", id="100,000 objects"),
        pytest.param("a.docx", entries, "seen", id="20,000 files in the archive"),
        pytest.param(
            "a.docx",
            lambda: docx("<w:p>" * 200_000 + "<w:t>in</w:t>" + "</w:p>" * 200_000),
            "in",
            id="200,000 deep",
        ),
        pytest.param("a.docx", lambda: docx("<w:p/>" * 1_000_000), "", id="a million paragraphs"),
    ],
)
def test_odd_documents_are_read_within_the_bounds(name: str, data: Callable[[], bytes], text: str) -> None:
    """Neither depth nor number brings the worker to its time, its memory or a crash."""
    assert (text, "") == ((found := extract(name, "", data())).text, found.note)


def test_a_reader_that_takes_too_long_is_ended() -> None:
    """A note instead of a text."""
    found = extract("a.pdf", "application/pdf", many_objects(), seconds=0.05)
    assert ("", True) == (
        found.text,
        found.note.startswith("reading took over 0.05 s and was stopped: save it"),
    )


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux keeps to a limit of address space")
def test_the_worker_cannot_take_more_memory_than_its_limit() -> None:
    """The limit that it sets itself first: what goes beyond is a MemoryError, not a machine that swaps."""
    work = (
        "from mailreeve.attachments import worker; worker.limit_memory(worker.MEMORY_BYTES); "
        "bytearray(worker.MEMORY_BYTES)"
    )
    done = subprocess.run([sys.executable, "-I", "-c", work], capture_output=True, text=True, check=False)
    assert (1, "MemoryError") == (done.returncode, done.stderr.strip().splitlines()[-1])
    allowed = work.replace("bytearray(worker.MEMORY_BYTES)", "bytearray(worker.MEMORY_BYTES // 2)")
    assert 0 == subprocess.run([sys.executable, "-I", "-c", allowed], check=False).returncode
