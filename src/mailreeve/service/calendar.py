"""The calendar: what is in it, when there is time, and changes that a person is asked about."""

import datetime as dt
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mailreeve.app import Mailbox
from mailreeve.cancel import Cancel
from mailreeve.errors import GoogleRefused, InputError, NotFound
from mailreeve.gate import question
from mailreeve.models import Attendee, Busy, Event, EventRequest, Json, Moment, Proposal
from mailreeve.people import slots
from mailreeve.service import mirroring
from mailreeve.service.acts import new_act
from mailreeve.service.answers.calendar import (
    AgendaAnswer,
    EventJson,
    FreeAnswer,
    GuestJson,
    InviteAnswer,
    ProposedAnswer,
    SlotJson,
)
from mailreeve.service.mirroring import LookAnswer

if TYPE_CHECKING:
    from mailreeve.gate.diary import Agenda

ANSWERS = {"yes": "accepted", "no": "declined", "maybe": "tentative"}
MOST_DAYS = 92
_PAGES = 8


@dataclass(frozen=True, slots=True)
class Wish:
    """A new event, or what is to be different in one: empty fields stay as they are."""

    title: str = ""
    start: str = ""
    end: str = ""
    minutes: int = 0
    guests: tuple[str, ...] = ()
    place: str = ""
    text: str = ""


def agenda(box: Mailbox, *, start: str = "", days: int = 7, cancel: Cancel) -> AgendaAnswer:
    """The events of the next days, recurring ones one by one. Raises ScopeMissing while it is not turned on."""
    begins = _when(box, start) if start else dt.datetime.now(box.zone)
    found, more = _between(box, begins, begins + dt.timedelta(days=_days(days)), cancel)
    return AgendaAnswer(events=[event_json(box, one) for one in found], zone=_zone(box), more=more)


def _between(box: Mailbox, start: dt.datetime, end: dt.datetime, cancel: Cancel) -> tuple[list[Event], bool]:
    calendar, found, cursor = box.calendar.bound(cancel), [], ""
    for _ in range(_PAGES):
        page = calendar.between(start, end, cursor)
        found += [one for one in page.items if not one.gone]
        cursor = page.next
        if not cursor:
            break
    return found, bool(cursor)


def _days(days: int) -> int:
    if not 1 <= days <= MOST_DAYS:
        raise InputError(f"{days} days cannot be looked at.", f"Take 1 to {MOST_DAYS}.")
    return days


def _zone(box: Mailbox) -> str:
    return getattr(box.zone, "key", "") or str(dt.datetime.now(box.zone).tzname())


def _when(box: Mailbox, text: str) -> dt.datetime:
    try:
        return slots.local(text, box.zone)
    except ValueError as error:
        told = str(error) if "clocks" in str(error) else "it is no time"
        raise InputError(f"{text[:40]!r}: {told}.", "Write it as 2026-11-25T14:00.") from None


def event_json(box: Mailbox, one: Event) -> EventJson:
    """An event as the outer face tells it."""
    whole = one.start is not None and not isinstance(one.start, dt.datetime)
    last = one.end - dt.timedelta(days=1) if whole and one.end else one.end
    return EventJson(
        id=one.id,
        title=one.title,
        start=_told(box, one.start),
        end=_told(box, last),
        all_day=whole,
        place=one.place,
        organizer=one.organizer,
        guests=[GuestJson(address=each.address, answer=each.answer) for each in one.attendees],
        answer=one.answer,
        url=one.url,
    )


def _told(box: Mailbox, moment: Moment | None) -> str:
    if isinstance(moment, dt.datetime):
        return moment.astimezone(box.zone).isoformat(timespec="minutes")
    return moment.isoformat() if moment else ""


