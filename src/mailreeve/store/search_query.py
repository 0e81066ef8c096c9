"""Gmail's search language, text to a tree: in one pass, bounded, whatever the text.

Words side by side must all hold and OR binds tighter than that; `{a b}` is OR, `(a b)` groups, `-` negates, an
operator holds for a whole group: `from:(amy OR david)`. Source: support.google.com/mail/answer/7190.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from mailreeve.errors import InputError

LENGTH, TERMS, DEPTH = 10_000, 200, 30
"""Characters, conditions and nested groups that a search may have here; Gmail itself takes fewer."""
GMAIL = "Use source `gmail`."
OPERATORS = frozenset(
    [
        "from",
        "to",
        "cc",
        "bcc",
        "deliveredto",
        "subject",
        "label",
        "category",
        "has",
        "filename",
        "in",
        "is",
        "after",
        "before",
        "newer",
        "older",
        "older_than",
        "newer_than",
        "larger",
        "smaller",
        "size",
        "rfc822msgid",
        "list",
    ]
)
_VALUE = r"""(?P<mark>[(){}]) | (?P<quote>"[^"]*+"?) | (?P<word>[^\s(){}"]++)"""
_BEHIND_OPERATOR = re.compile(_VALUE, re.VERBOSE)
_TOKEN = re.compile(
    rf"\s*+(?: (?P<minus>-)(?=\S) | (?P<operator>[A-Za-z][A-Za-z0-9_]*+):(?!//)(?=\S) | {_VALUE} )",
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Term:
    """One condition; `operator` is empty for a word or phrase anywhere in the mail."""

    operator: str
    value: str


@dataclass(frozen=True, slots=True)
class All:
    """Every part holds; without parts: everything."""

    parts: tuple["Node", ...] = ()


@dataclass(frozen=True, slots=True)
class Any:
    """At least one part holds."""

    parts: tuple["Node", ...] = ()


@dataclass(frozen=True, slots=True)
class Not:
    """The part does not hold."""

    part: "Node"


Node = Term | All | Any | Not


def parse(text: str) -> Node:
    """The tree of a search. Raises InputError for an operator or a form that is not known here."""
    if len(text) > LENGTH:
        raise InputError(f"A search of {len(text)} characters is too long.", "Make it shorter.")
    return _Reader(_tokens(text)).whole()


def holds_term(node: Node, test: Callable[[Term], bool]) -> bool:
    """True when one of the tree's terms passes the test."""
    if isinstance(node, Term):
        return test(node)
    if isinstance(node, Not):
        return holds_term(node.part, test)
    return any(holds_term(part, test) for part in node.parts)


def _tokens(text: str) -> list[tuple[str, str]]:
    """Kind and text of each piece; the kinds are the group names of the pattern."""
    tokens: list[tuple[str, str]] = []
    text, place = text.rstrip(), 0
    while place < len(text):
        behind = bool(tokens) and tokens[-1][0] == "operator"
        found = (_BEHIND_OPERATOR if behind else _TOKEN).match(text, place)
        if found is None or len(tokens) > 4 * TERMS:
            raise InputError("The local index cannot read this search: it has too many parts.", GMAIL)
        kind = found.lastgroup or ""
        tokens.append((kind, found[kind]))
        place = found.end()
    return tokens


class _Reader:
    """Recursive descent with a limit of depth; every token is looked at once."""

    def __init__(self, tokens: list[tuple[str, str]]) -> None:
        self._tokens = tokens
        self._place = 0
        self._terms = 0

    def whole(self) -> Node:
        node = self._sequence("", 0)
        if self._place < len(self._tokens):
            raise self._malformed(f"{self._tokens[self._place][1]} closes nothing")
        return node

    def _sequence(self, operator: str, depth: int) -> Node:
        """Conditions up to a closing mark or the end; all of them hold."""
        parts: list[Node] = []
        while self._place < len(self._tokens) and self._here() not in {("mark", ")"), ("mark", "}")}:
            if self._here() == ("word", "AND"):
                self._place += 1
            else:
                parts.append(self._either(operator, depth))
        return parts[0] if len(parts) == 1 else All(tuple(parts))

    def _either(self, operator: str, depth: int) -> Node:
        """Conditions joined by OR."""
        parts = [self._one(operator, depth)]
        while self._here() == ("word", "OR"):
            self._place += 1
            parts.append(self._one(operator, depth))
        return parts[0] if len(parts) == 1 else Any(tuple(parts))

    def _one(self, operator: str, depth: int) -> Node:
        """One condition: negated, grouped, with an operator, or a word."""
        kind, text = self._here()
        self._place += 1
        if not kind or depth > DEPTH:
            raise self._malformed("it ends too early or is nested too deeply")
        if kind == "minus":
            return Not(self._one(operator, depth + 1))
        if kind == "operator":
            if operator or text.lower() not in OPERATORS:
                raise InputError(f"The local index does not know the operator {text[:40]}: here.", GMAIL)
            return self._one(text.lower(), depth + 1)
        if kind == "mark":
            return self._group(text, operator, depth)
        if text in {"OR", "AROUND"}:
            raise InputError(f"The local index does not know {text} in this place.", GMAIL)
        self._terms += 1
        if self._terms > TERMS:
            raise self._malformed("it has too many parts")
        return Term(operator, text.strip('"') if kind == "quote" else text.removeprefix("+"))

    def _group(self, opening: str, operator: str, depth: int) -> Node:
        closing = {"(": ")", "{": "}"}.get(opening)
        if closing is None:
            raise self._malformed(f"{opening} closes nothing")
        node = self._sequence(operator, depth + 1)
        if self._here() != ("mark", closing):
            raise self._malformed(f"{closing} is missing")
        self._place += 1
        return Any(node.parts) if closing == "}" and isinstance(node, All) else node

    def _here(self) -> tuple[str, str]:
        return self._tokens[self._place] if self._place < len(self._tokens) else ("", "")

    @staticmethod
    def _malformed(why: str) -> InputError:
        return InputError(f"The local index cannot read this search: {why}.", GMAIL)
