"""Follow-ups: what the person still waits for, and what they promised."""

from datetime import UTC, datetime

from typing_extensions import TypedDict

from mailreeve.app import Mailbox
from mailreeve.cancel import Cancel
from mailreeve.people import followups as people


class PromiseJson(TypedDict):
    """What the person said that they would do, and by when (ISO 8601)."""

    what: str
    due: str


class FollowUpJson(TypedDict):
    """A thread in which the person wrote last: `asked` waits for an answer, `promises` wait for them."""

    thread_id: str
    message_id: str
    to: list[str]
    subject: str
    sent: str
    days: int
    asked: list[str]
    promises: list[PromiseJson]
    url: str


class FollowUpsAnswer(TypedDict):
    """The newest first."""

    followups: list[FollowUpJson]


def followups(box: Mailbox, *, days: int = people.DAYS, cancel: Cancel) -> FollowUpsAnswer:
    """Mail of the last month whose question nobody answered within `days`, and promises with a date."""
    now = datetime.now(UTC)
    found = people.find(box.gmail, box.own, now, box.zone, cancel, days)
    return FollowUpsAnswer(
        followups=[
            FollowUpJson(
                thread_id=one.thread_id,
                message_id=one.message_id,
                to=list(one.to),
                subject=one.subject,
                sent=one.sent.astimezone(box.zone).isoformat(timespec="seconds"),
                days=(now - one.sent).days,
                asked=list(one.asked),
                promises=[PromiseJson(what=each.what, due=each.due) for each in one.promises],
                url=box.url(one.thread_id),
            )
            for one in found
        ]
    )