def free(
    box: Mailbox,
    *,
    start: str = "",
    days: int = 7,
    minutes: int = 30,
    hours: str = "09:00-17:00",
    people: Sequence[str] = (),
    most: int = 20,
    cancel: Cancel,
) -> FreeAnswer:
    """When the person, and others who show them their calendars, are free on working days, in their own zone."""
    begins = _when(box, start) if start else dt.datetime.now(box.zone)
    end = begins + dt.timedelta(days=_days(days))
    if not 5 <= minutes <= 1440:
        raise InputError(f"{minutes} minutes cannot be found.", "Take 5 to 1440.")
    told = box.calendar.bound(cancel).busy(["primary", *people], begins, end)
    busy: list[Busy] = [one for each in told.values() for one in each or ()]
    offer = slots.Offer(*_hours(hours), box.zone)
    found = slots.free(busy, begins, end, dt.timedelta(minutes=minutes), offer)
    return FreeAnswer(
        slots=[
            SlotJson(start=_told(box, one.start), end=_told(box, one.end))
            for one, _ in zip(found, range(most), strict=False)
        ],
        zone=_zone(box),
        unknown=[one for one in people if told.get(one) is None],
    )


def _hours(text: str) -> tuple[dt.time, dt.time]:
    try:
        begins, ends = (dt.time.fromisoformat(one.strip()) for one in text.split("-"))
    except ValueError:
        raise InputError(f"{text[:40]!r} are no hours.", "Write them as 09:00-17:00.") from None
    return begins, ends


def invite(box: Mailbox, message_id: str, *, cancel: Cancel) -> InviteAnswer:
    """The invitation in a mail, and what stands against it. Raises InputError when there is none in it."""
    told = box.gmail.bound(cancel).get(message_id).invite
    if told is None:
        raise InputError("There is no invitation in this mail.", "")
    calendar = box.calendar.bound(cancel)
    here = next((one for one in calendar.with_uid(told.uid) if not one.gone), None) if told.uid else None
    conflicts: list[Event] = []
    if here and isinstance(here.start, dt.datetime) and isinstance(here.end, dt.datetime):
        others, _ = _between(box, here.start, here.end, cancel)
        conflicts = [one for one in others if one.id != here.id and not one.free and one.answer != "declined"]
    return InviteAnswer(
        method=told.method,
        title=told.summary,
        start=_told(box, here.start) if here else told.start,
        end=_told(box, here.end) if here else told.end,
        place=told.location,
        organizer=told.organizer,
        event=here.id if here else "",
        answer=here.answer if here else "",
        conflicts=[event_json(box, one) for one in conflicts],
    )


def propose(box: Mailbox, wish: Wish, *, event: str = "", cancel: Cancel) -> ProposedAnswer:
    """Ask for a new event, or for a change of one; nothing is in the calendar before a person says yes."""
    about = _event(box, event, cancel) if event else None
    body = _body(box, wish, about)
    if not about and not (wish.title and "start" in body):
        raise InputError("A new event needs a title and a start.", "Name both.")
    notify = bool(body.get("attendees") or (about and [one for one in about.attendees if not one.own]))
    kind, method = ("event_change", "patch") if about else ("event_new", "insert")
    return _asked(box, kind, _request(method, about, notify=notify, body=body), about)


def answer(box: Mailbox, id_: str, said: str, *, cancel: Cancel) -> ProposedAnswer:
    """Ask to answer an invitation, by the event's id or that of its mail; the organizer hears of it after a yes."""
    if said not in ANSWERS:
        raise InputError(f"{said[:20]!r} is no answer.", "Say yes, no or maybe.")
    about = _event(box, id_, cancel)
    own = next((one for one in about.attendees if one.own), None)
    if own is None:
        raise InputError("You are no guest of this event.", "There is nothing to answer.")
    guests = [_guest(one, ANSWERS[said] if one.own else one.answer) for one in about.attendees]
    wish = _request("patch", about, notify=not about.own, body={"attendees": guests})
    return _asked(box, "event_answer", wish, about)


def cancel_event(box: Mailbox, id_: str, *, cancel: Cancel) -> ProposedAnswer:
    """Ask to delete an event; its guests hear of it after a yes."""
    about = _event(box, id_, cancel)
    notify = any(not one.own for one in about.attendees)
    return _asked(box, "event_delete", _request("delete", about, notify=notify, body={}), about)


def _event(box: Mailbox, id_: str, cancel: Cancel) -> Event:
    """An event by its own id, or by that of the mail which invites to it."""
    calendar = box.calendar.bound(cancel)
    try:
        found = calendar.get(id_)
    except NotFound:
        try:
            told = box.gmail.bound(cancel).get(id_).invite
        except (NotFound, GoogleRefused):
            told = None
        here = calendar.with_uid(told.uid) if told and told.uid else ()
        if not here:
            raise
        found = here[0]
    if found.gone:
        raise InputError("This event was deleted or cancelled.", "There is nothing to change.")
    return found


