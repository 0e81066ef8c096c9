"""The part of CSS that decides whether text can be seen: declarations and the style sheets of mail.

Matching has a fixed budget: a style sheet made to be slow ends the reading, it cannot show hidden text.
"""

import base64
import binascii
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from urllib.parse import unquote_to_bytes

from mailreeve.mail import colours, lengths, media, selectors, unsure
from mailreeve.mail.selectors import Budget, Element, Selector, TooComplex

__all__ = ["Element", "Sheet", "Style", "TooComplex", "declarations", "resolved"]

SHEET_LIMIT = 400_000
"""Characters of all style sheets of a mail; behind them could stand the rule that hides a text."""
RULES_LIMIT = 5_000
BUDGET = 200_000
"""Comparisons of an element with a selector, and variables looked up, in one mail."""

Style = Mapping[str, str]
"""Property to value, both in lower case."""

_UNSTYLED: Style = {}
_PROPERTIES = frozenset(
    ("display", "visibility", "opacity", "font-size", "font", "color", "background", "background-color",
     "background-image", "max-height", "max-width", "height", "width", "overflow", "overflow-x", "overflow-y",
     "position", "left", "top", "right", "bottom", "text-indent", "margin-left", "margin-top", "margin", "margin-right",
     "clip", "clip-path", "transform", "scale", "translate", "rotate", "z-index", "content-visibility", "mso-hide",
     "white-space", "-webkit-text-fill-color", "filter", "inset", "zoom", "line-height", "contain", "mask", "mask-image",
     "animation", "animation-name", "backface-visibility", "background-clip", "letter-spacing", "word-spacing",
     "font-size-adjust", "content", *unsure.PROPERTIES)
)  # fmt: skip
_SAME = {
    "block-size": "height", "inline-size": "width", "max-block-size": "max-height", "max-inline-size": "max-width",
    "inset-inline-start": "left", "inset-inline-end": "right", "inset-block-start": "top", "inset-block-end": "bottom",
    "margin-inline-start": "margin-left", "margin-inline-end": "margin-right", "margin-block-start": "margin-top",
    "margin-inline": "margin-left", "margin-block": "margin-top", "overflow-inline": "overflow-x", "overflow-block": "overflow-y",
    "-webkit-transform": "transform", "-webkit-filter": "filter", "-webkit-mask": "mask", "-webkit-mask-image": "mask-image",
    "-webkit-clip-path": "clip-path", "-webkit-animation": "animation", "-webkit-animation-name": "animation-name",
    "-webkit-backface-visibility": "backface-visibility", "-webkit-background-clip": "background-clip",
}  # fmt: skip
_PARTS_OF = {
    "background": ("background-color", "background-image", "background-clip"),
    "font": ("font-size", "line-height"),
    "margin": ("margin-left", "margin-top", "margin-right"),
    "inset": ("left", "top", "right", "bottom"),
    "overflow": ("overflow-x", "overflow-y"),
    "mask": ("mask-image",),
    "animation": ("animation-name",),
}
_DISPLAYS = frozenset(
    ("none", "block", "inline", "flow-root", "flow", "flex", "grid", "contents", "ruby", "math", "table", "list-item",
     "run-in", "-webkit-box", "-webkit-flex", "-ms-flexbox", "-webkit-inline-box")
)  # fmt: skip
_GLOBAL = frozenset(("inherit", "initial", "unset", "revert", "revert-layer"))
_DECLARATION = re.compile(
    r"(?<![\w-])(--[\w-]++|[-a-z_]{2,30}+)\s*+:((?:[^;\"'(]|\"[^\"]*+\"?|'[^']*+'?|\([^)]*+\)?)*+)",
    re.IGNORECASE,
)
_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)", re.DOTALL)
# Strings and URLs can hold braces and comment marks that are none.
_SCRUB = re.compile(
    r"/\*.*?(?:\*/|\Z)|\"(?:[^\"\\\n]|\\.)*+\"|'(?:[^'\\\n]|\\.)*+'|url\([^)\"']*+\)",
    re.DOTALL | re.IGNORECASE,
)
_MARKS = re.compile(r"[{};]|/\*|\*/")
_IMPORTANT = re.compile(r"!\s*important\s*$", re.IGNORECASE)
_VARIABLE = re.compile(r"var\(\s*(--[\w-]+)\s*(?:,((?:[^()]|\([^()]*\))*))?\)")
_IMPORT = re.compile(
    r"@import\s+(?:url\()?\s*[\"']?data:text/css([^,\"')]{0,60}),([^\"')\s]{0,20000})", re.IGNORECASE
)
_NAMES_LIMIT = 120
"""Custom properties of one rule; the next one could be the one that hides."""
_LONGEST_VALUE = 500
_CHAIN = 10
"""Variables that lead to variables."""
_LONGEST_PRELUDE = 20_000


