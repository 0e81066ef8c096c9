"""How many of the tasks and of the threads that wait for an answer are found: precision, recall, F1."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

_WORD = re.compile(r"[^\W_$]+|\$")
_SMALL_TEXT = """
the a an to and or of for in on at by with from it this that is are be your you me my our we i please whether if so can
"""
_SMALL = frozenset(_SMALL_TEXT.split())
SHARE = 0.5
"""Two tasks are one when so much of the shorter one's words is in the other, or their texts are so much alike."""


@dataclass(frozen=True, slots=True)
class Found:
    """Counts over all cases."""

    right: int = 0
    extra: int = 0
    missed: int = 0

    def __add__(self, other: "Found") -> "Found":
        return Found(self.right + other.right, self.extra + other.extra, self.missed + other.missed)

    @property
    def precision(self) -> float:
        """Of what was found, how much is right; 1 when nothing was found."""
        return self.right / (self.right + self.extra) if self.right + self.extra else 1.0

    @property
    def recall(self) -> float:
        """Of what is there, how much was found; 1 when nothing is there."""
        return self.right / (self.right + self.missed) if self.right + self.missed else 1.0

    @property
    def f1(self) -> float:
        """Their harmonic mean."""
        total = 2 * self.right + self.extra + self.missed
        return 2 * self.right / total if total else 1.0


def words(text: str) -> frozenset[str]:
    """Content words, cut to five letters so that forms of a word are one."""
    return frozenset(word[:5] for word in _WORD.findall(text.lower()) if word not in _SMALL)


def alike(one: str, other: str) -> float:
    """From 0 to 1: how much two descriptions of a task have in common."""
    first, second = words(one), words(other)
    if len(first & second) < 2 and first != second:
        return 0.0
    shared = len(first & second) / max(1, min(len(first), len(second)))
    return max(shared, SequenceMatcher(None, " ".join(sorted(first)), " ".join(sorted(second))).ratio())


def paired(found: Sequence[str], expected: Sequence[str]) -> list[tuple[int, int]]:
    """Pair each expected task with the found one that is most like it, as (expected, found); each counts once."""
    scores = sorted(
        (
            (alike(one, other), -place, -at)
            for at, one in enumerate(found)
            for place, other in enumerate(expected)
        ),
        reverse=True,
    )
    made: dict[int, int] = {}
    for score, place, at in scores:
        if score >= SHARE and -place not in made and -at not in made.values():
            made[-place] = -at
    return sorted(made.items())
