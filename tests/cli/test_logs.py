"""Logs tell kinds, ids and counts; words of a mail, addresses and tokens never."""

import logging
import sys
from collections.abc import Iterator

import pytest

from mailreeve.cli import logs
from mailreeve.errors import GoogleUnavailable

SECRETS = ("ana@example.org", "canary subject", "https://example.org/reset?token=abc", "ya29.canary-token")


@pytest.fixture
def records() -> Iterator[list[logging.LogRecord]]:
    """What is logged while a test runs, before it is written."""
    kept: list[logging.LogRecord] = []

    class Keeper(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            kept.append(record)

    keeper = Keeper()
    logging.getLogger().addHandler(keeper)
    yield kept
    logging.getLogger().removeHandler(keeper)


@pytest.mark.parametrize("secret", SECRETS)
def test_an_argument_that_is_no_id_is_not_told(records: list[logging.LogRecord], secret: str) -> None:
    """Of a text only its kind is told, of an error too; a number and an id are told."""
    log = logging.getLogger("mailreeve.test")
    log.warning("message %s: %s, %d tries, %s", "18f0a", secret, 3, GoogleUnavailable(secret))
    line = logs.Careful().format(records[0])
    assert "mailreeve.test: message 18f0a: <str>, 3 tries, <GoogleUnavailable>" in line
    assert secret not in line


@pytest.mark.parametrize("secret", SECRETS)
def test_an_exception_is_its_kind_and_place(records: list[logging.LogRecord], secret: str) -> None:
    """Its text, and that of the one it came from, may quote a mail or an address with a token."""
    try:
        try:
            raise ValueError(secret)
        except ValueError as error:
            raise KeyError(secret) from error
    except KeyError:
        logging.getLogger("mailreeve.test").exception("a fault")
    line = logs.Careful().format(records[0])
    assert "KeyError at test_logs.py:" in line
    assert "after ValueError" in line
    assert secret not in line


def test_why_google_makes_us_wait_is_told(records: list[logging.LogRecord]) -> None:
    """A sentence of ours stays readable, without whatever it might quote."""
    told = (
        f"Gmail says too many requests to {SECRETS[0]} at {SECRETS[2]} for 'canary subject' with {'k' * 30}."
    )
    logging.getLogger("mailreeve.google.transport").warning("%s Asking again in %.0f s.", told, 7.0)
    line = logs.Careful().format(records[0])
    assert "Gmail says too many requests to … at … for … with … Asking again in 7 s." in line
    assert [] == [secret for secret in SECRETS if secret in line]


def test_of_a_library_only_the_place_is_told(records: list[logging.LogRecord]) -> None:
    """Libraries put requests, answers and addresses into their messages."""
    logging.getLogger("httpx").warning(f"GET {SECRETS[2]} %s", SECRETS[0])  # noqa: G004 -- as careless libraries do
    line = logs.Careful().format(records[0])
    assert "httpx: a message of a library at test_logs.py:" in line
    assert [] == [secret for secret in SECRETS if secret in line]


def test_a_fault_ends_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    """A command that ends by a fault of ours prints no text of the exception."""
    try:
        raise RuntimeError(SECRETS[1])
    except RuntimeError:
        kind, error, trace = sys.exc_info()
    assert kind is not None
    assert error is not None
    logs.unexpected(kind, error, trace)
    told = capsys.readouterr().err
    assert told.startswith("mailreeve: A fault in Mailreeve: RuntimeError at test_logs.py:")
    assert SECRETS[1] not in told
