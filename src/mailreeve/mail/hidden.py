"""Whether an element's text can be seen, from its style and that of the elements around it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from mailreeve.mail import boxes, colours, lengths
from mailreeve.mail.colours import BLACK, WHITE, Colour
from mailreeve.mail.css import Style, TooComplex, resolved
from mailreeve.mail.selectors import Budget
from mailreeve.mail.unsure import unsure

CONTRAST = 1.3
"""Below it text cannot be told from its background; the palest grey in use on white has 1.3 to 1.6."""
SMALLEST = 2.0
"""Pixels: smaller letters cannot be read."""
ALT_LIMIT = 120
"""Characters of an image's alternative text that count as visible."""

NEVER_SHOWN = frozenset(
    ("script", "style", "template", "noscript", "title", "head", "iframe", "noembed", "noframes", "svg", "math",
     "datalist", "rp", "xml")
)  # fmt: skip

_SIZES = {
    "xx-small": 9.0, "x-small": 10.0, "small": 13.0, "medium": 16.0, "large": 18.0, "x-large": 24.0, "xx-large": 32.0,
}  # fmt: skip
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


_WORDS = re.compile(r"[a-z-]+\((?:[^()]|\([^()]*\))*\)|[^\s,()]+")
_COLOURING = frozenset(("bgcolor", "background", "color", "text", "href"))
_LINK = "#0000ee"
_FILTER = re.compile(r"opacity\(([^()]*)\)")
_VARIABLES_LIMIT = 1_000
_FALLBACKS = frozenset(
    ("object", "applet", "video", "audio", "canvas", "select", "meter", "progress", "marquee")
)


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
    tight: bool = False
    """True when the letters stand on top of each other."""
    pre: bool = False
    doubtful: bool = False
    """True where some programs show the text and others do not."""
    variables: Style = field(default_factory=dict)
    """Custom properties, by name."""

    @property
    def why(self) -> str:
        """Why text directly in the element is not seen; empty when it is."""
        if self.gone:
            return self.gone
        if self.invisible:
            return "visibility"
        if self.size <= SMALLEST:
            return "font size"
        if self.tight:
            return "letter spacing"
        if self.clear:
            return "transparent text"
        if self.colour and self.back and colours.contrast(self.colour, self.back) < CONTRAST:
            return "text in the colour of its background"
        return ""


def look(parent: Look, tag: str, style: Style, attributes: Mapping[str, str], spend: Budget) -> Look:
    """How an element's text looks, given the look around it. Raises TooComplex when the budget is spent."""
    style, variables = _with_variables(style, parent.variables, spend)
    size = _size(style, parent.size) if style else parent.size
    gone = parent.gone or _gone(tag, style, attributes, size)
    doubtful = parent.doubtful or _doubtful(tag, style, attributes)
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
        size=size,
        colour=colour,
        clear=clear,
        back=_back(style, attributes, parent),
        opacity=opacity,
        tight=_tight(style, size, parent),
        doubtful=doubtful,
        variables=variables,
        pre=style.get("white-space", "").startswith("pre") if "white-space" in style else parent.pre,
    )


def instruction_like(text: str) -> bool:
    """True for text that talks to a machine rather than to a person."""
    return _INSTRUCTION.search(text[:20_000]) is not None


def _with_variables(style: Style, around: Style, spend: Budget) -> tuple[Style, Style]:
    """The style with its variables resolved, and the variables that are known from here on.

    Raises TooComplex for more variables than are remembered.
    """
    own = {name: value for name, value in style.items() if name.startswith("--")}
    variables = {**around, **own} if own else around
    if len(variables) > _VARIABLES_LIMIT:
        raise TooComplex
    return resolved(style, variables, spend), variables


