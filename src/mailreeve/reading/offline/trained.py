"""The trained part of the offline reader: a linear model over words, word pairs and the rules of `score`.

`evals/train.py` makes model.txt of training mails that were written for it (evals/training/); a line holds a word,
a word pair or the name of a rule, and a small number for each archetype: how many hundredths of a point it adds.
"""

import json
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType

from mailreeve.models import Archetype

KINDS = tuple(Archetype)
FILE = Path(__file__).with_name("model.txt")
UNIT = 100
"""Weights are stored in hundredths of a point."""
_HEAD, _TAIL = 2000, 500
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?|\d+|[?!%$€£]")

Weights = tuple[float, ...]
"""One for each of KINDS."""


@dataclass(frozen=True, slots=True)
class Model:
    """What the training found."""

    temperature: float
    """Sums are divided by it, so that a share is how often the choice is right."""
    bias: Weights
    rules: Mapping[str, Weights]
    """Rule to what it adds beside the points of its own, for its whole strength."""
    grams: Mapping[str, Weights]
    """Word or word pair to what it adds, before it is divided by the root of how many were found."""
    bars: Mapping[str, float]
    """From which confidence on the reader may decide alone: `free`, and `vetoed` where only words object."""


def grams(subject: str, text: str) -> frozenset[str]:
    """Words and word pairs of a mail, in lower case; a number is `0`, words of the subject come once more."""
    body = text if len(text) <= _HEAD + _TAIL else f"{text[:_HEAD]}\n{text[-_TAIL:]}"
    told = _words(subject)
    words = [*told, "|", *_words(body)]
    return frozenset((*words, *map(" ".join, pairwise(words)), *(f"s:{word}" for word in told)))


def known(subject: str, text: str) -> tuple[str, ...]:
    """Those that the model knows, in alphabetical order."""
    return tuple(sorted(grams(subject, text) & load().grams.keys()))


def scale(found: int) -> float:
    """What each of so many words counts: long mails must not be surer than short ones for their length alone."""
    return 1 / math.sqrt(max(found, 8))


@cache
def load() -> Model:
    """The model of the package; read at first use."""
    head, *lines = FILE.read_text(encoding="utf-8").splitlines()
    told = json.loads(head)
    rules: dict[str, Weights] = {}
    words: dict[str, Weights] = {}
    for line in lines:
        name, _, numbers = line.partition("\t")
        weights = tuple(int(number) / UNIT for number in numbers.split(" "))
        if name.startswith("rule: "):
            rules[name[6:]] = weights
        else:
            words[name] = weights
    return Model(
        told["temperature"],
        tuple(told["bias"]),
        MappingProxyType(rules),
        MappingProxyType(words),
        told["bars"],
    )


def _words(text: str) -> Iterable[str]:
    return ["0" if word.isdigit() else word for word in _WORD.findall(text.lower())]
