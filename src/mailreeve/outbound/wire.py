"""The one HTTP door to destinations: to a place that the configuration names, and to nothing else.

The host is resolved once, every address it has is looked at, and the connection goes to one of exactly these
addresses, while TLS and Host keep the name. There are no redirects, proxies, cookies or credentials, and
nothing of the environment is read. What is sent is sent once; repeating it is the caller's decision.
"""

import contextlib
import queue
import re
import socket
import ssl
import threading
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mailreeve.cancel import Cancel
from mailreeve.errors import DestinationRefused, DestinationUnavailable, DestinationUnreached
from mailreeve.outbound import reach
from mailreeve.outbound.place import Place

if TYPE_CHECKING:
    from urllib3.connection import HTTPConnection

SECONDS = 20.0
"""For a whole delivery, from the name to the end of the answer (Standard Webhooks: 15 to 30 s)."""
MOST_BODY = 64 * 1024
MOST_ANSWER = 64 * 1024
"""Bytes of an answer that are read; the rest is left on the line."""
_MOST_ADDRESSES = 4
_BELOW = re.compile(r"(?:/[A-Za-z0-9._~!$&'()*+,;=:@%/?-]{0,4000})?")
USER_AGENT = "Mailreeve"

Resolve = Callable[[str, int], Sequence[str]]
"""Host and port to addresses. Raises OSError when there are none."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the destination said: hostile data as well."""

    status: int
    retry_after: str
    """The header of that name, as it came."""
    body: bytes
    etag: str = ""
    """The header of that name, as it came."""


