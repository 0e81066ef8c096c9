"""The process that reads docx and pdf: bytes on stdin, text on stdout, under limits of its own."""

import io
import sys
import xml.etree.ElementTree as ET
import zipfile

from mailreeve.platform import limit_memory

MEMORY_BYTES = 512 * 2**20
MOST_XML = 20 * 2**20
MOST_PAGES = 200
MOST_CHARS = 250_000
NO_READER = 3
"""Exit code: the library for this kind is not installed."""

_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def docx(data: bytes) -> str:
    """The paragraphs of a Word document (ECMA-376), one a line."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive, archive.open("word/document.xml") as stream:
        xml = stream.read(MOST_XML + 1)
    if len(xml) > MOST_XML or b"<!DOCTYPE" in xml[:4096]:
        raise ValueError("too large, or with a DTD")
    root = ET.fromstring(xml)  # noqa: S314 -- no DTD, bounded, in a process with limits
    lines = ("".join(node.text or "" for node in part.iter(f"{_WORD}t")) for part in root.iter(f"{_WORD}p"))
    return "\n".join(lines)


def pdf(data: bytes) -> str:
    """The text of the first pages."""
    try:
        from pypdf import PdfReader
    except ImportError:
        sys.exit(NO_READER)
    found: list[str] = []
    for page in PdfReader(io.BytesIO(data)).pages[:MOST_PAGES]:
        found.append(page.extract_text())
        if sum(map(len, found)) > MOST_CHARS:
            break
    return "\n\n".join(found)


def main() -> None:
    """Read one attachment."""
    limit_memory(MEMORY_BYTES)
    read = {"docx": docx, "pdf": pdf}[sys.argv[1]]
    sys.stdout.buffer.write(read(sys.stdin.buffer.read()).encode("utf-8", "replace"))


if __name__ == "__main__":
    main()
