"""The stack of open elements: which tags close which, as browsers do it (WHATWG HTML, 13.2.6).

Constant time for each tag, however deep the stack: the last place of each name is kept.
"""

from collections import defaultdict
from dataclasses import dataclass
from typing import Generic, TypeVar

DEPTH_LIMIT = 20_000

_SCOPES = frozenset(("table", "td", "th", "caption", "object", "marquee", "applet", "template", "button"))
_FORMATTING = frozenset(
    ("a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u")
)
_CLOSES_P = frozenset(
    ("address", "article", "aside", "blockquote", "center", "dd", "details", "dialog", "dir", "div", "dl", "dt",
     "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr",
     "li", "listing", "main", "menu", "nav", "ol", "p", "pre", "search", "section", "summary", "ul")
)  # fmt: skip
_SPECIAL = (
    _CLOSES_P
    | _SCOPES
    | frozenset(
        ("tbody", "thead", "tfoot", "tr", "select", "noscript", "colgroup", "iframe", "head", "body", "html")
    )
)
_CELL = ("td", "th")
_BODY = ("tbody", "thead", "tfoot")
# What a start tag closes, and what shields that: a <li> closes a <li> unless a list was opened since.
_IMPLIED = {
    "li": (("li",), ("ul", "ol", "menu")),
    "dd": (("dd", "dt"), ("dl",)),
    "dt": (("dd", "dt"), ("dl",)),
    "option": (("option",), ("select",)),
    "a": (("a",), ()),
    "td": (_CELL, ("table", "tr")),
    "th": (_CELL, ("table", "tr")),
    "tr": (("tr",), ("table",)),
    **dict.fromkeys(_BODY, (_BODY, ("table",))),
}
_IN_TABLE = frozenset((*_CELL, *_BODY, "tr", "caption"))
_IGNORED = frozenset(("html", "body", "head", "br"))

T = TypeVar("T")


@dataclass(slots=True)
class Open(Generic[T]):
    """An open element and what its owner keeps with it."""

    name: str
    data: T


class Elements(Generic[T]):
    """Tells for each tag which elements it closes."""

    def __init__(self) -> None:
        self.stack: list[Open[T]] = []
        self._places: defaultdict[str, list[int]] = defaultdict(list)
        self._scopes: list[int] = []
        self._specials: list[int] = []

    def before(self, name: str) -> list[Open[T]]:
        """Close what a start tag closes; the innermost comes first."""
        closed: list[Open[T]] = []
        if name in _CLOSES_P:
            place = self._last("p")
            if place > self._boundary():
                closed += self._pop_to(place)
        closes, shields = _IMPLIED.get(name, ((), ()))
        place = max((self._last(one) for one in closes), default=-1)
        shield = max((self._last(one) for one in shields), default=-1)
        if name not in _IN_TABLE:
            shield = max(shield, self._boundary())
        if place > shield:
            closed += self._close(place)
        return closed

    def push(self, name: str, data: T) -> None:
        """Open an element."""
        place = len(self.stack)
        self._places[name].append(place)
        if name in _SCOPES:
            self._scopes.append(place)
        if name in _SPECIAL:
            self._specials.append(place)
        self.stack.append(Open(name, data))

    def end(self, name: str) -> list[Open[T]]:
        """Close what an end tag closes; nothing when it has no start tag in reach."""
        place = self._last(name)
        if place < 0 or name in _IGNORED:
            return []
        if name in _IN_TABLE:
            in_reach = place > self._last("table")
        elif name == "table":
            in_reach = True
        elif name == "li":
            in_reach = place > max(self._boundary(), self._last("ul"), self._last("ol"))
        elif name in _SPECIAL or name in _FORMATTING:
            in_reach = place >= self._boundary()
        else:
            in_reach = place > (self._specials[-1] if self._specials else -1)
        return self._close(place) if in_reach else []

    def rest(self) -> list[Open[T]]:
        """Close everything at the end."""
        return self._pop_to(0)

    def _close(self, place: int) -> list[Open[T]]:
        """A formatting element around an open block is closed alone: the block stays open."""
        name = self.stack[place].name
        if name in _FORMATTING and self._specials and self._specials[-1] > place:
            self._places[name].pop()
            closed = self.stack[place]
            self.stack[place] = Open("", closed.data)
            return [closed]
        return self._pop_to(place)

    def _last(self, name: str) -> int:
        places = self._places.get(name)
        return places[-1] if places else -1

    def _boundary(self) -> int:
        return self._scopes[-1] if self._scopes else -1

    def _pop_to(self, place: int) -> list[Open[T]]:
        closed = []
        while len(self.stack) > place:
            one = self.stack.pop()
            if one.name:
                self._places[one.name].pop()
                closed.append(one)
            for marks in (self._scopes, self._specials):
                if marks and marks[-1] == len(self.stack):
                    marks.pop()
        return closed
