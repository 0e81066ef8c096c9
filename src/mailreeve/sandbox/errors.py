"""Errors as Google writes them.

Source: developers.google.com/workspace/gmail/api/guides/handle-errors; the `status` names are those of
google.rpc.Code (cloud.google.com/apis/design/errors).
"""

import json
from dataclasses import dataclass

from mailreeve.sandbox.http import JSON_TYPE, Answer

STATUS = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    405: "UNIMPLEMENTED",
    409: "ABORTED",
    413: "INVALID_ARGUMENT",
    429: "RESOURCE_EXHAUSTED",
    500: "INTERNAL",
    502: "UNAVAILABLE",
    503: "UNAVAILABLE",
    504: "DEADLINE_EXCEEDED",
}


@dataclass(eq=False)
class ApiError(Exception):
    """An answer that is an error."""

    code: int
    message: str
    reason: str
    domain: str = "global"
    headers: tuple[tuple[str, str], ...] = ()
    location: str = ""
    detail: str = ""
    """The reason of google.rpc.ErrorInfo."""

    def __str__(self) -> str:
        return self.message

    def answer(self) -> Answer:
        """The error as HTTP."""
        entry = {"message": self.message, "domain": self.domain, "reason": self.reason}
        if self.location:
            kind = "header" if self.location == "Authorization" else "parameter"
            entry |= {"location": self.location, "locationType": kind}
        error: dict[str, object] = {
            "code": self.code,
            "message": self.message,
            "errors": [entry],
            "status": STATUS.get(self.code, "UNKNOWN"),
        }
        if self.detail:
            info = "type.googleapis.com/google.rpc.ErrorInfo"
            error["details"] = [{"@type": info, "reason": self.detail, "domain": "googleapis.com"}]
        body = json.dumps({"error": error}).encode()
        return Answer(self.code, body, (("content-type", JSON_TYPE), *self.headers))


def bad_request(message: str, location: str = "") -> ApiError:
    """400: the arguments cannot be taken."""
    return ApiError(400, message, "invalidArgument", location=location)


def failed_precondition(message: str) -> ApiError:
    """400: the mailbox is not in a state that allows it."""
    return ApiError(400, message, "failedPrecondition")


def unauthorized() -> ApiError:
    """401: the token is unknown, expired or revoked."""
    challenge = 'Bearer realm="https://accounts.google.com/", error="invalid_token"'
    return ApiError(
        401,
        "Invalid Credentials",
        "authError",
        headers=(("www-authenticate", challenge),),
        location="Authorization",
    )


def insufficient_scope(wanted: str) -> ApiError:
    """403: the token is alive but was not granted what the method needs."""
    challenge = f'Bearer realm="https://accounts.google.com/", error="insufficient_scope", scope="{wanted}"'
    return ApiError(
        403,
        "Request had insufficient authentication scopes.",
        "insufficientPermissions",
        headers=(("www-authenticate", challenge),),
        detail="ACCESS_TOKEN_SCOPE_INSUFFICIENT",
    )


def not_found() -> ApiError:
    """404: there is no such thing."""
    return ApiError(404, "Requested entity was not found.", "notFound")


def conflict(message: str) -> ApiError:
    """409: it exists already."""
    return ApiError(409, message, "aborted")


def over_quota(seconds: int, retry_after: str) -> ApiError:
    """403 userRateLimitExceeded: what the quota page gives for the per-user limit."""
    return ApiError(
        403,
        f"User-rate limit exceeded.  Retry after {retry_after}",
        "userRateLimitExceeded",
        domain="usageLimits",
        headers=(("retry-after", str(seconds)),),
    )
