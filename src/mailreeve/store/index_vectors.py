"""What mails mean, as vectors beside the words of the local index: kept, counted, and the nearest ones found.

A vector lies there as 16-bit floats of length one. A search first weighs signs, one bit for each number, and then
reckons with the numbers of the nearest ten thousand. numpy is of the extra `semantic` and loaded here alone.
"""

import threading
from collections.abc import Iterable, Sequence
from types import ModuleType
from typing import Any

from mailreeve import platform
from mailreeve.errors import ConfigError
from mailreeve.store.index import Index

LOOKED_AT = 10_000
"""So many vectors, the nearest by their signs, are reckoned with in full."""
_OTHER_LENGTH = "The embedding model's vectors have another length than before."
_REPLACED = "If the model was replaced under the same name, make the index anew: `mailreeve sync --forget`, then sync."
_CHUNK = 500
_ROWS = 65_536
"""Rows of signs that are compared at once: bounds the memory."""
_WANTING = "from message m where bin = 0 and not exists (select 1 from vector v where v.n = m.n)"


def arithmetic() -> ModuleType:
    """The library numpy. Raises ConfigError where it is not installed."""
    try:
        import numpy as np
    except ImportError:
        raise ConfigError(
            "[semantic] needs the extra `semantic`, which is not installed.",
            f"Install it ({platform.install('semantic')}), or take `model` out of [semantic] in config.toml.",
        ) from None
    return np


class Vectors:
    """The vectors of one index, all of one model."""

    def __init__(self, index: Index, model: str) -> None:
        self._index = index
        self._model = model
        self._guard = threading.Lock()
        self._mark = -1
        self._signs: tuple[Any, Any] | None = None

    def adopt(self) -> None:
        """Drop vectors of another model: they mean nothing beside those of this one."""
        if not self.are_of_this_model:
            with self._index.db.transaction():
                self._index.db.execute("delete from vector")
                self._index.db.execute("delete from sign")
                self._index.note(vectors=self._model, dimensions=0, vectors_put=self._puts() + 1)

    @property
    def are_of_this_model(self) -> bool:
        """False when another model made them, and before the first."""
        return self._told("vectors") == self._model

    def _puts(self) -> int:
        return int(self._told("vectors_put") or 0)

    def _told(self, key: str) -> str:
        row = self._index.db.row("select value from meta where key = ?", (key,))
        return str(row[0]) if row else ""

    def count(self) -> int:
        """How many mails have a vector of this model."""
        return self._index.number("select count(*) from sign") if self.are_of_this_model else 0

    def wanting(self, limit: int, below: int = 1 << 62) -> list[tuple[int, str]]:
        """Row numbers and ids of mails that wait for one, the newest first; spam and trash do not."""
        rows = self._index.db.rows(
            f"select n, id {_WANTING} and n < ? order by n desc limit ?", (below, limit)
        )
        return [(row["n"], row["id"]) for row in rows]

    def wanting_count(self) -> int:
        """How many mails wait for one."""
        return self._index.number(f"select count(*) {_WANTING}")

    def put(self, vectors: Iterable[tuple[str, Sequence[float]]]) -> int:
        """Keep vectors by message id, in one transaction; an empty one says that the mail gets none.

        Returns how many mails have one now. Raises ConfigError when the length is not that of the others.
        """
        by_id = dict(vectors)
        lengths = {len(one) for one in by_id.values()} - {0}
        with self._index.db.transaction():
            known = int(self._told("dimensions") or 0)
            if lengths - ({known} if known else lengths) or len(lengths) > 1:
                raise ConfigError(_OTHER_LENGTH, _REPLACED)
            rows = self._index.rows_of(by_id)
            halves = [(n, *_packed(by_id[id_])) for id_, n in rows.items()]
            self._index.db.many(
                "insert or replace into vector values (?, ?)", [(n, half) for n, half, _ in halves]
            )
            self._index.db.many(
                "insert or replace into sign values (?, ?)", [(n, bits) for n, _, bits in halves if bits]
            )
            self._index.note(
                vectors_put=self._puts() + 1, **({"dimensions": max(lengths)} if lengths else {})
            )
        return sum(1 for _, _, bits in halves if bits)

    def nearest(self, vector: Sequence[float], most: int, among: Sequence[int] | None = None) -> list[int]:
        """Row numbers of the mails whose vectors point nearest to it, the nearest first; `among` these rows alone."""
        np = arithmetic()
        numbers, signs = self._all()
        if not len(numbers):
            return []
        if len(vector) != int(self._told("dimensions") or 0):
            raise ConfigError(_OTHER_LENGTH, _REPLACED)
        if among is not None:
            inside = np.isin(numbers, np.array(among, dtype=np.int64))
            numbers, signs = numbers[inside], signs[inside]
        wanted = np.frombuffer(_packed(vector)[0], dtype=np.float16).astype(np.float32)
        if len(numbers) > LOOKED_AT:
            near = np.concatenate(
                [_weighed(signs[at : at + _ROWS], wanted) for at in range(0, len(signs), _ROWS)]
            )
            numbers = numbers[np.argpartition(-near, LOOKED_AT)[:LOOKED_AT]]
        return self._ordered(wanted, numbers.tolist())[:most]

    def _ordered(self, wanted: Any, numbers: list[int]) -> list[int]:
        np = arithmetic()
        scored: list[tuple[float, int]] = []
        for start in range(0, len(numbers), _CHUNK):
            part = numbers[start : start + _CHUNK]
            marks = ", ".join("?" * len(part))
            rows = self._index.db.rows(f"select n, half from vector where n in ({marks})", part)
            if rows:
                halves = np.frombuffer(b"".join([row["half"] for row in rows]), dtype=np.float16)
                near = halves.reshape(len(rows), -1).astype(np.float32) @ wanted
                scored += zip(near.tolist(), [row["n"] for row in rows], strict=True)
        return [n for _, n in sorted(scored, key=lambda one: (-one[0], -one[1]))]

    def _all(self) -> tuple[Any, Any]:
        """Row numbers and signs of all vectors; kept until others are put. What was dropped is left out by the rows."""
        np = arithmetic()
        with self._guard:
            mark = self._puts()
            if self._signs is None or mark != self._mark:
                rows = self._index.db.rows("select n, bits from sign order by n")
                numbers = np.array([row["n"] for row in rows], dtype=np.int64)
                signs = np.frombuffer(b"".join([row["bits"] for row in rows]), dtype=np.uint8)
                self._signs, self._mark = (numbers, signs.reshape(len(rows), -1) if rows else signs), mark
            return self._signs


def _packed(vector: Sequence[float]) -> tuple[bytes, bytes]:
    """The direction in 16-bit floats, and its signs as bits, filled up to whole bytes; empty for none."""
    if not vector:
        return b"", b""
    np = arithmetic()
    made = np.array(vector, dtype=np.float64)
    made = made / np.linalg.norm(made)
    return made.astype(np.float16).tobytes(), np.packbits(made > 0).tobytes()


def _weighed(signs: Any, wanted: Any) -> Any:
    """For each row of bits the sum of the wanted numbers, with the signs of the row: a byte at a time, by a table."""
    np = arithmetic()
    every = np.unpackbits(np.arange(256, dtype=np.uint8)[:, None], axis=1).astype(np.float32) * 2 - 1
    numbers = np.pad(wanted, (0, -len(wanted) % 8)).reshape(-1, 8)
    total = np.zeros(len(signs), dtype=np.float32)
    for place, eight in enumerate(numbers):
        total += (every @ eight)[signs[:, place]]
    return total
