"""Where Google pushes notices of new mail: POST, with a token that only our own subscription gets from Google.

A push carries no trust. Its body names a mailbox, which is then looked at as by any other look; an address that is none of
ours is taken and forgotten. Source: docs.cloud.google.com/pubsub/docs/push.
"""

import contextlib
import json
import socket
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from mailreeve.app import App
from mailreeve.errors import InputError, MailreeveError
from mailreeve.service.waking import Notices
from mailreeve.web.listening import Listening

if TYPE_CHECKING:
    from starlette.applications import Starlette

MOST = 64 * 1024
"""Bytes of a push at most."""


def build(app: App, notices: Notices) -> "Starlette":
    """One path for everything: 204 taken, 403 not from our subscription, 413 too large, 503 try again."""
    from starlette.applications import Starlette
    from starlette.concurrency import run_in_threadpool
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import Route

    async def push(request: Request) -> Response:
        body = await _body(request)
        if body is None:
            return Response(status_code=413)
        told = request.headers.get("authorization", "")
        return Response(status_code=await run_in_threadpool(_taken, app, notices, told, body))

    return Starlette(routes=[Route("/{path:path}", push, methods=["POST"])])


async def _body(request: Any) -> bytes | None:
    """The body, or None when it is longer than a push can be."""
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > MOST:
            return None
    return body


def _taken(app: App, notices: Notices, authorization: str, body: bytes) -> int:
    """The status of the answer. The token comes first: of a push that is not ours nothing is read."""
    from mailreeve.service import pushing

    try:
        if not pushing.is_ours(app, authorization):
            return 403
        notices.take([pushing.address_in(_json(body))])
    except MailreeveError:
        return 503  # no certificates of Google, or the store is away: Pub/Sub tries again
    return 204


def _json(body: bytes) -> object:
    try:
        value: object = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return value


@contextlib.contextmanager
def receiving(app: App, notices: Notices) -> Iterator[str]:
    """Listen where [wake] push_listen says, on a thread, until the end; gives the address. Raises InputError."""
    host, port = app.config.wake.listen
    try:
        listener = socket.create_server(
            (host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET
        )
    except OSError as error:
        raise InputError(
            f"{app.config.wake.push_listen} cannot be opened: {error.strerror}.",
            "Set [wake] push_listen to a free port of this machine.",
        ) from None
    door = Listening(build(app, notices), listener, "pushes")
    try:
        door.start(MailreeveError("The door for pushes did not open.", "Look at the lines above."))
        yield app.config.wake.push_listen
    finally:
        door.stop()
