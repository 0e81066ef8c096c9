"""The small questions of a check."""

import pytest
from tests.google.conftest import TOKEN
from tests.google.wire_server import WireServer, google_error
from tests.sandbox_server import SandboxServer

from mailreeve.errors import GoogleUnavailable, QuotaSpent
from mailreeve.google.credentials import ready
from mailreeve.google.reach import moment, profile_once, reach
from mailreeve.google.transport import Transport


def test_the_gmail_api_is_recognized_without_a_login(sandbox: SandboxServer) -> None:
    """Its refusal of a question without a login is the answer, and its Date header tells the time."""
    found = reach(sandbox.base_url, 5)
    assert found.ahead is not None
    assert abs(found.ahead) < 60
    assert found.milliseconds >= 0


def test_a_clock_that_is_ahead_is_measured(sandbox: SandboxServer) -> None:
    """When Google's clock is behind ours, we are ahead."""
    sandbox.clock(advance=-3600)
    ahead = reach(sandbox.base_url, 5).ahead
    assert ahead is not None
    assert 3540 < ahead < 3660


@pytest.mark.parametrize(
    "date", ["", "soon", "Mon, 99 Foo 2026 99:99:99 GMT", "Mon, 31 Feb 2026 10:00:00 GMT"]
)
def test_a_date_that_is_none_is_not_compared(date: str) -> None:
    """Without a readable Date header nothing is said about the clock."""
    assert moment(date) is None


def test_somebody_else_in_googles_place_is_no_google(sandbox: SandboxServer) -> None:
    """The sign-in page of a network, an error of the server and a closed port are told as what they are."""
    sandbox.faults([{"path": "/profile", "kind": "html"}])
    with pytest.raises(GoogleUnavailable, match="did not come from the Gmail API"):
        reach(sandbox.base_url, 5)
    sandbox.faults([{"path": "/profile", "kind": "503"}])
    with pytest.raises(GoogleUnavailable, match="503"):
        reach(sandbox.base_url, 5)
    sandbox.faults([{"path": "/profile", "kind": "429"}])
    with pytest.raises(QuotaSpent):
        reach(sandbox.base_url, 5)
    with pytest.raises(GoogleUnavailable, match="not running"):
        reach("http://127.0.0.1:9", 5)


def test_whose_login_it_is_is_asked_once(sandbox: SandboxServer, wire: WireServer) -> None:
    """A check does not sit through the retries of real work."""
    transport = Transport(ready(sandbox.token, sandbox.base_url), base=sandbox.base_url, quota="off")
    assert sandbox.account == profile_once(transport).address
    transport.close()
    wire.then(google_error(503))
    transport = Transport(ready(TOKEN, wire.base), base=wire.base, quota="off")
    with pytest.raises(GoogleUnavailable):
        profile_once(transport)
    transport.close()
    assert 1 == len(wire.seen)
