"""Whether an element's text can be seen, from its style and that of the elements around it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from mailreeve.mail import colours
from mailreeve.mail.colours import BLACK, WHITE, Colour
from mailreeve.mail.css import Style

CONTRAST = 1.3
"""Below it text cannot be told from its background; the palest grey in use on white has 1.3 to 1.6."""
SMALLEST = 2.0
"""Pixels: smaller letters cannot be read."""
FAR = 500.0
"""Pixels outside the window."""
ALT_LIMIT = 120
"""Characters of an image's alternative text that count as visible."""

NEVER_SHOWN = frozenset(
    ("script", "style", "template", "noscript", "title", "head", "iframe", "noembed", "noframes", "svg", "math",
     "datalist", "rp", "xml")
)  # fmt: skip

_LENGTH = re.compile(r"([+-]?(?:\d{1,9}\.?\d{0,9}|\.\d{1,9}))\s*(px|pt|em|rem|ex|%|in|cm|mm|vw|vh)?$")
_UNITS = {"px": 1.0, "pt": 4 / 3, "rem": 16.0, "in": 96.0, "cm": 37.8, "mm": 3.78, "vw": 10.0, "vh": 8.0}
_SIZES = {"xx-small": 9.0, "x-small": 10.0, "small": 13.0, "medium": 16.0, "large": 18.0, "x-large": 24.0}
_CLIPPED = re.compile(
    r"rect\(\s*(?:[01](?:px)?[\s,]+){3}[01](?:px)?\s*\)|inset\(\s*(?:[5-9]\d|100)(?:\.\d*)?%|circle\(\s*0"
    r"|polygon\((?:[\s,0.]|px|%)*\)"
)
_SHRUNK = re.compile(r"scale(?:x|y|3d)?\(\s*0*(?:\.0*)?\s*[,)]")
_MOVED = re.compile(r"translate[xy3d]*\(([^)]*)\)")
_INSTRUCTION = re.compile(
    r"\b(?:ignore|disregard|forget|override)\b.{0,40}\b(?:instruction|prompt|rule|previous|above|prior)"
    r"|\b(?:ai|llm|assistant|agent|chatbot|language model|copilot|gemini|claude|gpt)\b.{0,80}"
    r"\b(?:must|should|please|forward|send|include|reply|delete|call|respond|summari[sz]e|do not|say|tell|execute)\b"
    r"|\bsystem (?:prompt|message|note|override)\b|<\|?(?:im_start|system)|\[/?(?:inst|system)\]"
    r"|\b(?:forward|send|exfiltrate|bcc)\b.{0,60}\b(?:e-?mails?|messages?|passwords?|codes?|to \S+@\S+)"
    r"|\b(?:do not|don't|without) (?:tell|inform|notify|mention|alert)\w*\b.{0,30}\buser\b"
    r"|\bwhen (?:summari[sz]ing|replying|answering)\b",
    re.IGNORECASE | re.DOTALL,
)


_WORDS = re.compile(r"[a-z]+\([^)]*\)|[^\s,]+")
_BOX = frozenset(
    ("max-height", "max-width", "overflow", "overflow-x", "overflow-y", "clip", "clip-path", "text-indent",
     "transform", "scale", "margin", "margin-left", "margin-top", "position")
)  # fmt: skip
_COLOURING = frozenset(("bgcolor", "background", "color", "text", "href"))
_LINK = "#0000ee"
_FALLBACKS = frozenset(("object", "applet", "video", "audio", "canvas", "select"))


@dataclass(frozen=True, slots=True)
class Look:
    """How the text of an element looks; inherited by what is inside it."""

    gone: str = ""
    """Why nothing in the element is shown; what is inside cannot undo it."""
    invisible: bool = False
    size: float = 16.0
    colour: Colour | None = BLACK
    clear: bool = False
    """True when the letters are transparent."""
    back: Colour | None = WHITE
    """None when it is an image or unknown."""
    opacity: float = 1.0
    pre: bool = False
    doubtful: bool = False
    """True where some programs show the text and others do not."""

    @property
    def why(self) -> str:
        """Why text directly in the element is not seen; empty when it is."""
        if self.gone:
            return self.gone
        if self.invisible:
            return "visibility"
        if self.size <= SMALLEST:
            return "font size"
        if self.clear:
            return "transparent text"
        if self.colour and self.back and colours.contrast(self.colour, self.back) < CONTRAST:
            return "text in the colour of its background"
        return ""


def look(parent: Look, tag: str, style: Style, attributes: Mapping[str, str]) -> Look:
    """How an element's text looks, given the look around it."""
    gone = parent.gone or _gone(tag, style, attributes)
    doubtful = parent.doubtful or _doubtful(tag, attributes)
    same = gone == parent.gone and doubtful == parent.doubtful
    if same and not style and not _COLOURING.intersection(attributes):
        return parent
    fore = style.get("-webkit-text-fill-color") or style.get("color") or _attribute_colour(tag, attributes)
    colour, clear = _colour(fore, parent)
    opacity = parent.opacity * _opacity(style)
    return replace(
        parent,
        gone=gone or ("opacity" if opacity < 0.1 else ""),
        invisible=_invisible(style, parent),
        size=_size(style, parent.size),
        colour=colour,
        clear=clear,
        back=_back(style, attributes, parent),
        opacity=opacity,
        doubtful=doubtful,
        pre=style.get("white-space", "").startswith("pre") if "white-space" in style else parent.pre,
    )


def instruction_like(text: str) -> bool:
    """True for text that talks to a machine rather than to a person."""
    return _INSTRUCTION.search(text[:20_000]) is not None


