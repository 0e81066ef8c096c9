"""Writes to the calendar that a CalDAV server asks for, each with an undo.

Only events that nobody else sees are written, and Google is told to write to nobody: an invitation or an answer goes
through a proposal and a person alone.
"""

import datetime as dt
import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Protocol

from mailreeve.errors import AlreadyThere, GateError, NotFound, OutcomeUnknown
from mailreeve.gate.ports import EventCarrier
from mailreeve.mail import calendars
from mailreeve.models import Change, ChangeState, Entry, Event, EventRequest, Json, Moment
from mailreeve.store.journal import Intent

if TYPE_CHECKING:
    from mailreeve.store.journal import Journal
    from mailreeve.store.kept import Kept

KIND = "event_mirror"
"""The journal's word for it."""


class Diary(Protocol):
    """people.diary.Diary: the calendar as it was seen last, and a look at one event."""

    def etags(self) -> dict[str, str]:
        """Every event and series: ids and etags."""

    def entry(self, id_: str) -> Entry:
        """An event, or a series with its occurrences that differ. Raises NotFound."""

    def look(self, id_: str) -> Event:
        """An event as it is at Google now, cancelled when it was deleted. Raises NotFound."""

    def keep(self, event: Event) -> None:
        """Note what was just written at Google."""

    def drop(self, event: Event) -> None:
        """Note that it was just deleted at Google."""


class Agenda:
    """The calendar at Google as a mirror writes to it. `act` joins what one sync did."""

    def __init__(
        self, diary: Diary, carrier: EventCarrier, journal: "Journal", kept: "Kept", act: str = ""
    ) -> None:
        self._diary = diary
        self._carrier = carrier
        self._journal = journal
        self._kept = kept
        self._act = act

    def etags(self) -> dict[str, str]:
        """Every event and series as it was seen last: ids and etags."""
        return self._diary.etags()

    def get(self, id_: str) -> Entry:
        """One of them. Raises NotFound."""
        return self._diary.entry(id_)

    def create(self, item: Entry, uid: str) -> Entry:
        """Make one, under an id that follows from its UID: never a second; undo deletes it while it is as it was made."""
        id_ = own_id(uid)
        try:
            there: Event | None = self._diary.look(id_)
        except NotFound:
            there = None
        if there and not there.gone:  # made by a sync that broke off
            self._diary.keep(there)
            return Entry(there) if calendars.same(item, Entry(there)) else self.update(Entry(there), item)
        if there:  # made once, and deleted since
            id_ = own_id(f"{uid} {there.etag}")
        return Entry(self._made(id_, body(item.event)))

    def _made(self, id_: str, wish: Json) -> Event:
        with self._intended(id_, {}, {}) as change:
            event = self._carried(EventRequest("insert", id_, "", False, wish))
        self._diary.keep(event)
        self._journal.settle(change, ChangeState.DONE, do={"made": event.id, "etag": event.etag})
        return event

    def update(self, old: Entry, new: Entry) -> Entry:
        """Give one the contents of another; undo turns it back while it is as it was left."""
        _alone(old)
        wish = EventRequest("patch", old.id, old.event.etag, False, _turning(old.event, body(new.event)))
        with self._intended(old.id, {"keep": old.id}, body(old.event)) as change:
            event = self._carried(wish)
        self._diary.keep(event)
        self._journal.settle(change, ChangeState.DONE, do={"keep": event.id, "etag": event.etag})
        return Entry(event)

    def delete(self, old: Entry) -> None:
        """Delete one; undo makes it again."""
        _alone(old)
        with self._intended(old.id, {"gone": old.id}, body(old.event)) as change:
            self._carrier.carry(EventRequest("delete", old.id, old.event.etag, False, {}))
        self._diary.drop(old.event)
        self._journal.settle(change, ChangeState.DONE, do={"gone": old.id, "deleted": True})

    def _carried(self, wish: EventRequest) -> Event:
        event = self._carrier.carry(wish)
        if event is None:
            raise OutcomeUnknown("Google told no event.", "Sync again: it is looked for.")
        return event

    @contextmanager
    def _intended(self, target: str, do: Json, before: Json) -> Iterator[str]:
        intent = Intent(KIND, target, do, {"restore": target})
        with self._journal.intending(self._act, [intent], once=True) as (change,):
            self._kept.keep(change, json.dumps(before).encode())
            yield change

    def back(self, change: Change) -> str:
        """Take a change back; returns why not, empty when it is done."""
        raw = self._kept.get(change.id)
        if raw is None:
            return "what the event was is forgotten after a week"
        before: Json = json.loads(raw)
        now = self._now(change.target)
        why = self._again(change, before, now) if "gone" in change.do else self._turned(change, before, now)
        if not why:
            self._kept.forget(change.id)
        return why

    def _now(self, id_: str) -> Event | None:
        """An event that is there now."""
        try:
            found = self._diary.look(id_)
        except NotFound:
            return None
        return None if found.gone else found

    def _again(self, change: Change, before: Json, now: Event | None) -> str:
        """Make a deleted event again; one that is there was never deleted, or came back."""
        if now is None:
            wish = EventRequest("insert", own_id(change.id), "", False, before)
            with suppress(AlreadyThere):  # an undo that was cut off has made it
                self._diary.keep(self._carried(wish))
        return ""

    def _turned(self, change: Change, before: Json, now: Event | None) -> str:
        if not before and not change.do.get("made"):
            return "" if now is None else "its making had no answer: look at it in your calendar"
        if now is None or now.shared or (change.do.get("etag") and now.etag != change.do["etag"]):
            return "the event was changed since"
        if not before:
            self._carrier.carry(EventRequest("delete", now.id, now.etag, False, {}))
            self._diary.drop(now)
        else:
            self._diary.keep(
                self._carried(EventRequest("patch", now.id, now.etag, False, _turning(now, before)))
            )
        return ""


def _alone(one: Entry) -> None:
    if one.event.shared or one.apart:
        raise GateError(
            f"Others see the event {one.event.title[:60]!r}, or its occurrences differ: no server changes it.",
            "Change it with `mailreeve calendar propose --event`.",
        )


def own_id(uid: str) -> str:
    """The id at Google of what a server calls so (base32hex: digits and a to v)."""
    return f"mr{hashlib.sha256(uid.encode()).hexdigest()[:40]}"


def body(event: Event) -> Json:
    """What of an event a server can say, as Google takes it. No guests: they would be invited."""
    told: Json = {
        "summary": event.title,
        "location": event.place,
        "description": event.text,
        "transparency": "transparent" if event.free else "opaque",
        "start": _stamp(event.start),
        "end": _stamp(event.end),
    }
    return {**told, "recurrence": list(event.recurrence)} if event.recurrence else told


def _stamp(moment: Moment | None) -> Json:
    if isinstance(moment, dt.datetime):
        zone = getattr(moment.tzinfo, "key", "") or "UTC"
        return {"dateTime": moment.isoformat(), "timeZone": zone}
    return {"date": str(moment)}


def _turning(old: Event, wish: Json) -> Json:
    """A patch that leaves nothing of what the event was: events.patch merges objects."""
    told = {"recurrence": [], **wish} if old.recurrence else dict(wish)
    if isinstance(old.start, dt.datetime) != ("dateTime" in wish["start"]):
        other = {"date": None} if "dateTime" in wish["start"] else {"dateTime": None, "timeZone": None}
        told |= {name: {**wish[name], **other} for name in ("start", "end")}
    return told
