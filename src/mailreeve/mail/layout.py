"""Lines of text from a stream of words and breaks: paragraphs, lists, table rows, quotes."""

import re
from dataclasses import dataclass, field
from itertools import pairwise

_SPACES = re.compile(r"[ \t\n\r\f\u00a0\u2000-\u200a\u202f\u205f\u3000]+")
_CELL_LIMIT = 200
"""Characters: a longer cell is text laid out in a table, not data."""
LIMIT = 2_000_000
"""Characters of all lines: marks and indents can make text many times longer than it was."""
QUOTE_LIMIT = 30
"""Levels of `>` that are written out."""


@dataclass(slots=True)
class Lines:
    """Collects text; blocks ask for a line of their own or for a blank line before them."""

    done: list[str] = field(default_factory=list)
    quote: int = 0
    indent: int = 0
    left: int = LIMIT
    """Characters that may still be written."""
    _pieces: list[str] = field(default_factory=list)
    _marker: str = ""
    _blank: bool = False
    _kept: bool = False
    """True when the spaces of the line at hand count."""

    def text(self, text: str, *, pre: bool = False) -> None:
        """Add words to the line; outside of <pre> white space is one space."""
        if not pre:
            self._pieces.append(_SPACES.sub(" ", text))
            return
        self._kept = True
        first, *rest = text.replace("\r\n", "\n").split("\n")
        self._pieces.append(first)
        for line in rest:
            self._flush(empty=True)
            self._kept = True
            self._pieces.append(line)

    def mark(self, marker: str) -> None:
        """Start a list item: its first line begins with the marker."""
        self.line()
        self._marker = marker

    def line(self) -> None:
        """End the line, if there is anything on it."""
        self._flush()

    def paragraph(self) -> None:
        """End the line and leave a blank one before what follows."""
        self._flush()
        self._blank = not self._marker

    def hard_break(self) -> None:
        """<br>: end the line, or leave a blank one when it is empty."""
        if not "".join(self._pieces).strip():
            self._blank = True
        self._flush()

    def quoted(self) -> None:
        """Go one level of `>` deeper, without a blank line before it."""
        self._flush()
        self._blank = False
        self.quote += 1

    @property
    def place(self) -> int:
        """The number of the line that comes next."""
        return len(self.done)

    def row(self, cells: list[int]) -> None:
        """Join the lines since the first cell when each cell is one short line: a row of data."""
        self._flush()
        if not cells or len(self.done) - cells[0] > 3 * len(cells):
            return  # also keeps tables in tables linear
        bounds = [*cells, len(self.done)]
        parts = [self.done[a:b] for a, b in pairwise(bounds)]
        full = [[line for line in part if line.strip(" >")] for part in parts]
        full = [part for part in full if part]
        if len(full) < 2 or any(len(part) > 1 or len(part[0]) > _CELL_LIMIT for part in full):
            return
        prefix = re.match(r"[> ]*", full[0][0])
        start = prefix[0] if prefix else ""
        self.done[cells[0] :] = [start + " | ".join(part[0].lstrip("> ") for part in full)]

    def _flush(self, *, empty: bool = False) -> None:
        text = "".join(self._pieces)
        self._pieces.clear()
        text = text.rstrip() if self._kept else _SPACES.sub(" ", text).strip()
        self._kept = False
        if not text and not empty:
            return
        prefix = f"{'>' * min(self.quote, QUOTE_LIMIT)} " if self.quote else ""
        if self._blank and self.done and self.done[-1].strip(" >"):
            self.done.append(prefix.rstrip())
        self._blank = False
        indent = "  " * min(self.indent, 20)
        if self.left > 0:
            self.done.append(f"{prefix}{indent}{self._marker}{text}".rstrip())
            self.left -= len(self.done[-1]) + 1
        self._marker = ""
