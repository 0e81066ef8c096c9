"""The person's contacts at Google: plain calls in, frozen records out.

Source: developers.google.com/people/api/rest. Writes may be seen by a list only minutes later.
"""

from typing import Any

from mailreeve.cancel import Cancel
from mailreeve.google import people_shapes as shapes
from mailreeve.google.shapes import objects
from mailreeve.google.transport import Transport
from mailreeve.models import Contact, ContactPage, Json

PAGE = 1000
"""What Google gives at most in one list."""


class People:
    """Contacts and other contacts. Every call raises GoogleError, LoginNeeded or Cancelled."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def bound(self, cancel: Cancel, *, interactive: bool = True) -> "People":
        """The same contacts, where waiting ends with `cancel`."""
        return People(self._transport.bound(cancel, interactive=interactive))

    @property
    def _people(self) -> Any:
        return self._transport.service("people.v1").people()

    def page(self, *, token: str = "", cursor: str = "") -> ContactPage:
        """One page of the person's contacts: all, or with a sync token what changed, the deleted marked `gone`.

        Raises HistoryExpired when the token is older than seven days: then list all.
        """
        request = self._people.connections().list(
            resourceName="people/me",
            personFields=shapes.FIELDS,
            pageSize=PAGE,
            requestSyncToken=True,
            syncToken=token or None,
            pageToken=cursor or None,
        )
        return _page(self._transport.safe(request), "connections")

    def others(self, *, token: str = "", cursor: str = "") -> ContactPage:
        """One page of the people whom Google noted from mail; see `page`."""
        request = (
            self._transport.service("people.v1")
            .otherContacts()
            .list(
                readMask=shapes.OTHER_FIELDS,
                pageSize=PAGE,
                requestSyncToken=True,
                syncToken=token or None,
                pageToken=cursor or None,
            )
        )
        return _page(self._transport.safe(request), "otherContacts")

    def get(self, id_: str) -> Contact:
        """One contact as it is now. Raises NotFound."""
        request = self._people.get(resourceName=id_, personFields=shapes.FIELDS)
        return shapes.contact(self._transport.safe(request))

    def create(self, contact: Contact) -> Contact:
        """Make a contact, once. Raises OutcomeUnknown when the answer is lost."""
        request = self._people.createContact(personFields=shapes.FIELDS, body=shapes.person(contact))
        return shapes.contact(self._transport.once(request))

    def update(self, old: Contact, new: Contact) -> Contact:
        """Change what differs between two states of a contact; `old` is the one that was read.

        Raises ChangedMeanwhile when it is no longer like that at Google, OutcomeUnknown, NotFound.
        """
        fields = shapes.person(new, old)
        if not fields:
            return old
        request = self._people.updateContact(
            resourceName=old.id,
            updatePersonFields=",".join(sorted(fields)),
            personFields=shapes.FIELDS,
            body={**fields, "etag": old.etag},
        )
        return shapes.contact(self._transport.once(request))

    def delete(self, id_: str) -> None:
        """Delete a contact for good. Raises NotFound when it was not there."""
        self._transport.delete(self._people.deleteContact(resourceName=id_))


def _page(body: Json, key: str) -> ContactPage:
    items = tuple(shapes.contact(one) for one in objects(body.get(key)))
    return ContactPage(items, str(body.get("nextPageToken", "")), str(body.get("nextSyncToken", "")))
