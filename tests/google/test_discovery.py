"""Requests as googleapiclient builds them, at any root."""

import pytest

from mailreeve.google import discovery
from mailreeve.google.endpoints import GOOGLE, endpoints
from mailreeve.google.gmail import written

LOCAL = endpoints("http://127.0.0.1:8025")


def test_calls_uploads_and_batches_stay_below_the_root() -> None:
    """The library's own endpoint option leaves uploads at https and batches at Google; ours does not."""
    users = discovery.users(LOCAL)
    large = users.drafts().create(userId="me", **written(b"x" * 3_100_000, "t1"))
    small = users.drafts().create(userId="me", **written(b"x", "t1"))
    assert large.uri.startswith("http://127.0.0.1:8025/upload/gmail/v1/users/me/drafts?")
    assert small.uri.startswith("http://127.0.0.1:8025/gmail/v1/users/me/drafts?")
    assert "http://127.0.0.1:8025/batch" == discovery.batch_address(LOCAL)


def test_google_itself_is_where_it_says() -> None:
    """Without a base every request goes to gmail.googleapis.com over https."""
    users = discovery.users(GOOGLE)
    assert users.getProfile(userId="me").uri.startswith(
        "https://gmail.googleapis.com/gmail/v1/users/me/profile"
    )
    assert "https://gmail.googleapis.com/batch" == discovery.batch_address(GOOGLE)


def test_the_environment_cannot_move_google(monkeypatch: pytest.MonkeyPatch) -> None:
    """A universe or an mTLS endpoint in the environment sends neither mail nor token elsewhere."""
    monkeypatch.setenv("GOOGLE_CLOUD_UNIVERSE_DOMAIN", "elsewhere.example")
    monkeypatch.setenv("GOOGLE_API_USE_MTLS_ENDPOINT", "always")
    discovery.users.cache_clear()
    uri = discovery.users(GOOGLE).messages().get(userId="me", id="1").uri
    discovery.users.cache_clear()
    assert uri.startswith("https://gmail.googleapis.com/gmail/v1/users/me/messages/1")


def test_ids_cannot_leave_their_place_in_the_path() -> None:
    """An id from outside is escaped: it reaches no other method, query or header."""
    request = discovery.users(LOCAL).messages().get(userId="me", id="../labels?x=1#\r\nHost: evil")
    assert (
        "http://127.0.0.1:8025/gmail/v1/users/me/messages/..%2Flabels%3Fx%3D1%23%0D%0AHost%3A%20evil?alt=json"
        == (request.uri)
    )


def test_the_builder_of_messages_is_made_once() -> None:
    """The library makes each method anew at every `messages()`, which costs more than the request."""
    assert discovery.messages(LOCAL) is discovery.messages(LOCAL)
    uri = discovery.messages(LOCAL).get(userId="me", id="a/b").uri
    assert uri.startswith("http://127.0.0.1:8025/gmail/v1/users/me/messages/a%2Fb?")
