"""Text of the zipped XML formats: Word (docx), PowerPoint (pptx), OpenDocument (odt, odp, ods).

Read as a stream by expat, never as a tree. A document type declaration ends the reading, so there are no
entities, inner or outer. Runs only in the worker process.
"""

import re
import zipfile
from dataclasses import dataclass, field
from typing import IO
from xml.parsers import expat

MOST_XML = 20 * 2**20
"""Unpacked bytes that are read of one document, so that a zip bomb ends early."""
MOST_PARTS = 500
"""Slides that are read of one presentation."""

_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main "
_DRAWING = "http://schemas.openxmlformats.org/drawingml/2006/main "
_OPEN = "urn:oasis:names:tc:opendocument:xmlns:text:1.0 "
_SLIDE = re.compile(r"ppt/slides/slide(\d{1,6})\.xml")

_TEXT = {f"{_WORD}t", f"{_DRAWING}t", f"{_OPEN}p", f"{_OPEN}h"}
_PARAGRAPHS = {f"{_WORD}p", f"{_DRAWING}p", f"{_OPEN}p", f"{_OPEN}h"}
_RUN, _VANISH = f"{_WORD}r", f"{_WORD}vanish"
_STRUCK = f"{_OPEN}tracked-changes"
"""Holds what was deleted from an OpenDocument text while changes were recorded."""
_SIGNS = {
    f"{_WORD}tab": "\t",
    f"{_WORD}br": "\n",
    f"{_DRAWING}br": "\n",
    f"{_OPEN}tab": "\t",
    f"{_OPEN}line-break": "\n",
    f"{_OPEN}s": " ",
}


class Refused(ValueError):
    """The document is too large, or declares a type of its own."""


@dataclass(slots=True)
class Text:
    """What was read so far."""

    pieces: list[str] = field(default_factory=list)
    hidden: int = 0
    """Characters that the document does not show (hidden in Word, deleted in OpenDocument): left out."""
    cut: str = ""


def read(kind: str, archive: zipfile.ZipFile) -> Text:
    """The paragraphs of a document, one a line.

    Raises Refused, KeyError for a document without its main part, expat.ExpatError, zipfile.BadZipFile.
    """
    found = Text()
    parts = _slides(archive) if kind == "pptx" else [_MAIN[kind]]
    if len(parts) > MOST_PARTS:
        found.cut = f"only the first {MOST_PARTS} of {len(parts)} slides were read"
    left = MOST_XML
    for part in parts[:MOST_PARTS]:
        with archive.open(part) as stream:
            left = _Reader(found).feed(stream, left)
    return found


_MAIN = {"docx": "word/document.xml", **dict.fromkeys(("odt", "odp", "ods"), "content.xml")}
KINDS = (*_MAIN, "pptx")


def _slides(archive: zipfile.ZipFile) -> list[str]:
    numbers = {int(match[1]): match[0] for name in archive.namelist() if (match := _SLIDE.fullmatch(name))}
    return [numbers[number] for number in sorted(numbers)]


class _Reader:
    """The events of one XML part, turned into lines."""

    def __init__(self, found: Text) -> None:
        self._found = found
        self._open: list[bool] = []
        self._vanish = False
        self._struck = 0
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = self._refuse
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters
        self._parser = parser

    def feed(self, stream: IO[bytes], left: int) -> int:
        """Read to the end; returns how many bytes may still be read of the document."""
        while chunk := stream.read(65_536):
            left -= len(chunk)
            if left < 0:
                raise Refused("too large when unpacked")
            self._parser.Parse(chunk)
        self._parser.Parse(b"", True)
        return left

    def _refuse(self, *_: object) -> None:
        raise Refused("declares a document type")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._open.append(name in _TEXT or bool(self._open and self._open[-1] and name.startswith(_OPEN)))
        self._struck += name == _STRUCK
        if name == _RUN:
            self._vanish = False
        elif name == _VANISH:
            self._vanish = attributes.get(f"{_WORD}val", "1") not in {"0", "false", "off"}
        elif name in _SIGNS and not self._vanish:
            self._found.pieces.append(_SIGNS[name])

    def _end(self, name: str) -> None:
        self._open.pop()
        self._struck -= name == _STRUCK
        if name in _PARAGRAPHS:
            self._found.pieces.append("\n")
            self._vanish = False
        elif name == _RUN:
            self._vanish = False

    def _characters(self, text: str) -> None:
        if not (self._open and self._open[-1]):
            return
        if self._vanish or self._struck:
            self._found.hidden += len(text)
        else:
            self._found.pieces.append(text)
