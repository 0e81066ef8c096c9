"""Whether CSS leaves an element a place on the page: sizes, clips, positions and transforms."""

import re
from collections.abc import Mapping

from mailreeve.mail import lengths
from mailreeve.mail.lengths import pixels

FAR = 500.0
"""Pixels outside the window."""
_BEYOND = 2_500.0
"""Pixels to the right or below: nobody scrolls there, and what is fixed cannot be scrolled to."""
_FLAT = 0.02
"""A scale that leaves letters no size."""

PROPERTIES = frozenset(
    ("max-height", "max-width", "overflow", "overflow-x", "overflow-y", "clip", "clip-path", "text-indent", "contain",
     "transform", "scale", "translate", "rotate", "margin", "margin-left", "margin-top", "margin-right", "position", "zoom")
)  # fmt: skip
_CUT = frozenset(("hidden", "clip", "auto", "scroll"))
_FUNCTION = re.compile(r"([a-z0-9]+)\(((?:[^()]|\([^()]*\))*)\)")
_PERCENT_OF_LETTERS = 3.0


def nowhere(style: Mapping[str, str], size: float) -> str:
    """Why an element has no place on the page; empty when it has. `size` is that of its letters."""
    if not PROPERTIES & style.keys():
        return ""
    return _squeezed(style, size) or _clipped(style) or _moved(style, size) or _transformed(style)


def _squeezed(style: Mapping[str, str], size: float) -> str:
    """No room: a box of no size that cuts what does not fit."""
    if any(_at_most(style.get(name), 0, size) for name in ("max-height", "max-width")):
        return "no height or width"
    overflow = " ".join(style.get(name, "") for name in ("overflow", "overflow-x", "overflow-y")).split()
    cut = _CUT.intersection(overflow) or {"paint", "strict", "content"} & set(
        style.get("contain", "").split()
    )
    small = any(_at_most(style.get(name), 2, size) for name in ("max-height", "max-width", "height", "width"))
    flat = style.get("height", "auto") == "auto" and _at_most(style.get("line-height"), 0, size)
    empty = "height" not in style and {"size", "strict"} & set(style.get("contain", "").split())
    if cut and (small or flat or empty):
        return "no height or width"
    zoom = lengths.number(style.get("zoom", ""))
    return "no height or width" if zoom is not None and 0 < zoom * size <= 2 else ""


def _clipped(style: Mapping[str, str]) -> str:
    """Cut to nothing by a clip."""
    for name, inner in _FUNCTION.findall(style.get("clip", "") + " " + style.get("clip-path", "")):
        words = re.split(r"[\s,]+", inner.strip().partition(" at ")[0].partition(" round ")[0])
        values = [pixels(word) for word in words]
        known = [value for value in values if value is not None]
        if name == "rect" and len(known) == 4 and (known[2] - known[0] <= 2 or known[1] - known[3] <= 2):
            return "clip"
        if name == "inset" and known and _inset(known):
            return "clip"
        if name in {"circle", "ellipse"} and known and min(known) <= 1:
            return "clip"
        if name == "polygon" and known and _polygon(inner):
            return "clip"
    return ""


def _inset(sides: list[float]) -> bool:
    top, right, bottom, left = (sides * 4)[:4] if len(sides) < 3 else [*sides, sides[1]][:4]
    return top + bottom >= 1_000 or left + right >= 1_000


def _polygon(inner: str) -> bool:
    """True for a polygon of no area, or one that lies outside of the element."""
    points = [[pixels(word) or 0.0 for word in point.split()[-2:]] for point in inner.split(",")]
    xs, ys = ([point[at] for point in points if len(point) == 2] for at in (0, 1))
    return not xs or max(xs) - min(xs) <= 1 or max(ys) - min(ys) <= 1 or max(xs) <= 0 or max(ys) <= 0


def _moved(style: Mapping[str, str], size: float) -> str:
    """Outside the window by position, margin or indent."""
    indent = next((pixels(one, size) for one in _words(style.get("text-indent", ""))), None)
    if indent is not None and abs(indent) >= FAR:
        return "text-indent"
    margins = [style.get(side, "") for side in ("margin-left", "margin-top")] + _words(
        style.get("margin", "")
    )
    position = style.get("position", "")
    places: list[str] = []
    if position in {"absolute", "fixed", "relative", "sticky"}:
        places = [style.get(side, "") for side in ("left", "top", "right", "bottom")] + _words(
            style.get("inset", "")
        )
    if position in {"absolute", "fixed"}:
        margins.append(style.get("margin-right", ""))
    moves = [pixels(one, size) for one in (*margins, *places)]
    if any(move is not None and move <= -FAR for move in moves):
        return "off screen"
    limit = 1_200 if position == "fixed" else _BEYOND
    return "off screen" if any((pixels(one, size) or 0) >= limit for one in places) else ""


def _words(text: str) -> list[str]:
    """The values of a shorthand, functions whole."""
    return re.findall(r"[a-z-]*\((?:[^()]|\([^()]*\))*\)|[^\s()]+", text)


def _transformed(style: Mapping[str, str]) -> str:
    """Shrunk to nothing, turned on its edge or moved away."""
    scales = [lengths.number(word) for word in style.get("scale", "").split()[:2]]
    shifts = [pixels(word) for word in _words(style.get("translate", ""))]
    turns = [lengths.degrees(word) for word in style.get("rotate", "").split() if style["rotate"][:1] in "xy"]
    for name, inner in _FUNCTION.findall(style.get("transform", "")):
        words = [word.strip() for word in inner.split(",")]
        if name in {"scale", "scalex", "scaley", "scale3d"}:
            scales += [lengths.number(word) for word in words[:2]]
        elif name.startswith("translate"):
            shifts += [pixels(word, percent=_PERCENT_OF_LETTERS) for word in words[:2]]
        elif name in {"rotatex", "rotatey"} or name.startswith("skew"):
            turns += [lengths.degrees(word) for word in words[:2]]
        elif name == "matrix" and len(words) == 6:
            a, b, c, d, x, y = (lengths.number(word) or 0.0 for word in words)
            scales.append(abs(a * d - b * c) ** 0.5)
            shifts += [x, y]
    if any(scale is not None and abs(scale) <= _FLAT for scale in scales):
        return "no height or width"
    if any(shift is not None and abs(shift) >= FAR for shift in shifts):
        return "off screen"
    if any(abs(abs(turn) % 180 - 90) < 1 for turn in turns):
        return "turned on its edge"
    away = any(abs(abs(turn) % 360 - 180) < 80 for turn in turns)
    return "turned on its back" if away and style.get("backface-visibility") == "hidden" else ""


def _at_most(value: str | None, limit: float, size: float) -> bool:
    length = pixels(value, size) if value else None
    return length is not None and length <= limit
