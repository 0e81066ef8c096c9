"""Whether a text states a fact: compared in lower case, without accents' many forms and typographic signs."""

import re
import unicodedata
from collections.abc import Sequence

Fact = str | Sequence[str]
"""A fact, or several ways to write it of which one is enough."""
_QUOTES = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "„": '"', "–": "-", "—": "-", "\xa0": " "})
_SPACES = re.compile(r"\s+")


def ways(fact: Fact) -> tuple[str, ...]:
    """The ways to write it."""
    return (fact,) if isinstance(fact, str) else tuple(fact)


def states(text: str, fact: Fact) -> bool:
    """True when the text has the fact in one of its ways, as whole words."""
    seen = plain(text)
    return any(re.search(rf"(?<!\w){re.escape(plain(way))}(?!\w)", seen) for way in ways(fact))


def missing(text: str, facts: Sequence[Fact]) -> list[str]:
    """The facts that the text does not state, each in its first way."""
    return [ways(fact)[0] for fact in facts if not states(text, fact)]


def plain(text: str) -> str:
    """For comparing."""
    return _SPACES.sub(" ", unicodedata.normalize("NFKC", text.translate(_QUOTES)).casefold()).strip()
