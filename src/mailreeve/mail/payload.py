"""Gmail's own MIME tree (users.messages, format=full): Google has split and transfer-decoded it."""

from collections.abc import Mapping
from typing import Any

from mailreeve.mail import encoding, headers
from mailreeve.mail.headers import Fields
from mailreeve.mail.parts import DEPTH_LIMIT, PARTS_LIMIT, Part, make
from mailreeve.mail.words import decoded

_LIMIT = 4_000_000
"""Characters of base64url taken from one part's body.data."""
_READ = 2_000_000
"""Bytes of text behind which a message is cut in any case, and told to be."""


def tree(payload: Mapping[str, Any]) -> tuple[Part, tuple[str, ...]]:
    """The tree of a payload, and what was malformed."""
    defects: list[str] = []
    root = _part(payload, defects)
    work, count = [(root, payload, 0)], 1
    while work:
        part, resource, depth = work.pop()
        inner = [item for item in _sequence(resource, "parts") if isinstance(item, Mapping)]
        if inner and depth >= DEPTH_LIMIT:
            defects.append(f"nested deeper than {DEPTH_LIMIT} parts: the rest was not opened")
            continue
        for item in inner[: PARTS_LIMIT - count]:
            child = _part(item, defects)
            part.children.append(child)
            work.append((child, item, depth + 1))
        count += len(part.children)
        if len(inner) > len(part.children):
            defects.append(f"more than {PARTS_LIMIT} parts: the rest was dropped")
    return root, tuple(dict.fromkeys(defects))


def fields(resource: Mapping[str, Any]) -> headers.Block:
    """The headers of a payload or part."""
    items = (item for item in _sequence(resource, "headers") if isinstance(item, Mapping))
    return headers.bounded((_text(item, "name"), _text(item, "value")) for item in items)


def _part(resource: Mapping[str, Any], defects: list[str]) -> Part:
    block = fields(resource)
    defects += block.defects
    body = resource.get("body")
    body = body if isinstance(body, Mapping) else {}
    data = encoding.from_base64(_text(body, "data")[:_LIMIT].encode("ascii", "replace"))
    part = make(_text(resource, "partId"), _typed(block.fields, resource), "text/plain", data, 0, len(data))
    part.encoding = ""
    size = body.get("size")
    part.size = size if isinstance(size, int) and size >= 0 else len(data)
    part.attachment_id = _text(body, "attachmentId")
    if not part.attachment_id and len(data) < min(part.size, _READ):
        defects.append("the text is long and was fetched only in part: cut")
    part.name = decoded(_text(resource, "filename"))
    part.gmail = True
    return part


def _typed(block: Fields, resource: Mapping[str, Any]) -> Fields:
    """Gmail's mimeType stands in where the part has no Content-Type header."""
    kind = _text(resource, "mimeType")
    missing = kind and not headers.first(block, "content-type")
    return (*block, ("Content-Type", kind)) if missing else block


def _text(resource: Mapping[str, Any], key: str) -> str:
    value = resource.get(key, "")
    return value if isinstance(value, str) else ""


def _sequence(resource: Mapping[str, Any], key: str) -> list[Any]:
    value = resource.get(key)
    return value if isinstance(value, list) else []