def _request(method: str, about: Event | None, *, notify: bool, body: Json) -> EventRequest:
    """With an id of our own for a new event and a mark for every change, so that a look tells what happened."""
    marked = {**body, "extendedProperties": {"private": {"mailreeve": secrets.token_hex(8)}}} if method != "delete" else body  # fmt: skip
    id_ = about.id if about else f"mr{secrets.token_hex(14)}"
    return EventRequest(method, id_, about.etag if about else "", notify, marked)


def _guest(one: Attendee, answer_: str) -> Json:
    told: Json = {"email": one.address, "responseStatus": answer_}
    if one.name:
        told["displayName"] = one.name
    return {**told, "self": True} if one.own else told


def _body(box: Mailbox, wish: Wish, about: Event | None) -> Json:
    named = (("summary", wish.title), ("location", wish.place), ("description", wish.text))
    body: Json = {name: value for name, value in named if value}
    if wish.start:
        body |= _span(box, wish, about)
    elif wish.end or wish.minutes:
        raise InputError("An end alone cannot be set.", "Name the start too.")
    if wish.guests:
        known = {one.address.lower(): one for one in about.attendees} if about else {}
        body["attendees"] = [_guest(one, one.answer) for one in known.values()]
        body["attendees"] += [{"email": one} for one in wish.guests if one.lower() not in known]
    return body


def _span(box: Mailbox, wish: Wish, about: Event | None) -> Json:
    if len(wish.start) == 10:
        try:
            first = dt.date.fromisoformat(wish.start)
            last = dt.date.fromisoformat(wish.end or wish.start)
        except ValueError:
            raise InputError(f"{wish.start[:40]!r} is no day.", "Write it as 2026-11-25.") from None
        if last < first:
            raise InputError("It ends before it begins.", "Correct the days.")
        return {"start": {"date": str(first)}, "end": {"date": str(last + dt.timedelta(days=1))}}
    start = _when(box, wish.start)
    end = _when(box, wish.end) if wish.end else _after(start, wish.minutes, about)
    if end <= start:
        raise InputError("It ends before it begins.", "Correct the times.")
    return {"start": slots.stamp(start), "end": slots.stamp(end)}


def _after(start: dt.datetime, minutes: int, about: Event | None) -> dt.datetime:
    """So long after, on the line of real time; a moved event keeps its length."""
    length = dt.timedelta(minutes=minutes or 30)
    if not minutes and about and isinstance(about.start, dt.datetime) and isinstance(about.end, dt.datetime):
        length = about.end.astimezone(dt.UTC) - about.start.astimezone(dt.UTC)
    return (start.astimezone(dt.UTC) + length).astimezone(start.tzinfo)


def _asked(box: Mailbox, kind: str, wish: EventRequest, about: Event | None) -> ProposedAnswer:
    proposal: Proposal = box.gate.propose_event(kind, wish, about)
    return ProposedAnswer(
        status="needs_user",
        draft_id=proposal.draft_id,
        proposal=proposal.id,
        digest=proposal.digest,
        question=question.text(proposal, zone=box.zone),
        advice="Nothing was changed yet: send_mail with this draft_id asks the user, and `mailreeve review` shows it.",
    )


def sync(box: Mailbox, *, deletions: bool = False, cancel: Cancel) -> LookAnswer:
    """Look at the calendar, and keep the CalDAV servers in step that a person agreed to. One that fails does not stop the others.

    Raises ScopeMissing while the calendar is not turned on.
    """
    diary = box.diary.bound(cancel)
    done = diary.sync(cancel)
    agreed = [one for one in box.calendar_mirrors if one.stands]

    def local(act: str) -> "Agenda":
        return box.agenda(diary, act)

    told = [mirroring.keep(box, one, local, new_act(), cancel, deletions=deletions) for one in agreed]
    return LookAnswer(changed=done.changed, gone=done.gone, full=done.full, servers=told)
