"""The border: status, body and exceptions become our errors, and nothing else gets through."""

import json
import socket
import ssl
from typing import Any

import pytest

from mailreeve.errors import (
    AlreadyThere,
    ChangedMeanwhile,
    GoogleRefused,
    GoogleUnavailable,
    HistoryExpired,
    LoginNeeded,
    MailreeveError,
    NotFound,
    OutcomeUnknown,
    QuotaSpent,
    ScopeMissing,
)
from mailreeve.google import border
from mailreeve.google.border import Refusal, understand
from mailreeve.google.wire import Answer

SECRET = "ya29.a0AfB_secret-1//refresh-token"


def refusal(status: int, error: Any = None, method: str = "messages.get", **headers: str) -> Refusal:
    body = b"" if error is None else json.dumps({"error": error}).encode()
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    result = understand(Answer(status, names, body), method)
    assert isinstance(result, Refusal)
    return result


def reason(code: str) -> dict[str, Any]:
    return {"message": SECRET, "errors": [{"reason": code, "message": SECRET}]}


def detail(code: str, **metadata: str) -> dict[str, Any]:
    return {
        "message": SECRET,
        "status": "X",
        "details": [{"@type": "ErrorInfo", "reason": code, "metadata": metadata}],
    }


@pytest.mark.parametrize(
    ("status", "error", "kind", "retry"),
    [
        (400, reason("invalidArgument"), GoogleRefused, False),
        (400, reason("failedPrecondition"), GoogleRefused, False),
        (401, reason("authError"), LoginNeeded, False),
        (403, reason("insufficientPermissions"), ScopeMissing, False),
        (403, detail("ACCESS_TOKEN_SCOPE_INSUFFICIENT"), ScopeMissing, False),
        (403, reason("rateLimitExceeded"), QuotaSpent, True),
        (403, reason("userRateLimitExceeded"), QuotaSpent, True),
        (403, reason("dailyLimitExceeded"), QuotaSpent, False),
        (403, reason("accessNotConfigured"), GoogleRefused, False),
        (403, detail("SERVICE_DISABLED"), GoogleRefused, False),
        (403, reason("domainPolicy"), GoogleRefused, False),
        (403, {}, GoogleRefused, False),
        (404, reason("notFound"), NotFound, False),
        (409, reason("aborted"), AlreadyThere, False),
        (410, None, GoogleUnavailable, False),
        (412, reason("conditionNotMet"), ChangedMeanwhile, False),
        (413, None, GoogleRefused, False),
        (429, reason("rateLimitExceeded"), QuotaSpent, True),
        (429, detail("RATE_LIMIT_EXCEEDED", quota_limit="QueriesPerMinutePerUser"), QuotaSpent, True),
        (429, detail("RATE_LIMIT_EXCEEDED", quota_limit="UnitsPerDayPerProject"), QuotaSpent, False),
        (429, None, QuotaSpent, True),
        (408, None, GoogleUnavailable, True),
        (500, reason("backendError"), GoogleUnavailable, True),
        (502, None, GoogleUnavailable, True),
        (503, reason("backendError"), GoogleUnavailable, True),
        (504, None, GoogleUnavailable, True),
        (302, None, GoogleUnavailable, True),
    ],
)
def test_each_answer_has_its_error(status: int, error: Any, kind: type[MailreeveError], retry: bool) -> None:
    """Status and reason decide the error and whether asking again can help."""
    result = refusal(status, error)
    assert (kind, retry) == (type(result.error), result.retry)


def test_a_history_that_is_too_old_has_its_own_error() -> None:
    """404 means something else for history.list than for a message."""
    assert HistoryExpired is type(refusal(404, reason("notFound"), "history.list").error)


