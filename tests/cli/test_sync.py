"""`mailreeve sync` as a person and a script run it."""

from tests.cli.conftest import Run
from tests.sandbox_server import SandboxServer


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
