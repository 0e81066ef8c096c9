"""The quota meter."""

import pytest
from tests.sandbox.given import Google, letter
from tests.sandbox_server import Factory


@pytest.mark.parametrize(("profile", "gets"), [("2026", 300), ("legacy", 3000)])
def test_a_minute_has_room_for_so_many_gets(sandbox_factory: Factory, profile: str, gets: int) -> None:
    """6,000 units at 20 a get, 15,000 at 5; then a counted 403 with Retry-After, and room again when it has passed."""
    google = Google(sandbox_factory(quota=profile))
    server = google.server
    message = server.deliver(letter())
    with server.state_file() as state:
        price = 20 if profile == "2026" else 5
        state.execute("insert into seconds values (?, ?)", (state.now_ms() // 1000, (gets - 2) * price))
    for _ in range(2):
        google.get(f"/messages/{message}")
    status, headers, data = server.call("GET", f"/gmail/v1/users/me/messages/{message}")
    assert 403 == status
    assert b'"reason": "userRateLimitExceeded"' in data
    wait = int(headers["retry-after"])
    assert 1 <= wait <= 60
    assert 1 == server.units()["refused"]
    server.clock(advance=wait)
    google.get(f"/messages/{message}")


def test_without_a_limit_units_are_counted(google: Google) -> None:
    """--quota off refuses nothing and tells what was spent, failed calls too."""
    message = google.server.deliver(letter())
    google.get(f"/messages/{message}")
    google.refused("GET", "/messages/1")
    google.get("/labels")
    spent = google.server.units()
    assert (41, 3) == (spent["units"], spent["calls"])
    assert {"calls": 2, "units": 40} == spent["by_method"]["messages.get"]
    assert (None, 41) == (spent["per_minute"], spent["last_minute"])


def test_it_tells_how_often_a_message_was_given_out_in_full(google: Google) -> None:
    """By itself and in its thread; headers, labels and raw bytes do not count."""
    message = google.server.deliver(letter())
    thread = google.get(f"/messages/{message}")["threadId"]
    for what in (
        f"/threads/{thread}",
        f"/threads/{thread}?format=metadata",
        f"/messages/{message}?format=raw",
    ):
        google.get(what)
    assert {message: 2} == google.server.units()["full"]


def test_the_window_slides(google: Google) -> None:
    """Units older than a minute are no longer in the last minute."""
    google.get("/profile")
    google.server.clock(advance=61)
    google.get("/labels")
    assert (2, 1) == (google.server.units()["units"], google.server.units()["last_minute"])
