"""What a refusal says: the id that was wrong, and what to do; nothing of Google's own words."""

import logging
from collections.abc import Callable

import pytest
from tests.google.wire_server import NoNap
from tests.sandbox_server import SandboxServer

from mailreeve.cancel import Cancel
from mailreeve.errors import GoogleUnavailable, MailreeveError
from mailreeve.google import wording
from mailreeve.google.gmail import Gmail
from mailreeve.google.transport import Transport

Connect = Callable[..., Transport]


@pytest.mark.parametrize(
    ("ask", "told"),
    [
        (lambda gmail: gmail.get("nope"), "'nope' is no message id."),
        (lambda gmail: gmail.thread("no way"), "'no way' is no thread id."),
        (lambda gmail: gmail.get("18f00000000000ff"), "There is no message '18f00000000000ff' (any more)."),
        (lambda gmail: gmail.trash("18f00000000000ff"), "There is no message '18f00000000000ff' (any more)."),
        (lambda gmail: gmail.draft("r1"), "There is no draft 'r1' (any more)."),
        (
            lambda gmail: gmail.update_draft("r1", b"Subject: x\r\n\r\nx"),
            "There is no draft 'r1' (any more).",
        ),
        (lambda gmail: gmail.search("(("), "Gmail does not understand this search, or its cursor."),
        (
            lambda gmail: gmail.search("is:unread", cursor="zz"),
            "Gmail does not understand this search, or its cursor.",
        ),
    ],
)
def test_a_refusal_names_what_was_wrong_and_what_to_do(
    gmail: Gmail, ask: Callable[[Gmail], object], told: str
) -> None:
    """Ids are repeated in the sentence, and advice follows."""
    with pytest.raises(MailreeveError) as caught:
        ask(gmail)
    assert told == caught.value.message
    assert caught.value.advice


def test_each_id_of_a_batch_is_named(gmail: Gmail) -> None:
    """The sentence of a failed part is about its own id."""
    found = dict(gmail.get_many(["nope", "18f00000000000ff"], Cancel()))
    assert ["'nope' is no message id.", "There is no message '18f00000000000ff' (any more)."] == [
        error.message for error in found.values() if isinstance(error, MailreeveError)
    ]


def test_what_is_repeated_is_one_bounded_line() -> None:
    """A long id with line breaks and invisible characters stays a short printable line."""
    shown = wording.quoted("a\n\x1b[2J\u202e" + "x" * 500)
    assert shown.isprintable()
    assert len(shown) < 120


def test_a_local_server_that_is_not_there_is_told_at_once(connect: Connect, nap: NoNap) -> None:
    """A refused connection on this machine does not pass by waiting."""
    with pytest.raises(GoogleUnavailable, match="not running"):
        Gmail(connect("http://127.0.0.1:9")).search("x")
    assert [] == nap.naps


def test_waiting_says_why_and_how_long(
    gmail: Gmail, sandbox: SandboxServer, caplog: pytest.LogCaptureFixture
) -> None:
    """Whoever watches learns that Gmail asked for a pause, instead of seeing nothing."""
    sandbox.faults([{"path": "/messages", "nth": 1, "kind": "429"}])
    with caplog.at_level(logging.WARNING):
        gmail.search("x")
    assert ["(2 of 6)." in line for line in caplog.messages] == [True]
