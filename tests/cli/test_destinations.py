"""destinations on a real terminal: a pseudo-terminal on which nobody but the test types (POSIX)."""

import pytest
from tests.cli.conftest import Run
from tests.cli.test_compose import on_terminal
from tests.outbound.receiver import Receiver


@pytest.mark.parametrize(("typed", "code", "state"), [("no", 0, "not agreed"), ("yes", 0, "agreed")])
def test_a_person_types_yes_below_what_leaves(
    run: Run, receiver: Receiver, typed: str, code: int, state: str
) -> None:
    """Host, fields and the exact sample are shown first; anything but yes is no."""
    ended, shown = on_terminal(typed, "destinations", "consent", "hook")
    assert code == ended
    assert f"Host: 127.0.0.1:{receiver.port}" in shown
    assert '"subject":"Offer until Friday?"' in shown
    listed = run("destinations", "list", "--json").json["destinations"][0]
    assert (state, []) == (listed["state"], receiver.seen)


def test_a_test_needs_the_consent_and_tells_what_became_of_it(run: Run, receiver: Receiver) -> None:
    """Refused before, delivered after, tried again by its number, and over when it is revoked."""
    assert 1 == run("destinations", "test", "hook").code
    on_terminal("yes", "destinations", "consent", "hook")
    receiver.answers.append((302, {}))
    assert 1 == run("destinations", "test", "hook").code
    seq = str(run("destinations", "--json").json["outbox"]["dead"][0]["seq"])
    assert f"given up {seq} (hook" in run("destinations").out
    assert "delivered" == run("destinations", "retry", seq, "--json").json["status"]
    assert "revoked" == run("destinations", "revoke", "hook", "--json").json["status"]
    assert 1 == run("destinations", "test", "hook").code
    assert 2 == run("destinations", "retry", "99").code