@dataclass(frozen=True, slots=True)
class _Rule:
    selector: Selector
    style: Style
    important: Style
    order: tuple[int, int, int, int]


@lru_cache(maxsize=2048)
def declarations(text: str) -> tuple[Style, Style]:
    """The declarations that matter here, and those of them marked !important; invalid ones are left out.

    Raises TooComplex for more custom properties than are read.
    """
    text = selectors.unescaped(_COMMENT.sub("", text)) if "\\" in text or "/*" in text else text
    normal: dict[str, str] = {}
    important: dict[str, str] = {}
    for match in _DECLARATION.finditer(text):
        name = match[1].lower()
        name = _SAME.get(name, name)
        if name not in _PROPERTIES and not name.startswith("--"):
            continue
        if len(normal) + len(important) > _NAMES_LIMIT:
            raise TooComplex
        value = match[2].strip().lower()
        target = normal
        if "!" in value:
            value, count = _IMPORTANT.subn("", value)
            target = important if count else normal
            if "!" in value and "(" not in value:
                continue  # `none !ie` is no value
        value = value.strip()
        if value and _valid(name, value):
            for part in _PARTS_OF.get(name, ()):
                target.pop(part, None)
            target.pop(name, None)
            target[name] = value
    return normal, important


def resolved(style: Style, variables: Style, spend: Budget) -> Style:
    """A style with its variables' values in place; what has none counts as not declared.

    Raises TooComplex when the budget is spent, or for what is too long to be followed: it could end in a value
    that hides.
    """
    asked = [name for name, value in style.items() if "var(" in value and not name.startswith("--")]
    if not asked:
        return style
    out = dict(style)
    for name in asked:
        value, seen = out.pop(name), set[str]()
        while "var(" in value and value not in seen:  # a circle has no value
            if len(value) > _LONGEST_VALUE or len(seen) > _CHAIN:
                raise TooComplex
            seen.add(value)
            spend.one()
            value = _VARIABLE.sub(
                lambda match: style.get(match[1]) or variables.get(match[1]) or match[2] or "\0", value
            )
        if "\0" not in value and "var(" not in value:
            out[name] = value.strip()
    return out


@dataclass(slots=True)
class Sheet:
    """The rules of all style sheets of a mail, found by the last part of their selectors."""

    _by_key: defaultdict[str, list[_Rule]] = field(default_factory=lambda: defaultdict(list))
    _count: int = 0
    _chars: int = 0
    budget: Budget = field(default_factory=lambda: Budget(BUDGET))

    def add(self, text: str) -> None:
        """Read a style sheet: rules for the screen that say something about visibility.

        Raises TooComplex when there is more than can be read.
        """
        self._chars += len(text)
        if self._chars > SHEET_LIMIT:
            raise TooComplex
        for found in _IMPORT.finditer(text):
            self._add_text(_data(found[1], found[2]))
        self._add_text(text)

    def _add_text(self, text: str) -> None:
        text = _SCRUB.sub(_scrubbed, text.replace("<!--", "").replace("-->", ""))
        for prelude, body in _rules(text):
            style, important = declarations(body)
            if style or important:
                for one in selectors.parse(prelude):
                    self._add(one, style, important)

    def _add(self, selector: Selector, style: Style, important: Style) -> None:
        self._count += 1
        if self._count > RULES_LIMIT:
            raise TooComplex
        self._by_key[selector.key].append(_Rule(selector, style, important, (*selector.weight, self._count)))

    def style(self, one: Element, inline: str = "") -> tuple[Style, Style]:
        """What the sheets and the style attribute say about an element, the strongest last.

        The second is the same with the rules that may or may not match. Raises TooComplex when the budget
        is spent.
        """
        if not self._by_key and not inline:
            return _UNSTYLED, _UNSTYLED
        own = declarations(inline) if inline else (_UNSTYLED, _UNSTYLED)
        if not self._by_key:
            only = _over(own[0], own[1]) if own[1] else own[0]
            return only, only
        keys = dict.fromkeys(("*", one.tag, *(f".{name}" for name in one.classes), f"#{one.id}"))
        found = [
            rule
            for key in keys
            for rule in self._by_key.get(key, ())
            if selectors.matches(rule.selector, one, self.budget)
        ]
        found.sort(key=lambda rule: rule.order)
        sure = [rule for rule in found if not rule.selector.doubtful]
        certain = _merged(sure, own)
        return certain, certain if len(sure) == len(found) else _merged(found, own)