def test_every_error_says_what_to_do() -> None:
    """Login, scope, quota, connection and lost answers come with advice."""
    errors = [
        refusal(401, {}).error,
        refusal(403, reason("insufficientPermissions")).error,
        refusal(403, reason("dailyLimitExceeded")).error,
        refusal(403, reason("accessNotConfigured")).error,
        refusal(429, {}).error,
        refusal(503).error,
        border.unknown("drafts.send"),
        border.login_refused("invalid_grant"),
        border.login_refused("invalid_client"),
        border.login_refused("something_else"),
    ]
    assert [] == [error.message for error in errors if not error.advice]


def test_the_daily_limit_is_told_as_such() -> None:
    """A daily limit does not sound like one that is over in a minute."""
    error = refusal(403, reason("dailyLimitExceeded")).error
    assert "daily limit" in error.message
    assert "minute" not in error.advice


def test_a_dead_login_explains_the_seven_days() -> None:
    """invalid_grant names the usual cause: a consent screen in status Testing."""
    error = border.login_refused("invalid_grant")
    assert "seven days" in error.advice
    assert "Testing" in error.advice


@pytest.mark.parametrize("status", [200, 201, 302, 401, 403, 404, 407, 511])
def test_a_captive_portal_is_not_google(status: int) -> None:
    """HTML instead of JSON is a network that stands between, not a dead login or a missing message."""
    page = f"<html><body>Please sign in {SECRET}</body></html>".encode()
    result = understand(Answer(status, {"content-type": "text/html"}, page), "messages.get")
    assert isinstance(result, Refusal)
    assert GoogleUnavailable is type(result.error)
    assert SECRET not in str(result.error)


@pytest.mark.parametrize("body", [b"[]", b"null", b"3", b'"x"', b"[" * 100_000, b"\xff\xfe", b'{"a":'])
def test_an_answer_that_is_no_object_is_no_answer(body: bytes) -> None:
    """Good status, senseless body: told as such, whatever the body is."""
    result = understand(Answer(200, {}, body), "messages.get")
    assert isinstance(result, Refusal)
    assert GoogleUnavailable is type(result.error)


@pytest.mark.parametrize("status", [200, 204])
def test_an_empty_answer_is_an_empty_object(status: int) -> None:
    """Gmail answers batchModify with nothing, and that is success."""
    assert {} == understand(Answer(status, {}, b""), "messages.batchModify")


@pytest.mark.parametrize(
    "error",
    [
        {"message": SECRET, "errors": SECRET},
        {"message": SECRET, "errors": [SECRET, None, 3, {"reason": SECRET}]},
        {"message": SECRET, "details": {"reason": SECRET}, "status": SECRET},
        SECRET,
        [SECRET],
        None,
        {"errors": [{"reason": "<b>bold</b>"}]},
    ],
)
@pytest.mark.parametrize("status", [400, 401, 403, 404, 429, 500])
def test_nothing_of_the_body_gets_into_an_error(status: int, error: Any) -> None:
    """Tokens, addresses and mail in Google's own words stay out; malformed bodies do no harm."""
    result = understand(Answer(status, {}, json.dumps({"error": error}).encode()), "messages.get")
    assert isinstance(result, Refusal)
    assert SECRET not in repr(result) + str(result.error)
    assert "<b>" not in str(result.error)


@pytest.mark.parametrize(
    ("said", "least", "most"),
    [
        ("7", 7, 7),
        ("0.25", 0.25, 0.25),
        ("9" * 5_000, 1e9, 1e9),
        ("Fri, 01 Jan 2100 00:00:00 GMT", 10**8, 10**11),
        ("Fri, 01 Jan 1999 00:00:00 GMT", 0, 0),
        ("soon", 0, 0),
        ("-5", 0, 0),
        ("nan", 0, 0),
        ("inf", 0, 0),
        ("", 0, 0),
    ],
)
def test_retry_after_is_read_in_both_forms(said: str, least: float, most: float) -> None:
    """Seconds or a date (RFC 9110); nonsense counts as not said."""
    assert least <= refusal(429, {}, retry_after=said).after <= most
    assert least <= refusal(503, None, retry_after=said).after <= most


