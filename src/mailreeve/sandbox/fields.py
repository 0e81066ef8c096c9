"""The parameter `fields`: a partial response, `messages(id,payload/headers),nextPageToken`.

Source: developers.google.com/workspace/gmail/api/guides/performance#partial-response. A name that the
resource does not have is refused with 400, as Google does.
"""

import re
from collections.abc import Mapping
from typing import Any

from mailreeve.sandbox.errors import bad_request
from mailreeve.sandbox.shapes import FIELDS

_TOKEN = re.compile(r"[A-Za-z0-9_*]+|[(),/]")
Mask = dict[str, Any]
"""Field name -> inner mask; an empty mask is everything below."""


def parse(text: str, schema: str) -> Mask:
    """The mask of a selection over a resource; ApiError 400 when it is malformed or names no field."""
    tokens = _TOKEN.findall(text)
    if not tokens or "".join(tokens) != re.sub(r"\s", "", text) or len(tokens) > 1000:
        raise _invalid(text)
    mask, rest = _selection(tokens, schema)
    if rest:
        raise _invalid(text)
    return mask


def _invalid(text: str) -> Exception:
    return bad_request(f"Invalid field selection {text}", "fields")


def _selection(tokens: list[str], schema: str, depth: int = 0) -> tuple[Mask, list[str]]:
    mask: Mask = {}
    while True:
        name, inner, tokens = _one(tokens, schema, depth)
        _merge(mask, name, inner)
        if tokens[:1] != [","]:
            return mask, tokens
        tokens = tokens[1:]


def _one(tokens: list[str], schema: str, depth: int) -> tuple[str, Mask, list[str]]:
    """One field with what it selects inside, and the tokens behind it."""
    if not tokens or tokens[0] in "(),/" or depth > 50:
        raise _invalid("".join(tokens))
    name, rest = tokens[0], tokens[1:]
    inner_schema = FIELDS.get(schema, {}).get(name, "").strip("[]")
    if name != "*" and not inner_schema:
        raise _invalid(name)
    if rest[:1] == ["/"]:
        inner_name, inner, rest = _one(rest[1:], inner_schema, depth + 1)
        return name, {inner_name: inner}, rest
    if rest[:1] == ["("]:
        inner, rest = _selection(rest[1:], inner_schema, depth + 1)
        if rest[:1] != [")"]:
            raise _invalid(name)
        return name, inner, rest[1:]
    return name, {}, rest


def _merge(mask: Mask, name: str, inner: Mask) -> None:
    if name in mask and mask[name] and inner:
        for key, value in inner.items():
            _merge(mask[name], key, value)
    else:
        mask[name] = inner if name not in mask else {}


def apply(value: Any, mask: Mask) -> Any:
    """The part of an answer that the mask selects."""
    if not mask or "*" in mask:
        return value
    if isinstance(value, list):
        return [apply(item, mask) for item in value]
    if isinstance(value, Mapping):
        return {name: apply(value[name], inner) for name, inner in mask.items() if name in value}
    return value
