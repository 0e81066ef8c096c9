"""Dates of the demo mail: everything is told relative to one `now`, so the mailbox is never stale."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta


def _words(row: str) -> tuple[str, ...]:
    return tuple(row.split())


ENGLISH = _words("Monday Tuesday Wednesday Thursday Friday Saturday Sunday")
GERMAN = _words("Montag Dienstag Mittwoch Donnerstag Freitag Samstag Sonntag")
FRENCH = _words("lundi mardi mercredi jeudi vendredi samedi dimanche")
SPANISH = _words("lunes martes miércoles jueves viernes sábado domingo")
MONTHS = (
    _words("January February March April May June July August September October November December"),
    _words("Januar Februar März April Mai Juni Juli August September Oktober November Dezember"),
    _words("janvier février mars avril mai juin juillet août septembre octobre novembre décembre"),
    _words("enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre"),
)
PLACEHOLDER = re.compile(r"\{\{([^{}|]+)(?:\|(\w+))?\}\}")


def moment(age: str, now: datetime) -> datetime:
    """When a letter was sent, in whole seconds of UTC.

    `2h 10m` is that long before `now`; `3d 09:14` is that time of the day three days ago, where `now` is.
    """
    days = re.fullmatch(r"(\d+)d (\d\d):(\d\d)", age)
    if days:
        count, hour, minute = map(int, days.groups())
        day = now.date() - timedelta(days=count)
        return datetime.combine(day, time(hour, minute), now.tzinfo).astimezone(UTC)
    ago = re.fullmatch(r"(?:(\d+)h)? ?(?:(\d+)m)?", age)
    if not age or ago is None:
        raise ValueError(f"not an age: {age!r}")
    hours, minutes = (int(part or 0) for part in ago.groups())
    return now.astimezone(UTC).replace(microsecond=0) - timedelta(hours=hours, minutes=minutes)


def fill(text: str, now: datetime, words: Mapping[str, str] | None = None) -> str:
    """Replace `{{day}}`, `{{day|format}}` and the given words; an unknown one is a ValueError.

    A day is `today`, `friday` (the next one after today), `friday+2w`, `work+3` (working days),
    `+5` or `-5` (days), `month-1` (the first of last month) or `now+3h` (rounded up to the hour); a time of
    that day may follow: `work+2 10:00`.
    """

    def one(found: re.Match[str]) -> str:
        if words and found[1] in words:
            return words[found[1]]
        return _format(_point(found[1], now), found[2] or "long")

    return PLACEHOLDER.sub(one, text)


def _point(what: str, now: datetime) -> datetime:
    hours = re.fullmatch(r"now\+(\d+)h", what)
    if hours:
        point = now.astimezone(UTC) + timedelta(hours=int(hours[1]), minutes=59)
        return point.astimezone(now.tzinfo).replace(minute=0, second=0, microsecond=0)
    name, _, clock = what.partition(" ")
    return datetime.combine(_day(name, now.date()), time.fromisoformat(clock or "00:00"), now.tzinfo)


def _day(name: str, today: date) -> date:
    found = re.fullmatch(rf"(today|work|month|{'|'.join(ENGLISH).lower()})?([+-]\d+)?(w)?", name)
    if not name or found is None:
        raise ValueError(f"not a day: {name!r}")
    base, count = found[1], int(found[2] or 0) * (7 if found[3] else 1)
    if base == "work":
        return _working_day(today, count)
    if base == "month":
        months = today.year * 12 + today.month - 1 + count
        return date(months // 12, months % 12 + 1, 1)
    if base in {None, "today"}:
        return today + timedelta(days=count)
    ahead = (ENGLISH.index(base.capitalize()) - today.weekday() - 1) % 7 + 1
    return today + timedelta(days=ahead + count)


def _working_day(day: date, count: int) -> date:
    step = timedelta(days=1 if count > 0 else -1)
    left = abs(count)
    while left:
        day += step
        left -= day.weekday() < 5
    return day


def _format(at: datetime, style: str) -> str:
    weekday, month = at.weekday(), at.month - 1
    if style == "ics":
        return at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    written = {
        "long": f"{ENGLISH[weekday]} {at.day} {MONTHS[0][month]}",
        "day": ENGLISH[weekday],
        "short": f"{at.day} {MONTHS[0][month][:3]}",
        "brief": f"{ENGLISH[weekday][:3]} {at.day} {MONTHS[0][month][:3]}",
        "date": f"{at.day} {MONTHS[0][month]} {at.year}",
        "month": f"{MONTHS[0][month]} {at.year}",
        "year": f"{at.year}",
        "iso": at.date().isoformat(),
        "clock": f"{at:%H:%M}",
        "de": f"{GERMAN[weekday]}, den {at.day}. {MONTHS[1][month]}",
        "fr": f"{FRENCH[weekday]} {at.day} {MONTHS[2][month]}",
        "es": f"{SPANISH[weekday]} {at.day} de {MONTHS[3][month]}",
    }
    if style not in written:
        raise ValueError(f"not a date format: {style!r}")
    return written[style]
