"""A message as Gmail's payload: the part tree, part bytes, snippet and words for the index.

Read by the standard library's `email` under compat32, apart from the parser that Mailreeve uses, so that the
two cannot hide each other's mistakes. As Gmail does, the bodies of `format=full` are in UTF-8 whatever the
part's charset, while its headers stay as they were; attachments keep their bytes.
"""

import base64
import email
import email.message
import html
import json
import re
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from mailreeve.sandbox import headers
from mailreeve.sandbox.http import Json

PART_LIMIT = 1000
DEPTH_LIMIT = 60
TEXT_LIMIT = 262_144
"""Characters of one message that snippet and index look at."""
_TAG = re.compile(r"<(/?[a-zA-Z!][^\s<>/]*)[^<>]*>?")
_UNSEEN = frozenset({"style", "script", "head", "title"})


@dataclass(frozen=True, slots=True)
class Part:
    """One part: Gmail's partId, the parsed part, and its children."""

    id: str
    message: email.message.Message
    parts: tuple["Part", ...]

    @property
    def filename(self) -> str:
        """The name of an attachment, decoded; empty for a body."""
        try:
            name = self.message.get_filename()
        except (ValueError, LookupError, TypeError, AttributeError):
            return ""
        return headers.decoded("", name.encode("utf-8", "replace")) if name else ""

    @property
    def type(self) -> str:
        """The MIME type, in lower case."""
        return self.message.get_content_type()

    @property
    def attached(self) -> bool:
        """True when Gmail hands the bytes out by attachmentId only."""
        if self.type.startswith("multipart/"):
            return False
        return not self.type.startswith("text/") or (bool(self.filename) and bool(self.id))

    @property
    def shown(self) -> bool:
        """True for a text that belongs to the body: it has no file name, or it is the whole message."""
        return self.type.startswith("text/") and not self.attached

    def data(self) -> bytes:
        """The bytes of the part, its transfer encoding undone."""
        if self.type.startswith("message/") and self.parts:
            return b"\n".join(_bytes(part.message) for part in self.parts)
        if self.message.is_multipart():
            return b""
        try:
            payload = self.message.get_payload(decode=True)
        except (ValueError, LookupError):
            return b""
        return payload if isinstance(payload, bytes) else b""


def tree(raw: bytes) -> Part:
    """The part tree of a message; what is nested too deeply or too often is left out."""
    try:
        parsed = email.message_from_bytes(raw)
    except (RecursionError, ValueError, LookupError):
        block, rest = headers.split(raw)
        parsed = email.message_from_bytes(b"Content-Type: text/plain\r\n" + rest[:TEXT_LIMIT])
        for name, value in headers.fields(block):
            if name.lower() != "content-type":
                parsed[name] = value.decode("latin-1")
    return _part(parsed, "", [PART_LIMIT], DEPTH_LIMIT)


def _part(message: email.message.Message, part_id: str, room: list[int], depth: int) -> Part:
    children: list[Part] = []
    payload = message.get_payload()
    if isinstance(payload, list) and depth:
        for number, child in enumerate(payload):
            room[0] -= 1
            if room[0] < 0:
                break
            child_id = f"{part_id}.{number}" if part_id else str(number)
            children.append(_part(child, child_id, room, depth - 1))
    return Part(part_id, message, tuple(children))


def walk(part: Part) -> Iterator[Part]:
    """The part and all parts below, depth first."""
    yield part
    for child in part.parts:
        yield from walk(child)


def payload(part: Part, *, bodies: bool, only_headers: Sequence[str] = ()) -> Json:
    """users.messages payload; without `bodies` as format=metadata gives it: top headers alone."""
    result: Json = {"partId": part.id, "mimeType": part.type, "filename": part.filename}
    result["headers"] = header_list(part, only_headers)
    if not bodies:
        del result["partId"], result["filename"]
        return result
    result["body"] = _body(part)
    if part.parts:
        result["parts"] = [payload(child, bodies=True) for child in part.parts]
    return result


