"""Inputs made from seeds: cut, doubled, swapped, spliced, and with the words that parsers stumble over."""

import random
from pathlib import Path

SEEDS = Path(__file__).parent / "seeds"
LONGEST = 20_000

WORDS = tuple(
    (Path(__file__).parent / "words.txt")
    .read_text(encoding="utf-8")
    .encode()
    .decode("unicode_escape")
    .encode("latin-1")
    .split(b"\n")
)
"""Pieces of syntax, one a line, with escapes for what cannot be written."""


def seeds(target: str) -> list[bytes]:
    """The inputs that are kept for a target; those of `message` are the demo's mails as well."""
    kept = [file.read_bytes() for file in sorted((SEEDS / target).iterdir())]
    if target != "message":
        return kept
    from datetime import UTC, datetime

    from mailreeve.sandbox import demo

    return kept + [mail.raw for mail in demo.messages(datetime(2026, 1, 5, 12, tzinfo=UTC))]


class Mutator:
    """The same number gives the same inputs."""

    def __init__(self, target: str, number: int) -> None:
        self._random = random.Random(number)  # noqa: S311 # repeatable on purpose
        self._seeds = seeds(target)

    def next(self) -> bytes:
        """A seed changed one to eight times."""
        data = self._random.choice(self._seeds)[:LONGEST]
        for _ in range(self._random.choice((1, 1, 2, 3, 5, 8))):
            data = self._changed(data)
        return data[:LONGEST]

    def _changed(self, data: bytes) -> bytes:
        draw = self._random
        at, to = sorted((draw.randrange(len(data) + 1), draw.randrange(len(data) + 1)))
        piece = data[at : min(to, at + draw.choice((1, 4, 30, 300)))]
        kind = draw.randrange(8)
        if kind == 0:
            return data[:at] + data[at + len(piece) :]
        if kind == 1:
            return data[:at] + piece * draw.choice((2, 3, 50, 500)) + data[at:]
        if kind == 2:
            return data[:at] + draw.randbytes(draw.choice((1, 1, 4))) + data[at + 1 :]
        if kind == 3:
            other = draw.choice(self._seeds)
            start = draw.randrange(len(other) + 1)
            return data[:at] + other[start : start + draw.choice((10, 100, 2_000))] + data[at:]
        if kind == 4:
            return data[:at] + draw.choice(WORDS) * draw.choice((2, 20, 400)) + data[at:]
        if kind == 5:
            return data[:at] + data[at : at + 200].swapcase() + data[at + 200 :]
        return data[:at] + draw.choice(WORDS) + data[at:]
