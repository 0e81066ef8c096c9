"""Mailbox files: mbox (Google Takeout's too), Maildir and folders of .eml, read one message at a time."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from mailreeve.sandbox import headers

_FROM_LINE = re.compile(rb"From [^\r\n]*\d{1,2}:\d{2}")
_QUOTED_FROM = re.compile(rb"^>(>*From )", re.MULTILINE)
_SYSTEM = {
    "inbox": "INBOX",
    "unread": "UNREAD",
    "starred": "STARRED",
    "important": "IMPORTANT",
    "sent": "SENT",
    "draft": "DRAFT",
    "drafts": "DRAFT",
    "spam": "SPAM",
    "trash": "TRASH",
    "chat": "CHAT",
    "category personal": "CATEGORY_PERSONAL",
    "category social": "CATEGORY_SOCIAL",
    "category promotions": "CATEGORY_PROMOTIONS",
    "category updates": "CATEGORY_UPDATES",
    "category forums": "CATEGORY_FORUMS",
}
_NO_LABEL = frozenset({"opened", "archived"})
"""What Takeout writes beside the labels."""


@dataclass(frozen=True, slots=True)
class Found:
    """A message of a file: its bytes, Gmail's label names, and when it arrived (epoch ms; None: not told)."""

    raw: bytes
    labels: tuple[str, ...]
    date: int | None


def mbox(file: Path) -> Iterator[Found]:
    """The messages of an mbox file."""
    with file.open("rb") as stream:
        yield from _mbox(stream)


def _mbox(stream: IO[bytes]) -> Iterator[Found]:
    lines: list[bytes] = []
    postmark = b""
    empty_before = True
    for line in stream:
        if empty_before and _FROM_LINE.match(line):
            if postmark:
                yield _from_mbox(lines, postmark)
            postmark, lines = line, []
        elif postmark:
            lines.append(line)
        empty_before = line in {b"\n", b"\r\n"}
    if postmark:
        yield _from_mbox(lines, postmark)


def _from_mbox(lines: list[bytes], postmark: bytes) -> Found:
    if len(lines) > 1 and lines[-1] in {b"\n", b"\r\n"}:
        lines = lines[:-1]
    raw = _QUOTED_FROM.sub(rb"\1", b"".join(lines))
    words = postmark.decode("latin-1").split(maxsplit=2)
    return found(raw, words[2] if len(words) > 2 else "")


def maildir(folder: Path) -> Iterator[Found]:
    """The messages of a Maildir: new/ and cur/, flags as labels (S seen, F flagged, D draft, T trashed)."""
    for file in sorted((*folder.glob("new/*"), *folder.glob("cur/*"))):
        if file.is_file() and not file.name.startswith("."):
            flags = file.name.rpartition(":2,")[2] if ":2," in file.name else ""
            told = found(file.read_bytes(), "")
            yield told if _takeout(told.raw) is not None else Found(told.raw, _flagged(flags), told.date)


def _flagged(flags: str) -> tuple[str, ...]:
    if "D" in flags:
        return ("DRAFT",)
    place = "TRASH" if "T" in flags else "INBOX"
    return (place, *(() if "S" in flags else ("UNREAD",)), *(("STARRED",) if "F" in flags else ()))


def eml(folder: Path) -> Iterator[Found]:
    """The .eml files of a folder and its subfolders, or one such file."""
    files = sorted(folder.rglob("*.eml")) if folder.is_dir() else [folder]
    for file in files:
        yield found(file.read_bytes(), "")


def found(raw: bytes, postmark: str) -> Found:
    """A message with its labels and arrival.

    Labels: Takeout's X-Gmail-Labels, else INBOX and UNREAD. Arrival: the topmost Received header, else the
    From_ line, else the Date header.
    """
    labels = _takeout(raw)
    return Found(raw, ("INBOX", "UNREAD") if labels is None else labels, _arrival(raw, postmark))


def _takeout(raw: bytes) -> tuple[str, ...] | None:
    """X-Gmail-Labels as Gmail's label ids and names of user labels, or None without that header."""
    text = headers.first(headers.fields(raw), "x-gmail-labels")
    if not text:
        return None
    named = [name.strip().strip('"') for name in re.findall(r'"[^"]*"|[^,]+', text)]
    return tuple(
        dict.fromkeys(
            _SYSTEM.get(name.lower().replace("_", " "), name)
            for name in named
            if name and name.lower() not in _NO_LABEL
        )
    )


def _arrival(raw: bytes, postmark: str) -> int | None:
    fields = headers.fields(raw)
    received = headers.first(fields, "received").rpartition(";")[2]
    for text in (received, postmark, headers.first(fields, "date")):
        moment = headers.parsed_date_ms(text.strip()) if text.strip() else None
        if moment is not None and moment > 0:
            return moment
    return None
