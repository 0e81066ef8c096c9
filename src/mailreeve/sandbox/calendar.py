"""The part of the Calendar API v3 that Mailreeve uses: one calendar's events, and when it is busy.

Source: developers.google.com/workspace/calendar/api/v3/reference and the discovery document calendar.v3 (a test
compares the two). Recurring events are kept as they come and not expanded.
"""

import json
import re
import secrets
from datetime import UTC, datetime
from typing import Any

from mailreeve.sandbox import api, calendar_sync, calendar_times, paging, sync_tokens
from mailreeve.sandbox.errors import ApiError, bad_request, not_found
from mailreeve.sandbox.http import Answer, Call, Json, Request
from mailreeve.sandbox.state import Row, State

PREFIX = "/calendar/v3"
OWN_ID = re.compile(r"[a-v0-9]{5,1024}")
"""An id that the client may choose (events.insert: base32hex, 5 to 1024 characters)."""


def serves(path: str) -> bool:
    """Whether a path belongs to this API."""
    return path.startswith(PREFIX)


def handle(state: State, request: Request) -> Answer:
    """Carry out a request."""
    return api.handle(state, request, _PATTERNS, _parsed)


def _parsed(body: bytes) -> Json:
    return api.parsed(body, "Parse Error", "Parse Error")


def zone(state: State) -> str:
    """The calendar's time zone."""
    return str(state.meta("zone") or "UTC")


def _calendar(call: Call) -> None:
    if call.ids["calendar"].lower() not in {"primary", call.state.account.lower()}:
        raise not_found()


def put(state: State, body: Json, id_: str = "") -> Json:
    """Keep a new event as Google would, with what it fills in; returns it."""
    id_ = id_ or secrets.token_hex(13)
    if state.row("select 1 from events where id = ?", (id_,)):
        raise ApiError(409, "The requested identifier already exists.", "duplicate")
    me = state.account.lower()
    made = {
        "kind": "calendar#event", "id": id_, "status": "confirmed", "iCalUID": f"{id_}@google.com",
        "htmlLink": f"https://www.google.com/calendar/event?eid={id_}", "sequence": 0,
        "organizer": {"email": me, "self": True}, "creator": {"email": me, "self": True},
        "eventType": "default",
    }  # fmt: skip
    return _write(state, {**made, **body, "id": id_}, new=True)


def _write(state: State, event: Json, *, new: bool = False) -> Json:
    """Check, fill in and keep an event."""
    start, end = calendar_times.span(event, zone(state))
    me = state.account.lower()
    if isinstance(event.get("attendees"), list):
        event["attendees"] = [_attendee(one, me) for one in event["attendees"]]
    stamp = sync_tokens.stamp(state, "events")
    event["etag"] = f'"{stamp}{secrets.randbelow(10**9):09}"'
    event["updated"] = _utc(state.now_ms())
    event.setdefault("created", event["updated"])
    values = (
        json.dumps(event),
        event["etag"],
        stamp,
        start,
        end,
        event["status"] == "cancelled",
        event["id"],
    )
    if new:
        state.execute(
            "insert into events (body, etag, changed, start, finish, gone, id) values (?, ?, ?, ?, ?, ?, ?)",
            values,
        )
    else:
        state.execute(
            "update events set body = ?, etag = ?, changed = ?, start = ?, finish = ?, gone = ? where id = ?",
            values,
        )
    return event


def _attendee(one: Any, me: str) -> Json:
    if not isinstance(one, dict) or "@" not in str(one.get("email", "")):
        raise bad_request("Invalid attendee email.", "attendees")
    own = {"self": True} if str(one["email"]).lower() == me else {}
    return {"responseStatus": "needsAction", **one, **own}


