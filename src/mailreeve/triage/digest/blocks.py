"""What a digest consists of, before it has a form: blocks of pieces, each knowing whose words it holds."""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What a block is."""

    TITLE = "title"
    HEAD = "head"
    SUBHEAD = "subhead"
    TEXT = "text"
    ITEM = "item"
    RULE = "rule"
    LINE = "line"
    """Small print: one line under the other."""


class Look(StrEnum):
    """How a piece is set off."""

    PLAIN = ""
    STRONG = "strong"
    EM = "em"


@dataclass(frozen=True, slots=True)
class Piece:
    """Some words. Those of a mail are data: no form lets them become markup, a link or an address."""

    text: str
    own: bool = False
    """True for words of ours, which are taken as they are."""
    look: Look = Look.PLAIN
    url: str = ""
    """A link of ours; the text is then ours too."""


@dataclass(frozen=True, slots=True)
class Block:
    """A heading, a paragraph, or an item of a list."""

    kind: Kind
    pieces: tuple[Piece, ...] = ()
    under: str = ""
    """A remark under an item, in the words of a mail or a program."""
    inner: tuple[tuple[Piece, ...], ...] = ()
    """A list of its own within an item."""


def ours(text: str, look: Look = Look.PLAIN) -> Piece:
    """Words of ours."""
    return Piece(text, own=True, look=look)


def theirs(text: str, look: Look = Look.PLAIN) -> Piece:
    """Words of a mail, of a program, or of anybody else."""
    return Piece(text, look=look)


def link(text: str, url: str) -> Piece:
    """A link of ours."""
    return Piece(text, own=True, url=url)


def block(kind: Kind, *pieces: Piece | str) -> Block:
    """A block; plain strings are words of ours."""
    return Block(kind, row(*pieces))


def row(*pieces: Piece | str) -> tuple[Piece, ...]:
    """A line of a list; plain strings are words of ours."""
    return tuple(ours(one) if isinstance(one, str) else one for one in pieces)
