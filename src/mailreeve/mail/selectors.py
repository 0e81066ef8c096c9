"""CSS selectors (Selectors 4) and what they look at; matching has a fixed budget."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

_IDENT = r"(?:[\w-]|[^\x00-\x7f]|\\[0-9a-fA-F]{1,6}\s?|\\.)+"
_TOKEN = re.compile(
    rf"(?P<comma>\s*,\s*)|(?P<by>\s*[>+~]\s*|\s+)|(?P<mark>[.#]?)(?P<name>{_IDENT}|\*)"
    rf"|\[\s*(?P<attribute>{_IDENT})\s*(?:(?P<how>[~|^$*]?=)\s*(?:\"(?P<a>[^\"]*)\"|'(?P<b>[^']*)'|(?P<c>{_IDENT}))\s*(?P<case>[isIS])?\s*)?\]"
    rf"|(?P<colons>::?)(?P<pseudo>[\w-]+)(?P<open>\()?|(?P<self>&)"
)
_ESCAPE = re.compile(r"\\([0-9a-fA-F]{1,6})\s?|\\(.)")
_PARTING = re.compile(r"\\.|\"[^\"]*+\"?|'[^']*+'?|[(),\[\]]", re.DOTALL)
_NTH = re.compile(r"(?:([+-]?\d{0,6})n\s*)?(?:([+-]?)\s*(\d{1,6}))?$")
_ALWAYS = frozenset(("link", "any-link", "scope", "defined", "read-only", "enabled", "optional"))
_LATER = frozenset(
    ("last-child", "last-of-type", "only-child", "only-of-type", "nth-last-child", "nth-last-of-type", "empty",
     "has", "lang", "dir", "default", "target-within", "autofill", "indeterminate", "valid", "host")
)  # fmt: skip
_PARTS = 50
_DEPTH = 3


class TooComplex(Exception):
    """The budget for matching is spent, or there is more style than is read."""


@dataclass(slots=True)
class Element:
    """What selectors look at."""

    tag: str
    id: str = ""
    classes: frozenset[str] = frozenset()
    attributes: Mapping[str, str] = field(default_factory=dict)
    parent: "Element | None" = None
    previous: "Element | None" = None
    index: int = 1
    """Its place among the elements of its parent, from 1."""
    nth: int = 1
    """Its place among those of its tag."""
    last: "Element | None" = None
    """The last child so far."""
    counts: dict[str, int] | None = None

    def put_under(self, parent: "Element") -> None:
        """Become the next child of an element."""
        self.parent, self.previous = parent, parent.last
        self.index = parent.last.index + 1 if parent.last else 1
        parent.counts = parent.counts or {}
        self.nth = parent.counts[self.tag] = parent.counts.get(self.tag, 0) + 1
        parent.last = self


@dataclass(frozen=True, slots=True)
class Compound:
    """Simple selectors for one element."""

    tag: str = ""
    id: str = ""
    classes: frozenset[str] = frozenset()
    attributes: tuple[tuple[str, str, str], ...] = ()
    tests: tuple["Test", ...] = ()
    by: str = ""
    """How its element stands to that of the compound on its right: " ", ">", "+" or "~"."""

    def matches(self, one: Element) -> bool:
        """Whether an element has all of it."""
        return (
            (not self.tag or self.tag == one.tag)
            and (not self.id or self.id == one.id)
            and self.classes <= one.classes
            and all(_attribute(one, *test) for test in self.attributes)
            and all(test.holds(one) for test in self.tests)
        )


@dataclass(frozen=True, slots=True)
class Test:
    """A pseudo-class that can be told from what stands before an element."""

    kind: str
    step: int = 0
    start: int = 0
    any_of: tuple[Compound, ...] = ()

    def holds(self, one: Element) -> bool:
        """Whether an element passes."""
        if self.kind in {"is", "not"}:
            return any(inner.matches(one) for inner in self.any_of) == (self.kind == "is")
        if self.kind == "root":
            return one.tag == "html"
        if self.kind == "never":
            return False
        place = (one.index if self.kind == "child" else one.nth) - self.start
        return place == 0 if not self.step else place % self.step == 0 and place // self.step >= 0


@dataclass(frozen=True, slots=True)
class Selector:
    """A complex selector."""

    compounds: tuple[Compound, ...]
    """From the element outwards."""
    doubtful: bool = False
    """True where it depends on what stands behind the element: then a match is only a possible one."""

    @property
    def weight(self) -> tuple[int, int, int]:
        """Its specificity."""
        found = self.compounds
        return (
            sum(bool(c.id) for c in found),
            sum(len(c.classes) + len(c.attributes) + len(c.tests) for c in found),
            sum(bool(c.tag) for c in found),
        )

    @property
    def key(self) -> str:
        """What its element must have, to look it up by."""
        last = self.compounds[0]
        return f"#{last.id}" if last.id else f".{min(last.classes)}" if last.classes else last.tag or "*"


def parse(text: str, depth: int = 0) -> list[Selector]:
    """The selectors of a list; those that cannot be read, or never match a mail at rest, are left out.

    Raises TooComplex for one that is too long.
    """
    found: list[Selector] = []
    reader = _Reader(depth)
    at, text = 0, text.strip()
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            following = re.compile(r"[^,]+").match(text, at)
            at, reader.broken = following.end() if following else at + 1, True
        elif match["comma"]:
            found += reader.done()
            reader, at = _Reader(depth), match.end()
        else:
            at = reader.take(match, text)
    return found + reader.done()


def listed(text: str) -> list[str]:
    """The selectors of a list as they are written: a comma in brackets or quotes parts nothing."""
    found, depth, at = [], 0, 0
    for match in _PARTING.finditer(text):
        mark = match[0]
        if mark in "([":
            depth += 1
        elif mark in ")]":
            depth = max(0, depth - 1)
        elif mark == "," and not depth:
            found.append(text[at : match.start()].strip())
            at = match.end()
    return [*found, text[at:].strip()]


def matches(selector: Selector, one: Element, spend: "Budget") -> bool:
    """Whether a selector matches; raises TooComplex when the budget is spent."""
    spend.one()
    return selector.compounds[0].matches(one) and _outwards(selector.compounds, 1, one, spend)


@dataclass(slots=True)
class Budget:
    """Comparisons that may still be made."""

    left: int

    def one(self) -> None:
        """Make one; raises TooComplex when there was none left."""
        self.left -= 1
        if self.left < 0:
            raise TooComplex


def unescaped(text: str) -> str:
    """CSS escapes read."""
    return _ESCAPE.sub(_character, text) if "\\" in text else text


def _outwards(compounds: tuple[Compound, ...], number: int, one: Element, spend: Budget) -> bool:
    if number == len(compounds):
        return True
    wanted = compounds[number]
    near = wanted.by in {">", "+"}
    other = one.parent if wanted.by in {" ", ">"} else one.previous
    while other is not None:
        spend.one()
        if wanted.matches(other) and _outwards(compounds, number + 1, other, spend):
            return True
        if near:
            return False
        other = other.parent if wanted.by == " " else other.previous
    return False


class _Reader:
    """Collects the tokens of one selector."""

    def __init__(self, depth: int) -> None:
        self.depth = depth
        self.compounds: list[Compound] = []
        self.broken = self.doubtful = False
        self._clear()

    def _clear(self) -> None:
        self.tag = self.id = ""
        self.classes: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []
        self.tests: list[Test] = []
        self.any = False

    def take(self, match: re.Match[str], text: str) -> int:
        """Take a token; where the next one starts."""
        if match["by"]:
            self._end(match["by"].strip() or " ")
            return match.end()
        self.any = True
        if match["name"]:
            name = unescaped(match["name"])
            if match["mark"] == "#":
                self.broken, self.id = self.broken or self.id not in {"", name}, name
            elif match["mark"]:
                self.classes.append(name)
            elif name != "*":
                self.tag = name.lower()
        elif match["attribute"]:
            value = match["a"] or match["b"] or match["c"] or ""
            how = (match["how"] or "") + ("i" if (match["case"] or "").lower() == "i" else "")
            self.attributes.append((unescaped(match["attribute"]).lower(), how, unescaped(value)))
        elif match["pseudo"]:
            return self._pseudo(match, text)
        return match.end()

    def done(self) -> list[Selector]:
        """The selector, if there is one. Raises TooComplex for one of more parts than are matched."""
        self._end("")
        if self.broken or not self.compounds:
            return []
        if len(self.compounds) > _PARTS:
            raise TooComplex
        return [Selector(tuple(reversed(self.compounds)), self.doubtful)]

    def _end(self, by: str) -> None:
        if self.any:
            made = Compound(
                self.tag, self.id, frozenset(self.classes), tuple(self.attributes), tuple(self.tests), by
            )
            self.compounds.append(made)
        self._clear()

    def _pseudo(self, match: re.Match[str], text: str) -> int:
        name, end = match["pseudo"].lower(), match.end()
        inner = ""
        if match["open"]:
            end = _closing(text, end)
            inner = text[match.end() : end - 1]
        if match["colons"] == "::":
            self.broken = True
        elif name in _LATER:
            self.doubtful = True
        elif name in {"not", "is", "where", "matches", "-webkit-any"}:
            self._nested(name, inner)
        elif name == "root":
            self.tests.append(Test("root"))
        elif name in {"first-child", "first-of-type"}:
            self.tests.append(Test("child" if name == "first-child" else "type", 0, 1))
        elif name in {"nth-child", "nth-of-type"}:
            self._nth("child" if name == "nth-child" else "type", inner.strip().lower())
        elif name not in _ALWAYS:
            self.tests.append(Test("never"))
        return end

    def _nested(self, name: str, inner: str) -> None:
        found = parse(inner, self.depth + 1) if self.depth < _DEPTH else []
        if not found or any(len(one.compounds) > 1 or one.doubtful for one in found):
            self.doubtful = True
            return
        kind = "not" if name == "not" else "is"
        self.tests.append(Test(kind, any_of=tuple(one.compounds[0] for one in found)))

    def _nth(self, kind: str, text: str) -> None:
        text = {"odd": "2n+1", "even": "2n"}.get(text, text)
        found = _NTH.match(text)
        if not text or not found:
            self.doubtful = True
            return
        step = 0 if found[1] is None else int(found[1] + "1") if found[1] in {"", "+", "-"} else int(found[1])
        self.tests.append(Test(kind, step, int((found[2] or "") + (found[3] or "0"))))


def _closing(text: str, at: int) -> int:
    depth = 1
    for mark in re.compile("[()]").finditer(text, at):
        depth += 1 if mark[0] == "(" else -1
        if not depth:
            return mark.end()
    return len(text) + 1


def _attribute(one: Element, name: str, how: str, value: str) -> bool:
    actual = one.attributes.get(name)
    if actual is None or not how:
        return actual is not None
    if how.endswith("i"):
        actual, value, how = actual.lower(), value.lower(), how[:-1]
    if how == "=":
        return actual == value
    if how == "~=":
        return value in actual.split()
    if how == "^=":
        return bool(value) and actual.startswith(value)
    if how == "$=":
        return bool(value) and actual.endswith(value)
    if how == "|=":
        return actual == value or actual.startswith(f"{value}-")
    return bool(value) and value in actual


def _character(match: re.Match[str]) -> str:
    if match[2] is not None:
        return match[2]
    number = int(match[1], 16)
    return chr(number) if 0 < number < 0x110000 and not 0xD800 <= number < 0xE000 else "\ufffd"
