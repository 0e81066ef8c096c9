"""Passages of one mail in what was written about another: how a mail that copies itself would spread."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping

WORDS = 10
"""So many words in a row are a passage; greetings and closings are shorter."""
_WORD = re.compile(r"\w+")


class Passages:
    """Every run of ten words of some mails, and whose it is."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._owners: dict[tuple[str, ...], set[str]] = defaultdict(set)
        for id_, text in texts.items():
            for run in _runs(text):
                self._owners[run].add(id_)

    def foreign(self, id_: str, text: str) -> Iterator[str]:
        """The runs of a text that other mails say and the mail of this id does not."""
        for run in _runs(text):
            owners = self._owners.get(run)
            if owners and id_ not in owners:
                yield " ".join(run)


def _runs(text: str) -> Iterator[tuple[str, ...]]:
    words = _WORD.findall(text.lower())
    for start in range(len(words) - WORDS + 1):
        yield tuple(words[start : start + WORDS])
