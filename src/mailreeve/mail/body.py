"""Which parts of the tree a person sees as text, and which are attachments."""

import re
from dataclasses import dataclass, field

from mailreeve.mail import charset, flowed, headers, invisible, invites, links, marks, quotes
from mailreeve.mail.parts import Part
from mailreeve.mail.words import decoded
from mailreeve.models import Attachment, Hidden, Invite, Link

TEXT_LIMIT = 2_000_000
"""Bytes of text that are read of one message."""
TAGS_LIMIT = 30_000
"""HTML start tags that are read of one message."""
_DETECTIONS = 5
_NO_TEXT = frozenset(
    ("text/calendar", "text/rfc822-headers", "text/vcard", "text/x-vcard", "text/directory", "text/csv",
     "text/css", "text/javascript", "text/x-amp-html")
)  # fmt: skip
_META = re.compile(rb"<meta[^<>]{0,200}charset\s*=\s*[\"']?([A-Za-z0-9_:.-]{2,40})", re.IGNORECASE)
_ENCRYPTED = {
    "application/pkcs7-mime": "S/MIME: the content is encrypted or signed and was not opened",
    "application/x-pkcs7-mime": "S/MIME: the content is encrypted or signed and was not opened",
    "application/pgp-encrypted": "PGP: the content is encrypted and was not opened",
    "application/ms-tnef": "winmail.dat (TNEF): listed, not unpacked",
    "application/vnd.ms-tnef": "winmail.dat (TNEF): listed, not unpacked",
}


@dataclass(slots=True)
class Content:
    """What the tree of a message says and carries."""

    new: list[str] = field(default_factory=list)
    quoted: list[str] = field(default_factory=list)
    signature: list[str] = field(default_factory=list)
    html: bool = False
    hidden: Hidden = field(default_factory=Hidden)
    links: list[Link] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    invite: Invite | None = None
    defects: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Segment:
    text: str
    html: bool = False
    hidden: Hidden = field(default_factory=Hidden)
    links: tuple[Link, ...] = ()
    quote_at: int = -1


def read(root: Part) -> Content:
    """Choose, decode and convert; bounded by TEXT_LIMIT whatever the tree looks like."""
    reader = _Reader(root)
    content = reader.content
    segments = reader.segments(root)
    if not any(segment.text.strip() for segment in segments):
        segments = reader.forwarded()
    subject = decoded(headers.first(root.fields, "subject"))
    forwarded = marks.FORWARD_SUBJECT.match(subject) is not None
    for segment in segments:
        parts = quotes.split(segment.text, segment.quote_at, forwarded=forwarded)
        content.new.append(parts.new)
        content.quoted.append(parts.quoted)
        content.signature.append(parts.signature)
        content.html = content.html or segment.html
        content.hidden = _both(content.hidden, segment.hidden)
        content.links += segment.links
    reader.list_attachments()
    return content


