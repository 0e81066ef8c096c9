"""How the triage does over time."""

from typing_extensions import TypedDict

from mailreeve.service.answers.triage import DecidedJson, TokensJson


class DayJson(TypedDict):
    """One day in the person's time zone: mail by the day it came, runs by the day they began."""

    date: str
    received: int
    decided: DecidedJson
    needs_human: int
    failed: int
    corrected: int
    model_calls: int
    cost: float
    units: int


class LabelCountJson(TypedDict):
    """One label: how often it was given, and how often the person gave another one instead."""

    id: str
    name: str
    count: int
    corrected: int


class WithinJson(TypedDict):
    """How many mails were answered within so many hours and not within fewer of the list; null is any longer time."""

    hours: int | None
    count: int


class AnsweredJson(TypedDict):
    """Mail that the person answered; hours are until the run that saw the answer, null when there is none."""

    count: int
    median_hours: float | None
    p90_hours: float | None
    within: list[WithinJson]


class StatsAnswer(TypedDict):
    """Everything since a day; `corrected_share` is of the decided mail, null when nothing was decided."""

    account: str
    since: str
    received: int
    decided: DecidedJson
    needs_human: int
    failed: int
    corrected: int
    corrected_share: float | None
    runs: int
    model_calls: int
    tokens: TokensJson
    cost: float
    units: int
    answered: AnsweredJson
    labels: list[LabelCountJson]
    days: list[DayJson]