def _utc(ms: int) -> str:
    return datetime.fromtimestamp(ms / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _row(call: Call) -> Row:
    _calendar(call)
    row = call.state.row("select * from events where id = ?", (call.ids["event"],))
    if row is None:
        raise not_found()
    return row


def _told(call: Call, event: Json, what: str) -> None:
    """Mail to the guests leaves here; `/_sandbox` and tests see it."""
    wish = call.one("sendUpdates") or "none"
    if wish not in {"all", "externalOnly", "none"}:
        raise bad_request("Invalid value for sendUpdates.", "sendUpdates")
    guests = [one["email"] for one in event.get("attendees", []) if not one.get("self")]
    organizer = event["organizer"]
    if not organizer.get("self"):
        guests = [organizer["email"]]
    if wish != "none" and guests:
        call.state.execute(
            "insert into invitations (event, what, guests) values (?, ?, ?)",
            (event["id"], what, json.dumps(guests)),
        )


def _matching(call: Call, row: Row) -> None:
    wanted = call.request.headers.get("if-match")
    if wanted and wanted not in {"*", row["etag"]}:
        raise ApiError(412, "Precondition Failed", "conditionNotMet")


def events(call: Call) -> Json:
    """events.list."""
    _calendar(call)
    since, newest = calendar_sync.window(call)
    low, high = calendar_times.bounds(call)
    by_start = call.one("orderBy") == "startTime"
    if by_start and not call.flag("singleEvents"):
        raise bad_request("The requested ordering is not available for the particular query.", "orderBy")
    size, after = calendar_sync.size(call), paging.number(call)
    rows = call.state.rows(
        "select * from events where changed > ? and changed <= ? and finish > ? and start < ?"
        " and (? or not gone or (not ? and json_extract(body, '$.recurringEventId') is not null)) and (? = '' or json_extract(body, '$.iCalUID') = ?)"
        f" order by {'start, n' if by_start else 'n'} limit ? offset ?",
        (since, newest, low, high, bool(since) or call.flag("showDeleted"), call.flag("singleEvents"),
         call.one("iCalUID"), call.one("iCalUID"), size + 1, after),
    )  # fmt: skip
    answer: Json = {
        "kind": "calendar#events", "summary": call.state.account, "timeZone": zone(call.state),
        "accessRole": "owner", "items": [_shown(row) for row in rows[:size]],
    }  # fmt: skip
    if len(rows) > size:
        return answer | {"nextPageToken": paging.token(after + size)}
    return answer | {"nextSyncToken": sync_tokens.token(call.state, newest)}


def _shown(row: Row) -> Json:
    body: Json = json.loads(row["body"])
    if row["gone"]:
        kept = ("kind", "etag", "id", "status", "iCalUID", "recurringEventId", "originalStartTime")
        return {key: body[key] for key in kept if key in body}
    return body


def get(call: Call) -> Json:
    """events.get; a deleted event is there still, cancelled."""
    body: Json = json.loads(_row(call)["body"])
    return body


def insert(call: Call) -> Json:
    """events.insert: with an id of the client's own, once."""
    _calendar(call)
    id_ = str(call.json.get("id", ""))
    if id_ and not OWN_ID.fullmatch(id_):
        raise bad_request("Invalid resource id value.", "id")
    made = put(call.state, call.json, id_)
    _told(call, made, "invited")
    return made


def patch(call: Call) -> Json:
    """events.patch: fields are replaced, arrays as a whole; If-Match keeps what changed meanwhile."""
    row = _row(call)
    _matching(call, row)
    before: Json = json.loads(row["body"])
    moved = any(call.json.get(name, before[name]) != before[name] for name in ("start", "end"))
    after = {**before, **call.json, "id": row["id"], "sequence": before["sequence"] + moved}
    if isinstance(call.json.get("extendedProperties"), dict):
        after["extendedProperties"] = {
            **before.get("extendedProperties", {}),
            **call.json["extendedProperties"],
        }
    made = _write(call.state, after)
    _told(call, made, "answered" if not made["organizer"].get("self") else "changed")
    return made


def delete(call: Call) -> None:
    """events.delete: it stays, cancelled, so that a later sync sees it; again is 410."""
    row = _row(call)
    if row["gone"]:
        raise ApiError(410, "Resource has been deleted", "deleted")
    _matching(call, row)
    event = _write(call.state, {**json.loads(row["body"]), "status": "cancelled"})
    _told(call, event, "cancelled")


def busy(call: Call) -> Json:
    """freebusy.query: opaque events that were not declined, joined where they touch."""
    low, high = (calendar_times.instant(call.json.get(name), name) for name in ("timeMin", "timeMax"))
    if high <= low:
        raise bad_request("The specified time range is empty.", "timeRangeEmpty")
    rows = call.state.rows(
        "select body, start, finish from events where not gone and finish > ? and start < ? order by start",
        (low, high),
    )
    spans: list[list[int]] = []
    for row in rows:
        if not calendar_times.counts(json.loads(row["body"])):
            continue
        start, end = max(low, row["start"]), min(high, row["finish"])
        if spans and start <= spans[-1][1]:
            spans[-1][1] = max(spans[-1][1], end)
        else:
            spans.append([start, end])
    mine = {"busy": [{"start": _utc(start), "end": _utc(end)} for start, end in spans]}
    asked = [str(one.get("id", "")) for one in call.json.get("items", []) if isinstance(one, dict)]
    known = {"primary", call.state.account.lower()}
    foreign = {"errors": [{"domain": "global", "reason": "notFound"}], "busy": []}
    return {
        "kind": "calendar#freeBusy", "timeMin": _utc(low), "timeMax": _utc(high),
        "calendars": {id_: mine if id_.lower() in known else foreign for id_ in asked},
    }  # fmt: skip


def calendars(call: Call) -> Json:
    """calendarList.list: the one that there is."""
    one = {"kind": "calendar#calendarListEntry", "id": call.state.account, "summary": call.state.account,
           "timeZone": zone(call.state), "accessRole": "owner", "primary": True}  # fmt: skip
    return {"kind": "calendar#calendarList", "items": [one]}


_EVENTS, _EVENT = PREFIX + "/calendars/{calendar}/events", PREFIX + "/calendars/{calendar}/events/{event}"
METHODS = (
    api.method("events.list", "GET", _EVENTS, "READ_EVENTS", "iCalUID maxResults orderBy pageToken showDeleted"
            " singleEvents syncToken timeMax timeMin timeZone", events),
    api.method("events.get", "GET", _EVENT, "READ_EVENTS", "timeZone maxAttendees", get),
    api.method("events.insert", "POST", _EVENTS, "WRITE_EVENTS", "sendUpdates conferenceDataVersion", insert),
    api.method("events.patch", "PATCH", _EVENT, "WRITE_EVENTS", "sendUpdates conferenceDataVersion", patch),
    api.method("events.delete", "DELETE", _EVENT, "WRITE_EVENTS", "sendUpdates", delete),
    api.method("freebusy.query", "POST", PREFIX + "/freeBusy", "READ_BUSY", "", busy),
    api.method("calendarList.list", "GET", PREFIX + "/users/me/calendarList", "READ_CALENDARS", "maxResults pageToken",
            calendars),
)  # fmt: skip
_PATTERNS = tuple((one.pattern, one) for one in METHODS)