def pixels(value: str, size: float = 16.0) -> float | None:
    """A CSS length in pixels, percentages of a 1,000 pixel window; None when it is no length."""
    match = _LENGTH.match(value.strip())
    if not match:
        return None
    unit = match[2] or "px"
    if unit in {"em", "ex"}:
        return float(match[1]) * size
    return float(match[1]) * _UNITS.get(unit, 10.0)


def _gone(tag: str, style: Style, attributes: Mapping[str, str]) -> str:
    """Why an element and all inside it is not shown."""
    if tag in NEVER_SHOWN:
        return f"<{tag}>"
    if "hidden" in attributes or (tag == "dialog" and "open" not in attributes):
        return "hidden attribute"
    if not style:
        return ""
    if style.get("display", "").startswith("none"):
        return "display:none"
    if style.get("mso-hide", "").startswith("all") and tag != "a":
        return "mso-hide"  # on a link it marks a button for everyone but Outlook
    if "opacity(0" in style.get("filter", ""):
        return "opacity"
    if style.get("content-visibility", "") == "hidden" or style.get("z-index", "").startswith("-"):
        return "behind the page"
    return (_BOX & style.keys() and (_squeezed(style) or _moved(style))) or ""


def _doubtful(tag: str, attributes: Mapping[str, str]) -> bool:
    """Said to be decoration, folded, or shown where a program lacks something."""
    folded = tag == "details" and "open" not in attributes
    return folded or tag in _FALLBACKS or attributes.get("aria-hidden", "").lower() == "true"


def _squeezed(style: Style) -> str:
    """No room: a box of no size that cuts what does not fit, or a clip to nothing."""
    if any(_at_most(style.get(name), 0) for name in ("max-height", "max-width")):
        return "no height or width"
    cut = any(style.get(name, "") in {"hidden", "clip"} for name in ("overflow", "overflow-x", "overflow-y"))
    if cut and any(_at_most(style.get(name), 2) for name in ("max-height", "max-width", "height", "width")):
        return "no height or width"
    if _CLIPPED.search(style.get("clip", "") + style.get("clip-path", "")):
        return "clip"
    return ""


def _moved(style: Style) -> str:
    """Outside the window: by position, margin, indent or transform."""
    indent = pixels(style.get("text-indent", ""))
    if indent is not None and abs(indent) >= FAR:
        return "text-indent"
    transform = style.get("transform", "")
    shifts = [pixels(part) for match in _MOVED.findall(transform) for part in match.split(",")]
    if _SHRUNK.search(transform) or style.get("scale", "").split()[:1] == ["0"]:
        return "no height or width"
    if any(shift is not None and abs(shift) >= FAR for shift in shifts):
        return "off screen"
    margins = [style.get("margin-left", ""), style.get("margin-top", ""), *style.get("margin", "").split()]
    if style.get("position", "") in {"absolute", "fixed", "relative"}:
        margins += [style.get(side, "") for side in ("left", "top")]
        margins += [f"-{style[side]}" for side in ("right", "bottom") if style.get(side, "")[:1].isdigit()]
        margins += style.get("inset", "").split()
    far = [pixels(margin) for margin in margins]
    return "off screen" if any(move is not None and move <= -FAR for move in far) else ""


def _at_most(value: str | None, limit: float) -> bool:
    length = pixels(value) if value else None
    return length is not None and length <= limit


def _invisible(style: Style, parent: Look) -> bool:
    value = style.get("visibility", "")
    return value in {"hidden", "collapse"} if value and value != "inherit" else parent.invisible


def _size(style: Style, around: float) -> float:
    value = style.get("font-size", "")
    if not value and "font" in style:
        parts = (part.partition("/")[0] for part in style["font"].split())
        value = next(
            (part for part in parts if part == "0" or (_LENGTH.match(part) and not part.isdecimal())), ""
        )
    if value.endswith("%"):
        match = _LENGTH.match(value)
        return around * float(match[1]) / 100 if match else around
    length = pixels(value, around)
    return _SIZES.get(value, around) if length is None else length


def _opacity(style: Style) -> float:
    match = _LENGTH.match(style.get("opacity", "1"))
    if not match:
        return 1.0
    value = float(match[1]) / (100 if match[2] == "%" else 1)
    return min(1.0, max(0.0, value))


def _colour(value: str, parent: Look) -> tuple[Colour | None, bool]:
    if not value or value in {"inherit", "currentcolor", "initial", "unset"}:
        return parent.colour, parent.clear
    found = colours.parse(value)
    if found is None:
        return None, False
    colour, opacity = found
    if opacity < 0.1:
        return colour, True
    return (colours.over(colour, opacity, parent.back) if parent.back else colour), False


def _back(style: Style, attributes: Mapping[str, str], parent: Look) -> Colour | None:
    """The background: a colour, what is behind it, or None for images and gradients."""
    shorthand = style.get("background", "")
    image = style.get("background-image", "")
    if "url(" in shorthand + image or "gradient" in shorthand + image or attributes.get("background"):
        return None
    value = style.get("background-color") or next(
        (part for part in _WORDS.findall(shorthand) if colours.parse(part)), attributes.get("bgcolor", "")
    )
    if "var(" in value + shorthand:
        return None
    found = colours.parse(value) if value else None
    if found is None:
        return parent.back
    colour, opacity = found
    if opacity > 0.95:
        return colour
    return colours.over(colour, opacity, parent.back) if parent.back else None


def _attribute_colour(tag: str, attributes: Mapping[str, str]) -> str:
    if tag == "a" and "href" in attributes:
        return _LINK  # what browsers give a link; it does not inherit
    return attributes.get({"font": "color", "body": "text"}.get(tag, ""), "")
