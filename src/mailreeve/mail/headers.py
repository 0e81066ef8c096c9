"""The header block of a message or a part: bounded splitting, unfolding, and the typed readings."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_tz

from mailreeve.mail.words import decoded, raw_text

BLOCK_LIMIT = 256_000
"""Bytes of one header block; what is behind is dropped and told."""
COUNT_LIMIT = 2_000
VALUE_LIMIT = 16_000
LONG_LIMIT = 64_000
"""For the fields that are lists by nature: 500 recipients need more than 16 kB."""

_LONG = frozenset({"to", "cc", "bcc", "references"})
_FIELD = re.compile(rb"([!-9;-~]{1,200})[ \t]*:")
_BLANK = re.compile(rb"\n\r?\n")
_FOLD = re.compile(r"\r?\n[ \t]?")
_MESSAGE_ID = re.compile(r"<([^<>\s\x00-\x1f\x7f-\x9f\u200b-\u200f\u2060-\u206f\ufeff]{1,900})>")

Fields = tuple[tuple[str, str], ...]
"""Name as written and the value unfolded but not decoded, in order."""


@dataclass(frozen=True, slots=True)
class Block:
    """The fields of a header block, where the body starts, and what was wrong."""

    fields: Fields
    body: int
    defects: tuple[str, ...] = ()


def split(raw: bytes, start: int, end: int, count: int = COUNT_LIMIT) -> Block:
    """Read the header block at `start`, at most `count` fields; linear, and never beyond its limits."""
    defects: list[str] = []
    lines: list[tuple[bytes, list[bytes]]] = []
    at, limit = start, min(end, start + BLOCK_LIMIT)
    for _ in range(count * 4):
        stop = raw.find(b"\n", at, limit)
        stop = limit if stop < 0 else stop + 1
        line = raw[at:stop]
        if not line.strip(b"\r\n"):
            at = stop
            break
        at, ended = stop, False
        if line[:1] in b" \t" and lines:
            lines[-1][1].append(line)
        elif match := _FIELD.match(line):
            lines.append((match[1], [line[match.end() :]]))
        else:
            ended = _odd_line(line, lines, defects)
        if ended:
            at = stop - len(line)
            break
        if at >= limit or len(lines) >= count:
            at = _skipped(raw, at, end, defects)
            break
    else:
        at = _skipped(raw, at, end, defects)
    fields = tuple(_field(name, parts, defects) for name, parts in lines)
    return Block(fields, at, tuple(dict.fromkeys(defects)))


def _odd_line(line: bytes, lines: Sequence[object], defects: list[str]) -> bool:
    """A line that is no field; True when the body seems to start here without a blank line."""
    if line.startswith((b"From ", b">From ")) and not lines:
        return False  # the separator of an mbox file
    if not line.strip():
        return False
    defects.append("the header block holds a line that is no field")
    return not lines or line.startswith(b"--")


def bounded(pairs: Iterable[tuple[str, str]]) -> Block:
    """The same limits for headers that Gmail has already split."""
    defects: list[str] = []
    fields, left = [], BLOCK_LIMIT
    for number, (name, value) in enumerate(pairs):
        if number >= COUNT_LIMIT:
            defects.append(f"more than {COUNT_LIMIT} header fields: the rest was dropped")
            break
        if left <= 0:
            defects.append("the header block is too long: the rest was dropped")
            break
        fields.append((name[:200], _cut(name, _FOLD.sub(" ", value), defects)))
        left -= len(fields[-1][0]) + len(fields[-1][1])
    return Block(tuple(fields), 0, tuple(dict.fromkeys(defects)))


def first(fields: Fields, name: str) -> str:
    """The first value of a field, not decoded; empty without one."""
    return next((value for key, value in fields if key.lower() == name), "")


def every(fields: Fields, name: str) -> tuple[str, ...]:
    """All values of a field that should occur once but may not."""
    return tuple(value for key, value in fields if key.lower() == name)


def readable(fields: Fields) -> Fields:
    """Names as written, values decoded to one line and cut to 16 kB."""
    return tuple((name, decoded(value[:VALUE_LIMIT])) for name, value in fields)


def message_ids(value: str) -> tuple[str, ...]:
    """The ids in a Message-ID, In-Reply-To or References header, with their angle brackets."""
    found = tuple(f"<{match}>" for match in _MESSAGE_ID.findall(value))
    if found:
        return found
    bare = decoded(value).split()
    return tuple(f"<{word.strip('<>,;')}>" for word in bare if "@" in word)[:100]


def date(value: str) -> datetime | None:
    """The Date header with its zone (RFC 5322, 3.3); None when it cannot be read."""
    text = decoded(value)[:200]
    try:
        parsed = parsedate_tz(text)
        if parsed is None:
            return None
        zone = UTC if not parsed[9] else timezone(timedelta(seconds=parsed[9]))
        return datetime(*parsed[:6], tzinfo=zone)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _field(name: bytes, parts: list[bytes], defects: list[str]) -> tuple[str, str]:
    unfolded = b"".join(part.rstrip(b"\r\n") for part in parts)
    title = name.decode("ascii")
    limit = _limit(title)
    if len(unfolded) > limit:
        defects.append(f"{title[:60]} is longer than {limit} bytes: cut")
        unfolded = unfolded[:limit]
    return title, raw_text(unfolded).strip(" \t\r")


def _cut(name: str, value: str, defects: list[str]) -> str:
    limit = _limit(name)
    if len(value) > limit:
        defects.append(f"{name[:60]} is longer than {limit} characters: cut")
    return value[:limit].strip()


def _limit(name: str) -> int:
    return LONG_LIMIT if name.lower() in _LONG else VALUE_LIMIT


def _skipped(raw: bytes, at: int, end: int, defects: list[str]) -> int:
    """Where the body starts behind a header block that was not read to its end."""
    if at >= end:
        return end
    if raw[at : at + 2] == b"\r\n" or raw[at : at + 1] == b"\n":
        return at + (2 if raw[at : at + 1] == b"\r" else 1)
    defects.append("the header block is too long: the rest was dropped")
    found = _BLANK.search(raw, at, end)
    return found.end() if found else end
