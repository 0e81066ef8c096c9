"""The part of CSS that decides whether text can be seen: declarations, selectors and the style sheets of mail.

Matching has a fixed budget: a style sheet made to be slow ends the reading, it cannot show hidden text.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

SHEET_LIMIT = 200_000
"""Characters of all style sheets of a mail."""
RULES_LIMIT = 2_000
BUDGET = 200_000
"""Comparisons of an element with a selector, in one mail."""

Style = Mapping[str, str]
"""Property to value, both in lower case."""

_UNSTYLED: Style = {}
_PROPERTIES = frozenset(
    ("display", "visibility", "opacity", "font-size", "font", "color", "background", "background-color",
     "background-image", "max-height", "max-width", "height", "width", "overflow", "overflow-x", "overflow-y",
     "position", "left", "top", "right", "bottom", "text-indent", "margin-left", "margin-top", "margin", "clip",
     "clip-path", "transform", "scale", "z-index", "content-visibility", "mso-hide", "white-space", "-webkit-text-fill-color", "filter", "inset")
)  # fmt: skip
_DECLARATION = re.compile(
    r"([-a-z_]{2,30})\s*+:((?:[^;\"'(]|\"[^\"]*+\"?|'[^']*+'?|\([^)]*+\)?)*+)", re.IGNORECASE
)
_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)", re.DOTALL)
_ESCAPE = re.compile(r"\\([0-9a-fA-F]{1,6})\s?|\\(.)")
_IMPORTANT = re.compile(r"!\s*important\s*$", re.IGNORECASE)
_COMPOUND = re.compile(
    r"(?P<tag>\*|[a-z][\w-]*)?(?P<rest>(?:[.#][\w-]+|\[[^\]\[]{1,200}\]|:(?:link|root))*)", re.IGNORECASE
)
_SIMPLE = re.compile(r"([.#])([\w-]+)|\[\s*([\w-]+)\s*(?:([~|^$*]?=)\s*[\"']?([^\"'\]]*)[\"']?\s*)?\]")
_WIDTH = 1_000
"""Pixels of the window that a mail is imagined in."""


@dataclass(slots=True)
class Element:
    """What selectors look at."""

    tag: str
    id: str
    classes: frozenset[str]
    attributes: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Compound:
    tag: str
    id: str
    classes: frozenset[str]
    attributes: tuple[tuple[str, str, str], ...]
    child: bool = False
    """True when the next compound to the right must be a direct child."""

    def matches(self, one: Element) -> bool:
        return (
            (not self.tag or self.tag == one.tag)
            and (not self.id or self.id == one.id)
            and self.classes <= one.classes
            and all(_attribute(one, *test) for test in self.attributes)
        )


@dataclass(frozen=True, slots=True)
class _Rule:
    compounds: tuple[_Compound, ...]
    """From the element outwards to its ancestors."""
    style: Style
    important: Style
    order: tuple[int, int, int, int]


class TooComplex(Exception):
    """The budget for matching is spent."""


@lru_cache(maxsize=2048)
def declarations(text: str) -> tuple[Style, Style]:
    """The declarations that matter here, and those of them marked !important."""
    text = _ESCAPE.sub(_unescaped, _COMMENT.sub("", text)) if "\\" in text or "/*" in text else text
    normal: dict[str, str] = {}
    important: dict[str, str] = {}
    for match in _DECLARATION.finditer(text):
        name = match[1].lower()
        if name not in _PROPERTIES:
            continue
        value = match[2].strip().lower()
        target = normal
        if "!" in value:
            value, count = _IMPORTANT.subn("", value)
            target = important if count else normal
        if value.strip():
            target.pop(name, None)
            target[name] = value.strip()
    return normal, important


@dataclass(slots=True)
class Sheet:
    """The rules of all style sheets of a mail, found by the last part of their selectors."""

    _by_key: defaultdict[str, list[_Rule]] = field(default_factory=lambda: defaultdict(list))
    _count: int = 0
    _left: int = BUDGET

    def add(self, text: str) -> None:
        """Read a style sheet: rules for the screen that say something about visibility."""
        text = _COMMENT.sub("", text[:SHEET_LIMIT].replace("<!--", "").replace("-->", ""))
        for selectors, body in _rules(text):
            style, important = declarations(body)
            if not style and not important:
                continue
            for selector in selectors.split(","):
                self._add(selector.strip(), style, important)

    def _add(self, selector: str, style: Style, important: Style) -> None:
        compounds = _selector(selector)
        if not compounds or self._count >= RULES_LIMIT:
            return
        self._count += 1
        last = compounds[0]
        key = f"#{last.id}" if last.id else f".{min(last.classes)}" if last.classes else last.tag or "*"
        weight = (
            sum(bool(c.id) for c in compounds),
            sum(len(c.classes) + len(c.attributes) for c in compounds),
            sum(bool(c.tag) for c in compounds),
            self._count,
        )
        self._by_key[key].append(_Rule(compounds, style, important, weight))

    def style(self, one: Element, ancestors: Sequence[Element], inline: str) -> Style:
        """What the sheets and the style attribute say about an element, the strongest last.

        Raises TooComplex when the budget is spent.
        """
        if not self._by_key and not inline:
            return _UNSTYLED
        own, own_important = declarations(inline) if inline else (_UNSTYLED, _UNSTYLED)
        if not self._by_key:
            return {**own, **own_important} if own_important else own
        keys = ("*", one.tag, *(f".{name}" for name in one.classes), f"#{one.id}")
        found = [
            rule for key in keys for rule in self._by_key.get(key, ()) if self._matches(rule, one, ancestors)
        ]
        found.sort(key=lambda rule: rule.order)
        merged: dict[str, str] = {}
        for rule in found:
            merged |= rule.style
        merged |= own
        for rule in found:
            merged |= rule.important
        return {**merged, **own_important}

    def _matches(self, rule: _Rule, one: Element, ancestors: Sequence[Element]) -> bool:
        self._spend()
        if not rule.compounds[0].matches(one):
            return False
        place = len(ancestors) - 1
        for compound in rule.compounds[1:]:
            if compound.child:
                if place < 0 or not compound.matches(ancestors[place]):
                    return False
            else:
                while place >= 0 and not compound.matches(ancestors[place]):
                    self._spend()
                    place -= 1
                if place < 0:
                    return False
            place -= 1
        return True

    def _spend(self) -> None:
        self._left -= 1
        if self._left < 0:
            raise TooComplex


def _rules(text: str) -> Iterator[tuple[str, str]]:
    """Selectors and bodies of the rules that apply on a screen; other blocks are passed over."""
    at = 0
    while (start := text.find("{", at)) >= 0:
        prelude = text[at:start].rpartition(";")[2].rpartition("}")[2].strip()
        if prelude.startswith("@"):
            # The rules of a block that counts are read as if they stood alone; its brace is dropped above.
            at = start + 1 if _applies(prelude.lower()) else _block_end(text, start)
            continue
        end = text.find("}", start)
        end = len(text) if end < 0 else end
        yield prelude, text[start + 1 : end]
        at = end + 1


def _block_end(text: str, start: int) -> int:
    depth = 0
    for brace in re.compile("[{}]").finditer(text, start):
        depth += 1 if brace[0] == "{" else -1
        if not depth:
            return brace.end()
    return len(text)


def _applies(prelude: str) -> bool:
    """Whether an at-rule's block counts: @media for screens of some 1,000 pixels in light colours."""
    if prelude.startswith(("@supports", "@layer")):
        return True
    return prelude.startswith("@media") and any(_query(one) for one in prelude[6:].split(","))


