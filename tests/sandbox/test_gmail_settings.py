"""users.getProfile, watch, stop and settings.sendAs."""

from tests.sandbox.given import Google, letter


def test_the_profile_counts_messages_and_threads(google: Google) -> None:
    """Messages, threads and the newest history id."""
    google.server.deliver(letter("A", references="<1@x.example>"))
    google.server.deliver(letter("A", references="<1@x.example>"))
    found = google.get("/profile")
    assert (google.server.account, 2, 1) == (
        found["emailAddress"],
        found["messagesTotal"],
        found["threadsTotal"],
    )
    assert google.server.state()["historyId"] == found["historyId"]


def test_every_account_has_a_primary_address(google: Google) -> None:
    """sendAs.list has the account's own address as primary and default; aliases follow."""
    google.server.send_as("maps@example.com", displayName="Maps", signature="<b>M</b>", isDefault=True)
    primary, alias = google.get("/settings/sendAs")["sendAs"]
    assert (google.server.account, True, False) == (
        primary["sendAsEmail"],
        primary["isPrimary"],
        primary["isDefault"],
    )
    assert ("maps@example.com", "Maps", True) == (
        alias["sendAsEmail"],
        alias["displayName"],
        alias["isDefault"],
    )
    assert alias == google.get("/settings/sendAs/maps@example.com")
    assert (404, "notFound") == google.refused("GET", "/settings/sendAs/nobody@example.com")


def test_a_watch_ends_after_seven_days(google: Google) -> None:
    """Watch answers with the history id and its expiration; a malformed topic is 400; stop is 204."""
    now = google.server.clock(now="2026-11-23T10:00:00+00:00")
    found = google.post("/watch", {"topicName": "projects/my-project/topics/mail", "labelIds": ["INBOX"]})
    assert 7 * 24 * 3600 == round(int(found["expiration"]) / 1000 - now)
    assert (400, "invalidArgument") == google.refused("POST", "/watch", {"topicName": "mail"})
    assert google.post("/stop") is None
