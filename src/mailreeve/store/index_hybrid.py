"""Best first by words and by meaning: two ranks of the same mailbox, joined by reciprocal rank fusion.

By words are the mails that hold every word, as in any other search. Those that hold only some were tried: they bring in
more wrong mails than right ones (`python benchmarks/semantic.py`).

Source: Cormack, Clarke, Buettcher, "Reciprocal Rank Fusion outperforms Condorcet and individual Rank Learning
Methods" (SIGIR 2009): a hit at place p of a list gets 1 / (60 + p).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from mailreeve.store import index_search, search_query
from mailreeve.store.index import Index
from mailreeve.store.index_query import Plan
from mailreeve.store.index_search import BEST
from mailreeve.store.index_vectors import Vectors
from mailreeve.store.search_query import All, Node, Term

_EACH, _FLAT = 200, 60


@dataclass(frozen=True, slots=True)
class Asked:
    """A search, taken apart."""

    words: tuple[Term, ...]
    """Words that hits may hold, or may mean."""
    rest: tuple[Node, ...]
    """What each hit must meet: operators, phrases, groups, what is excluded."""

    @property
    def text(self) -> str:
        """What it is about, to be compared by meaning; empty when it names no word."""
        return " ".join(term.value for term in self.words)


def take_apart(text: str) -> Asked:
    """Plain words of a search, and all else. Raises InputError for what the index cannot read."""
    tree = search_query.parse(text)
    parts = tree.parts if isinstance(tree, All) else (tree,)
    words = tuple(one for one in parts if isinstance(one, Term) and not one.operator)
    phrases = tuple(one for one in words if " " in one.value)
    return Asked(words, (*(one for one in parts if one not in words), *phrases))


def search(
    index: Index, vectors: Vectors, asked: Asked, vector: Sequence[float], *, limit: int = 20
) -> index_search.FoundPage:
    """The first page of the best hits; `index_search.ranked` gives the pages that follow."""
    by_meaning = vectors.nearest(vector, _EACH, _among(index, asked.rest) if asked.rest else None)
    by_words = index_search.best(index, index_search.planned(index, All((*asked.words, *asked.rest))), _EACH)
    by_meaning = by_meaning if asked.rest else _standing(index, by_meaning)
    return index_search.page_of(index, fuse(by_words, by_meaning)[:BEST], limit)


def fuse(*lists: Sequence[int]) -> list[int]:
    """One order out of several; equals newest first."""
    score: dict[int, float] = {}
    for one in lists:
        for place, n in enumerate(one, start=1):
            score[n] = score.get(n, 0.0) + 1 / (_FLAT + place)
    return sorted(score, key=lambda n: (-score[n], -n))


def _among(index: Index, rest: Sequence[Node]) -> list[int]:
    """The rows that meet the conditions."""
    return index_search.rows_of(index, index_search.planned(index, All(tuple(rest))), 1 << 62, 1 << 62)


def _standing(index: Index, rows: Sequence[int]) -> list[int]:
    """Those that are there and neither spam nor trash, in their order."""
    plan = Plan()
    marks = ", ".join("?" * len(rows))
    plan.add((f"m.n in ({marks}) and m.bin = 0", tuple(rows)))
    there = set(index_search.rows_of(index, plan, 1 << 62, len(rows)))
    return [n for n in rows if n in there]
