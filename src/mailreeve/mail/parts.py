"""The MIME tree (RFC 2046) of a raw message.

Splitting walks a work list instead of calling itself, and stops at fixed limits, so that no message can
exhaust time, stack or memory.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from mailreeve.mail import encoding, headers, params
from mailreeve.mail.headers import Fields
from mailreeve.mail.params import Parameters

PARTS_LIMIT = 1_000
DEPTH_LIMIT = 50
COUNT_LIMIT = 100
"""Header lines of a part below the root."""
_ENCODED_MESSAGE_LIMIT = 10_000_000


@dataclass(slots=True)
class Part:
    """One node of the tree; `id` is numbered as Gmail numbers partId."""

    id: str
    fields: Fields
    content_type: Parameters
    type: str
    disposition: Parameters
    encoding: str
    raw: bytes
    start: int
    end: int
    """The body is raw[start:end], still encoded."""
    size: int | None = None
    """The decoded size, where Gmail tells it."""
    attachment_id: str = ""
    name: str = ""
    """As Gmail tells it."""
    gmail: bool = False
    children: list["Part"] = field(default_factory=list)

    @property
    def is_multipart(self) -> bool:
        """True for multipart/*."""
        return self.type.startswith("multipart/")

    @property
    def filename(self) -> str:
        """The sender's name for it, decoded; data, not a path."""
        return self.name or self.disposition.get("filename") or self.content_type.get("name")

    @property
    def content_id(self) -> str:
        """Content-ID without its angle brackets."""
        return headers.first(self.fields, "content-id").strip().strip("<>")

    def decoded(self, limit: int | None = None) -> bytes:
        """The content; a limit in bytes bounds the work as well."""
        end = self.end if limit is None else min(self.end, self.start + limit * 3)
        return encoding.decoded(self.raw[self.start : end], self.encoding)[:limit]

    def decoded_size(self) -> int:
        """The length of the content in bytes."""
        return (
            encoding.size(self.raw, self.start, self.end, self.encoding) if self.size is None else self.size
        )

    def walk(self) -> Iterator["Part"]:
        """This part and all below it, in the order of the message."""
        stack = [self]
        while stack:
            part = stack.pop()
            yield part
            stack += reversed(part.children)


def make(part_id: str, fields: Fields, default: str, raw: bytes, start: int, end: int) -> Part:
    """A part without children, its headers read."""
    content_type = params.parse(headers.first(fields, "content-type"))
    return Part(
        part_id,
        fields,
        content_type,
        params.media_type(content_type.value) or default,
        params.parse(headers.first(fields, "content-disposition")),
        encoding.normalized(headers.first(fields, "content-transfer-encoding")),
        raw,
        start,
        end,
    )


def number(parent: str, index: int) -> str:
    """Gmail's partId: "" for the root, "0", "1" below it, "1.0" below that."""
    return f"{parent}.{index}" if parent else str(index)


def split(raw: bytes) -> tuple[Part, tuple[str, ...]]:
    """The tree of a raw message, and what was malformed."""
    if b"\n" not in raw[:100_000] and b"\r" in raw[:100_000]:
        raw = raw.replace(b"\r", b"\n")
    splitter = _Splitter()
    root = splitter.part(raw, 0, len(raw), "", "text/plain")
    splitter.open(root)
    return root, tuple(dict.fromkeys(splitter.defects))


class _Splitter:
    """Opens parts until nothing is left or a limit is reached."""

    def __init__(self) -> None:
        self.defects: list[str] = []
        self.count = 1

    def part(self, raw: bytes, start: int, end: int, part_id: str, default: str) -> Part:
        block = headers.split(raw, start, end, COUNT_LIMIT if part_id else headers.COUNT_LIMIT)
        self.defects += block.defects
        return make(part_id, block.fields, default, raw, block.body, end)

    def open(self, root: Part) -> None:
        work = [(root, 0)]
        while work:
            part, depth = work.pop()
            inner, spans = self._inside(part)
            if spans and depth >= DEPTH_LIMIT:
                self.defects.append(f"nested deeper than {DEPTH_LIMIT} parts: the rest was not opened")
                continue
            default = "message/rfc822" if part.type == "multipart/digest" else "text/plain"
            for index, (start, end) in enumerate(spans):
                if self.count >= PARTS_LIMIT:
                    self.defects.append(f"more than {PARTS_LIMIT} parts: the rest was dropped")
                    return
                self.count += 1
                part.children.append(self.part(inner, start, end, number(part.id, index), default))
            work += ((child, depth + 1) for child in reversed(part.children))

    def _inside(self, part: Part) -> tuple[bytes, list[tuple[int, int]]]:
        """Where the parts in this one lie, and in which bytes."""
        if part.type in {"message/rfc822", "message/global"}:
            if part.encoding not in {"base64", "quoted-printable"}:
                return part.raw, [(part.start, part.end)]
            inner = part.decoded() if part.end - part.start <= _ENCODED_MESSAGE_LIMIT else b""
            return inner, [(0, len(inner))] if inner else []
        if not part.is_multipart:
            return b"", []
        boundary = part.content_type.get("boundary")
        spans = self._delimited(part, boundary) if boundary else []
        if not spans and part.start < part.end:
            self.defects.append(f"{part.type} without a usable boundary: read as text")
            part.type = "text/plain"
        return part.raw, spans

    def _delimited(self, part: Part, boundary: str) -> list[tuple[int, int]]:
        # The line end in front belongs to the delimiter; as a literal prefix it also makes the search fast.
        line = re.compile(
            rb"\n--" + re.escape(boundary.encode("utf-8", "replace")) + rb"(--)?[ \t]*\r?(?:\n|$)"
        )
        spans: list[tuple[int, int]] = []
        at, opened = max(0, part.start - 1), -1
        while match := line.search(part.raw, at, part.end):
            if opened >= 0:
                end = match.start() - (part.raw[match.start() - 1 : match.start()] == b"\r")
                spans.append((opened, max(opened, end)))
            opened = match.end()
            if match[1] or len(spans) > PARTS_LIMIT:
                return spans
            at = max(match.end() - 1, match.start() + 1)  # its line end may open the next delimiter
        if opened >= 0:
            self.defects.append("the last part of a multipart is not closed")
            spans.append((opened, part.end))
        return spans
