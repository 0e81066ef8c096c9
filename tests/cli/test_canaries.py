"""Canaries: tokens show nowhere; words of mail show in answers alone, not in logs, errors or the audit."""

import os
from pathlib import Path

import pytest
from tests.cli.conftest import Done, Run
from tests.sandbox_server import SandboxServer

from mailreeve.cli import root
from mailreeve.store.db import Database

CARD, TOKEN, WORDS, SENDER = (
    "4111 1111 1111 1111",
    "canarytoken8842x",
    "canary-words-5513",
    "canary-sender-5514",
)
MAIL = (
    f"From: Canary <{SENDER}@example.org>\r\nTo: me@example.com\r\nSubject: {WORDS} subject\r\n"
    "Date: Fri, 20 Nov 2026 10:02:00 +0100\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"
    f"Could you pay with {CARD}? {WORDS} https://example.org/reset/{TOKEN}\r\n"
)
IN_MAIL = (CARD, TOKEN, WORDS, SENDER)


@pytest.fixture
def asked(demo: SandboxServer, run: Run) -> list[Done]:
    """Commands that succeed and commands that fail in many ways, over a mail with canaries."""
    id_ = demo.deliver(MAIL.encode())
    done = [
        run("search", WORDS, "--json"),
        run("read", id_, "--json"),
        run("classify", id_, "--json"),
        run("summarize", id_, "--json"),
        run("triage", "--json"),
        run("digest", "--json"),
        run("draft", "--reply", id_, "--body", "no such option"),
        run("read", f"no-{id_}"),
        run("summarize", f"no-{id_}"),
        run("search", "after:never (((", "--json"),
        run("send", "r-0", "--json"),
        run("undo", "c-999999"),
        run("triage", "--since", "soon"),
        run("audit", "verify", "--json"),
    ]
    demo.faults(
        [
            {"path": "/gmail/v1/users/me/messages", "method": "GET", "nth": n, "kind": "503"}
            for n in range(1, 4)
        ]
    )
    done.append(run("read", id_, "--json"))
    return done


def test_the_token_shows_nowhere(demo: SandboxServer, asked: list[Done]) -> None:
    """Not in answers, errors, logs, the database or any other file of the home."""
    home = Path(os.environ["MAILREEVE_HOME"])
    told = [done for done in asked if demo.token in done.out + done.err]
    files = [
        file.name for file in home.rglob("*") if file.is_file() and demo.token.encode() in file.read_bytes()
    ]
    assert ([], []) == (told, files)


def test_words_of_mail_show_in_answers_alone(asked: list[Done]) -> None:
    """They are where they were asked for; no message on stderr and no row of the audit repeats them."""
    assert any(WORDS in done.out for done in asked)
    assert [] == [word for done in asked for word in IN_MAIL if word in done.err]
    db = Database(Path(os.environ["MAILREEVE_HOME"]) / "mailreeve.db")
    rows = [repr(tuple(row)) for row in db.rows("select * from audit")]
    db.close()
    assert rows
    assert [] == [word for row in rows for word in IN_MAIL if word in row]


def test_failures_were_really_provoked(asked: list[Done]) -> None:
    """A test of error texts without errors would prove nothing."""
    assert 5 <= sum(done.code != 0 for done in asked)
    assert root.run(["no-such-command"]) == 2
