"""The border: what Google, its libraries and the network say, turned into our errors.

Nothing of an answer's text is passed on: it may hold tokens, addresses or mail, and mail is hostile.
Only the status and the reason code get through.
Source: developers.google.com/workspace/gmail/api/guides/handle-errors.
"""

import http.client
import re
import ssl
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from mailreeve.errors import (
    AlreadyThere,
    ChangedMeanwhile,
    GoogleRefused,
    GoogleUnavailable,
    HistoryExpired,
    LoginNeeded,
    MailreeveError,
    OutcomeUnknown,
    QuotaSpent,
    ScopeMissing,
)
from mailreeve.google import wording
from mailreeve.google.wire import Answer
from mailreeve.models import Json

_SCOPE = {"insufficientPermissions", "ACCESS_TOKEN_SCOPE_INSUFFICIENT"}
_DAILY = {"dailyLimitExceeded", "dailyLimitExceededUnreg", "quotaExceeded"}
_RATE = {"rateLimitExceeded", "userRateLimitExceeded", "RATE_LIMIT_EXCEEDED"}
_API_OFF = {"accessNotConfigured", "SERVICE_DISABLED"}
_CODE = re.compile(r"[A-Za-z][A-Za-z_]{1,59}")
_SECONDS = re.compile(r"\d+(\.\d+)?", re.ASCII)
_RETRY_TEXT = re.compile(r"Retry after (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)")

SEVEN_DAYS = (
    "Run `mailreeve login`. If this comes back every seven days, the consent screen of your OAuth client is"
    ' in status "Testing": publish it ("In production") in the Google Cloud console, or make it internal.'
)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why there is no answer, and whether asking again can help."""

    error: MailreeveError
    retry: bool = False
    after: float = 0.0
    """Seconds that Google asks to wait; 0 when it does not say."""


def wire_errors() -> tuple[type[Exception], ...]:
    """What a request can raise below us; requests' errors are OSErrors."""
    import google.auth.exceptions
    import httplib2

    return (
        OSError,
        http.client.HTTPException,
        httplib2.HttpLib2Error,
        google.auth.exceptions.GoogleAuthError,
    )


def understand(answer: Answer, method: str, about: str = "") -> Json | Refusal:
    """The JSON object of a good answer, or why there is none.

    `method` is such as "messages.get", `about` the id that was asked for.
    """
    if 200 <= answer.status < 300:
        if not answer.content.strip():
            return {}
        body = answer.json()
        return body if isinstance(body, dict) else Refusal(_foreign(answer), retry=True)
    body = answer.json()
    if answer.status >= 500 or answer.status == 408:
        error = GoogleUnavailable(f"Google could not do {method} (HTTP {answer.status}).")
        return Refusal(error, retry=True, after=_after(answer.headers, body))
    if isinstance(body, list) and body:
        body = body[0]
    if not isinstance(body, dict):
        return _without_json(answer, method)
    return _refused(answer, body, method, about)


def _without_json(answer: Answer, method: str) -> Refusal:
    if answer.status == 429:
        return _too_many(answer, method, None)
    if answer.status in {400, 413, 414}:
        return Refusal(GoogleRefused(f"Google refused {method} (HTTP {answer.status})."))
    return Refusal(_foreign(answer), retry=answer.status < 400)


def _foreign(answer: Answer) -> GoogleUnavailable:
    """A captive portal, a proxy or a company's filter answered instead of Google."""
    return GoogleUnavailable(
        f"The answer did not come from the Gmail API (HTTP {answer.status}, not JSON).",
        "Open a web page to see whether the network asks for a sign-in or a proxy stands between;"
        " finished work is kept.",
    )


def _refused(answer: Answer, body: Mapping[str, Any], method: str, about: str) -> Refusal:
    status = answer.status
    reasons = list(_reasons(body))
    known = set(reasons)
    if status == 401:
        return Refusal(LoginNeeded("Google no longer takes the login (HTTP 401)."))
    if known & _SCOPE:
        return Refusal(ScopeMissing(f"The login does not allow {method}.", wording.scope_advice(method)))
    if known & _DAILY:
        return Refusal(_daily())
    if status == 429 or known & _RATE:
        return _too_many(answer, method, body)
    if known & _API_OFF:
        api = wording.api(method)
        advice = f"Enable the {api} for the project of your OAuth client in the Google Cloud console."
        return Refusal(GoogleRefused(f"The {api} is not enabled for this OAuth client.", advice))
    if "domainPolicy" in known:
        advice = "Ask the administrator of your Google Workspace to allow this OAuth client."
        return Refusal(GoogleRefused("The administrator of this account does not allow it.", advice))
    if status == 404 and method == "history.list":
        return Refusal(HistoryExpired("Gmail no longer keeps the changes since the last run."))
    state = _state(status, known, method)
    if state:
        return Refusal(state)
    if status in {404, 410}:
        return Refusal(wording.gone(method, about))
    return Refusal(wording.refused(method, about, status, reasons[0] if reasons else ""))


def _state(status: int, known: set[str], method: str) -> MailreeveError | None:
    """What Google has is not what the caller thinks: a cursor, a contact or an event."""
    if "EXPIRED_SYNC_TOKEN" in known or (status == 410 and method == "calendar.events.list"):
        return HistoryExpired("Google no longer keeps the changes since the last look.")
    if status == 412 or (method == "people.updateContact" and "failedPrecondition" in known):
        return ChangedMeanwhile(f"It was changed at Google since it was read ({method}).")
    return AlreadyThere(f"Google has it already ({method}).") if status == 409 else None


