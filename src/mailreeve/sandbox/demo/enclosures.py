"""The files that the demo letters carry, made from the texts in files/: pdf, docx, png, csv, ics."""

import io
import math
import struct
import zipfile
import zlib
from datetime import datetime
from html import escape
from typing import NamedTuple

from mailreeve.sandbox.demo.dates import fill
from mailreeve.sandbox.demo.letters import folder, read

DOCX_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
OFFICE = "http://schemas.openxmlformats.org"
XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


class Enclosure(NamedTuple):
    """A file with its name and media type."""

    name: str
    type: str
    data: bytes


def enclosure(name: str, now: datetime) -> Enclosure:
    """The file of that name; pdf and docx are set from the text of the same stem."""
    stem, _, kind = name.rpartition(".")
    if kind == "png":
        return Enclosure(name, "image/png", png(160, 104))
    written = {"csv": "text/csv", "ics": "application/ics"}
    if kind in written:
        text = fill(read(folder("files") / name), now)
        return Enclosure(name, written[kind], text.replace("\n", "\r\n").encode())
    lines = fill(read(folder("files") / f"{stem}.txt"), now).splitlines()
    if kind == "docx":
        return Enclosure(name, DOCX_TYPE, docx(lines))
    return Enclosure(name, "application/pdf", pdf(lines))


def pdf(lines: list[str]) -> bytes:
    """One A4 page of Helvetica (PDF 1.4), characters of Latin-1 only."""
    shown = [line.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)") for line in lines]
    text = "\n".join(f"({line}) Tj T*" for line in shown)
    page = f"BT /F1 11 Tf 15 TL 60 780 Td\n{text}\nET".encode("latin-1")
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        (
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 5 0 R"
            b" /Resources << /Font << /F1 4 0 R >> >> >>"
        ),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(page), page),
    ]
    out = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
    offsets = []
    for number, body in enumerate(objects, start=1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    out += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return bytes(out)


def docx(lines: list[str]) -> bytes:
    """A document with one paragraph a line (ECMA-376, the smallest package that Word opens)."""
    paragraphs = "".join(
        f'<w:p><w:r><w:t xml:space="preserve">{escape(line, quote=False)}</w:t></w:r></w:p>' for line in lines
    )
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{OFFICE}/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/word/document.xml" ContentType="{DOCX_TYPE}.main+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{OFFICE}/package/2006/relationships"><Relationship Id="rId1"'
        f' Type="{OFFICE}/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/>'
        "</Relationships>",
        "word/document.xml": f'<w:document xmlns:w="{OFFICE}/wordprocessingml/2006/main">'
        f"<w:body>{paragraphs}</w:body></w:document>",
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, text in parts.items():
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3  # the same bytes on every platform
            archive.writestr(entry, XML + text)
    return buffer.getvalue()


def png(width: int, height: int) -> bytes:
    """A small relief map with contour lines, 8-bit RGB."""
    rows = b"".join(
        b"\0" + b"".join(_colour(x / width, y / height) for x in range(width)) for y in range(height)
    )
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )


def _colour(x: float, y: float) -> bytes:
    rise = math.sin(3.1 * x + 0.4) * math.cos(2.3 * y - 0.5) + 0.35 * math.sin(7 * x + 5 * y)
    level = int((rise + 1.5) * 5)
    if (rise + 1.5) * 5 - level < 0.09:
        return bytes((138, 96, 62))
    return bytes((max(120, 236 - level * 7), max(130, 238 - level * 4), max(96, 214 - level * 11)))
