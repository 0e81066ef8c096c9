"""Words of the examples in what a model writes about another mail: a hostile mail could ask for them."""

import re
from collections.abc import Sequence
from itertools import pairwise

from mailreeve.models import Example
from mailreeve.reading.llm.schemas import ClassifyAnswer

OF_SUBJECT, OF_LINE = 3, 4
"""So many words in a row are an example's: a line is prose, of which three words say little."""
_WORD = re.compile(r"\w+")
_RARE = re.compile(r"(?=\w*\d)\w{6,}")
"""A number, a code, a case: one such word says whose it is."""
_LONG = 7
LEFT_OUT = "words of another mail were left out"


def without(found: ClassifyAnswer, examples: Sequence[Example], shown: str) -> ClassifyAnswer:
    """The answer without the fields that repeat an example and not the mail itself; `shown` is all of the mail."""
    foreign = {
        mark for one in examples for mark in _marks(one.subject, OF_SUBJECT) | _marks(one.line, OF_LINE)
    }
    foreign -= _marks(shown, OF_SUBJECT, OF_LINE)
    if not foreign:
        return found

    def keeps(text: str) -> bool:
        return foreign.isdisjoint(_marks(text, OF_SUBJECT, OF_LINE))

    return found.model_copy(
        update={
            "summary": found.summary if keeps(found.summary) else "",
            "reason": found.reason if keeps(found.reason) else LEFT_OUT,
            "deadline": found.deadline if keeps(found.deadline) else "",
            "actions": [one for one in found.actions if keeps(f"{one.what} {one.who} {one.due}")],
            "extracted": [one for one in found.extracted if keeps(one.value)],
        }
    )


def _marks(text: str, *lengths: int) -> set[str]:
    """Its runs of so many words, its pairs of long words, and its rare ones."""
    words = _WORD.findall(text.casefold())
    runs = {" ".join(words[at : at + length]) for length in lengths for at in range(len(words) - length + 1)}
    pairs = {" ".join(pair) for pair in pairwise(words) if min(map(len, pair)) >= _LONG}
    return runs | pairs | {one for one in words if _RARE.fullmatch(one)}
