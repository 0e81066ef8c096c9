"""Batches: up to 100 calls in one multipart/mixed request.

Source: developers.google.com/workspace/gmail/api/guides/batch. "If you provide a Content-ID header, then the
response includes the same Content-ID value with `response-` added in front". Every call counts against the
quota like one made alone.
"""

import secrets
from collections.abc import Callable
from http import HTTPStatus

from mailreeve.sandbox import headers, uploads
from mailreeve.sandbox.errors import bad_request
from mailreeve.sandbox.http import Answer, Request
from mailreeve.sandbox.state import State

PATHS = frozenset({"/batch", "/batch/gmail/v1"})
LIMIT = 100


def handle(state: State, request: Request, call: Callable[[State, Request], Answer]) -> Answer:
    """Carry out the parts in order; one that fails does not stop the others."""
    declared = request.headers.get("content-type", "")
    if not declared.lower().startswith("multipart/mixed"):
        raise bad_request("Failed to parse batch request, error: Missing multipart/mixed content type.")
    parts = uploads.split(declared, request.body)
    if not parts:
        raise bad_request("Failed to parse batch request, error: No parts in batch.")
    if len(parts) > LIMIT:
        raise bad_request(f"The batch request has more than {LIMIT} calls.")
    boundary = f"batch_{secrets.token_urlsafe(16)}"
    body = b"".join(
        b"--%b\r\n%b\r\n" % (boundary.encode(), _answered(state, request, part, call)) for part in parts
    )
    return Answer(
        200,
        body + f"--{boundary}--\r\n".encode(),
        (("content-type", f"multipart/mixed; boundary={boundary}"),),
    )


def _answered(
    state: State,
    outer: Request,
    part: tuple[dict[str, str], bytes],
    call: Callable[[State, Request], Answer],
) -> bytes:
    answer = call(state, _request(outer, part[1]))
    lines = ["Content-Type: application/http"]
    content_id = part[0].get("content-id", "")
    if content_id:
        lines.append(f"Content-ID: <response-{content_id.removeprefix('<')}")
    lines += ["", f"HTTP/1.1 {answer.status} {HTTPStatus(answer.status).phrase}"]
    lines += [f"{name.title()}: {value}" for name, value in answer.headers]
    lines += [f"Content-Length: {len(answer.body)}", "", ""]
    return "\r\n".join(lines).encode() + answer.body


def _request(outer: Request, text: bytes) -> Request:
    """The call inside a part; it inherits the Authorization of the whole unless it has its own."""
    first, _, rest = text.lstrip(b"\r\n").partition(b"\n")
    words = first.decode("latin-1").split()
    if len(words) < 2:
        raise bad_request("Failed to parse batch request, error: a part is not an HTTP request.")
    head, body = headers.split(rest)
    found = {name.lower(): value.decode("latin-1") for name, value in headers.fields(head)}
    if "authorization" in outer.headers:
        found.setdefault("authorization", outer.headers["authorization"])
    return Request.of(words[0], words[1], found, body.removeprefix(b"\r\n").removeprefix(b"\n"))