def _gone(tag: str, style: Style, attributes: Mapping[str, str], size: float) -> str:
    """Why an element and all inside it is not shown."""
    if tag in NEVER_SHOWN:
        return f"<{tag}>"
    if "hidden" in attributes or "popover" in attributes or (tag == "dialog" and "open" not in attributes):
        return "hidden attribute"
    if not style:
        return ""
    if style.get("display", "").startswith("none"):
        return "display:none"
    if style.get("mso-hide", "").startswith("all") and tag != "a":
        return "mso-hide"  # on a link it marks a button for everyone but Outlook
    if any((lengths.number(one) or 0.0) < 0.1 for one in _FILTER.findall(style.get("filter", ""))):
        return "opacity"
    if "url(" in style.get("content", ""):
        return "replaced by an image"
    if style.get("content-visibility", "") == "hidden" or style.get("z-index", "").startswith("-"):
        return "behind the page"
    return boxes.nowhere(style, size)


def _doubtful(tag: str, style: Style, attributes: Mapping[str, str]) -> bool:
    """Said to be decoration, folded, animated, masked, or shown where a program lacks something."""
    folded = tag == "details" and "open" not in attributes
    return folded or unsure(style) or tag in _FALLBACKS or attributes.get("aria-hidden", "").lower() == "true"


def _invisible(style: Style, parent: Look) -> bool:
    value = style.get("visibility", "")
    return value in {"hidden", "collapse"} if value and value != "inherit" else parent.invisible


def _size(style: Style, around: float) -> float:
    value = style.get("font-size", "")
    if (lengths.number(style.get("font-size-adjust", "")) or 1.0) <= 0.05 or style.get(
        "font-size-adjust"
    ) == "0":
        return 0.0
    if not value and "font" in style:
        parts = (part.partition("/")[0] for part in _WORDS.findall(style["font"]))
        sized = (part for part in parts if part == "0" or not part.isdecimal())
        value = next((part for part in sized if part in _SIZES or lengths.pixels(part) is not None), "")
    length = lengths.pixels(value, around, around / 100) if value else None
    return _SIZES.get(value, around) if length is None else length


def _tight(style: Style, size: float, parent: Look) -> bool:
    """Letters or words drawn together until nothing can be read: half a letter's width is nearly all of it."""
    letters = lengths.pixels(style.get("letter-spacing", ""), size)
    words = lengths.pixels(style.get("word-spacing", ""), size)
    if (letters is not None and letters <= -0.4 * size) or (words is not None and words <= -2 * size):
        return True
    return parent.tight and "letter-spacing" not in style


def _opacity(style: Style) -> float:
    value = lengths.number(style["opacity"]) if "opacity" in style else None
    return 1.0 if value is None else min(1.0, max(0.0, value))


def _colour(value: str, parent: Look) -> tuple[Colour | None, bool]:
    if value == "initial":
        return BLACK, False
    if not value or value in {"inherit", "currentcolor", "unset", "revert", "revert-layer"}:
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
    image = shorthand + style.get("background-image", "")
    if "url(" in image or attributes.get("background"):
        return None
    if "gradient" in image:
        return _even(image)
    value = style.get("background-color") or next(
        (part for part in _WORDS.findall(shorthand) if colours.parse(part)), attributes.get("bgcolor", "")
    )
    found = colours.parse(value) if value else None
    if found is None:
        return parent.back
    colour, opacity = found
    if opacity > 0.95:
        return colour
    return colours.over(colour, opacity, parent.back) if parent.back else None


def _even(gradient: str) -> Colour | None:
    """The colour of a gradient whose colours cannot be told apart; else None."""
    inner = gradient[gradient.index("gradient") :].partition("(")[2]
    stops = [found for part in _WORDS.findall(inner.rstrip(") ")) if (found := colours.parse(part))]
    first = stops[0][0] if stops and all(opacity > 0.95 for _, opacity in stops) else None
    same = first and all(colours.contrast(first, colour) < CONTRAST for colour, _ in stops)
    return first if same else None


def _attribute_colour(tag: str, attributes: Mapping[str, str]) -> str:
    if tag == "a" and "href" in attributes:
        return _LINK  # what browsers give a link; it does not inherit
    return attributes.get({"font": "color", "body": "text"}.get(tag, ""), "")
