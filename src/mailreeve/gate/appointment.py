"""A change of the calendar as the bytes that a person confirms: in words for them, and as the request itself.

It is written like a mail, so that every way to show a mail to a person shows it: whom Google writes to are its
recipients, its text says what happens, and the request lies beside it as JSON. Both are under one digest.
"""

import datetime as dt
import hashlib
import json
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any

from mailreeve.errors import GateError, InputError
from mailreeve.mail import parts
from mailreeve.mail.invisible import one_line
from mailreeve.models import Draft, Event, EventRequest, Json, Moment

PREFIX = "event:"
"""How the ids begin under which changes of the calendar wait, where those of drafts are Gmail's."""
KINDS = {
    "event_new": "Put this into your calendar?",
    "event_change": "Change this in your calendar?",
    "event_answer": "Answer this invitation?",
    "event_delete": "Delete this from your calendar?",
}
"""Kind of proposal -> what the person is asked."""
_REQUEST = "application/json"
_ANSWERS = {
    "accepted": "Yes, you come.",
    "declined": "No, you do not come.",
    "tentative": "Perhaps you come.",
}


def is_event(kind: str) -> bool:
    """True for a kind of proposal that changes the calendar."""
    return kind in KINDS


def draft(kind: str, wish: EventRequest, about: Event | None, account: str) -> Draft:
    """What waits for a person. `about` is the event as it is now, for a change of one.

    Raises InputError for a guest whose address cannot be written.
    """
    message = EmailMessage(policy=SMTP)
    try:
        message["From"] = account
        guests = _written_to(kind, wish, about, account)
        if guests:
            message["To"] = ", ".join(guests)
        message["Subject"] = one_line(str(wish.body.get("summary") or (about.title if about else "")))[:500]
        message["Message-ID"] = f"<{wish.event}.{_mark(wish)}@event.mailreeve.invalid>"
        message.set_content(_words(kind, wish, about), cte="base64")
    except (ValueError, UnicodeError):
        raise InputError("This event cannot be written down.", "Give guests as ana@example.org.") from None
    request = {"method": wish.method, "event": wish.event, "etag": wish.etag, "notify": wish.notify, "body": wish.body}  # fmt: skip
    data = json.dumps(request, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    message.add_attachment(data, "application", "json", filename="request.json")
    message.set_boundary(f"event-{_mark(wish)}")
    return Draft(f"{PREFIX}{wish.event}", "", "", message.as_bytes())


def read(raw: bytes) -> EventRequest:
    """The request in confirmed bytes. Raises GateError when there is none."""
    root, _ = parts.split(raw)
    found = [part for part in root.walk() if part.type == _REQUEST]
    try:
        told: dict[str, Any] = json.loads(found[0].decoded(1_000_000)) if len(found) == 1 else {}
        return EventRequest(told["method"], told["event"], told["etag"], told["notify"], told["body"])
    except (ValueError, KeyError):
        raise GateError("The change of the calendar cannot be read.", "Propose it again.") from None


def _mark(wish: EventRequest) -> str:
    private = wish.body.get("extendedProperties", {}).get("private", {})
    return str(private.get("mailreeve") or hashlib.sha256(wish.etag.encode()).hexdigest()[:16])


def _written_to(kind: str, wish: EventRequest, about: Event | None, account: str) -> list[str]:
    """Whom Google writes to: the guests, or the organizer of somebody else's event."""
    if not wish.notify:
        return []
    if kind == "event_answer" or (about and not about.own):
        return [about.organizer] if about and about.organizer else []
    guests = [str(one.get("email", "")) for one in wish.body.get("attendees", ())]
    before = [one.address for one in about.attendees] if about else []
    every = dict.fromkeys(one.lower() for one in (*guests, *before))
    return [one for one in every if one and one != account.lower()]


def _words(kind: str, wish: EventRequest, about: Event | None) -> str:
    body = wish.body
    lines = [KINDS[kind]]
    if about:
        lines += [f"Now:   {one_line(about.title)}", f"       {_span(about.start, about.end)}"]
    if kind == "event_answer":
        own: Json = next((one for one in body.get("attendees", ()) if one.get("self")), {})
        lines.append(_ANSWERS.get(own.get("responseStatus", ""), "?"))
    else:
        lines += _details(body)
    lines.append("Google writes to the people above." if wish.notify else "Nobody is written to.")
    return "\n".join(lines) + "\n"


def _details(body: Json) -> list[str]:
    told = []
    for name, title in (("summary", "Title"), ("location", "Place")):
        if name in body:
            told.append(f"{title}: {one_line(str(body[name]))}")
    if "start" in body and "end" in body:
        told.append(f"When:  {_json_span(body)}")
    if "attendees" in body:
        told += [f"Guest: {one_line(str(one.get('email', '')))}" for one in body["attendees"]] or [
            "No guests."
        ]
    if body.get("description"):
        told += ["", str(body["description"]), ""]
    return told


def _json_span(body: Json) -> str:
    start, end = body["start"], body["end"]
    if "date" in start:
        return f"{start['date']} until before {end['date']}, all day"
    return f"{start['dateTime']} to {end['dateTime']} ({start.get('timeZone', '')})"


def _span(start: Moment | None, end: Moment | None) -> str:
    def told(one: Moment | None) -> str:
        return one.isoformat(" ", "minutes") if isinstance(one, dt.datetime) else str(one or "?")

    return f"{told(start)} to {told(end)}"
