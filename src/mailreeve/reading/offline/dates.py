"""Dates and times in running text, explicit or relative, as ISO 8601 in the owner's zone.

English, German, French and Spanish. What is ambiguous (3/4, "soon") is not a date. A weekday is the next one
from the day of the message on, that day included; "next Friday" is the Friday of the next calendar week. A time with
a zone ("3 pm EST", "15 Uhr MEZ", "10:00 Paris time") is told in the owner's zone.
"""

import re
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

from mailreeve.reading.offline import zones

_MONTHS = (
    "jan(?:uary|uar|vier)?|ene(?:ro)?|jän(?:ner)?", "feb(?:ruary|ruar|rero)?|f[ée]v(?:rier)?", "mar(?:ch|s|zo)?|märz|mrz|maerz",
    "apr(?:il)?|avr(?:il)?|abr(?:il)?", "may|mai|mayo", "jun[ei]?|juni|juin|junio", "jul[yi]?|juli|juillet|julio",
    "aug(?:ust)?|ao[ûu]t|ago(?:sto)?", "sep(?:t|tember|tembre|tiembre)?", "o[ck]t(?:ober|obre|ubre)?",
    "nov(?:ember|embre|iembre)?", "de[cz](?:ember)?|d[ée]c(?:embre)?|dic(?:iembre)?",
)  # fmt: skip
_WEEKDAYS = (
    "(?-i:Mon)|monday|montag|lundi|lunes", "(?-i:Tues?)|tuesday|dienstag|mardi|martes", "(?-i:Wed)|wednesday|mittwoch|mercredi|mi[ée]rcoles",
    "(?-i:Thu(?:rs?)?)|thursday|donnerstag|jeudi|jueves", "(?-i:Fri)|friday|freitag|vendredi|viernes",
    "(?-i:Sat)|saturday|samstag|sonnabend|samedi|s[áa]bado", "(?-i:Sun)|sunday|sonntag|dimanche|domingo",
)  # fmt: skip
_MONTH = "|".join(f"(?P<m{number}>{names})" for number, names in enumerate(_MONTHS, start=1))
_WEEKDAY = "|".join(f"(?P<w{number}>{names})" for number, names in enumerate(_WEEKDAYS))
_SMALL = {
    "a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "couple": 2, "few": 3, "ein": 1, "eine": 1, "einer": 1, "zwei": 2,
    "drei": 3, "un": 1, "une": 1, "deux": 2, "trois": 3, "una": 1, "dos": 2, "tres": 3,
}  # fmt: skip
_NUMBER = r"\d{1,3}|" + "|".join(sorted(_SMALL, key=len, reverse=True))