def _reasons(body: Mapping[str, Any]) -> Iterator[str]:
    """The reason codes of Google's error body, the most telling first."""
    error = body.get("error")
    if not isinstance(error, Mapping):
        return
    for part in ("errors", "details"):
        entries = error.get(part)
        for entry in entries if isinstance(entries, list) else ():
            if not isinstance(entry, Mapping):
                continue
            if "PerDay" in str(entry.get("metadata", "")):
                yield "dailyLimitExceeded"
            if _CODE.fullmatch(str(entry.get("reason", ""))):
                yield str(entry["reason"])
    if _CODE.fullmatch(str(error.get("status", ""))):
        yield str(error["status"])


def _daily() -> QuotaSpent:
    return QuotaSpent(
        "The daily limit of your Google Cloud project is used up.",
        "It is reset at midnight Pacific time; finished work is kept, so run it again then.",
    )


def _too_many(answer: Answer, method: str, body: object) -> Refusal:
    error = QuotaSpent(f"Gmail's rate limit was reached ({method}, HTTP {answer.status}).")
    return Refusal(error, retry=True, after=_after(answer.headers, body))


def _after(headers: Mapping[str, str], body: object) -> float:
    """Seconds to wait: Retry-After (RFC 9110, 10.2.3), else the time in Gmail's own sentence."""
    said = headers.get("retry-after", "").strip()
    if _SECONDS.fullmatch(said):
        return min(float(said), 1e9)
    if said:
        try:
            return _until(parsedate_to_datetime(said))
        except (ValueError, IndexError, TypeError):
            return 0.0
    error = body.get("error") if isinstance(body, dict) else None
    found = _RETRY_TEXT.search(str(error.get("message", ""))) if isinstance(error, dict) else None
    try:
        return _until(datetime.fromisoformat(found[1])) if found else 0.0
    except ValueError:
        return 0.0


def _until(moment: datetime) -> float:
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (moment - datetime.now(UTC)).total_seconds())


def broken(error: Exception, method: str, *, loopback: bool = False) -> Refusal:
    """Why a request that may be repeated got no answer.

    With `loopback` the server is one on this machine: when nothing listens there, waiting does not help.
    """
    from google.auth.exceptions import RefreshError

    if isinstance(error, RefreshError):
        return _refresh_refused(error)
    if any(isinstance(cause, ssl.SSLCertVerificationError) for cause in _causes(error)):
        advice = "Check the clock of this machine, and whether a proxy or a filter stands between."
        return Refusal(GoogleUnavailable("The certificate of the server is not Google's.", advice))
    if loopback and any(isinstance(cause, ConnectionRefusedError) for cause in _causes(error)):
        advice = "Start it, or take MAILREEVE_GOOGLE_BASE and [google] base away to reach Google itself."
        return Refusal(GoogleUnavailable("The local server that stands for Google is not running.", advice))
    kind = "timed out" if any(_is_timeout(cause) for cause in _causes(error)) else "broke off"
    return Refusal(GoogleUnavailable(f"The connection to Google {kind} ({method})."), retry=True)


def broken_once(error: Exception, method: str) -> MailreeveError:
    """Why a request that must not be repeated got no answer; it turns on whether a byte of it left."""
    from google.auth.exceptions import GoogleAuthError

    if isinstance(error, GoogleAuthError) or _never_sent(error):
        return broken(error, method).error
    return unknown(method)


def unknown(method: str) -> OutcomeUnknown:
    """The answer of a creating request is lost or senseless."""
    return OutcomeUnknown(f"The answer to {method} was lost: it may or may not have been done.")


def _never_sent(error: Exception) -> bool:
    from requests.exceptions import ConnectTimeout, ProxyError
    from urllib3.exceptions import ConnectTimeoutError, NewConnectionError

    before = (
        ConnectTimeout,
        ProxyError,
        ConnectTimeoutError,
        NewConnectionError,
        ssl.SSLCertVerificationError,
    )
    return any(isinstance(cause, before) for cause in _causes(error))


def _is_timeout(error: object) -> bool:
    from requests.exceptions import Timeout

    return isinstance(error, TimeoutError | Timeout)


def _causes(error: BaseException) -> Iterator[object]:
    """The error and those wrapped in it, wherever the libraries keep them; bounded."""
    todo: list[object] = [error]
    for _ in range(20):
        if not todo:
            return
        current = todo.pop()
        yield current
        if isinstance(current, BaseException):
            wrapped = (current.__cause__, getattr(current, "reason", None), *current.args)
            todo += [item for item in wrapped if isinstance(item, BaseException)]


def _refresh_refused(error: Any) -> Refusal:
    """The token endpoint did not give a new access token."""
    data = next((item for item in error.args if isinstance(item, Mapping)), {})
    code = data.get("error", "")
    text = str(error.args[0]) if error.args else ""
    # an OAuth error is a word (RFC 6749, 5.2); anything else is not the login server's judgement of this login
    if error.retryable or "<" in text or not isinstance(code, str):
        return Refusal(GoogleUnavailable("Google's login server could not be asked."), retry=True)
    return Refusal(login_refused(code))


def login_refused(code: str) -> LoginNeeded:
    """What an OAuth error code (RFC 6749, 5.2) means for the person."""
    if code == "invalid_grant":
        return LoginNeeded("Google no longer accepts this login (invalid_grant).", SEVEN_DAYS)
    if code in {"invalid_client", "unauthorized_client", "deleted_client"}:
        return LoginNeeded(
            f"Google does not know this OAuth client ({code}).",
            "Download the client file again from the Google Cloud console and run `mailreeve login`.",
        )
    named = f" ({code})" if _CODE.fullmatch(code) else ""
    return LoginNeeded(f"Google refused the login{named}.")
