"""why: a decision in plain words."""

from tests.cli.conftest import Run
from tests.sandbox_server import SandboxServer


def test_every_decision_can_be_explained(run: Run, demo: SandboxServer) -> None:
    """One mail of each kind: its label, who decided, how to undo; JSON has the same."""
    inbox = {one["by"]: one for one in run("triage", "--json").json["inbox"]}
    assert {"rule", "offline"} == set(inbox)
    for row in inbox.values():
        told = run("why", row["id"], "--json").json
        done = run("why", row["id"])
        assert 0 == done.code
        assert (row["label"], row["by"]) == (told["label"], told["by"])
        assert f"Decision: {row['label']}" in done.out
        assert f"Decided by {told['who']}" in done.out
        assert f"`mailreeve undo {told['changes'][0]['undo']}`" in done.out


def test_an_unknown_id_is_an_error(run: Run, demo: SandboxServer) -> None:
    """Exit code 2 and advice."""
    done = run("why", "nothing", "--json")
    assert (2, "InputError") == (done.code, done.json["error"]["kind"])
