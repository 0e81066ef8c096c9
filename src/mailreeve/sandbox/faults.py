"""Failures on demand: `POST /_sandbox/faults` or `--faults FILE`, a list of `{path, method, nth, kind, seconds?}`.

`path` is a prefix of the request's path or a regular expression found in it; `method` an HTTP method, every
one when it is left out; `nth` the number of the matching request that fails, counted from 1 since the fault
was set, or "all" (as when it is left out). A new list replaces the old one. Kinds:

- `429`: 429 rateLimitExceeded with Retry-After (`seconds`, 1 when left out); nothing is done
- `403-rate`, `403-daily`: 403 rateLimitExceeded with Retry-After, 403 dailyLimitExceeded; nothing is done
- `500`, `502`, `503`: backend errors; nothing is done
- `lost`: the request is carried out, then the connection is cut without an answer
- `slow`: carried out and answered after `seconds` (5 when left out)
- `revoked`: 401, and the token of the request with its refresh token is dead from now on
- `expired-history`: 404, as history.list answers for a start that is too old
- `html`: 200 with the login page of a captive portal; nothing is done
- `truncated`: carried out; the connection is cut after half of the answer
"""

import re
from dataclasses import dataclass
from typing import Any

from mailreeve.sandbox.errors import ApiError, bad_request, not_found, unauthorized
from mailreeve.sandbox.http import Answer
from mailreeve.sandbox.state import State

KINDS = frozenset(
    [
        "429",
        "403-rate",
        "403-daily",
        "500",
        "502",
        "503",
        "lost",
        "slow",
        "revoked",
        "expired-history",
        "html",
        "truncated",
    ]
)
PORTAL = (
    b"<!DOCTYPE html><html><head><title>Welcome to Guest WiFi</title></head><body><h1>Please sign in</h1>"
    b'<form action="http://login.example/" method="post"><button>Accept the terms</button></form></body></html>'
)


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one request."""

    kind: str
    seconds: float | None


def replace(state: State, wishes: Any) -> int:
    """Set the list of faults; ApiError 400 tells which entry is wrong. Returns how many there are."""
    if not isinstance(wishes, list):
        raise bad_request("Faults are a list.")
    state.execute("delete from faults")
    for wish in wishes:
        state.execute(
            "insert into faults (path, method, nth, kind, seconds) values (?, ?, ?, ?, ?)", _checked(wish)
        )
    return len(wishes)


def _checked(wish: Any) -> tuple[str, str, int | None, str, float | None]:
    if not isinstance(wish, dict) or not set(wish) <= {"path", "method", "nth", "kind", "seconds"}:
        raise bad_request(f"A fault has path, method, nth, kind and seconds: {wish!r}.")
    path, nth, seconds = wish.get("path", ""), wish.get("nth"), wish.get("seconds")
    try:
        re.compile(path)
    except (re.error, TypeError):
        raise bad_request(f"Not a path or a regular expression: {path!r}.") from None
    if str(wish.get("kind")) not in KINDS:
        raise bad_request(f"Unknown kind {wish.get('kind')!r}; there are {', '.join(sorted(KINDS))}.")
    if nth not in {None, "all"} and not (isinstance(nth, int) and nth >= 1):
        raise bad_request(f'nth is a number from 1, or "all": {nth!r}.')
    if seconds is not None and not (isinstance(seconds, int | float) and 0 <= seconds <= 3600):
        raise bad_request(f"seconds is a number from 0 to 3600: {seconds!r}.")
    every = nth in {None, "all"}
    return path, str(wish.get("method") or "").upper(), None if every else nth, str(wish["kind"]), seconds


def report(state: State) -> list[dict[str, Any]]:
    """The faults and how many requests each has matched."""
    return [dict(row) for row in state.rows("select path, method, nth, kind, seconds, seen from faults")]


def strike(state: State, method: str, path: str) -> Fault | None:
    """The first fault that hits this request; every fault that matches counts it."""
    hit: Fault | None = None
    for row in state.rows("select * from faults where method in ('', ?) order by n", (method,)):
        if not (path.startswith(row["path"]) or re.search(row["path"], path)):
            continue
        state.execute("update faults set seen = seen + 1 where n = ?", (row["n"],))
        if hit is None and row["nth"] in {None, row["seen"] + 1}:
            hit = Fault(row["kind"], row["seconds"])
    return hit


def refusal(fault: Fault) -> Answer | None:
    """The answer of a fault that stands in for the request; None when the request is carried out."""
    if fault.kind == "html":
        return Answer(200, PORTAL, (("content-type", "text/html; charset=utf-8"),))
    error = _error(fault)
    return error.answer() if error else None


def _error(fault: Fault) -> ApiError | None:
    retry = (("retry-after", f"{fault.seconds or 1:g}"),)
    match fault.kind:
        case "429":
            return ApiError(429, "Rate Limit Exceeded", "rateLimitExceeded", "usageLimits", retry)
        case "403-rate":
            return ApiError(403, "Rate Limit Exceeded", "rateLimitExceeded", "usageLimits", retry)
        case "403-daily":
            return ApiError(403, "Daily Limit Exceeded", "dailyLimitExceeded", "usageLimits")
        case "500":
            return ApiError(500, "Backend Error", "backendError")
        case "502":
            return ApiError(502, "Bad Gateway", "backendError")
        case "503":
            return ApiError(503, "The service is currently unavailable.", "backendError")
        case "revoked":
            return unauthorized()
        case "expired-history":
            return not_found()
        case _:
            return None
