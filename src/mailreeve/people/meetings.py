"""A mail that asks for a meeting, and the times that its answer may offer."""

import datetime as dt
import re
from itertools import islice

from mailreeve.cancel import Cancel
from mailreeve.google.calendar import Calendar
from mailreeve.models import Message
from mailreeve.people import slots

DAYS = 10
OFFERED = 6
"""So many times are told: the first of each half day that is free."""
_ASKS = re.compile(
    r"\b(?:meet(?:ing)?|call|appointment|catch up|get together|available|availability|free (?:on|next|this)|slot"
    r"|termin|treffen|besprechung|telefonat|rendez-vous|réunion|rencontrer|disponible|reunión|reunirnos|cita|quedar"
    r"|riunione|incontro|appuntamento|reunião|vergadering|afspraak)\b",
    re.IGNORECASE,
)


def asks(message: Message) -> bool:
    """True when a mail that has no invitation of its own asks something and speaks of meeting."""
    return message.invite is None and "?" in message.text and bool(_ASKS.search(message.text[:5_000]))


def offered(calendar: Calendar, zone: dt.tzinfo, now: dt.datetime, cancel: Cancel) -> str:
    """What a reader is told of the owner's time: a few half hours and their zone, no event and no name."""
    start = now.astimezone(zone) + dt.timedelta(hours=2)
    end = start + dt.timedelta(days=DAYS)
    busy = calendar.bound(cancel).busy(["primary"], start, end)["primary"] or ()
    offer = slots.Offer(dt.time(9), dt.time(17), zone)
    halves: dict[tuple[dt.date, bool], dt.datetime] = {}
    for one in slots.free(busy, start, end, dt.timedelta(minutes=30), offer):
        halves.setdefault((one.start.date(), one.start.hour < 12), one.start)
    told = [f"{moment:%A %Y-%m-%d %H:%M}" for moment in islice(halves.values(), OFFERED)]
    if not told:
        return "The owner has no free time in the next days: offer none, and leave [date?]."
    named = getattr(zone, "key", "") or f"{start:%Z}"
    return f"If a meeting is to be arranged, the owner is free at ({named}): {', '.join(told)}. Offer two of these."
