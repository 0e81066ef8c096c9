"""The process that reads office files and PDF: bytes on stdin, JSON on stdout, under limits of its own."""

import io
import json
import sys
import zipfile

from mailreeve.attachments import office
from mailreeve.platform import limit_memory

MEMORY_BYTES = 512 * 2**20
MOST_PAGES = 200
MOST_CHARS = 250_000
NO_READER = 3
"""Exit code: the library for this kind is not installed."""


def _office(kind: str, data: bytes) -> tuple[str, list[str]]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        found = office.read(kind, archive)
    hidden = f"{found.hidden} characters that the document hides were left out" if found.hidden else ""
    return "".join(found.pieces).strip("\n"), [found.cut, hidden]


def _pdf(data: bytes) -> tuple[str, list[str]]:
    """The text of the first pages."""
    try:
        from pypdf import PdfReader
    except ImportError:
        sys.exit(NO_READER)
    pages = PdfReader(io.BytesIO(data)).pages
    found: list[str] = []
    for page in pages[:MOST_PAGES]:
        found.append(page.extract_text())
        if sum(map(len, found)) > MOST_CHARS:
            break
    cut = f"only the first {len(found)} of {len(pages)} pages were read" if len(found) < len(pages) else ""
    return "\n\n".join(found), [cut]


def main() -> None:
    """Read one attachment; a traceback and exit code 1 say that it cannot be read."""
    limit_memory(MEMORY_BYTES)
    kind, data = sys.argv[1], sys.stdin.buffer.read()
    text, notes = _pdf(data) if kind == "pdf" else _office(kind, data)
    if len(text) > MOST_CHARS:
        notes.append(f"only the first {MOST_CHARS} characters were read")
    answer = {"text": text[:MOST_CHARS], "notes": [note for note in notes if note]}
    sys.stdout.write(json.dumps(answer))


if __name__ == "__main__":
    main()
