"""What search by meaning finds beside search by words, on a small judged set of our own (evals/search).

157 made-up mails in seventeen languages and 68 searches, each with the mails that answer it, judged by the authors
before anything was measured. Kinds: *words* (the searcher remembers words of the mail), *meaning* (the same thing said
otherwise; mails in other languages count too), *cross* (mostly other languages). Four ways: words alone as
`search --ranked` (every word must occur), mails with any of the words, vectors alone, and both as
`search --semantic`. Told is the share of the right mails among the first ten, and the mean of 1 / place of the first.

Without an endpoint the vectors are hashed runs of three letters: that is no language model, and shows only that the
parts fit together. The figures that mean something need a model, such as benchmarks/servers/minilm.py:

    python benchmarks/semantic.py [--base-url http://127.0.0.1:8009/v1 --model all-MiniLM-L6-v2]
"""

import argparse
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from mailreeve.app.meaning import Meaning
from mailreeve.cancel import Cancel
from mailreeve.models import Address, Message
from mailreeve.reading.llm.client import Endpoint
from mailreeve.store import index_hybrid, index_search
from mailreeve.store.index import Index
from mailreeve.store.search_query import All
from mailreeve.store.search_query import Any as Either

ROOT = Path(__file__).parent.parent
SET = ROOT / "evals" / "search"
FIRST = 10
KINDS = ("words", "meaning", "cross")


def read(name: str) -> list[dict[str, Any]]:
    """The lines of a file of the set."""
    return [json.loads(line) for line in (SET / name).read_text(encoding="utf-8").splitlines()]


def message(number: int, mail: dict[str, Any]) -> Message:
    """A mail of the set as the index takes it."""
    return Message(
        id=mail["id"],
        internal_date=1_700_000_000_000 + number * 60_000,
        subject=mail["subject"],
        from_=(Address(mail["from"], f"{mail['id']}@example.org"),),
        text=mail["body"],
        headers=(("From", f"{mail['from']} <{mail['id']}@example.org>"), ("Subject", mail["subject"])),
    )


def ways(index: Index, meaning: Meaning) -> dict[str, Callable[[str], Sequence[str]]]:
    """Each way of searching: from the query to the ids of its first hits."""

    def shown(rows: list[int]) -> list[str]:
        return [hit.id for hit in index_search.page_of(index, rows[:FIRST], FIRST).hits]

    def words(query: str) -> list[str]:
        return shown(index_search.best(index, index_search.prepare(index, query)))

    def some(query: str) -> list[str]:
        asked = index_hybrid.take_apart(query)
        return shown(index_search.best(index, index_search.planned(index, All((Either(asked.words),)))))

    def vectors(query: str) -> list[str]:
        return shown(meaning.vectors.nearest(meaning.of(query, Cancel()), FIRST))

    def hybrid(query: str) -> list[str]:
        asked = index_hybrid.take_apart(query)
        found = index_hybrid.search(
            index, meaning.vectors, asked, meaning.of(asked.text, Cancel()), limit=FIRST
        )
        return [hit.id for hit in found.hits]

    return {"words (--ranked)": words, "any word": some, "vectors": vectors, "both (--semantic)": hybrid}


def judged(way: Callable[[str], Sequence[str]], queries: Sequence[dict[str, Any]]) -> tuple[float, float]:
    """Recall among the first ten, and mean reciprocal rank."""
    recalls, ranks = [], []
    for query in queries:
        found, right = list(way(query["query"])), set(query["relevant"])
        recalls.append(len(right & set(found)) / len(right))
        ranks.append(
            max((1 / place for place, id_ in enumerate(found, start=1) if id_ in right), default=0.0)
        )
    return statistics.mean(recalls), statistics.mean(ranks)


def measure(endpoint: Endpoint) -> None:
    """Print the table."""
    mails, queries = read("mails.jsonl"), read("queries.jsonl")
    with tempfile.TemporaryDirectory(prefix="mailreeve-semantic-") as folder:
        index = Index(Path(folder) / "index.db", "me@example.org")
        meaning = Meaning(index, endpoint)
        messages = [message(number, mail) for number, mail in enumerate(mails)]
        index.add(messages)
        began = time.perf_counter()
        meaning.learn(messages, Cancel())
        seconds = time.perf_counter() - began
        assert len(mails) == meaning.learned.mails, meaning.learned
        print(
            f"{len(mails)} mails, {len(queries)} searches; embedded in {seconds:.1f} s, {meaning.learned.tokens:,} tokens,"
            f" model {endpoint.model}"
        )
        names = [f"{kind} ({sum(one['kind'] == kind for one in queries)})" for kind in KINDS]
        print(f"{f'recall@{FIRST} / MRR':<20}{''.join(f'{name:>20}' for name in (*names, 'all'))}")
        for name, way in ways(index, meaning).items():
            groups = [[one for one in queries if one["kind"] == kind] for kind in KINDS]
            cells = "".join(
                f"{recall:>12.2f} / {rank:.2f} "
                for recall, rank in (judged(way, g) for g in (*groups, queries))
            )
            print(f"{name:<20}{cells}")
        meaning.close()
        index.close()


def main() -> int:
    """Measure against the endpoint that is named, or against hashed letters."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--base-url")
    parser.add_argument("--model", default="hashed letters")
    asked = parser.parse_args()
    if asked.base_url:
        measure(Endpoint(asked.base_url, asked.model))
    else:
        sys.path.insert(0, str(ROOT))
        from tests import scripted_llm

        with scripted_llm.running() as server:
            measure(Endpoint(server.base_url, asked.model))
    print(
        f"python benchmarks/semantic.py{f' --base-url {asked.base_url} --model {asked.model}' if asked.base_url else ''}"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
