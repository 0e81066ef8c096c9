"""One ticket for a thread: made once, then added to, whatever was lost on the way."""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from mailreeve.cancel import Cancel
from mailreeve.errors import DestinationRefused, DestinationUnavailable, InputError
from mailreeve.outbound import template
from mailreeve.outbound.desk import Desk, Step
from mailreeve.outbound.place import Place
from mailreeve.outbound.template import Enclosures
from mailreeve.outbound.webhook import Outcome, State, judged
from mailreeve.outbound.wire import MOST_BODY, Wire

MOST_FOUND = 4 * 1024 * 1024
"""Bytes that are read of what a ticket system holds."""
SETTLED = 120
"""Seconds after a lost answer before anybody looks: the request may still be at work there."""
_ID = re.compile(r"[A-Za-z0-9_-]{1,100}")
_LINK = re.compile(r"https?://[\x21-\x7e]{1,1000}")


@dataclass(frozen=True, slots=True)
class Job:
    """One event for one ticket system."""

    payload: bytes
    thread_mark: str
    event_mark: str
    known: str = ""
    """The ticket of the thread; empty when none is known here."""
    files: Enclosures = field(default_factory=Enclosures)
    """What goes along of the mail's files."""


def mark(kind: str, *parts: str) -> str:
    """A word that is found again: the same for the same parts for ever, and tells nothing of them."""
    return f"{kind}-{hashlib.sha256(chr(10).join(parts).encode()).hexdigest()[:20]}"


def preview(desk: Desk, payload: bytes, files: Enclosures) -> bytes:
    """The request that would make a ticket of these fields and files. Raises InputError for a broken template."""
    context = template.context(json.loads(payload)["data"], "mrt-example", "mre-example", files)
    for step in desk.steps:
        template.path(step.path, {**context, "id": "1"})
        template.filled(step.body, {**context, "id": "1"})
    return json.dumps(template.filled(desk.create.body, context), ensure_ascii=False, indent=1).encode()


def deliver(
    wire: Wire, place: Place, desk: Desk, headers: Mapping[str, str], job: Job, cancel: Cancel
) -> Outcome:
    """Create the ticket of the thread, or add to it; look first, so that nothing is there twice.

    Raises Cancelled before a request, and nothing else.
    """
    try:
        return _Talk(wire, place, desk, headers, job, cancel).go()
    except DestinationRefused as error:
        return Outcome(State.REFUSED, error.message)
    except InputError as error:
        return Outcome(State.REFUSED, error.message)
    except DestinationUnavailable as error:
        return Outcome(State.RETRY, error.message, wait=SETTLED)
    except _Not as error:
        return error.outcome


class _Not(Exception):
    """The other side did not do it."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome.reason)
        self.outcome = outcome


class _Talk:
    """The requests of one delivery."""

    def __init__(
        self, wire: Wire, place: Place, desk: Desk, headers: Mapping[str, str], job: Job, cancel: Cancel
    ) -> None:
        self._wire, self._place, self._desk, self._headers = wire, place, desk, headers
        self._job, self._cancel = job, cancel
        data = json.loads(job.payload)["data"]
        self._context = template.context(data, job.thread_mark, job.event_mark, job.files)
        self._room = MOST_BODY + sum(len(one.base64) + 1_000 for one in job.files.files)

    def go(self) -> Outcome:
        found, held = ("", b"") if self._job.known else self._found()
        ticket = self._job.known or found
        if not ticket:
            return self._create()
        there = Outcome(
            State.DELIVERED, "It was there already.", 200, ticket=ticket, link=self._link({}, ticket)
        )
        if self._job.event_mark.encode() in held + self._ask(self._desk.seen, ticket)[1]:
            return there
        status, body = self._ask(self._desk.append, ticket)
        if self._desk.append.id and not _at(_json(body), self._desk.append.id, ""):
            raise _Not(Outcome(State.RETRY, "The ticket was not added to.", status))
        return replace(there, reason="It was added to the ticket.", status=status)

    def _found(self) -> tuple[str, bytes]:
        """The ticket that bears the thread's mark, and what was said of it: its text may bear the event's."""
        _, body = self._ask(self._desk.find, "")
        return _at(_json(body), self._desk.find.id, self._job.thread_mark), body

    def _create(self) -> Outcome:
        status, body = self._ask(self._desk.create, "")
        answer = _json(body)
        ticket = _at(answer, self._desk.create.id, "")
        if not ticket:  # it may be there: the next attempt looks for it
            raise _Not(Outcome(State.RETRY, "The answer names no ticket.", status))
        link = self._link(answer, ticket)
        return Outcome(State.DELIVERED, "A ticket was made.", status, ticket=ticket, link=link)

    def _link(self, answer: Any, ticket: str) -> str:
        wanted = self._desk.create.link
        found = (
            template.path(wanted, {"id": ticket})
            if wanted.startswith("http")
            else str(_walk(answer, wanted, ""))
        )
        return found if _LINK.fullmatch(found) else ""

    def _ask(self, step: Step, ticket: str) -> tuple[int, bytes]:
        context = {**self._context, "id": ticket}
        below = template.path(step.path, context)
        body = b"" if step.body is None else _encoded(template.filled(step.body, context))
        answer = self._wire.send(
            self._place,
            body,
            {"Content-Type": "application/json", "Accept": "application/json", **self._headers},
            self._cancel,
            method=step.method,
            below=below,
            most=MOST_FOUND,
            room=self._room,
        )
        outcome = judged(answer.status, answer.retry_after, datetime.now(UTC))
        if outcome.state is not State.DELIVERED:
            raise _Not(outcome)
        return answer.status, answer.body


def _encoded(body: Any) -> bytes:
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def _json(body: bytes) -> Any:
    """What a system says; None for what is no JSON."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _at(value: Any, way: str, marked: str) -> str:
    """The id at the end of a way; empty when there is none that can stand in a path."""
    found = _walk(value, way, marked)
    text = str(found) if isinstance(found, str | int) and not isinstance(found, bool) else ""
    return text if _ID.fullmatch(text) else ""


def _walk(value: Any, way: str, marked: str) -> Any:
    for name in way.split(".") if way else ():
        if name == "*" and isinstance(value, list):
            value = next((one for one in value if marked and marked in json.dumps(one)), None)
        elif isinstance(value, list) and name.isdigit():
            value = value[int(name)] if int(name) < len(value) else None
        else:
            value = value.get(name) if isinstance(value, dict) else None
    return "" if value is None else value
