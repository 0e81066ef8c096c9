"""CardDAV (RFC 6352) and CalDAV (RFC 4791) as far as keeping one collection in step needs: list, get, put, delete, each bound to an etag.

What a server answers is hostile: bounded, without a document type, and only what lies below the collection counts.
"""

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal
from xml.etree import ElementTree as ET

from mailreeve.cancel import Cancel
from mailreeve.errors import DestinationRefused, DestinationUnavailable, OutboundError
from mailreeve.outbound.place import Place, place
from mailreeve.outbound.wire import Answer, Wire

MOST = 20_000_000
"""Bytes of a list that are read."""
_QUERY = b"""<?xml version="1.0" encoding="utf-8"?>
<propfind xmlns="DAV:"><prop><getetag/><resourcetype/></prop></propfind>"""
_DAV = "{DAV:}"


class Elsewise(OutboundError):
    """412: somebody changed the item since its etag was seen, or it is there already; nothing was written."""


@dataclass(frozen=True, slots=True)
class Server:
    """A collection as the person set it."""

    id: str
    url: str
    """Of the collection, with a slash at its end."""
    user: str
    secret: str = field(repr=False)
    private: bool = False
    wins: str = "google"
    """Whose version stays when both sides changed: google or server."""
    kind: Literal["carddav", "caldav"] = "carddav"

    @property
    def key(self) -> str:
        """Its name among consents and links, where an address book and a calendar may be called the same."""
        return self.id if self.kind == "carddav" else f"caldav:{self.id}"

    @property
    def command(self) -> str:
        """The command that works with it."""
        return "contacts" if self.kind == "carddav" else "calendar"

    @property
    def things(self) -> str:
        """What lies in it."""
        return "contacts" if self.kind == "carddav" else "events"

    @property
    def section(self) -> str:
        """Where it is set."""
        return "[[address_book]]" if self.kind == "carddav" else "[[calendar_server]]"

    @property
    def again(self) -> str:
        """What to do after a failure."""
        return f"Run `mailreeve {self.command} sync` again."

    @property
    def place(self) -> Place:
        """Where it lies."""
        return place(self.url, private=self.private)

    @property
    def terms(self) -> str:
        """SHA-256 over all that a person agrees to."""
        told = f"{self.kind} 1\n{self.id}\n{self.url}\n{self.user}\n{self.private}\n{self.wins}"
        return hashlib.sha256(told.encode()).hexdigest()

    @property
    def headers(self) -> dict[str, str]:
        """Who we are (RFC 7617)."""
        login = base64.b64encode(f"{self.user}:{self.secret}".encode()).decode()
        return {"Authorization": f"Basic {login}"}


class Collection:
    """One collection over the wire that the gate holds."""

    def __init__(self, wire: Wire, server: Server) -> None:
        self._wire = wire
        self._server = server

    def listed(self, cancel: Cancel) -> dict[str, str]:
        """Every item: its name below the collection, and its etag."""
        headers = {"Depth": "1", "Content-Type": "application/xml; charset=utf-8"}
        answer = self._send("PROPFIND", "/", _QUERY, headers, cancel, most=MOST)
        if answer.status != 207 or b"<!DOCTYPE" in answer.body or b"<!ENTITY" in answer.body:
            raise DestinationUnavailable(
                f"{self._server.id} did not list its {self._server.things} (HTTP {answer.status}).",
                self._server.again,
            )
        try:
            root = ET.fromstring(answer.body)  # noqa: S314 -- bounded, and without a document type
        except ET.ParseError:
            raise DestinationUnavailable(
                f"{self._server.id} did not answer with XML.", self._server.again
            ) from None
        found = (self._one(one) for one in root.iter(f"{_DAV}response"))
        return {name: etag for name, etag in found if name and etag}

    def _one(self, response: ET.Element) -> tuple[str, str]:
        href = response.findtext(f"{_DAV}href", "").strip()
        path = self._server.place.path.rstrip("/") + "/"
        name = href.removeprefix(f"{self._server.place.scheme}://{self._server.place.authority}")
        inside = name.startswith(path) and "/" not in name[len(path) :]
        if not inside or response.find(f".//{_DAV}collection") is not None:
            return "", ""
        return name[len(path) :], response.findtext(f".//{_DAV}getetag", "").strip()

    def get(self, name: str, cancel: Cancel) -> tuple[str, str]:
        """The text of an item and its etag."""
        answer = self._send("GET", f"/{name}", b"", {}, cancel, most=MOST)
        if answer.status != 200:
            raise DestinationUnavailable(
                f"{self._server.id} did not give an item (HTTP {answer.status}).",
                self._server.again,
            )
        return answer.body.decode("utf-8", "replace"), answer.etag

    def put(self, name: str, text: str, etag: str, cancel: Cancel, *, media: str = "text/vcard") -> str:
        """Write an item; without an etag only where none is. Returns the new etag. Raises Elsewise."""
        bound = {"If-Match": etag} if etag else {"If-None-Match": "*"}
        headers = {"Content-Type": f"{media}; charset=utf-8", **bound}
        answer = self._send("PUT", f"/{name}", text.encode(), headers, cancel)
        if answer.status == 412:
            raise Elsewise(f"{name} was changed on {self._server.id} meanwhile.", "Sync again.")
        if answer.status not in {200, 201, 204}:
            raise DestinationRefused(f"{self._server.id} did not take an item (HTTP {answer.status}).")
        return answer.etag or self.get(name, cancel)[1]

    def delete(self, name: str, etag: str, cancel: Cancel) -> None:
        """Delete an item that is still as it was seen; one that is gone already is no error. Raises Elsewise."""
        answer = self._send("DELETE", f"/{name}", b"", {"If-Match": etag}, cancel)
        if answer.status == 412:
            raise Elsewise(f"{name} was changed on {self._server.id} meanwhile.", "Sync again.")
        if answer.status not in {200, 204, 404, 410}:
            raise DestinationRefused(f"{self._server.id} did not delete an item (HTTP {answer.status}).")

    def _send(
        self,
        method: str,
        below: str,
        body: bytes,
        headers: Mapping[str, str],
        cancel: Cancel,
        most: int = 65_536,
    ) -> Answer:
        told = {**self._server.headers, **headers}
        answer = self._wire.send(
            self._server.place, body, told, cancel, method=method, below=below, most=most
        )
        if answer.status in {401, 403}:
            raise DestinationRefused(
                f"{self._server.id} does not know the user or the password (HTTP {answer.status}).",
                f"Correct its {self._server.section} in config.toml.",
            )
        return answer
