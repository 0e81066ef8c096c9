"""Times of events: days and moments (RFC 3339), in the calendar's zone where they name none."""

from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from mailreeve.sandbox.errors import bad_request
from mailreeve.sandbox.http import Call, Json

FAR = 1 << 60


def instant(value: object, name: str) -> int:
    """Epoch milliseconds of an RFC 3339 time, whose offset must be there."""
    try:
        moment = datetime.fromisoformat(str(value))
    except ValueError:
        raise bad_request("Bad Request", name) from None
    if moment.tzinfo is None or "T" not in str(value).upper():
        raise bad_request("Bad Request", name)
    return int(moment.timestamp() * 1000)


def bounds(call: Call) -> tuple[int, int]:
    """Where a list begins (timeMin, of ends) and stops (timeMax, of starts)."""
    low, high = call.one("timeMin"), call.one("timeMax")
    found = instant(low, "timeMin") if low else -FAR, instant(high, "timeMax") if high else FAR
    if found[1] <= found[0]:
        raise bad_request("The specified time range is empty.", "timeRangeEmpty")
    return found


def span(event: Json, zone: str) -> tuple[int, int]:
    """Start and end of an event in epoch milliseconds; ApiError 400 for times that cannot be."""
    if not isinstance(event.get("start"), dict):
        raise bad_request("Missing start time.", "required")
    if not isinstance(event.get("end"), dict):
        raise bad_request("Missing end time.", "required")
    start, end = _moment(event["start"], zone), _moment(event["end"], zone)
    if end < start or (end == start and "date" in event["start"]):
        raise bad_request("The specified time range is empty.", "timeRangeEmpty")
    return start, end


def _moment(told: Json, zone: str) -> int:
    try:
        place = ZoneInfo(str(told.get("timeZone") or zone))
        if told.get("date"):
            day = datetime.combine(date.fromisoformat(str(told["date"])), time(), place)
            return int(day.timestamp() * 1000)
        moment = datetime.fromisoformat(str(told.get("dateTime", "")))
    except (ValueError, ZoneInfoNotFoundError):
        raise bad_request("Invalid start or end time.", "invalid") from None
    if moment.tzinfo is None and not told.get("timeZone"):
        raise bad_request("Missing time zone definition for start time.", "required")
    moment = moment if moment.tzinfo else moment.replace(tzinfo=place)
    return int(moment.astimezone(UTC).timestamp() * 1000)


def counts(event: dict[str, Any]) -> bool:
    """Whether an event makes its calendar busy."""
    own = [one for one in event.get("attendees", []) if one.get("self")]
    declined = any(one.get("responseStatus") == "declined" for one in own)
    return event.get("transparency") != "transparent" and not declined
