"""Styles whose effect is not computed here. Where they could hide a text, orders to a machine are taken out of it."""

import re
from collections.abc import Mapping

PROPERTIES = frozenset(
    (
        "mask",
        "mask-image",
        "animation",
        "animation-name",
        "offset-path",
        "mix-blend-mode",
        "flex",
        "flex-basis",
        "grid-template-rows",
    )
)
_UNKNOWN = re.compile(
    r"(?<![\w-])(?:(?:round|mod|rem|abs|sign|a?(?:sin|cos|tan)|atan2|pow|sqrt|hypot|log|exp|env|attr|if|random"
    r"|sibling-(?:index|count)|anchor(?:-size)?|progress|matrix3d|rotate3d|perspective|path|shape)\("
    r"|from(?![\w-]))|\b(?:infinity|nan)\b"
)
_DISTORTING = re.compile(r"\b(?:blur|brightness|contrast|invert)\(")
_NO_ROOM = re.compile(r"(?:0(?:px)?)(?:\s|$)|0 \d+ 0|0fr")


def unknown(value: str) -> bool:
    """True for a value with a function or a word that is not computed (CSS Values 4 and 5)."""
    return _UNKNOWN.search(value) is not None


def unsure(style: Mapping[str, str]) -> bool:
    """True where these styles may hide text: masked, animated, blended, distorted, moved along a path, given no room."""
    if any(
        style.get(name, "none") != "none"
        for name in ("animation", "animation-name", "mask", "mask-image", "offset-path")
    ):
        return True
    if style.get("mix-blend-mode", "normal") != "normal" or _DISTORTING.search(style.get("filter", "")):
        return True
    if any(_NO_ROOM.match(style.get(name, "")) for name in ("flex", "flex-basis", "grid-template-rows")):
        return True
    return unknown(" ".join(style.values()))
