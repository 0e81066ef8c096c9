"""The judged set of searches that benchmarks/semantic.py measures with."""

import json
from pathlib import Path
from typing import Any

from tests import scripted_llm
from tests.scripted_llm import ScriptedLlm

from mailreeve.app.meaning import Meaning
from mailreeve.cancel import Cancel
from mailreeve.models import Message
from mailreeve.reading.llm.client import Endpoint
from mailreeve.store import index_hybrid
from mailreeve.store.index import Index

SET = Path(__file__).parent.parent.parent / "evals" / "search"


def lines(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (SET / name).read_text(encoding="utf-8").splitlines()]


def test_the_set_is_what_is_said_of_it() -> None:
    """At least 150 mails in 15 languages and 40 searches of three kinds; every judged mail is there."""
    mails, queries = lines("mails.jsonl"), lines("queries.jsonl")
    ids = {one["id"] for one in mails}
    assert len(mails) == len(ids) >= 150
    assert len({one["lang"] for one in mails}) >= 15
    assert len({one["query"] for one in queries}) == len(queries) >= 40
    assert {"words", "meaning", "cross"} == {one["kind"] for one in queries}
    assert [] == [one["id"] for one in queries if not one["relevant"] or not set(one["relevant"]) <= ids]


def test_who_remembers_the_words_finds_the_mail_first(llm_server: ScriptedLlm, tmp_path: Path) -> None:
    """Joining meaning to words never pushes the one mail that holds every word from the first place."""
    index = Index(tmp_path / "i.db", "me@example.org")
    meaning = Meaning(index, Endpoint(llm_server.base_url, "hashed"))
    mails = [
        Message(
            id=one["id"],
            internal_date=n,
            subject=one["subject"],
            text=one["body"],
            headers=(("Subject", one["subject"]),),
        )
        for n, one in enumerate(lines("mails.jsonl"), start=1)
    ]
    index.add(mails)
    meaning.learn(mails, Cancel())
    queries = [one for one in lines("queries.jsonl") if one["kind"] == "words"]
    assert len(queries) >= 16
    for one in queries:
        asked = index_hybrid.take_apart(one["query"])
        vector = scripted_llm.hashed(asked.text, 128)
        found = index_hybrid.search(index, meaning.vectors, asked, vector, limit=1)
        assert (one["query"], one["relevant"]) == (one["query"], [hit.id for hit in found.hits])
    meaning.close()
    index.close()
