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


def test_a_decision_is_corrected_on_the_command_line(run: Run, demo: SandboxServer) -> None:
    """By the label's name or id; it is told, undone by the id that is named, and nonsense is refused."""
    row = next(one for one in run("triage", "--json").json["inbox"] if one["label"] == "Newsletter")
    done = run("correct", row["id"], "to reply")
    assert (0, True) == (done.code, done.out.strip().endswith("Newsletter -> To reply"))
    told = run("why", row["id"], "--json").json["correction"]
    assert ("Newsletter", "To reply") == (told["old"], told["new"])
    assert f"undo {told['undo']}" in done.err
    assert {"Mailreeve/To reply"} == {
        name for name in demo.labels_of(row["id"]) if name.startswith("Mailreeve")
    }
    assert 0 == run("undo", told["undo"]).code
    for id_, label in ((row["id"], "nonsense"), ("nothing", "fyi")):
        assert (2, "InputError") == (
            (wrong := run("correct", id_, label, "--json")).code,
            wrong.json["error"]["kind"],
        )
