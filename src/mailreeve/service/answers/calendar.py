"""What is told about the calendar."""

from typing_extensions import TypedDict


class GuestJson(TypedDict):
    """Somebody who is invited, and what they said: needsAction, accepted, declined, tentative."""

    address: str
    answer: str


class EventJson(TypedDict):
    """One event; times are ISO 8601, days alone for a whole day (`end` is then the last one)."""

    id: str
    title: str
    start: str
    end: str
    all_day: bool
    place: str
    organizer: str
    guests: list[GuestJson]
    answer: str
    url: str


class AgendaAnswer(TypedDict):
    """Events by their start; `zone` is the one that times are told in."""

    events: list[EventJson]
    zone: str
    more: bool


class SlotJson(TypedDict):
    """A free stretch of time."""

    start: str
    end: str


class FreeAnswer(TypedDict):
    """Free stretches; `unknown` are people whose calendars are not shown to you: they were not looked at."""

    slots: list[SlotJson]
    zone: str
    unknown: list[str]


class InviteAnswer(TypedDict):
    """An invitation as its mail tells it: words of its sender. `event` is empty when it is not in the calendar."""

    method: str
    title: str
    start: str
    end: str
    place: str
    organizer: str
    event: str
    answer: str
    conflicts: list[EventJson]


class ProposedAnswer(TypedDict):
    """A change that waits for a person; `draft_id` is what `send` and send_mail take."""

    status: str
    draft_id: str
    proposal: str
    digest: str
    question: str
    advice: str
