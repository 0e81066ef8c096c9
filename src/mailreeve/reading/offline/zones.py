"""The time zone that stands behind a time: abbreviations, offsets from UTC, and "Paris time".

North American abbreviations are those of RFC 5322, 4.3; European and Pacific ones have one meaning each. Those with
several (IST is India, Israel and Ireland) are not read.
"""

import re
from datetime import timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

_HOURS = {
    "utc": 0, "gmt": 0, "ut": 0, "z": 0, "wet": 0, "west": 1, "bst": 1, "cet": 1, "mez": 1, "hec": 1, "cest": 2, "mesz": 2,
    "eet": 2, "oez": 2, "eest": 3, "msk": 3, "sgt": 8, "hkt": 8, "jst": 9, "kst": 9, "aest": 10, "aedt": 11, "nzst": 12, "nzdt": 13,
    "est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7, "mdt": -6, "pst": -8, "pdt": -7,
}  # fmt: skip
_PLACES = {
    "et": "America/New_York", "ct": "America/Chicago", "mt": "America/Denver", "pt": "America/Los_Angeles",
    "eastern": "America/New_York", "central": "America/Chicago", "mountain": "America/Denver", "pacific": "America/Los_Angeles",
    "new york": "America/New_York", "chicago": "America/Chicago", "san francisco": "America/Los_Angeles", "los angeles": "America/Los_Angeles",
    "london": "Europe/London", "uk": "Europe/London", "dublin": "Europe/Dublin", "paris": "Europe/Paris", "berlin": "Europe/Berlin", "berliner": "Europe/Berlin",
    "vienna": "Europe/Vienna", "wiener": "Europe/Vienna", "zurich": "Europe/Zurich", "zürich": "Europe/Zurich", "madrid": "Europe/Madrid", "lisbon": "Europe/Lisbon",
    "rome": "Europe/Rome", "tokyo": "Asia/Tokyo", "singapore": "Asia/Singapore", "sydney": "Australia/Sydney", "india": "Asia/Kolkata",
    "méxico": "America/Mexico_City", "mexico": "America/Mexico_City", "buenos aires": "America/Argentina/Buenos_Aires", "bogotá": "America/Bogota",
}  # fmt: skip
_SHORT = "|".join(sorted((*_HOURS, "et", "ct", "mt", "pt"), key=len, reverse=True))
_LONG = "|".join(sorted((name for name in _PLACES if len(name) > 2 or name == "uk"), key=len, reverse=True))
_ZONE = re.compile(
    rf"\s?\(?(?:(?:UTC|GMT)\s?(?P<sign>[+-])\s?(?P<h>\d{{1,2}})(?::?(?P<m>[0-5]\d))?|(?P<short>(?-i:{_SHORT.upper()}))\b"
    rf"|(?P<place>{_LONG})(?:\s(?:standard|daylight))?\s(?:time|zeit)\b|(?:heure|hora) de\s(?P<of>{_LONG})\b)",
    re.IGNORECASE,
)


def behind(text: str, place: int) -> tuple[tzinfo, int] | None:
    """The zone that begins at a place of the text, and where it ends; None when none does."""
    match = _ZONE.match(text, place)
    if match is None:
        return None
    if match["h"]:
        minutes = int(match["h"]) * 60 + int(match["m"] or 0)
        if minutes > 14 * 60:
            return None
        return timezone(timedelta(minutes=-minutes if match["sign"] == "-" else minutes)), match.end()
    name = (match["short"] or match["place"] or match["of"]).lower()
    if name in _HOURS:
        return timezone(timedelta(hours=_HOURS[name])), match.end()
    return ZoneInfo(_PLACES[name]), match.end()
