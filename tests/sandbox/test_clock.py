"""The sandbox's time."""

import json
import time

import pytest
from tests.sandbox.given import Google, letter


def test_mail_arrives_at_the_sandboxs_time(google: Google) -> None:
    """InternalDate follows the clock, which can be set and moved and goes on ticking."""
    moment = google.server.clock(now="2031-05-01T12:00:00+02:00")
    message = google.server.deliver(letter())
    arrived = int(google.get(f"/messages/{message}", format="minimal")["internalDate"]) / 1000
    assert moment <= arrived < moment + 60
    assert 3600 <= google.server.clock(advance=3600) - moment < 3660
    assert 3600 > abs(google.server.clock(now=time.time()) - time.time())


@pytest.mark.parametrize(
    "wish", [{}, {"now": "soon"}, {"advance": "1"}, {"now": 1, "advance": 1}, {"then": 1}, []]
)
def test_a_wrong_wish_is_refused(google: Google, wish: object) -> None:
    """400, and the time is as it was."""
    status, _, data = google.server.call("POST", "/_sandbox/clock", wish)
    assert 400 == status
    assert "error" in json.loads(data)
