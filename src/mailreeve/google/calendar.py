"""The person's calendar at Google, read only: what changes it is in scheduling.py, with the gate alone.

Source: developers.google.com/workspace/calendar/api/v3/reference.
"""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from mailreeve.cancel import Cancel
from mailreeve.google import calendar_shapes as shapes
from mailreeve.google.shapes import objects
from mailreeve.google.transport import Transport
from mailreeve.models import Busy, Event, EventPage

PRIMARY = "primary"
PAGE = 250


class Calendar:
    """The primary calendar. Every call raises GoogleError, LoginNeeded or Cancelled."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def bound(self, cancel: Cancel, *, interactive: bool = True) -> "Calendar":
        """The same calendar, where waiting ends with `cancel`."""
        return Calendar(self._transport.bound(cancel, interactive=interactive))

    @property
    def _events(self) -> Any:
        return self._transport.service("calendar.v3").events()

    def between(self, start: dt.datetime, end: dt.datetime, cursor: str = "") -> EventPage:
        """One page of events that touch a stretch of time, by start; recurring ones one by one."""
        request = self._events.list(
            calendarId=PRIMARY,
            timeMin=start.isoformat(),
            timeMax=end.isoformat(),
            singleEvents=True,
            orderBy="startTime",
            maxResults=PAGE,
            pageToken=cursor or None,
        )
        return self._page(request)

    def changes(self, token: str = "", cursor: str = "") -> EventPage:
        """One page of all events, or with a sync token of what changed, the deleted cancelled.

        Raises HistoryExpired when Google no longer takes the token: then list all.
        """
        request = self._events.list(
            calendarId=PRIMARY, maxResults=PAGE, syncToken=token or None, pageToken=cursor or None
        )
        return self._page(request)

    def with_uid(self, uid: str) -> tuple[Event, ...]:
        """The events of an invitation, by its iCalendar UID."""
        return self._page(self._events.list(calendarId=PRIMARY, iCalUID=uid)).items

    def _page(self, request: Any) -> EventPage:
        body = self._transport.safe(request)
        items = tuple(shapes.event(one) for one in objects(body.get("items")))
        return EventPage(
            items,
            str(body.get("nextPageToken", "")),
            str(body.get("nextSyncToken", "")),
            str(body.get("timeZone", "")),
        )

    def get(self, id_: str) -> Event:
        """One event as it is now; a deleted one is there still, cancelled. Raises NotFound."""
        return shapes.event(self._transport.safe(self._events.get(calendarId=PRIMARY, eventId=id_)))

    def busy(
        self, who: Sequence[str], start: dt.datetime, end: dt.datetime
    ) -> dict[str, tuple[Busy, ...] | None]:
        """When calendars are busy, by address; None for one that does not show it. At most 50 of them."""
        asked = {
            "timeMin": start.isoformat(),
            "timeMax": end.isoformat(),
            "items": [{"id": one} for one in who[:50]],
        }
        service = self._transport.service("calendar.v3")
        found = self._transport.safe(service.freebusy().query(body=asked)).get("calendars")
        told = found if isinstance(found, dict) else {}
        return {
            one: None
            if not isinstance(told.get(one), dict) or told[one].get("errors")
            else shapes.busy(told[one])
            for one in who[:50]
        }
