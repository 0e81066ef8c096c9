"""The calls that change a calendar and invite people. Built in app/ and handed to the gate alone."""

from mailreeve.google import calendar_shapes as shapes
from mailreeve.google.calendar import PRIMARY
from mailreeve.google.transport import SCHEDULING, Transport
from mailreeve.models import Event, EventRequest


class Scheduler:
    """Carries a change that a person has confirmed."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def carry(self, wish: EventRequest) -> Event | None:
        """The request itself, exactly once; the event as it is then, None when it was deleted.

        Raises OutcomeUnknown when the answer is lost: look at the event before anything else. AlreadyThere means
        that an event of this id exists, ChangedMeanwhile that nothing was done because it is another by now.
        """
        events = self._transport.service("calendar.v3").events()
        told = {"calendarId": PRIMARY, "sendUpdates": "all" if wish.notify else "none"}
        if wish.method == "insert":
            request = events.insert(**told, body={**wish.body, "id": wish.event})
        elif wish.method == "patch":
            request = events.patch(**told, eventId=wish.event, body=wish.body)
        else:
            request = events.delete(**told, eventId=wish.event)
        if wish.etag:
            request.headers["If-Match"] = wish.etag
        body = self._transport.once(request, SCHEDULING)
        return shapes.event(body) if body else None
