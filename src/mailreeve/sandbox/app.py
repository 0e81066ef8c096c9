"""The ASGI application: reads a request, carries it out, and cuts the connection where a fault says so."""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import replace
from email.utils import formatdate
from typing import Any

from mailreeve.sandbox import dispatch
from mailreeve.sandbox.errors import ApiError
from mailreeve.sandbox.house import House
from mailreeve.sandbox.http import Answer, Request
from mailreeve.sandbox.state import State

BODY_LIMIT = 200_000_000
SLOW_SECONDS = 5.0
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


class App:
    """Requests are carried out one after the other, each in a transaction of its own."""

    def __init__(self, house: House) -> None:
        self._house = house

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP request."""
        body = await _body(receive)
        if body is None:
            return
        names = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        target = scope["raw_path"].decode("latin-1")
        if scope["query_string"]:
            target += "?" + scope["query_string"].decode("latin-1")
        answer = await self._answer(scope["method"], target, names, body)
        if answer.cut:
            await _cut(answer, scope, receive, send)
        else:
            await _send(answer, send, answer.body, more=False)

    async def _answer(self, method: str, target: str, names: dict[str, str], body: bytes) -> Answer:
        first = self._house.states[0]
        if len(body) > BODY_LIMIT:
            return _dated(first, ApiError(413, "Request Too Large", "uploadTooLarge").answer())
        try:
            request = Request.of(method, target, names, body)
        except ValueError:
            return _dated(first, ApiError(400, "Bad Request", "badRequest").answer())
        state = self._house.of(request)
        fault = dispatch.strike(state, request)
        if fault and fault.kind == "slow":
            await asyncio.sleep(SLOW_SECONDS if fault.seconds is None else fault.seconds)
        return _dated(state, dispatch.handle(state, request, fault))


def _dated(state: State, answer: Answer) -> Answer:
    """With the Date header that Google's servers send, by the sandbox's clock."""
    date = formatdate(state.now_ms() / 1000, usegmt=True)
    return replace(answer, headers=(*answer.headers, ("date", date)))


async def _body(receive: Receive) -> bytes | None:
    """The whole body, or None when the client is gone; what is over the limit is dropped."""
    chunks: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return None
        size += len(message["body"])
        if size <= BODY_LIMIT:
            chunks.append(message["body"])
        if not message["more_body"]:
            return b"".join(chunks) if size <= BODY_LIMIT else bytes(BODY_LIMIT + 1)


async def _send(answer: Answer, send: Send, body: bytes, *, more: bool) -> None:
    named = [(name.encode(), value.encode("latin-1", "replace")) for name, value in answer.headers]
    if answer.status != 204:
        named.append((b"content-length", str(len(answer.body)).encode()))
    await send({"type": "http.response.start", "status": answer.status, "headers": named})
    await send({"type": "http.response.body", "body": body, "more_body": more})


async def _cut(answer: Answer, scope: Scope, receive: Receive, send: Send) -> None:
    """Close the connection before the end of the answer; `abort` is put into the scope by the server."""
    if answer.cut == "truncated":
        await _send(answer, send, answer.body[: len(answer.body) // 2], more=True)
        scope["state"]["close"]()
    else:
        scope["state"]["abort"]()
    while (await receive())["type"] != "http.disconnect":
        pass
