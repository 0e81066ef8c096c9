"""outbox: what waits, why, and trying again."""

from tests.cli.conftest import Run
from tests.cli.test_compose import on_terminal
from tests.outbound.receiver import Receiver
from tests.sandbox_server import SandboxServer


def test_a_dead_letter_is_listed_and_tried_again_by_command(run: Run, receiver: Receiver) -> None:
    """With its reason and the command; then nothing is left, and there is nothing to deliver."""
    on_terminal("yes", "destinations", "consent", "hook")
    receiver.answers.append((302, {}))
    assert 1 == run("destinations", "test", "hook").code
    (row,) = run("outbox", "--json").json["rows"]
    assert ("given_up", True) == (row["state"], "points elsewhere" in row["reason"])
    assert f"mailreeve outbox retry {row['seq']}" in run("outbox").out
    assert "delivered" == run("outbox", "retry", str(row["seq"]), "--json").json["status"]
    assert {"delivered": 1, "rows": []} == run("outbox", "list", "--json").json
    assert 0 == run("outbox", "deliver").code


def test_what_may_not_leave_is_not_delivered(run: Run, demo: SandboxServer) -> None:
    """Without the capability the command says what to write."""
    assert demo.base_url
    refused = run("outbox", "deliver")
    assert (True, "capabilities" in refused.err) == (refused.code != 0, True)
