"""Dates in running text mean what a person takes them to mean."""

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailreeve.reading.offline import dates

TUESDAY = datetime(2026, 11, 24, 10, 0, tzinfo=ZoneInfo("Europe/Berlin"))

MEANT = [
    ("by Friday at 3pm", ["2026-11-27T15:00+01:00"]),
    ("on Tuesday", ["2026-11-24"]),
    ("tomorrow 14:00", ["2026-11-25T14:00+01:00"]),
    ("by EOD tomorrow", ["2026-11-25"]),
    ("by EOD", ["2026-11-24"]),
    ("noon today", ["2026-11-24T12:00+01:00"]),
    ("within 2 hours", ["2026-11-24T12:00+01:00"]),
    ("in three business days", ["2026-11-27"]),
    ("in two weeks", ["2026-12-08"]),
    ("next Friday", ["2026-12-04"]),
    ("by the end of the week", ["2026-11-27"]),
    ("by the end of next week", ["2026-12-04"]),
    ("at month-end", ["2026-11-30"]),
    ("on June 30", ["2027-06-30"]),
    ("on 12 Nov", ["2026-11-12"]),
    ("the day after tomorrow", ["2026-11-26"]),
    ("Friday, December 4, 2026 at 9:30 am", ["2026-12-04T09:30+01:00"]),
    ("2:00 PM on Thursday", ["2026-11-26T14:00+01:00"]),
    ("by the 15th", ["2026-12-15"]),
    ("before the 29th", ["2026-11-29"]),
    ("until Sunday at midnight", ["2026-11-29T23:59+01:00"]),
    ("2026-12-01T10:00", ["2026-12-01T10:00+01:00"]),
    ("due 12/24/2026", ["2026-12-24"]),
    ("am 24/12/2026", ["2026-12-24"]),
    ("30. Juni 2027", ["2027-06-30"]),
    ("bis Freitag, 27.11. um 14 Uhr", ["2026-11-27T14:00+01:00"]),
    ("am 1. Dezember", ["2026-12-01"]),
    ("übermorgen", ["2026-11-26"]),
    ("bis Ende der Woche", ["2026-11-27"]),
    ("avant vendredi 17h30", ["2026-11-27T17:30+01:00"]),
    ("le vendredi 4 décembre", ["2026-12-04"]),
    ("demain à 9h", ["2026-11-25T09:00+01:00"]),
    ("antes del 5 de diciembre", ["2026-12-05"]),
    ("el viernes a las 10:00", ["2026-11-27T10:00+01:00"]),
    ("bis nächsten Freitag", ["2026-12-04"]),
    ("avant vendredi prochain", ["2026-12-04"]),
    ("para el viernes", ["2026-11-27"]),
    ("Friday 3pm EST", ["2026-11-27T21:00+01:00"]),
    ("Thursday at 10:00 PT", ["2026-11-26T19:00+01:00"]),
    ("Friday at 9:00 (GMT+2)", ["2026-11-27T08:00+01:00"]),
    ("Friday 10:00 UTC", ["2026-11-27T11:00+01:00"]),
    ("Monday, 10 am London time", ["2026-11-30T11:00+01:00"]),
    ("15 Uhr MEZ am Freitag", ["2026-11-27T15:00+01:00"]),
    ("vendredi à 17h heure de Paris", ["2026-11-27T17:00+01:00"]),
    ("el lunes a las 9:30 hora de Madrid", ["2026-11-30T09:30+01:00"]),
    ("el jueves a las 5 de la tarde", ["2026-11-26T17:00+01:00"]),
    ("el viernes a las 10", ["2026-11-27T10:00+01:00"]),
    ("bis zum 15.", ["2026-12-15"]),
    ("avant le 15, merci", ["2026-12-15"]),
    ("antes del 15", ["2026-12-15"]),
    ("avant le 15 décembre", ["2026-12-15"]),
    ("bis Ende November", ["2026-11-30"]),
    ("avant fin novembre", ["2026-11-30"]),
    ("a finales de noviembre", ["2026-11-30"]),
    ("by the end of February", ["2027-02-28"]),
    ("bis Jahresende", ["2026-12-31"]),
    ("lundi en huit", ["2026-12-07"]),
    ("by Friday COB", ["2026-11-27"]),
    ("innerhalb von 14 Tagen", ["2026-12-08"]),
    ("sous 48 heures", ["2026-11-26T10:00+01:00"]),
    ("dentro de dos semanas", ["2026-12-08"]),
    ("1º de diciembre", ["2026-12-01"]),
    ("Thursday at 10:00 or Friday at 14:00", ["2026-11-26T10:00+01:00", "2026-11-27T14:00+01:00"]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), MEANT, ids=[text for text, _ in MEANT])
def test_a_date_is_what_a_person_takes_it_for(text: str, expected: list[str]) -> None:
    """Explicit and relative, in four languages, as ISO 8601 in the zone of the owner."""
    assert expected == [found.iso(TUESDAY) for found in dates.find(text, TUESDAY)]


@pytest.mark.parametrize(
    "text",
    ["3/4", "in 2026", "price 12.50", "version 3.2.1", "may I ask 5 things", "the march on 5", "31.02.2027", "a second later", "1,240.00", "room 10", "the sun is out", "mon ami", "pour 15 personnes", "am 3. Tag", "antes del 20 %"],
)  # fmt: skip
def test_what_is_ambiguous_or_no_date_is_none(text: str) -> None:
    """Nothing is guessed."""
    assert () == dates.find(text, TUESDAY)


def test_a_time_alone_is_today_or_tomorrow() -> None:
    """The next moment at which the clock shows it."""
    later, earlier = dates.clock_only("by 4pm", TUESDAY), dates.clock_only("by 9:00", TUESDAY)
    assert later is not None
    assert earlier is not None
    assert ("2026-11-24T16:00+01:00", "2026-11-25T09:00+01:00") == (later.iso(TUESDAY), earlier.iso(TUESDAY))
    assert dates.clock_only("no time at all", TUESDAY) is None
    assert time(16) == later.at


def test_a_time_alone_with_a_zone_is_the_next_one_there() -> None:
    """9:00 in New York is this afternoon, 9:00 in Tokyo was this night and comes tomorrow."""
    told = [dates.clock_only(text, TUESDAY) for text in ("by 9:00 EST", "by 9:00 JST", "by 9:00 XYZ")]
    assert ["2026-11-24T15:00+01:00", "2026-11-25T01:00+01:00", "2026-11-25T09:00+01:00"] == [
        found.iso(TUESDAY) for found in told if found
    ]


@given(st.text(alphabet="0123456789./-: apmunothiday,", max_size=80))
def test_no_text_breaks_it(text: str) -> None:
    """Every date found lies in the text and can be written."""
    for found in dates.find(text, TUESDAY):
        assert 0 <= found.start < found.end <= len(text)
        assert found.iso(TUESDAY).startswith(datetime.fromisoformat(found.iso(TUESDAY)).date().isoformat())


def test_the_zone_of_the_owner_decides_what_today_is() -> None:
    """The same moment is another day elsewhere."""
    moment = datetime(2026, 11, 24, 23, 30, tzinfo=UTC)
    tokyo = moment.astimezone(ZoneInfo("Asia/Tokyo"))
    assert ["2026-11-24", "2026-11-25"] == [
        dates.find("today", when)[0].iso(when) for when in (moment, tokyo)
    ]