def _query(text: str) -> bool:
    words = re.sub(r"\([^)]*\)", " ", text).split()
    if "not" in words or any(word not in {"only", "screen", "all", "and"} for word in words):
        return False
    return all(_feature(one) for one in re.findall(r"\(([^)]*)\)", text))


def _feature(text: str) -> bool:
    name, _, value = (part.strip() for part in text.partition(":"))
    width = re.match(r"(\d{1,6})(?:\.\d*)?(px|em|rem)?", value)
    if name in {"min-width", "min-device-width", "max-width", "max-device-width"} and width:
        pixels = int(width[1]) * (16 if width[2] in {"em", "rem"} else 1)
        return pixels <= _WIDTH if name.startswith("min") else pixels >= _WIDTH
    return name == "prefers-color-scheme" and value == "light"


def _selector(text: str) -> tuple[_Compound, ...]:
    """A selector from right to left; empty when it is of a kind that mail does not hide text with."""
    parts = re.findall(r"[^\s>]+|>", text[:500])
    compounds: list[_Compound] = []
    child = False
    for part in reversed(parts):
        if part == ">":
            child = True
            continue
        match = _COMPOUND.fullmatch(part)
        if not match or len(compounds) >= 10:
            return ()
        compounds.append(_compound(match["tag"] or "", match["rest"], child=child))
        child = False
    return tuple(compounds)


def _compound(tag: str, rest: str, *, child: bool) -> _Compound:
    marks = _SIMPLE.findall(rest)
    return _Compound(
        "" if tag == "*" else tag.lower(),
        next((name for mark, name, *_ in marks if mark == "#"), ""),
        frozenset(name for mark, name, *_ in marks if mark == "."),
        tuple((name.lower(), how, value) for mark, _, name, how, value in marks if not mark),
        child,
    )


def _attribute(one: Element, name: str, how: str, value: str) -> bool:
    actual = one.attributes.get(name)
    if actual is None or not how:
        return actual is not None
    if how == "=":
        return actual == value
    if how == "~=":
        return value in actual.split()
    if how == "^=":
        return bool(value) and actual.startswith(value)
    if how == "$=":
        return bool(value) and actual.endswith(value)
    return bool(value) and value in actual


def _unescaped(match: re.Match[str]) -> str:
    if match[2] is not None:
        return match[2]
    number = int(match[1], 16)
    return chr(number) if 0 < number < 0x110000 and not 0xD800 <= number < 0xE000 else "\ufffd"