_ISO = re.compile(r"\b(?P<y>20\d\d)-(?P<m>\d\d)-(?P<d>\d\d)(?:[T ](?P<h>\d\d):(?P<min>\d\d))?")
_NUMERIC = re.compile(
    r"(?<![\d./-])(?P<a>\d{1,2})(?P<sep>[./-])(?P<b>\d{1,2})(?P=sep)(?P<y>20\d\d|\d\d)?(?![\d/-])"
)
_DAY_MONTH = re.compile(
    rf"(?<![\w.,:$€£-])(?P<d>\d{{1,2}})(?:st|nd|rd|th|er|º|\.)?(?:\s+(?:of|de)?\s*|-)(?:{_MONTH})\b\.?(?:,?\s*(?:de(?:l)?\s+)?(?P<y>20\d\d))?",
    re.IGNORECASE,
)
_MONTH_DAY = re.compile(
    rf"\b(?:{_MONTH})\b\.?\s+(?:the\s+)?(?P<d>\d{{1,2}})(?:st|nd|rd|th)?(?![\d:%]|\s?(?:am|pm)\b)(?:(?:,|\s)\s*(?P<y>20\d\d))?",
    re.IGNORECASE,
)
_NO_NUMBER = rf"(?![\d:%€$/]|[.,]\d|\s*(?:{'|'.join(_MONTHS)})\b|\s?[%€$]|\s?(?:h|uhr)\b)"
_ORDINAL = re.compile(
    r"\b(?:on|by|before|until|till) the (?P<d>\d{1,2})(?:st|nd|rd|th)\b(?! of)"
    rf"|\b(?:(?:bis )?zum|(?:sp[äa]testens )?am) (?P<de>\d{{1,2}})\.{_NO_NUMBER}(?!\s*[A-ZÄÖÜ\d])"
    rf"|\b(?:avant|d'ici|jusqu'au|pour) (?:le )?(?<=[ule] )(?P<fr>\d{{1,2}}){_NO_NUMBER}(?!\s*\w+s\b)"
    rf"|\b(?:antes del|para el|hasta el) (?P<es>\d{{1,2}}){_NO_NUMBER}(?!\s*\w+s\b)",
    re.IGNORECASE,
)
_END_OF_MONTH = re.compile(
    rf"\b(?:(?:the )?end of|ende|fin(?: de)?|(?:a )?fin(?:al(?:es)?)? de)\s+(?:{_MONTH})\b", re.IGNORECASE
)
_DAY_ENDS = r"(?:,?\s+(?:eod|cob|close of business|end of (?:the )?day)\b)?"
_BY_WEEKDAY = re.compile(
    rf"\b(?P<next>next|n[äa]chste[nrs]?|kommende[nrs]?|pr[óo]ximo|the following)?\s*(?<![\w-])(?:{_WEEKDAY})(?![\w-])\.?(?P<after>\s+(?:prochaine?|next week|n[äa]chster? woche))?(?P<later>\s+en huit)?{_DAY_ENDS}",
    re.IGNORECASE,
)
_RELATIVE = re.compile(
    r"\b(?:(?P<later>day after tomorrow|[üu]bermorgen|apr[èe]s-demain|pasado ma[ñn]ana)|(?P<tomorrow>tomorrow|tmrw|morgen(?! fr[üu]h\b)|demain|(?<!la )(?<!esta )(?<!de )ma[ñn]ana)|"
    r"(?P<today>today|tonight|this (?:morning|afternoon|evening)|(?:eod|cob|end of (?:the )?(?:business )?day|close of business)(?!\s+(?:tomorrow|on\b|mon|tue|wed|thu|fri|\d))|heute|aujourd'hui|ce soir|hoy)|"
    r"(?P<endnextweek>(?:end of )?next week|(?:ende )?n[äa]chster? woche|la semaine prochaine|la pr[óo]xima semana)|"
    r"(?P<endweek>end of (?:the |this )?week|eow|this week|ende der woche|diese woche|fin de (?:la )?semaine|cette semaine|fin(?:al)? de (?:la )?semana|esta semana)|"
    r"(?P<endmonth>end of (?:the |this )?month|eom|month[- ]end|monatsende|ende des monats|fin du mois|fin(?:al)? de mes)|"
    r"(?P<endyear>end of (?:the |this )?year|eoy|year[- ]end|jahresende|ende des jahres|fin de (?:l'|cette )?ann[ée]e|fin(?:al)? de a[ñn]o))"
    rf"\b{_DAY_ENDS}",
    re.IGNORECASE,
)
_SPAN = re.compile(
    rf"\b(?:in|within|innerhalb von|innerhalb|sous|dans|d'ici|en|dentro de)\s+(?:the next\s+|den n[äa]chsten\s+)?(?P<n>{_NUMBER})(?:\s+of)?\s*"
    r"(?P<unit>hours?|hrs?|h|stunden?|heures?|horas?|business days?|working days?|days?|tagen?|werktagen?|jours?|d[íi]as?|weeks?|wochen?|semaines?|semanas?)\b",
    re.IGNORECASE,
)
_TIME = re.compile(
    r"(?<![\d:.,/-])(?:(?:a las? )(?P<hes>1\d|2[0-3]|\d)(?:[:.](?P<mes>[0-5]\d))?(?:\s?(?:h|horas)\b|\s+de la (?P<part>ma[ñn]ana|tarde|noche)\b|(?![\d:]))|(?P<h12>1[0-2]|0?[1-9])(?:[:.](?P<m12>[0-5]\d))?\s?(?P<ap>[ap])\.?m\b\.?"
    r"|(?P<h24>[01]?\d|2[0-3])(?:[:](?P<m24>[0-5]\d)(?!:?\d)(?:\s?(?:uhr|h)\b)?|\s?(?:uhr|h)\s?(?P<mh>[0-5]\d)?(?!\w))|(?P<noon>\bnoon\b|\bmidday\b|\bmittags?\b|\bmidi\b|\bmediod[íi]a\b)|(?P<midnight>\bmidnight\b|\bmitternacht\b|\bminuit\b|\bmedianoche\b))",
    re.IGNORECASE,
)
_BETWEEN = re.compile(
    r"[\s,(@·–—-]*(?:(?:at|by|before|on|um|gegen|bis|à|vers|avant|a las?|the|kl\.?|from|von|ab|am|le|el|del|on|of)\s*)?\Z",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Found:
    """A date in a text: where it stands and what it means."""

    start: int
    end: int
    day: date
    at: time | None
    moment: datetime | None = None
    """Set for spans of hours, which need no day."""
    zone: tzinfo | None = None
    """The zone that the text names; None is that of the owner."""

    def iso(self, when: datetime) -> str:
        """ISO 8601: a date, or a date and time with the zone of `when`."""
        if self.moment is not None:
            return self.moment.isoformat(timespec="minutes")
        if self.at is None:
            return self.day.isoformat()
        moment = datetime.combine(self.day, self.at, self.zone or when.tzinfo)
        return moment.astimezone(when.tzinfo).isoformat(timespec="minutes")


def find(text: str, when: datetime) -> tuple[Found, ...]:
    """All dates of a text in order; `when` is the moment of the message in the owner's zone."""
    days = _without_overlap(sorted(_days(text, when), key=lambda each: (each.start, -each.end)))
    times = [_clock(match) for match in _TIME.finditer(text)]
    used: set[int] = set()
    found = [_with_time(text, each, times, used) for each in days]
    return tuple(found)


def clock_only(text: str, when: datetime) -> Found | None:
    """The first time of day in a text that names no day: that day's, or the next day's when it has passed."""
    match = _TIME.search(text)
    if match is None:
        return None
    clock = _clock(match)
    there = when.astimezone(clock.zone) if clock.zone else when
    day = there.date() if clock.at >= there.time() else there.date() + timedelta(days=1)
    return Found(clock.start, clock.end, day, clock.at, zone=clock.zone)


def _days(text: str, when: datetime) -> Iterator[Found]:
    today = when.date()
    for match in _ISO.finditer(text):
        at = _time(int(match["h"]), int(match["min"])) if match["h"] else None
        yield from _made(match, match["y"], match["m"], match["d"], today, at)
    for match in _NUMERIC.finditer(text):
        yield from _numeric(match, today)
    for pattern in (_DAY_MONTH, _MONTH_DAY):
        for match in pattern.finditer(text):
            yield from _made(match, match["y"], _number(match, "m"), match["d"], today)
    for match in _ORDINAL.finditer(text):
        day = match["d"] or match["de"] or match["fr"] or match["es"]
        later = today if today.day <= int(day) else today + timedelta(days=32 - today.day)
        yield from _made(match, str(later.year), str(later.month), day, today)
    for match in _END_OF_MONTH.finditer(text):
        month = int(_number(match, "m"))
        year = today.year + (month < today.month)
        yield from _made(match, str(year), str(month), str(monthrange(year, month)[1]), today)
    for match in _BY_WEEKDAY.finditer(text):
        yield _weekday(match, today)
    for match in _RELATIVE.finditer(text):
        yield Found(match.start(), match.end(), _relative(match.lastgroup or "", today), None)
    for match in _SPAN.finditer(text):
        yield _span(match, when)


def _made(
    match: re.Match[str], year: str | None, month: str, day: str, today: date, at: time | None = None
) -> Iterator[Found]:
    """A date from its numbers; without a year the nearest one that is not long past."""
    years = [int(year) + (2000 if len(year) == 2 else 0)] if year else [today.year, today.year + 1]
    for each in years:
        try:
            made = date(each, int(month), int(day))
        except ValueError:
            continue
        if year or made >= today - timedelta(days=60):
            yield Found(match.start(), match.end(), made, at)
            return


def _numeric(match: re.Match[str], today: date) -> Iterator[Found]:
    """Day first with points; with slashes only when one of the numbers cannot be a month."""
    first, second, separator, year = int(match["a"]), int(match["b"]), match["sep"], match["y"]
    if separator == "." or (first > 12 >= second and year):
        yield from _made(match, year, match["b"], match["a"], today)
    elif (separator == "/" and second > 12 >= first and year) or (first == second and year):
        yield from _made(match, year, match["a"], match["b"], today)


def _weekday(match: re.Match[str], today: date) -> Found:
    number = int(_number(match, "w"))
    if match["next"] or match["after"]:
        day = today - timedelta(days=today.weekday()) + timedelta(days=7 + number)
    else:
        day = today + timedelta(days=(number - today.weekday()) % 7 + (7 if match["later"] else 0))
    return Found(match.start(), match.end(), day, None)


def _relative(name: str, today: date) -> date:
    friday = today + timedelta(days=(4 - today.weekday()) % 7)
    return {
        "today": today,
        "tomorrow": today + timedelta(days=1),
        "later": today + timedelta(days=2),
        "endweek": friday,
        "endnextweek": today - timedelta(days=today.weekday()) + timedelta(days=11),
        "endyear": today.replace(month=12, day=31),
        "endmonth": today.replace(day=monthrange(today.year, today.month)[1]),
    }[name]


def _span(match: re.Match[str], when: datetime) -> Found:
    word = match["n"].lower()
    count = _SMALL[word] if word in _SMALL else int(word)
    unit = match["unit"].lower()
    if unit[0] == "h" or unit.startswith("stunde"):
        moment = when + timedelta(hours=count)
        return Found(match.start(), match.end(), moment.date(), None, moment)
    if unit.startswith(("week", "woche", "sem")):
        return Found(match.start(), match.end(), when.date() + timedelta(weeks=count), None)
    day = when.date()
    if not unit.startswith(("business", "working", "werk")):
        return Found(match.start(), match.end(), day + timedelta(days=count), None)
    for _ in range(count):
        day += timedelta(days={4: 3, 5: 2}.get(day.weekday(), 1))
    return Found(match.start(), match.end(), day, None)


def _number(match: re.Match[str], prefix: str) -> str:
    """The number of the month or weekday whose name matched."""
    return next(
        name[1:] for name, value in match.groupdict().items() if value and re.fullmatch(rf"{prefix}\d+", name)
    )


def _without_overlap(found: list[Found]) -> list[Found]:
    """Drop what lies inside a longer one, and a weekday right before its own date ("Friday, 5 June")."""
    kept: list[Found] = []
    for each in found:
        if kept and each.start < kept[-1].end:
            continue
        if kept and each.start - kept[-1].end <= 6 and each.day.weekday() == kept[-1].day.weekday():
            kept[-1] = Found(kept[-1].start, each.end, each.day, each.at, each.moment)
            continue
        kept.append(each)
    return kept


@dataclass(frozen=True, slots=True)
class _Clock:
    """A time of day in a text, with the zone behind it."""

    start: int
    end: int
    at: time
    zone: tzinfo | None


def _clock(match: re.Match[str]) -> _Clock:
    if match["noon"]:
        at = time(12)
    elif match["midnight"]:
        at = time(23, 59)
    elif match["hes"]:
        hour = int(match["hes"]) + (
            12 if match["part"] in {"tarde", "noche"} and int(match["hes"]) < 12 else 0
        )
        at = time(hour, int(match["mes"] or 0))
    elif match["ap"]:
        hour = int(match["h12"]) % 12 + (12 if match["ap"].lower() == "p" else 0)
        at = time(hour, int(match["m12"] or 0))
    else:
        at = time(int(match["h24"]), int(match["m24"] or match["mh"] or 0))
    zone, end = zones.behind(match.string, match.end()) or (None, match.end())
    return _Clock(match.start(), end, at, zone)


def _time(hour: int, minute: int) -> time | None:
    return time(hour, minute) if hour < 24 and minute < 60 else None


def _with_time(text: str, each: Found, times: list[_Clock], used: set[int]) -> Found:
    """Join a day with a time that stands beside it."""
    if each.at is not None or each.moment is not None:
        return each
    for number, clock in enumerate(times):
        after = 0 <= clock.start - each.end <= 14 and _BETWEEN.match(text[each.end : clock.start])
        before = 0 <= each.start - clock.end <= 14 and _BETWEEN.match(text[clock.end : each.start])
        if (after or before) and number not in used:
            used.add(number)
            start, end = min(each.start, clock.start), max(each.end, clock.end)
            return Found(start, end, each.day, clock.at, zone=clock.zone)
    return each
