"""What is refused before any view sees it, and the headers that every answer carries."""

import http.client
from collections.abc import Mapping

import pytest
from tests.sandbox_server import SandboxServer
from tests.web.client import OWN_FORM, Client

from mailreeve.web import guard
from mailreeve.web.guard import refusal
from mailreeve.web.visit import Reply

HOST = "127.0.0.1:4000"
POST = {"host": HOST, "content-length": "10"}


@pytest.mark.parametrize(
    ("headers", "allowed"),
    [
        ({"sec-fetch-site": "same-origin", "origin": "null"}, True),
        ({"sec-fetch-site": "same-origin", "origin": f"http://{HOST}"}, True),
        ({"sec-fetch-site": "same-origin"}, True),
        ({"origin": f"http://{HOST}"}, True),
        ({}, False),
        ({"origin": "null"}, False),
        ({"origin": "https://evil.example"}, False),
        ({"origin": "http://127.0.0.1:4001"}, False),
        ({"origin": "http://localhost:4000"}, False),
        ({"origin": f"https://{HOST}"}, False),
        ({"sec-fetch-site": "same-origin", "origin": "https://evil.example"}, False),
        ({"sec-fetch-site": "same-site", "origin": f"http://{HOST}"}, False),
        ({"sec-fetch-site": "cross-site", "origin": "null"}, False),
        ({"sec-fetch-site": "none"}, False),
    ],
)
def test_a_form_comes_from_the_page_itself_or_not_at_all(headers: Mapping[str, str], allowed: bool) -> None:
    """Another site, another port, another scheme and a hidden origin are refused with 403."""
    found = refusal("POST", "/undo", {**POST, **headers}, HOST)
    assert (None if allowed else 403) == (found[0] if found else None)


@pytest.mark.parametrize(
    "host",
    [
        *("evil.example", "localhost:4000", "127.0.0.1", "127.0.0.1:4001", "[::1]:4000", "", None),
        *("127.0.0.1:4000.evil.example", "evil.example, 127.0.0.1:4000", "127.0.0.1:40000"),
    ],
)
def test_only_the_exact_host_is_answered(host: str | None) -> None:
    """A name that somebody points at 127.0.0.1 (DNS rebinding) gets nothing."""
    found = refusal("GET", "/", {} if host is None else {"host": host}, HOST)
    assert found is not None
    assert 400 == found[0]


@pytest.mark.parametrize(
    ("method", "target", "length", "status"),
    [
        ("PUT", "/", "1", 405),
        ("OPTIONS", "/", "1", 405),
        ("GET", "/" + "x" * guard.TARGET_LIMIT, "0", 414),
        ("POST", "/", str(guard.BODY_LIMIT + 1), 413),
        ("POST", "/", "", 411),
        ("POST", "/", "-1", 411),
    ],
)
def test_methods_and_sizes_are_bounded(method: str, target: str, length: str, status: int) -> None:
    """Only GET and POST, only short addresses, only forms of a stated and bounded length."""
    found = refusal(method, target, {"host": HOST, "content-length": length, **OWN_FORM}, HOST)
    assert found is not None
    assert status == found[0]


def test_every_answer_forbids_frames_scripts_from_elsewhere_and_caches(client: Client) -> None:
    """The headers stand on pages, files, redirects and refusals alike."""
    for page in (
        client.get("/"),
        client.get("/night"),
        client.get("/static/style.css"),
        client.get("/nowhere"),
        client.post("/undo", {}, {}),
        client.opened,
    ):
        policy = page.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert ("no-store", "nosniff", "no-referrer", "DENY") == tuple(
            page.headers[name]
            for name in ("cache-control", "x-content-type-options", "referrer-policy", "x-frame-options")
        )


def test_the_frame_of_an_original_allows_nothing_but_styles() -> None:
    """Its policy is a sandbox without scripts and without any address to fetch from."""
    policy = guard.answer_headers(Reply(framed=True))["Content-Security-Policy"]
    rules = {part.strip() for part in policy.split(";")}
    assert {"default-src 'none'", "style-src 'unsafe-inline'", "sandbox"} <= rules
    assert "script-src" not in policy


def test_a_refused_form_changes_nothing(client: Client, sandbox: SandboxServer, draft: str) -> None:
    """A form of another site, one without the session's token, and one to another host: no act."""
    page = client.get(f"/draft/{draft}")
    place = f"/draft/{draft}/reject"
    form = {**page.form(place), "delete": "yes"}
    evil = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
    assert 403 == client.post(place, form, evil).status
    assert 403 == client.post(place, {**form, "csrf": "x" * 43}).status
    assert 403 == client.post(place, {name: value for name, value in form.items() if name != "csrf"}).status
    assert 400 == client.post(place, form, {**OWN_FORM, "Host": "evil.example"}).status
    assert 1 == len(sandbox.state()["drafts"])


def test_a_form_without_its_length_is_not_read(client: Client) -> None:
    """A body in chunks, whose size nobody states, is refused at once."""
    connection = http.client.HTTPConnection(client.host, timeout=30)
    try:
        connection.request(
            "POST", "/undo", iter([b"id=r-1"]), {"Cookie": client.cookie, **OWN_FORM}, encode_chunked=True
        )
        assert 411 == connection.getresponse().status
    finally:
        connection.close()
