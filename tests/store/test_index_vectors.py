"""The nearest vectors of the index, and the order out of two lists."""

import random
from pathlib import Path

import numpy as np
import pytest

from mailreeve.errors import ConfigError, InputError
from mailreeve.models import Message
from mailreeve.store import index_hybrid, index_vectors
from mailreeve.store.index import Index
from mailreeve.store.index_vectors import Vectors

DIMENSIONS = 100
"""No multiple of 8: the bits are filled up."""


def clustered(count: int, seed: int = 7) -> list[list[float]]:
    """Vectors as models give them: around the same forty centres."""
    fixed, chance = random.Random(1), random.Random(seed)  # noqa: S311 -- no secrets here
    centres = [[fixed.gauss(0, 1) for _ in range(DIMENSIONS)] for _ in range(40)]
    return [[x + chance.gauss(0, 0.7) for x in chance.choice(centres)] for _ in range(count)]


def filled(folder: Path, vectors: list[list[float]]) -> tuple[Index, Vectors]:
    index = Index(folder / "i.db", "me@example.org")
    index.add(Message(id=f"m{n}", internal_date=n, subject="x") for n in range(1, len(vectors) + 1))
    made = Vectors(index, "model")
    made.adopt()
    made.put((f"m{n}", vector) for n, vector in enumerate(vectors, start=1))
    return index, made


def exact(vectors: list[list[float]], wanted: list[float]) -> list[int]:
    """Row numbers by cosine, in full numbers."""
    every = np.array(vectors)
    near = every @ np.array(wanted) / np.linalg.norm(every, axis=1)
    return [int(n) + 1 for n in np.argsort(-near)]


def test_the_nearest_are_found(tmp_path: Path) -> None:
    """Of 600 vectors the ten nearest are those of the full reckoning, also among some rows alone."""
    vectors = clustered(600)
    index, made = filled(tmp_path, vectors)
    for wanted in clustered(10, seed=8):
        right = exact(vectors, wanted)
        assert right[:10] == made.nearest(wanted, 10)
        odd = [n for n in right if n % 2]
        assert odd[:5] == made.nearest(wanted, 5, [*range(1, 601, 2)])
    index.close()


def test_signs_alone_choose_well_enough(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a thirtieth of the vectors reckoned in full, nine of the ten nearest are found on average."""
    monkeypatch.setattr(index_vectors, "LOOKED_AT", 100)
    vectors = clustered(3_000)
    index, made = filled(tmp_path, vectors)
    found = [len(set(exact(vectors, one)[:10]) & set(made.nearest(one, 10))) for one in clustered(20, seed=9)]
    assert sum(found) / len(found) >= 9
    index.close()


def test_what_was_put_or_dropped_meanwhile_counts(tmp_path: Path) -> None:
    """A search sees the vectors that are there now, and an empty index finds nothing."""
    vectors = clustered(30)
    index, made = filled(tmp_path, vectors)
    first, second, *_ = made.nearest(vectors[0], 30)
    index.drop([f"m{first}"])
    assert second == made.nearest(vectors[0], 30)[0]
    index.add([Message(id="new", internal_date=99, subject="x")])
    assert 1 == made.put([("new", vectors[0]), ("stranger", vectors[0])])
    assert 99 == made.nearest(vectors[0], 30)[0]
    index.drop([f"m{n}" for n in range(31)] + ["new"])
    assert [] == made.nearest(vectors[0], 30)
    index.close()


def test_lengths_must_fit(tmp_path: Path) -> None:
    """A vector of another length is refused, to be kept and to be searched by."""
    index, made = filled(tmp_path, clustered(3))
    with pytest.raises(ConfigError, match="another length"):
        made.put([("m1", [1.0, 2.0])])
    with pytest.raises(ConfigError, match="another length"):
        made.nearest([1.0, 2.0], 3)
    index.close()


def test_two_lists_make_one_order() -> None:
    """What stands in both comes first, then by the better place, then the newer."""
    assert [3, 5, 9, 1] == index_hybrid.fuse([5, 3, 1], [3, 9])
    assert [8, 4] == index_hybrid.fuse([4], [8])
    assert [] == index_hybrid.fuse([], [])


@pytest.mark.parametrize(
    ("text", "words", "conditions"),
    [
        ("invoice airline", "invoice airline", 0),
        ("from:ana invoice -paid", "invoice", 2),
        ('"flight receipt" airline', "flight receipt airline", 1),
        ("{a b} (c d) is:unread", "", 3),
        ("in:inbox", "", 1),
        ("", "", 0),
    ],
)
def test_a_search_is_taken_apart(text: str, words: str, conditions: int) -> None:
    """Plain words and phrases are what it is about; phrases, operators, groups and exclusions must hold."""
    asked = index_hybrid.take_apart(text)
    assert (words, conditions) == (asked.text, len(asked.rest))


def test_what_cannot_be_read_is_wrong_input() -> None:
    """As for every local search."""
    with pytest.raises(InputError):
        index_hybrid.take_apart("(never closed")
