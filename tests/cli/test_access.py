"""access on the command line."""

from tests.cli.conftest import Run
from tests.sandbox_server import SandboxServer


def test_access_tells_a_person_and_a_program(demo: SandboxServer, run: Run) -> None:
    """Text and JSON name the account, that no program was here, and that there are no destinations."""
    told = run("access")
    assert 0 == told.code
    assert demo.account in told.out
    assert "No program was here yet." in told.out
    assert "Other destinations for mail (webhooks, tickets, tasks): none" in told.out
    assert [demo.account] == [one["address"] for one in run("access", "--json").json["accounts"]]


def test_nobody_known_is_wrong_usage(demo: SandboxServer, run: Run) -> None:
    """A name that is neither a login nor a program ends with 2 and the next step."""
    done = run("access", "revoke", "Nobody")
    assert 2 == done.code
    assert "`mailreeve access` lists them" in done.err