class _Reader:
    """Walks the tree once for the text and once for what is attached."""

    def __init__(self, root: Part) -> None:
        self.root = root
        self.left = TEXT_LIMIT
        self.tags = TAGS_LIMIT
        self.detections = _DETECTIONS
        self.shown: set[int] = set()
        self.content = Content()

    def segments(self, part: Part) -> list[_Segment]:
        """The visible text of a part, in order."""
        if part.type == "multipart/alternative":
            return self._best(part)
        if part.type == "multipart/related":
            start = part.content_type.get("start").strip("<> ")
            first = next((child for child in part.children if start and child.content_id == start), None)
            return [
                segment
                for child in ([first] if first else part.children[:1])
                for segment in self.segments(child)
            ]
        if part.is_multipart:
            children = part.children[:1] if part.type == "multipart/signed" else part.children
            return [segment for child in children for segment in self.segments(child)]
        return [] if self._attached(part) else self._shown(part)

    def _shown(self, part: Part) -> list[_Segment]:
        if not part.type.startswith("text/") or part.type in _NO_TEXT:
            return []
        self.shown.add(id(part))
        return [self._converted(part)]

    def _best(self, part: Part) -> list[_Segment]:
        """RFC 2046, 5.1.4: the last alternative that can be shown; an empty one is passed over."""
        chosen: list[_Segment] = []
        for child in reversed(part.children):
            simple = child.type in {"text/plain", "text/html"} and child.disposition.value != "attachment"
            if chosen:
                self.shown.update([id(child)] if simple else [])
            elif simple or child.is_multipart:
                found = self._shown(child) if simple else self.segments(child)
                chosen = [segment for segment in found if segment.text.strip()]
        return chosen

    def forwarded(self) -> list[_Segment]:
        """For a message that only carries other messages: their text, under their headers."""
        out: list[_Segment] = []
        inner = [part for part in self.root.walk() if part.type == "message/rfc822" and part.children]
        for part in inner[:20]:
            child = part.children[0]
            found = self.segments(child)
            heads = (
                (name, decoded(headers.first(child.fields, name.lower())))
                for name in ("From", "Date", "Subject", "To")
            )
            head = "\n".join(f"{name}: {value}" for name, value in heads if value)
            out.append(_Segment(f"---------- Forwarded message ---------\n{head}"))
            out += found
        return out

    def _attached(self, part: Part) -> bool:
        """True for a part that is carried, not shown."""
        named = bool(part.filename) and part is not self.root
        if part.attachment_id and part.start == part.end:
            return True  # Gmail hands out long texts like attachments
        return part.disposition.value == "attachment" or named

    def _converted(self, part: Part) -> _Segment:
        data = part.decoded(max(self.left, 0))
        if part.end - part.start > 0 and len(data) >= self.left:
            self.content.defects.append(f"the text is longer than {TEXT_LIMIT} bytes: cut")
        self.left -= len(data)
        label = part.content_type.get("charset") or (_meta_charset(data) if part.type == "text/html" else "")
        text, defect = charset.decode(data, label, utf8_first=part.gmail, detect=self.detections > 0)
        if defect:
            self.detections -= 1
            self.content.defects.append(defect)
        if part.type == "text/html":
            from mailreeve.mail.html import to_text

            seen = to_text(text, self.tags)
            self.tags -= seen.tags
            self.content.defects += seen.defects
            return _Segment(seen.text, True, seen.hidden, seen.links, seen.quote_at)
        if part.content_type.get("format").lower() == "flowed":
            delsp = part.content_type.get("delsp").lower() == "yes"
            text = flowed.unwrapped(text.replace("\r\n", "\n"), delsp=delsp)
        cleaned = invisible.clean(text)
        hidden = Hidden(cleaned.chars, cleaned.how, cleaned.alarm)
        return _Segment(cleaned.text.strip("\n"), False, hidden, links.in_text(cleaned.text))

    def list_attachments(self) -> None:
        """Everything that is carried; what lies inside an attached message belongs to that message."""
        stack = [self.root]
        while stack:
            part = stack.pop()
            if part.is_multipart:
                stack += reversed(part.children)
            elif id(part) not in self.shown:
                self._list(part)

    def _list(self, part: Part) -> None:
        note = _ENCRYPTED.get(part.type, "")
        if note:
            self.content.defects.append(note)
        if part.type == "text/calendar" and self.content.invite is None:
            text, _ = charset.decode(part.decoded(200_000), part.content_type.get("charset"), detect=False)
            self.content.invite = invites.parse(text)
        cid = decoded(part.content_id)[:200]
        disposition = part.disposition.value
        inline = disposition == "inline" or (not disposition and bool(cid))
        self.content.attachments.append(
            Attachment(_name(part), part.type, part.decoded_size(), inline, part.id, part.attachment_id, cid)
        )


def _meta_charset(html: bytes) -> str:
    """The charset that an HTML page names itself, where its headers name none."""
    found = _META.search(html[:4_000])
    return found[1].decode("ascii") if found else ""


def _name(part: Part) -> str:
    if not part.filename and part.type == "message/rfc822" and part.children:
        subject = decoded(headers.first(part.children[0].fields, "subject"))
        return f"{subject[:200] or 'message'}.eml"
    return invisible.one_line(part.filename)[:500]


def _both(one: Hidden, other: Hidden) -> Hidden:
    return Hidden(
        one.chars + other.chars, tuple(dict.fromkeys(one.how + other.how)), one.alarm or other.alarm
    )
