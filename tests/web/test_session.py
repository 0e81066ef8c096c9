"""Who may use the page."""

import sys

import pytest
from tests.web.client import Client

from mailreeve.app import Mailbox
from mailreeve.errors import ConfigError
from mailreeve.web.serve import ReviewServer
from mailreeve.web.session import SECRET_SECONDS, Session, Sessions


def test_the_address_opens_the_page_once(server: ReviewServer) -> None:
    """The secret becomes a cookie that scripts and other sites cannot use; a second use finds nothing."""
    url = server.url_for()
    first, second = Client(url), Client(url)
    assert (303, "/") == (first.opened.status, first.opened.headers["location"])
    kept = first.opened.headers["set-cookie"]
    assert "HttpOnly" in kept
    assert "SameSite=Strict" in kept
    assert (200, 410) == (first.get("/").status, second.opened.status)
    assert 401 == second.get("/").status


def test_nobody_without_a_session_sees_anything(server: ReviewServer, client: Client, draft: str) -> None:
    """Neither a missing nor a made-up cookie opens a view, and the answer holds nothing of the mailbox."""
    name = client.cookie.partition("=")[0]
    for cookie in ("", f"{name}=guess", f"{name}=", "=;=", f"other={client.cookie.partition('=')[2]}"):
        client.cookie = cookie
        for path in ("/", f"/draft/{draft}", "/night", "/audit", f"/proposal/{draft}/source"):
            page = client.get(path)
            assert 401 == page.status
            assert "Ana" not in page.text


def test_a_secret_grows_old() -> None:
    """An address that was not opened in time opens nothing."""
    sessions = Sessions()
    secret = sessions.secret("/")
    until, where = sessions._secrets[secret]
    sessions._secrets[secret] = (until - SECRET_SECONDS, where)
    assert sessions.open(secret) is None


def test_a_nonce_answers_one_question_once() -> None:
    """It is bound to the proposal and the digest, and gone after its first use, right or wrong."""
    session = Session()
    nonce = session.nonce("p1", "d1")
    assert session.take(nonce, "p1", "d1")
    assert not session.take(nonce, "p1", "d1")
    assert not session.take(session.nonce("p1", "d1"), "p2", "d1")
    assert not session.take(session.nonce("p1", "d1"), "p1", "d2")


def test_forgotten_questions_do_not_pile_up() -> None:
    """A session keeps the newest two hundred."""
    session = Session()
    nonces = [session.nonce("p", str(number)) for number in range(300)]
    assert not session.take(nonces[99], "p", "99")
    assert session.take(nonces[100], "p", "100")


def test_two_sessions_cannot_use_each_other_s_forms(server: ReviewServer, draft: str) -> None:
    """A token of one session is worth nothing in another."""
    one, other = Client(server.url_for()), Client(server.url_for())
    page = one.get(f"/draft/{draft}")
    assert 403 == other.submit(page, f"/draft/{draft}/propose").status


def test_without_the_extra_it_says_what_to_install_and_what_does_without(
    box: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The command installs into the environment that runs, whoever made it; the terminal needs no extra."""
    monkeypatch.setitem(sys.modules, "nh3", None)
    with pytest.raises(ConfigError) as told:
        ReviewServer(box).start()
    assert "The review page needs nh3." == told.value.message
    assert f'`{sys.executable} -m pip install "mailreeve[web]"`' in told.value.advice
    assert "`mailreeve review`" in told.value.advice
