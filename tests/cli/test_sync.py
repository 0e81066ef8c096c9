"""`mailreeve sync` as a person and a script run it."""

import os
from pathlib import Path

from tests.cli.conftest import Run
from tests.sandbox_server import SandboxServer
from tests.scripted_llm import ScriptedLlm, status


def test_sync_then_search_without_asking_gmail(demo: SandboxServer, run: Run) -> None:
    """The sync tells its counts; a search afterwards is local, and one for an unknown operator is wrong usage."""
    done = run("sync", "--full", "--json")
    assert (0, "", 0) == (done.code, done.json["since"], done.json["waiting"])
    assert done.json["indexed"] == done.json["total"] == len(demo.state()["messages"])
    found = run("search", "from:alex", "--json").json
    assert "local" == found["source"]
    assert run("search", "from:alex", "--source", "gmail", "--json").json["hits"] == found["hits"]
    assert "From the local index as of" in run("search", "from:alex").out
    best = run("search", "the", "--ranked", "--json").json
    assert sorted((hit["date"] for hit in best["hits"]), reverse=True) != [
        hit["date"] for hit in best["hits"]
    ]
    assert 2 == run("search", "the", "--ranked", "--source", "gmail").code
    refused = run("search", "is:muted", "--source", "local")
    assert (2, True) == (refused.code, "is:muted" in refused.err)


def test_sync_for_people_and_forgetting(demo: SandboxServer, run: Run) -> None:
    """One line tells what was done; --forget deletes the index and stands alone."""
    assert "messages in the index (since " in run("sync").out
    assert 2 == run("sync", "--forget", "--full").code
    assert {"forgotten": True} == {"forgotten": run("sync", "--forget", "--json").json["forgotten"]}
    assert "no local index" in run("sync", "--forget").out
    assert 2 == run("search", "x", "--source", "local").code


def test_search_by_meaning_from_sync_to_forgetting(
    demo: SandboxServer, run: Run, llm_server: ScriptedLlm
) -> None:
    """Sync, search and access tell of it for people and scripts; a problem of the endpoint ends the sync with 3."""
    file = Path(os.environ["MAILREEVE_HOME"]) / "config.toml"
    file.write_text(
        f'[google]\nquota = "off"\n[semantic]\nmodel = "hashed"\nbase_url = "{llm_server.base_url}"\n',
        encoding="utf-8",
    )
    llm_server.then(status(401))
    refused = run("sync", "--full")
    assert (3, True) == (refused.code, "refused the key" in refused.out)
    done = run("sync", "--json")
    told = done.json["semantic"]
    assert (0, 0, "") == (done.code, told["left"], told["problem"])
    assert 0 < told["embedded"] <= done.json["total"]
    assert "words and meaning" == run("search", "meeting tomorrow", "--semantic", "--json").json["ranked_by"]
    assert "Best first, by words and meaning." in run("search", "meeting tomorrow", "--ranked").out
    assert 2 == run("search", "x", "--semantic", "--source", "gmail").code
    assert "hashed" == run("access", "--json").json["embeddings"]["model"]
    assert (
        "Embedding model that each mail's text goes to, for search by meaning: hashed at 127"
        in run("access").out
    )
    assert run("sync", "--forget", "--json").json["forgotten"]
    assert 2 == run("search", "meeting", "--semantic").code