def by_system(host: str, port: int) -> Sequence[str]:
    """The system's resolver."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    return [str(address[0]) for *_, address in found]


class Wire:
    """Posts to the places that it was made for."""

    def __init__(
        self,
        places: Collection[Place],
        *,
        resolve: Resolve = by_system,
        trust: ssl.SSLContext | None = None,
        seconds: float = SECONDS,
    ) -> None:
        self._places = frozenset(places)
        self._resolve = resolve
        self._trust = trust
        self._seconds = seconds

    def post(self, place: Place, body: bytes, headers: Mapping[str, str], cancel: Cancel) -> Answer:
        """One POST to exactly the place; see `send`."""
        return self.send(place, body, headers, cancel)

    def send(
        self,
        place: Place,
        body: bytes,
        headers: Mapping[str, str],
        cancel: Cancel,
        *,
        method: str = "POST",
        below: str = "",
        most: int = MOST_ANSWER,
        room: int = MOST_BODY,
    ) -> Answer:
        """One request to the place, or to a path below its own, never repeated and never redirected.

        Raises DestinationRefused when it may not go there and DestinationUnreached without a connection: nothing was
        sent. DestinationUnavailable without an answer in time: it may have arrived. Cancelled before the request.
        """
        if place not in self._places:
            raise DestinationRefused(f"{place.host} is not among the destinations of config.toml.")
        if len(body) > room:
            raise DestinationRefused(f"{len(body)} bytes are too many for a destination.")
        if not _BELOW.fullmatch(below) or {"..", "."} & set(below.partition("?")[0].split("/")):
            raise DestinationRefused(f"{below[:80]!r} is no path below a destination.")
        cancel.check()
        end = time.monotonic() + min(self._seconds, self._seconds if cancel.left is None else cancel.left)
        addresses = self._checked(place, end)
        cancel.check()
        connection = self._connected(place, addresses, end)
        watch = threading.Timer(_left(end), _cut, [connection.sock])
        watch.daemon = True
        watch.start()
        try:
            path = place.path.rstrip("/") + below if below else place.path
            return _exchanged(connection, method, place, path, body, headers, most)
        except _failures() as error:
            raise DestinationUnavailable(f"{place.host} gave no answer: {type(error).__name__}.") from None
        finally:
            watch.cancel()
            connection.close()

    def _checked(self, place: Place, end: float) -> list[str]:
        """The host's addresses, every one of them allowed."""
        found = [place.host] if reach.parsed(place.host) else self._resolved(place, end)
        for one in found:
            address = reach.parsed(one)
            if address is None or not reach.allowed(one, private=place.private):
                raise DestinationRefused(f"{place.host} leads to {one}, which may not be reached.")
            if place.scheme == "http" and not reach.is_private(address):
                raise DestinationRefused(f"{place.host} leads to {one}: http is for your own network only.")
        return list(dict.fromkeys(found))[:_MOST_ADDRESSES]

    def _resolved(self, place: Place, end: float) -> Sequence[str]:
        """Ask the resolver once, on a thread, because it knows no time limit."""
        box: queue.SimpleQueue[Sequence[str] | OSError] = queue.SimpleQueue()

        def ask() -> None:
            try:
                box.put(self._resolve(place.host, place.port))
            except (OSError, UnicodeError) as error:
                box.put(OSError(str(error)))

        threading.Thread(target=ask, daemon=True).start()
        try:
            found = box.get(timeout=_left(end))
        except queue.Empty:
            found = OSError("no answer in time")
        if isinstance(found, OSError) or not found:
            raise DestinationUnreached(f"The name {place.host} was not found.")
        return found

    def _connected(self, place: Place, addresses: Sequence[str], end: float) -> "HTTPConnection":
        """A connection to the first of these addresses that takes one; nothing is sent on it yet."""
        reason = ""
        for number, address in enumerate(addresses):
            seconds = _left(end) / (len(addresses) - number)
            connection = self._connection(place, address, seconds)
            try:
                connection.connect()
            except ssl.SSLError as error:
                connection.close()
                raise DestinationUnreached(
                    f"{place.host} has no valid certificate: {error.reason}."
                ) from None
            except _failures() as error:
                connection.close()
                reason = type(error).__name__
                continue
            connection.sock.settimeout(_left(end))
            return connection
        raise DestinationUnreached(f"{place.host} cannot be reached: {reason}.")

    def _connection(self, place: Place, address: str, seconds: float) -> "HTTPConnection":
        from urllib3.connection import HTTPConnection, HTTPSConnection

        if place.scheme == "http":
            return HTTPConnection(address, place.port, timeout=seconds)
        trust = self._trust or _system_trust()
        return HTTPSConnection(
            address, place.port, timeout=seconds, ssl_context=trust, server_hostname=place.host
        )


def _exchanged(
    connection: "HTTPConnection",
    method: str,
    place: Place,
    path: str,
    body: bytes,
    headers: Mapping[str, str],
    most: int,
) -> Answer:
    fixed = {"Host": place.authority, "User-Agent": USER_AGENT, "Connection": "close"}
    connection.request(method, path, body or None, {**headers, **fixed}, preload_content=False)
    response = connection.getresponse()
    try:
        said = response.read(most, decode_content=False)
    except _failures():
        said = b""  # the status has come, and that is what counts
    return Answer(
        response.status,
        response.headers.get("Retry-After", "")[:100],
        said,
        response.headers.get("ETag", "")[:500],
    )


def _cut(sock: socket.socket) -> None:
    """End a delivery whose time is over, however slowly its bytes come; TLS is not asked."""
    with contextlib.suppress(OSError):
        socket.socket.shutdown(sock, socket.SHUT_RDWR)


def _left(end: float) -> float:
    return max(0.001, end - time.monotonic())


def _failures() -> tuple[type[Exception], ...]:
    """What a connection can end with."""
    from http.client import HTTPException

    from urllib3.exceptions import HTTPError

    return OSError, HTTPError, HTTPException


def _system_trust() -> ssl.SSLContext:
    """The system's authorities and those that come with requests."""
    import certifi

    trust = ssl.create_default_context()
    trust.load_verify_locations(certifi.where())
    return trust
