"""Events that rules want: a question to the person each. Nothing is in the calendar before their yes, and nobody is invited."""

import datetime as dt
import hashlib
import re

from mailreeve.errors import GateError, InputError
from mailreeve.mail.invisible import one_line
from mailreeve.models import Action, EventRequest, Invite, Json, Message
from mailreeve.outbound import template
from mailreeve.people import slots
from mailreeve.rules.model import Booking
from mailreeve.store.entries import Entry
from mailreeve.triage import templates
from mailreeve.triage.digest import url
from mailreeve.triage.work import Work

_STAMP = re.compile(r"(\d{4}-\d\d-\d\d)(?:T(\d\d:\d\d):\d\d(?:(Z)| (.+))?)?")
_MOST = 300


class _Not(Exception):
    """Why there is no event."""


def book(work: Work, entry: Entry, message: Message) -> str:
    """Propose the events that rules want of a message; returns what the person should know."""
    wanted = [one for one in entry.verdict.does if one.kind == "event"] if entry.verdict else []
    return " ".join(filter(None, (_proposed(work, entry, message, one) for one in wanted)))


def _proposed(work: Work, entry: Entry, message: Message, act: Action) -> str:
    rule = templates.rule_of(work.parts, act)
    if rule is None or rule.booking is None:
        return ""
    if work.parts.schedule is None:
        return f"No event (rule {rule.id}): the calendar is not connected: `mailreeve login --calendar`."
    invite = None if rule.booking.day else message.invite
    try:
        known = templates.known(work.parts, entry, rule.id)
        body = _invited(work, invite) if invite else _dated(work, rule.booking, known)
        title = known["subject"] if invite else template.letter(rule.booking.title, known)
        body.setdefault("summary", one_line(title)[:_MOST] or known["subject"])
        mark = hashlib.sha256(f"{work.parts.account}\n{entry.message}\nevent\n{rule.id}".encode()).hexdigest()
        body["description"] = f"From your mail: {url(work.parts.account, entry.thread)}"
        body["extendedProperties"] = {"private": {"mailreeve": mark[:16], "rule": act.rule}}
        wish = EventRequest("insert", f"mr{mark[:28]}", "", notify=False, body=body)
        told = work.parts.schedule(wish, invite.uid if invite else "")
    except (_Not, InputError, GateError) as error:
        return f"No event (rule {rule.id}): {error}"
    return f"{told} (rule {rule.id})" if told else ""


def _invited(work: Work, invite: Invite) -> Json:
    """The event of an invitation, as a copy of the person's own without its guests."""
    if invite.method.upper() not in {"REQUEST", "PUBLISH", ""}:
        raise _Not("the mail does not invite, it cancels or answers.")
    start = _moment(work, invite.start)
    end = _moment(work, invite.end) if invite.end else start
    if not isinstance(start, dt.datetime):
        last = end if type(end) is type(start) and end > start else start + dt.timedelta(days=1)
        span: Json = {"start": {"date": str(start)}, "end": {"date": str(last)}}
    else:
        ends = end if isinstance(end, dt.datetime) and end > start else start + dt.timedelta(minutes=30)
        span = {"start": slots.stamp(start), "end": slots.stamp(ends)}
    place = one_line(invite.location)[:_MOST]
    title = one_line(invite.summary)[:_MOST]
    return {**span, **({"location": place} if place else {}), **({"summary": title} if title else {})}


def _moment(work: Work, text: str) -> dt.datetime | dt.date:
    """An invitation's time in its own zone; a floating one in the person's."""
    from zoneinfo import ZoneInfo

    found = _STAMP.fullmatch(text)
    if found is None:
        raise _Not("the invitation has no time that can be read.")
    try:
        if found[2] is None:
            return dt.date.fromisoformat(found[1])
        zone: dt.tzinfo = dt.UTC if found[3] else ZoneInfo(found[4]) if found[4] else work.parts.zone
        return dt.datetime.fromisoformat(f"{found[1]}T{found[2]}").replace(tzinfo=zone)
    except (ValueError, OSError):
        raise _Not("the invitation's time cannot be read.") from None
    except KeyError:  # ZoneInfoNotFoundError
        raise _Not(f"the invitation's time zone {one_line(found[4])[:40]!r} is not known.") from None


def _dated(work: Work, plan: Booking, known: Json) -> Json:
    """The event of a day that the rule found in the mail."""
    if not plan.day:
        raise _Not("the mail holds no invitation.")
    day = known["extracted"].get(plan.day)
    if not day:
        raise _Not(f"no {plan.day} was found in the mail.")
    place = one_line(template.letter(plan.place, known))[:_MOST] if plan.place else ""
    where: Json = {"location": place} if place else {}
    at = known["extracted"].get(plan.at, plan.at if ":" in plan.at else "")
    if not at:  # no time is told, or none was found: the day is known all the same
        first = dt.date.fromisoformat(day)
        return {"start": {"date": day}, "end": {"date": str(first + dt.timedelta(days=1))}, **where}
    try:
        start = slots.local(f"{day}T{at}", work.parts.zone)
    except ValueError:
        raise _Not(f"{day} {at} is no time here: the clocks change.") from None
    ends = (start.astimezone(dt.UTC) + dt.timedelta(minutes=plan.minutes)).astimezone(start.tzinfo)
    return {"start": slots.stamp(start), "end": slots.stamp(ends), **where}