def header_list(part: Part, only: Sequence[str] = ()) -> list[Json]:
    """The headers of a part, in order; `only` filters by name in any case."""
    wanted = {name.lower() for name in only}
    found = [
        (name, headers.decoded(name, str(value).encode("utf-8", "surrogateescape")))
        for name, value in part.message.raw_items()
    ]
    return [{"name": n, "value": v} for n, v in found if not wanted or n.lower() in wanted]


def _bytes(message: email.message.Message) -> bytes:
    try:
        return message.as_bytes()
    except (ValueError, LookupError, TypeError, RecursionError):
        return b""


def _body(part: Part) -> Json:
    data = in_utf8(part) if part.shown else part.data()
    body: Json = {"size": len(data)}
    if part.attached:
        body["attachmentId"] = attachment_id(part.id)
    elif data:
        body["data"] = base64.urlsafe_b64encode(data).decode()
    return body


def attachment_id(part_id: str) -> str:
    """A fresh id for a part: as with Gmail it differs between two gets and resolves every time."""
    secret = json.dumps([secrets.token_hex(16), part_id]).encode()
    return "ANGjdJ" + base64.urlsafe_b64encode(secret).decode().rstrip("=")


def part_of(root: Part, attachment: str) -> Part | None:
    """The part that an attachment id stands for."""
    try:
        text = attachment.removeprefix("ANGjdJ")
        _, part_id = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (ValueError, TypeError):
        return None
    return next((part for part in walk(root) if part.id == part_id and part.attached), None)


def names(root: Part) -> list[str]:
    """The names of the attachments."""
    return [part.filename for part in walk(root) if part.attached and part.filename]


def text(root: Part) -> str:
    """The visible text: the plain one where there is one, else what the HTML shows."""
    for kind, seen in (("text/plain", str), ("text/html", visible)):
        found = [seen(_decoded(p)) for p in walk(root) if p.type == kind and p.shown]
        joined = "\n".join(found)[:TEXT_LIMIT]
        if joined.strip():
            return joined
    return ""


def words(root: Part) -> tuple[str, str]:
    """Body text and attachment names for the index."""
    plain = [_decoded(p) for p in walk(root) if p.type == "text/plain" and p.shown]
    marked = [visible(_decoded(p)) for p in walk(root) if p.type == "text/html" and p.shown]
    return "\n".join(plain + marked)[: 2 * TEXT_LIMIT], "\n".join(names(root))


def _charset(part: Part) -> str:
    try:
        return part.message.get_content_charset("utf-8")
    except (LookupError, ValueError, TypeError, AttributeError):
        return "utf-8"


def in_utf8(part: Part) -> bytes:
    """The text of a part in UTF-8; bytes that do not fit the declared charset stay as they are."""
    data = part.data()
    try:
        return data.decode(_charset(part)).encode()
    except (LookupError, ValueError):
        return data


def _decoded(part: Part) -> str:
    return in_utf8(part)[:TEXT_LIMIT].decode("utf-8", "replace")


def visible(markup: str) -> str:
    """HTML without its tags, styles and scripts."""
    shown: list[str] = []
    unseen = ""
    last = 0
    for tag in _TAG.finditer(markup):
        if not unseen:
            shown.append(markup[last : tag.start()])
        name = tag[1].lower()
        if unseen and name == f"/{unseen}":
            unseen = ""
        elif not unseen and name in _UNSEEN:
            unseen = name
        shown.append(" ")
        last = tag.end()
    if not unseen:
        shown.append(markup[last:])
    return html.unescape("".join(shown))


def snippet(root: Part) -> str:
    """The first 200 or so characters of the text, HTML-escaped as Gmail's snippets are."""
    words_ = text(root)[:2000].split()
    line = ""
    for word in words_:
        if len(line) + len(word) > 200:
            break
        line = f"{line} {word}".strip()
    return html.escape(line or "".join(words_)[:200], quote=True).replace("&#x27;", "&#39;")
