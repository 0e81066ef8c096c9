"""How the phrases of the word lists can begin: which of a thousand are worth trying at a word is then known at once."""

import re
from collections.abc import Iterator

KEY = 2
"""So many first characters of a place in a text choose the phrases that are tried there."""

_SET = re.compile(r"\[([^\]\\^-]+)\]")
_REPEATED = ("*", "+", "{")


def keys(phrase: str, size: int = KEY) -> frozenset[str]:
    """What a match of the phrase can begin with, `size` characters each; less where the phrase leaves it open."""
    found = set()
    for char, rest in _heads(phrase):
        if not char or size == 1 or not rest:
            found.add(char)
        else:
            found |= {char + more for more in keys(rest, size - 1)}
    return frozenset(found)


def _heads(phrase: str) -> Iterator[tuple[str, str]]:
    """The first character and what follows it, for each way to begin; an empty character is any."""
    if phrase.startswith("(?:"):
        yield from _of_group(phrase)
        return
    if phrase.startswith(("^", r"\b")):
        yield from _heads(phrase[1 if phrase[0] == "^" else 2 :])
        return
    chars, rest = _first(phrase)
    if not chars or rest.startswith(_REPEATED):
        yield from ((char, "") for char in chars or ("",))
        return
    if rest.startswith("?"):
        rest = rest[1:]
        yield from _heads(rest)
    yield from ((char, rest) for char in chars)


def _first(phrase: str) -> tuple[str, str]:
    """The characters that can stand first, and the rest of the phrase; no characters for what is not understood."""
    if phrase.startswith(r"\d"):
        return "0123456789", phrase[2:]
    if found := _SET.match(phrase):
        return found[1], phrase[found.end() :]
    if phrase[:1] == "\\":
        return ("" if phrase[1:2].isalnum() else phrase[1:2]), phrase[2:]
    return ("" if phrase[:1] in ".[(" else phrase[:1]), phrase[1:]


def _of_group(phrase: str) -> Iterator[tuple[str, str]]:
    branches, end = _branches(phrase)
    rest = phrase[end:]
    if rest.startswith(_REPEATED):
        yield "", phrase
        return
    if rest.startswith("?"):
        rest = rest[1:]
        yield from _heads(rest)
    for branch in branches:
        yield from _heads(branch + rest)


def _branches(phrase: str) -> tuple[list[str], int]:
    """The alternatives of the group that the phrase begins with, and where the group ends."""
    made, depth, start, place, inside = [], 0, 3, 0, False
    while place < len(phrase):
        char = phrase[place]
        if char == "\\":
            place += 1
        elif inside or char == "[":
            inside = char != "]"
        elif char == "(":
            depth += 1
        elif char in "|)" and depth == 1:
            made.append(phrase[start:place])
            start = place + 1
            if char == ")":
                return made, place + 1
        elif char == ")":
            depth -= 1
        place += 1
    raise ValueError(phrase)
