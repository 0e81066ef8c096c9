"""CSS colours and how well they can be told apart (CSS Color 4; WCAG 2.2, contrast ratio)."""

import colorsys
import re
from collections.abc import Callable
from functools import lru_cache

from mailreeve.mail import lengths

Colour = tuple[int, int, int]

WHITE: Colour = (255, 255, 255)
BLACK: Colour = (0, 0, 0)

_TABLE = """
aliceblue f0f8ff antiquewhite faebd7 aqua 00ffff aquamarine 7fffd4 azure f0ffff beige f5f5dc bisque ffe4c4
black 000000 blanchedalmond ffebcd blue 0000ff blueviolet 8a2be2 brown a52a2a burlywood deb887
cadetblue 5f9ea0 chartreuse 7fff00 chocolate d2691e coral ff7f50 cornflowerblue 6495ed cornsilk fff8dc
crimson dc143c cyan 00ffff darkblue 00008b darkcyan 008b8b darkgoldenrod b8860b darkgray a9a9a9
darkgreen 006400 darkgrey a9a9a9 darkkhaki bdb76b darkmagenta 8b008b darkolivegreen 556b2f
darkorange ff8c00 darkorchid 9932cc darkred 8b0000 darksalmon e9967a darkseagreen 8fbc8f
darkslateblue 483d8b darkslategray 2f4f4f darkslategrey 2f4f4f darkturquoise 00ced1 darkviolet 9400d3
deeppink ff1493 deepskyblue 00bfff dimgray 696969 dimgrey 696969 dodgerblue 1e90ff firebrick b22222
floralwhite fffaf0 forestgreen 228b22 fuchsia ff00ff gainsboro dcdcdc ghostwhite f8f8ff gold ffd700
goldenrod daa520 gray 808080 green 008000 greenyellow adff2f grey 808080 honeydew f0fff0 hotpink ff69b4
indianred cd5c5c indigo 4b0082 ivory fffff0 khaki f0e68c lavender e6e6fa lavenderblush fff0f5
lawngreen 7cfc00 lemonchiffon fffacd lightblue add8e6 lightcoral f08080 lightcyan e0ffff
lightgoldenrodyellow fafad2 lightgray d3d3d3 lightgreen 90ee90 lightgrey d3d3d3 lightpink ffb6c1
lightsalmon ffa07a lightseagreen 20b2aa lightskyblue 87cefa lightslategray 778899 lightslategrey 778899
lightsteelblue b0c4de lightyellow ffffe0 lime 00ff00 limegreen 32cd32 linen faf0e6 magenta ff00ff
maroon 800000 mediumaquamarine 66cdaa mediumblue 0000cd mediumorchid ba55d3 mediumpurple 9370db
mediumseagreen 3cb371 mediumslateblue 7b68ee mediumspringgreen 00fa9a mediumturquoise 48d1cc
mediumvioletred c71585 midnightblue 191970 mintcream f5fffa mistyrose ffe4e1 moccasin ffe4b5
navajowhite ffdead navy 000080 oldlace fdf5e6 olive 808000 olivedrab 6b8e23 orange ffa500 orangered ff4500
orchid da70d6 palegoldenrod eee8aa palegreen 98fb98 paleturquoise afeeee palevioletred db7093
papayawhip ffefd5 peachpuff ffdab9 peru cd853f pink ffc0cb plum dda0dd powderblue b0e0e6 purple 800080
rebeccapurple 663399 red ff0000 rosybrown bc8f8f royalblue 4169e1 saddlebrown 8b4513 salmon fa8072
sandybrown f4a460 seagreen 2e8b57 seashell fff5ee sienna a0522d silver c0c0c0 skyblue 87ceeb
slateblue 6a5acd slategray 708090 slategrey 708090 snow fffafa springgreen 00ff7f steelblue 4682b4
tan d2b48c teal 008080 thistle d8bfd8 tomato ff6347 turquoise 40e0d0 violet ee82ee wheat f5deb3
white ffffff whitesmoke f5f5f5 yellow ffff00 yellowgreen 9acd32
"""
_NAMES = _TABLE.split()
_NAMED = dict(zip(_NAMES[::2], _NAMES[1::2], strict=True))
_HEX = re.compile(r"#?([0-9a-f]{3,8})$")
_FUNCTION = re.compile(r"(rgb|hsl|hwb|lab|lch|oklab|oklch|color|color-mix|light-dark)a?\((.*)\)$", re.DOTALL)
_PIECE = re.compile(r"[a-z-]*\((?:[^()]|\([^()]*\))*\)|[^\s,/()]+")
_SYSTEM = {
    "canvas": WHITE, "field": WHITE, "window": WHITE, "buttonface": (240, 240, 240), "canvastext": BLACK,
    "fieldtext": BLACK, "windowtext": BLACK, "buttontext": BLACK, "linktext": (0, 0, 238), "graytext": (128, 128, 128),
}  # fmt: skip


@lru_cache(maxsize=1024)
def parse(value: str) -> tuple[Colour, float] | None:
    """A colour with its opacity (0 to 1), or None when it is not understood."""
    text = value.strip().lower()
    if text == "transparent":
        return BLACK, 0.0
    text = _NAMED.get(text, text)
    if text in _SYSTEM:
        return _SYSTEM[text], 1.0
    digits = _HEX.match(text)
    if digits:
        return _from_hex(digits[1])
    function = _FUNCTION.match(text) if len(text) < 200 else None
    if not function:
        return None
    pieces = _PIECE.findall(function[2])
    if function[1] == "light-dark":
        return parse(pieces[0]) if pieces else None
    return _mixed(pieces) if function[1] == "color-mix" else _from_function(function[1], pieces)


