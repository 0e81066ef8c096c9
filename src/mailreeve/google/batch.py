"""Many messages in one HTTP request. Each keeps its own answer: a failed part loses nothing else.

Every call in a batch costs its own units, so `quota.batch_size` says how many go together. googleapiclient's
BatchHttpRequest is not used: one missing or senseless part makes it drop all the others.
Source: developers.google.com/workspace/gmail/api/guides/batch.
"""

import email
import re
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import urlsplit

from mailreeve.errors import GoogleUnavailable, MailreeveError
from mailreeve.google import border
from mailreeve.google.border import Refusal
from mailreeve.google.transport import ATTEMPTS, Transport
from mailreeve.google.wire import Answer
from mailreeve.models import Json

_BLANK_LINE = re.compile(rb"\r?\n\r?\n")
_STATUS = re.compile(rb"\s*HTTP/[\d.]+\s+(\d{3})[^\r\n]*")
METHOD = "messages.get"
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Batch:
    """Looks like the requests that googleapiclient builds."""

    uri: str
    body: str
    headers: Mapping[str, str]
    method: str = "POST"


@dataclass(frozen=True, slots=True)
class _Part:
    """An answer inside that of a batch: content[start:end]."""

    status: int
    headers: Mapping[str, str]
    start: int
    end: int

    def cut_out(self, content: bytes) -> Answer:
        """The answer by itself."""
        return Answer(self.status, self.headers, content[self.start : self.end])


def get_each(
    transport: Transport, requests: Mapping[str, Any], read: Callable[[Json], T]
) -> dict[str, T | MailreeveError]:
    """Carry messages.get requests, by message id; only the parts that failed are asked for again.

    `read` makes of each answer what is kept: they are large, and are never all unpacked at once. Every id is in
    the result. Raises Cancelled.
    """
    found: dict[str, T | MailreeveError] = {}
    pending = dict(requests)
    for attempt in range(ATTEMPTS):
        transport.spend(METHOD, len(pending))
        results = _post(transport, pending, read)
        for id_, result in results.items():
            found[id_] = result.error if isinstance(result, Refusal) else result
        refused = {
            id_: result for id_, result in results.items() if isinstance(result, Refusal) and result.retry
        }
        pending = {id_: pending[id_] for id_ in refused}
        if not pending or not transport.rest(max(refused.values(), key=lambda one: one.after), attempt):
            break
    return found


def _post(
    transport: Transport, requests: Mapping[str, Any], read: Callable[[Json], T]
) -> dict[str, T | Refusal]:
    """One batch: for each id its answer, or why there is none."""
    batch = _encode(transport.batch_address, list(requests.values()))
    try:
        used = transport.wire.token()
        answer = transport.wire.carry_mail(batch)
        parts = dict(_decode(answer))
        if any(part.status == 401 for part in parts.values()):
            transport.wire.renew(used)
            parts = dict(_decode(answer := transport.wire.carry_mail(batch)))
    except border.wire_errors() as error:
        return dict.fromkeys(requests, transport.broken(error, METHOD))
    if not parts:
        whole = border.understand(answer, METHOD)
        nonsense = Refusal(GoogleUnavailable("Gmail's answer to a batch makes no sense."), retry=True)
        return dict.fromkeys(requests, whole if isinstance(whole, Refusal) else nonsense)
    results: dict[str, T | Refusal] = {}
    for number, id_ in enumerate(requests):
        if number not in parts:
            results[id_] = Refusal(
                GoogleUnavailable("A part of Gmail's answer to a batch is missing."), retry=True
            )
            continue
        result = border.understand(parts.pop(number).cut_out(answer.content), METHOD, id_)
        results[id_] = result if isinstance(result, Refusal) else read(result)
    return results


def _encode(address: str, requests: Sequence[Any]) -> _Batch:
    """multipart/mixed of application/http; the Content-ID is the place in the batch."""
    boundary = f"batch_{secrets.token_hex(16)}"
    lines = []
    for number, request in enumerate(requests):
        target = urlsplit(request.uri)
        lines += [f"--{boundary}", "Content-Type: application/http", f"Content-ID: <{number}>", ""]
        lines += [
            f"{request.method} {target.path}?{target.query} HTTP/1.1",
            "Accept: application/json",
            "",
            "",
        ]
    lines += [f"--{boundary}--", ""]
    return _Batch(address, "\r\n".join(lines), {"content-type": f'multipart/mixed; boundary="{boundary}"'})


def _decode(answer: Answer) -> Iterator[tuple[int, _Part]]:
    """The parts by their place in the batch; what is not readable as one is left out.

    The answer may be as large as 25 mails: it is cut up where it lies, and a part is copied when it is read.
    """
    kind = answer.headers.get("content-type", "")
    if answer.status != 200 or not kind.startswith("multipart/"):
        return
    boundary = email.message_from_string(f"Content-Type: {kind}\n\n").get_boundary()
    mark = b"\n--" + (boundary or "").encode("latin-1", "replace")
    start = answer.content.find(mark[1:])
    while boundary and start >= 0:
        start += len(mark) - 1
        end = answer.content.find(mark, start)
        part = _part(answer.content, start, end) if end >= 0 else None
        if part is not None:
            yield part
        start = end + 1 if end >= 0 else -1


def _part(content: bytes, start: int, end: int) -> tuple[int, _Part] | None:
    """The answer that lies between two boundaries, and its place."""
    outer = _BLANK_LINE.search(content, start, end)
    status = _STATUS.match(content, outer.end(), end) if outer else None
    if outer is None or status is None:
        return None
    names = email.message_from_bytes(content[start : outer.start()].lstrip())
    number = str(names.get("Content-ID", "")).strip().strip("<>").removeprefix("response-")
    if not number.isdecimal():
        return None
    inner = _BLANK_LINE.search(content, status.end(), end)
    head = email.message_from_bytes(content[status.end() : inner.start() if inner else end].lstrip())
    headers = {name.lower(): value for name, value in head.items()}
    return int(number), _Part(int(status[1]), headers, inner.end() if inner else end, end)