def test_the_time_in_gmails_sentence_is_read() -> None:
    """Gmail often writes the time into its message and leaves the header out."""
    text = "User-rate limit exceeded.  Retry after 2100-01-01T00:00:00.000Z (Mail sending)"
    assert refusal(429, {"message": text}).after > 10**8
    assert 0 == refusal(429, {"message": "Retry after 2100-99-99T00:00:00"}).after


def test_broken_connections_may_be_tried_again() -> None:
    """Name lookup, refusal, reset and time-out are GoogleUnavailable and can be retried."""
    import httplib2
    import requests
    from google.auth.exceptions import TransportError

    for error in (
        socket.gaierror(-2, "Name or service not known"),
        httplib2.ServerNotFoundError("Unable to find the server at x"),
        ConnectionRefusedError(111, "refused"),
        ConnectionResetError(104, "reset"),
        TimeoutError("timed out"),
        requests.ReadTimeout(f"https://x/?token={SECRET}"),
        TransportError(requests.ConnectionError(SECRET)),
    ):
        assert isinstance(error, border.wire_errors())
        result = border.broken(error, "messages.get")
        assert (GoogleUnavailable, True) == (type(result.error), result.retry)
        assert SECRET not in str(result.error)


def test_a_wrong_certificate_is_not_tried_again() -> None:
    """A certificate that is not Google's will not become it; the clock is the usual cause."""
    result = border.broken(ssl.SSLCertVerificationError(1, "expired"), "messages.get")
    assert not result.retry
    assert "clock" in result.error.advice


def test_only_what_never_left_is_not_unknown() -> None:
    """A refused connection sent nothing; a reset, a time-out or a lost answer may have done it."""
    import requests
    from google.auth.exceptions import RefreshError
    from urllib3.exceptions import MaxRetryError, NewConnectionError, ProtocolError

    def refused() -> Exception:
        inner = NewConnectionError(None, "refused")  # type: ignore[arg-type]  # no connection here
        return requests.ConnectionError(MaxRetryError(None, "/", inner))  # type: ignore[arg-type]

    not_sent = [
        refused(),
        requests.ConnectTimeout(),
        RefreshError("invalid_grant", {"error": "invalid_grant"}),
    ]
    maybe = [
        requests.ReadTimeout(),
        requests.ConnectionError(ProtocolError("Connection aborted.", ConnectionResetError(104, "reset"))),
        requests.exceptions.ChunkedEncodingError(),
    ]
    kinds = [type(border.broken_once(error, "drafts.send")) for error in not_sent]
    assert [GoogleUnavailable, GoogleUnavailable, LoginNeeded] == kinds
    assert [OutcomeUnknown] * 3 == [type(border.broken_once(error, "drafts.send")) for error in maybe]


def test_what_the_token_endpoint_says_is_told_apart() -> None:
    """A dead login needs the person; a server that cannot be asked needs another try."""
    from google.auth.exceptions import RefreshError

    dead = RefreshError(f"invalid_grant: {SECRET}", {"error": "invalid_grant", "error_description": SECRET})
    portal = RefreshError(f"<html>{SECRET}</html>")
    busy = RefreshError("internal_failure", {"error": "internal_failure"}, retryable=True)
    policy = RefreshError("Reauthentication is needed. Please run gcloud.")
    foreign = RefreshError(SECRET, {"error": {"code": 403, "message": SECRET}})
    results = [border.broken(error, "messages.get") for error in (dead, portal, busy, foreign, policy)]
    assert [
        (LoginNeeded, False),
        (GoogleUnavailable, True),
        (GoogleUnavailable, True),
        (GoogleUnavailable, True),
        (LoginNeeded, False),
    ] == [(type(result.error), result.retry) for result in results]
    assert all(SECRET not in str(result.error) for result in results)
