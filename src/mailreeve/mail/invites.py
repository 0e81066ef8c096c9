"""The first event of a text/calendar part (RFC 5545): six fields, bounded, no time zone arithmetic."""

import re

from mailreeve.mail.invisible import one_line
from mailreeve.models import Invite

_LIMIT = 200_000
_LINE = re.compile(r"([A-Za-z-]{1,40})((?:;[^:\"]*(?:\"[^\"]*\"[^:\";]*)*)?):(.*)")
_ESCAPES = {"n": " ", "N": " ", "\\": "\\", ";": ";", ",": ","}
_FIELDS = frozenset({"UID", "SUMMARY", "DTSTART", "DTEND", "LOCATION", "ORGANIZER"})


def parse(text: str) -> Invite | None:
    """The first VEVENT, or None when there is none. Times as `2026-01-05T10:00:00`, with the zone's name."""
    found: dict[str, str] = {}
    method, inside = "", []
    for line in re.sub(r"\r?\n[ \t]", "", text[:_LIMIT]).splitlines():
        match = _LINE.match(line)
        if not match:
            continue
        name, parameters, value = match[1].upper(), match[2], match[3]
        if name == "BEGIN":
            inside.append(value.strip().upper())
        elif name == "END":
            if value.strip().upper() == "VEVENT":
                break
            del inside[-1:]
        elif name == "METHOD" and inside in ([], ["VCALENDAR"]):
            method = one_line(value)[:40].upper()
        elif inside[-1:] == ["VEVENT"] and name in _FIELDS:
            found.setdefault(name, _value(name, parameters, value))
    if "VEVENT" not in inside or not found:
        return None
    get = found.get
    return Invite(
        method, get("UID", ""), get("SUMMARY", ""), get("DTSTART", ""), get("DTEND", ""), get("LOCATION", ""),
        get("ORGANIZER", ""),
    )  # fmt: skip


def _value(name: str, parameters: str, value: str) -> str:
    if name in {"DTSTART", "DTEND"}:
        return _time(parameters, value.strip())
    if name == "ORGANIZER":
        return one_line(re.sub(r"(?i)^mailto:", "", value.strip()))[:320]
    return one_line(re.sub(r"\\(.)", lambda m: _ESCAPES.get(m[1], m[1]), value))[:1000]


def _time(parameters: str, value: str) -> str:
    match = re.fullmatch(r"(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)?(Z?))?", value)
    if not match:
        return one_line(value)[:60]
    day = f"{match[1]}-{match[2]}-{match[3]}"
    if match[4] is None:
        return day
    zone = re.search(r";TZID=\"?([^;\":]{1,100})", parameters, re.IGNORECASE)
    suffix = "Z" if match[7] else f" {one_line(zone[1])}" if zone else ""
    return f"{day}T{match[4]}:{match[5]}:{match[6] or '00'}{suffix}"
