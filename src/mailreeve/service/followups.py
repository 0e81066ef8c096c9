"""Follow-ups: what the person still waits for, and what they promised."""

from datetime import UTC, datetime

from typing_extensions import TypedDict

from mailreeve.app import Mailbox
from mailreeve.cancel import Cancel
from mailreeve.errors import GoogleError, InputError
from mailreeve.people import followups as people
from mailreeve.service import drafting
from mailreeve.service.answers import DraftAnswer
from mailreeve.store.owed import Owed

FRESH_MS = 6 * 3_600_000
"""So long the last look is good enough for a digest: a look costs 10 quota units and 40 for each of up to 50 threads
that changed."""


class PromiseJson(TypedDict):
    """What the person said that they would do, and by when (ISO 8601)."""

    what: str
    due: str


class FollowUpJson(TypedDict):
    """A thread in which the person wrote last: `asked` waits for an answer, `promises` wait for them."""

    number: int
    """What it is called in `followups nudge`; it stays while the thread is listed."""
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
    found = people.refresh(box.gmail.bound(cancel), box.owed, box.own, now, box.zone, cancel)
    told = people.standing(found, now, days)
    return FollowUpsAnswer(followups=[_told(box, one, now) for one in told])


def nudge(box: Mailbox, which: str, *, cancel: Cancel) -> DraftAnswer:
    """Draft a reminder of a message that waits for an answer, in its thread; nothing is sent.

    `which` is a number of the list, or the id of its thread or message. Raises InputError when nothing waits there.
    """
    looked = box.owed.looked()
    items = looked.items if looked else ()
    one = next((each for each in items if which in {str(each.number), each.thread, each.message}), None)
    if one is None:
        raise InputError(f"{which[:40]!r} is no follow-up.", "`mailreeve followups` lists them.")
    thread = box.gmail.bound(cancel).thread(one.thread)
    now = people.of(thread, box.own, datetime.now(UTC), box.zone, 0)
    if now is None or now.message_id != one.message:
        raise InputError(
            "Somebody wrote in this thread since.", "Run `mailreeve followups` for the list as it is now."
        )
    if not now.asked:
        raise InputError("This waits for you, not for them: you promised something.", "Answer it yourself.")
    if any("DRAFT" in each.labels for each in thread.messages):
        raise InputError("The thread has a draft already.", "Finish or delete it: `mailreeve review`.")
    return drafting.draft(box, kind="reply_all", reply_to_id=one.message, thread=thread, cancel=cancel)


def keep(box: Mailbox, cancel: Cancel) -> str:
    """Look for the digest, unless somebody looked a few hours ago; returns why it failed, empty when it did not."""
    now = datetime.now(UTC)
    looked = box.owed.looked()
    if looked and not looked.error and now.timestamp() * 1000 - looked.at < FRESH_MS:
        return ""
    try:
        people.refresh(box.gmail.bound(cancel, interactive=False), box.owed, box.own, now, box.zone, cancel)
    except GoogleError as error:
        return error.message
    return ""


def _told(box: Mailbox, one: Owed, now: datetime) -> FollowUpJson:
    sent = datetime.fromtimestamp(one.sent / 1000, UTC)
    return FollowUpJson(
        number=one.number,
        thread_id=one.thread,
        message_id=one.message,
        to=list(one.to),
        subject=one.subject,
        sent=sent.astimezone(box.zone).isoformat(timespec="seconds"),
        days=(now - sent).days,
        asked=list(one.asked),
        promises=[PromiseJson(what=what, due=due) for what, due in one.promises],
        url=box.url(one.thread),
    )
