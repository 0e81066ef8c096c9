"""How many of the tasks and of the threads that wait for an answer are found: precision, recall, F1."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

_WORD = re.compile(r"[a-z0-9äöüßéèàñ$]+")
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


def matched(found: Sequence[str], expected: Iterable[str]) -> Found:
    """Pair each expected task with the found one that is most like it; each counts once."""
    left, wanted = list(found), list(expected)
    right = 0
    pairs = sorted(((alike(one, other), one, other) for one in left for other in wanted), reverse=True)
    for score, one, other in pairs:
        if score >= SHARE and one in left and other in wanted:
            left.remove(one)
            wanted.remove(other)
            right += 1
    return Found(right, len(left), len(wanted))