def _merged(rules: list[_Rule], own: tuple[Style, Style]) -> Style:
    merged: Style = {}
    for rule in rules:
        merged = _over(merged, rule.style)
    merged = _over(merged, own[0])
    for rule in rules:
        merged = _over(merged, rule.important)
    return _over(merged, own[1])


def _over(under: Style, style: Style) -> Style:
    """A stronger style over another: a shorthand undoes what it stands for."""
    if not style or not under:
        return style or under
    gone = {part for name in style if name in _PARTS_OF for part in _PARTS_OF[name]}
    return {**{name: value for name, value in under.items() if name not in gone}, **style}


def _valid(name: str, value: str) -> bool:
    """Whether a browser would take the value; a bad one leaves an earlier declaration in force."""
    if "var(" in value or value in _GLOBAL or name.startswith("--") or unsure.unknown(value):
        return True
    if name == "display":
        first = value.split(maxsplit=1)[0]
        return first in _DISPLAYS or first.startswith(("inline-", "table-", "ruby-"))
    if name == "visibility":
        return value in {"visible", "hidden", "collapse"}
    if name == "opacity":
        return lengths.number(value) is not None
    if name == "font-size":
        return (
            value in {"smaller", "larger"}
            or value.rpartition("-")[2] in {"small", "medium", "large"}
            or (lengths.pixels(value) is not None)
        )
    if name in {"color", "background-color", "-webkit-text-fill-color"}:
        return value == "currentcolor" or colours.parse(value) is not None
    return True


def _scrubbed(match: re.Match[str]) -> str:
    text = match[0]
    if text.startswith("/*"):
        return ""
    return text if not _MARKS.search(text) else "url(x)" if text[0] in "uU" else "''"


def _rules(text: str) -> Iterator[tuple[str, str]]:
    """Selectors and bodies of the rules that apply on a screen; nested ones with their outer selectors.

    Raises TooComplex when nesting repeats more selectors than are read.
    """
    opened: list[tuple[list[str] | None, list[str]]] = [([], [])]
    at, left = 0, 2 * SHEET_LIMIT
    for mark in re.finditer(r"[{};]", text):
        piece, at = text[at : mark.start()].strip(), mark.end()
        outer = opened[-1][0]
        if mark[0] == "{":
            prelude = _inner(outer, piece)
            if prelude is not outer and prelude:
                left -= sum(map(len, prelude))
            if left < 0:
                raise TooComplex
            opened.append((prelude, []))
            continue
        opened[-1][1].append(piece)
        if mark[0] == "}" and len(opened) > 1:
            prelude, body = opened.pop()
            if prelude:
                yield ",".join(prelude), ";".join(body)
    opened[-1][1].append(text[at:])
    for prelude, body in opened[1:]:
        if prelude:
            yield ",".join(prelude), ";".join(body)


def _inner(outer: list[str] | None, piece: str) -> list[str] | None:
    """The selectors of a block; None for one that does not count, none at all for what only groups rules.

    Raises TooComplex when nested lists multiply to more than is read.
    """
    if outer is None:
        return None
    if piece.startswith("@"):
        return outer if _applies(piece.lower()) else None
    if not outer:
        return selectors.listed(piece) if piece else outer
    below = [one for one in selectors.listed(piece) if one]
    if not below:
        return None
    if len(outer) * len(piece) + len(below) * sum(map(len, outer)) > _LONGEST_PRELUDE:
        raise TooComplex
    return [b.replace("&", a) if "&" in b else f"{a} {b}" for a in outer for b in below]


def _applies(prelude: str) -> bool:
    """Whether an at-rule's block counts."""
    if prelude.startswith("@media"):
        return media.applies(prelude[6:])
    return prelude.startswith(("@supports", "@layer", "@container", "@scope"))


def _data(kind: str, text: str) -> str:
    """The style sheet in a data: URL."""
    data = unquote_to_bytes(text)
    if "base64" in kind.lower():
        try:
            data = base64.b64decode(data + b"==")
        except (binascii.Error, ValueError):
            return ""
    return data.decode("utf-8", "replace")