@lru_cache(maxsize=1024)
def contrast(one: Colour, other: Colour) -> float:
    """From 1 (the same) to 21 (black on white)."""
    high, low = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def over(front: Colour, opacity: float, back: Colour) -> Colour:
    """A translucent colour on another."""
    mixed = [round(f * opacity + b * (1 - opacity)) for f, b in zip(front, back, strict=True)]
    return mixed[0], mixed[1], mixed[2]


def _from_hex(digits: str) -> tuple[Colour, float] | None:
    if len(digits) in {3, 4}:
        digits = "".join(char * 2 for char in digits)
    if len(digits) not in {6, 8}:
        return None
    values = bytes.fromhex(digits)
    return (values[0], values[1], values[2]), values[3] / 255 if len(values) == 4 else 1.0


def _mixed(pieces: list[str]) -> tuple[Colour, float] | None:
    """color-mix(), as if it were always in sRGB."""
    stops: list[tuple[Colour, float]] = []
    parts: list[float] = []
    for piece in pieces:
        found = parse(piece) if not piece.endswith("%") else None
        if found and len(stops) < 2:
            stops.append(found)
            parts.append(-1.0)
        elif piece.endswith("%") and stops:
            parts[-1] = min(1.0, max(0.0, lengths.number(piece) or 0.0))
    if len(stops) != 2:
        return None
    share = parts[0] if parts[0] >= 0 else 1 - parts[1] if parts[1] >= 0 else 0.5
    return over(stops[0][0], share, stops[1][0]), stops[0][1] * share + stops[1][1] * (1 - share)


def _from_function(kind: str, pieces: list[str]) -> tuple[Colour, float] | None:
    if kind == "color" and pieces:
        pieces = pieces[1:]  # the colour space: all are taken for sRGB
    if len(pieces) not in {3, 4} or any(one.startswith("from") for one in pieces):
        return None
    opacity = lengths.number(pieces[3]) if len(pieces) == 4 else 1.0
    values = [_component(kind, at, one) for at, one in enumerate(pieces[:3])]
    if opacity is None or any(value is None for value in values):
        return None
    one, two, three = (value or 0.0 for value in values)
    return _SPACES[kind](one, two, three), min(1.0, max(0.0, opacity))


# What 100 % of each component stands for.
_WHOLE = {
    "rgb": (255.0, 255.0, 255.0), "color": (1.0, 1.0, 1.0), "hsl": (360.0, 1.0, 1.0), "hwb": (360.0, 1.0, 1.0),
    "lab": (100.0, 125.0, 125.0), "lch": (100.0, 150.0, 360.0), "oklab": (1.0, 0.4, 0.4), "oklch": (1.0, 0.4, 360.0),
}  # fmt: skip


def _component(kind: str, at: int, text: str) -> float | None:
    if text == "none":
        return 0.0
    whole = _WHOLE[kind][at]
    if whole == 360.0:
        return lengths.degrees(text) or lengths.number(text)
    value = lengths.pixels(text, 16.0, whole / 100)
    return value / 100 if value is not None and kind in {"hsl", "hwb"} and "%" not in text else value


def _rgb(red: float, green: float, blue: float) -> Colour:
    one, two, three = (min(255, max(0, round(value))) for value in (red, green, blue))
    return one, two, three


def _hsl(hue: float, saturation: float, light: float) -> Colour:
    light, saturation = min(1.0, max(0.0, light)), min(1.0, max(0.0, saturation))
    return _rgb(*(255 * part for part in colorsys.hls_to_rgb(hue % 360 / 360, light, saturation)))


def _hwb(hue: float, white: float, black: float) -> Colour:
    if white + black >= 1:
        grey = 255 * white / (white + black)
        return _rgb(grey, grey, grey)
    pure = colorsys.hls_to_rgb(hue % 360 / 360, 0.5, 1.0)
    return _rgb(*(255 * (part * (1 - white - black) + white) for part in pure))


def _grey_of(light: float, *_hue: float) -> Colour:
    """CIE Lab, 0 to 100, taken by its lightness: exact for greys, and near enough for contrast."""
    y = ((light + 16) / 116) ** 3 if light > 8 else light / 903.3
    grey = 255 * (1.055 * max(y, 0.0) ** (1 / 2.4) - 0.055 if y > 0.0031308 else 12.92 * y)
    return _rgb(grey, grey, grey)


_SPACES: dict[str, Callable[[float, float, float], Colour]] = {
    "rgb": _rgb,
    "color": lambda red, green, blue: _rgb(255 * red, 255 * green, 255 * blue),
    "hsl": _hsl,
    "hwb": _hwb,
    "lab": _grey_of,
    "lch": _grey_of,
    # The lightness of OKLab is a cube root, that of Lab nearly one.
    "oklab": lambda light, a, b: _grey_of(116 * light - 16, a, b),
    "oklch": lambda light, a, b: _grey_of(116 * light - 16, a, b),
}


def _luminance(colour: Colour) -> float:
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (v / 255 for v in colour)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
