"""Answers that hold mail, kept small while they arrive: what no reader would look at is not stored.

A batch may hold 25 mails of 50 MB. Of a text Mailreeve reads the first 2 MB, so the rest of a long string is dropped
as it comes in. The size that Gmail tells beside it stays, and `mail.payload` tells what is missing.
"""

import io

LONGEST = 2_800_000
"""Characters of one string: over 2 MB of text in base64, in whole groups of four."""
PLENTY = 48_000_000
"""Bytes of an answer from which on a string keeps `LITTLE`."""
LITTLE = 40_000


class Shortener:
    """Takes an answer in pieces; cuts the strings of its JSON and leaves everything else as it is."""

    def __init__(self) -> None:
        self._kept = io.BytesIO()
        self._inside = False
        self._escaped = False
        self._left = 0

    def feed(self, piece: bytes) -> None:
        """Take the next piece."""
        at = 0
        while at < len(piece):
            at = self._string(piece, at) if self._inside else self._between(piece, at)

    def content(self) -> bytes:
        """What was kept."""
        return self._kept.getvalue()

    def _between(self, piece: bytes, at: int) -> int:
        quote = piece.find(b'"', at)
        end = len(piece) if quote < 0 else quote + 1
        self._kept.write(piece[at:end])
        self._inside = quote >= 0
        self._left = LONGEST if self._kept.tell() < PLENTY else LITTLE
        return end

    def _string(self, piece: bytes, at: int) -> int:
        if self._escaped:
            self._escaped = False
            self._kept.write(piece[at : at + 1])
            return at + 1
        quote = piece.find(b'"', at)
        end = len(piece) if quote < 0 else quote
        slash = piece.find(b"\\", at, end)
        end = end if slash < 0 else slash
        self._kept.write(piece[at : min(end, at + self._left)])
        self._left = max(0, self._left - (end - at))
        if slash >= 0:  # no base64: a header or a name, which Gmail bounds; an escape must not be cut in two
            self._escaped, self._left = True, PLENTY
            self._kept.write(b"\\")
            return slash + 1
        if quote < 0:
            return end
        self._kept.write(b'"')
        self._inside = False
        return quote + 1
