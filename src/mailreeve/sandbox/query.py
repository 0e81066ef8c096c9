"""Gmail's search language: text to a tree.

Source: support.google.com/mail/answer/7190 and developers.google.com/workspace/gmail/api/guides/filtering.
Words that stand side by side must all hold; OR binds tighter than that, `{a b}` is OR, `(a b)` groups, `-`
negates, an operator holds for a whole group: `from:(amy OR david)`. An operator that is not known here is
refused with 400, never ignored.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from mailreeve.sandbox.errors import bad_request

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
DEPTH_LIMIT = 40
TERM_LIMIT = 1000
_VALUE = r"""(?P<mark>[(){}]) | (?P<quote>"[^"]*"?) | (?P<word>[^\s(){}"]+)"""
_BEHIND_OPERATOR = re.compile(_VALUE, re.VERBOSE)
_TOKEN = re.compile(
    rf"""\s*(?:
    (?P<minus>-)(?=\S)
  | (?P<operator>[A-Za-z][A-Za-z0-9_]*):(?!//)(?=\S)
  | {_VALUE}
  )""",
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Term:
    """One condition: an operator and its value; `operator` is empty for a bare word or phrase."""

    operator: str
    value: str


@dataclass(frozen=True, slots=True)
class All:
    """Every part holds; without parts: everything."""

    parts: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Any:
    """At least one part holds."""

    parts: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The part does not hold."""

    part: "Node"


Node = Term | All | Any | Not


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of the text; `kind` is a group name of the token pattern."""

    kind: str
    text: str


def parse(text: str) -> Node:
    """The tree of a search; ApiError 400 for what is not understood."""
    tokens = _tokens(text)
    node, rest = _sequence(tokens, 0, "", 0)
    if rest != len(tokens):
        raise bad_request(f"Invalid query: unexpected {tokens[rest].text!r}", "q")
    return node


def _tokens(text: str) -> list[Token]:
    tokens: list[Token] = []
    place = 0
    text = text.rstrip()
    while place < len(text):
        behind = tokens and tokens[-1].kind == "operator"
        found = (_BEHIND_OPERATOR if behind else _TOKEN).match(text, place)
        if found is None or len(tokens) > TERM_LIMIT:
            raise bad_request("Invalid query: too long" if found else "Invalid query", "q")
        kind = found.lastgroup or ""
        tokens.append(Token(kind, found[kind]))
        place = found.end()
    return tokens


def _sequence(tokens: list[Token], place: int, operator: str, depth: int) -> tuple[Node, int]:
    """Conditions up to a closing mark or the end; all of them hold."""
    parts: list[Node] = []
    while place < len(tokens) and tokens[place].text not in {")", "}"}:
        if tokens[place] == Token("word", "AND"):
            place += 1
            continue
        node, place = _either(tokens, place, operator, depth)
        parts.append(node)
    return (parts[0] if len(parts) == 1 else All(tuple(parts))), place


def _either(tokens: list[Token], place: int, operator: str, depth: int) -> tuple[Node, int]:
    """Conditions joined by OR."""
    node, place = _one(tokens, place, operator, depth)
    parts = [node]
    while place < len(tokens) and tokens[place] == Token("word", "OR"):
        node, place = _one(tokens, place + 1, operator, depth)
        parts.append(node)
    return (parts[0] if len(parts) == 1 else Any(tuple(parts))), place


def _one(tokens: list[Token], place: int, operator: str, depth: int) -> tuple[Node, int]:
    """One condition: negated, grouped, with an operator, or a word."""
    if place >= len(tokens) or depth > DEPTH_LIMIT:
        raise bad_request("Invalid query: it ends too early or is nested too deeply", "q")
    token = tokens[place]
    if token.kind == "minus":
        node, place = _one(tokens, place + 1, operator, depth + 1)
        return Not(node), place
    if token.kind == "operator":
        name = token.text.lower()
        if operator or name not in OPERATORS:
            raise bad_request(f"Invalid query: the operator {name}: is not supported", "q")
        return _one(tokens, place + 1, name, depth + 1)
    if token.kind == "mark":
        return _group(tokens, place, operator, depth)
    if token.text in {"OR", "AROUND"}:
        raise bad_request(f"Invalid query: {token.text} needs a condition on both sides", "q")
    return Term(operator, _plain(token)), place + 1


def _plain(token: Token) -> str:
    return token.text.strip('"') if token.kind == "quote" else token.text.removeprefix("+")


def _group(tokens: list[Token], place: int, operator: str, depth: int) -> tuple[Node, int]:
    closing = {"(": ")", "{": "}"}.get(tokens[place].text)
    if closing is None:
        raise bad_request(f"Invalid query: unexpected {tokens[place].text!r}", "q")
    node, end = _sequence(tokens, place + 1, operator, depth + 1)
    if end >= len(tokens) or tokens[end].text != closing or tokens[end].kind != "mark":
        raise bad_request(f"Invalid query: {closing!r} is missing", "q")
    if closing == "}":
        node = Any(node.parts) if isinstance(node, All) else node
    return node, end + 1


def any_term(node: Node, test: Callable[[Term], bool]) -> bool:
    """True when one of the tree's terms passes the test."""
    if isinstance(node, Term):
        return test(node)
    if isinstance(node, Not):
        return any_term(node.part, test)
    return any(any_term(part, test) for part in node.parts)
