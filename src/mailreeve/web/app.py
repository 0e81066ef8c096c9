"""The web application: routes, the checks before them, errors as pages. Built when a server starts."""

import threading
from collections.abc import Mapping
from http.cookies import CookieError, SimpleCookie
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from mailreeve.app import Mailbox
from mailreeve.errors import (
    Cancelled,
    GateError,
    GoogleUnavailable,
    InputError,
    LoginNeeded,
    MailreeveError,
    NotFound,
)
from mailreeve.web import guard, render
from mailreeve.web.session import Session, Sessions
from mailreeve.web.views import (
    audit,
    cleanup,
    destination,
    draft,
    leaving,
    night,
    original,
    proposal,
    queue,
    rules,
    stats,
)
from mailreeve.web.visit import Reply, View, Visit

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.types import ASGIApp

_GET: Mapping[str, View] = {
    "/": queue.show,
    "/draft/{id}": draft.show,
    "/proposal/{id}": proposal.show,
    "/proposal/{id}/source": proposal.source,
    "/night": night.show,
    "/stats": stats.show,
    "/rules": rules.show,
    "/rules/test": rules.test,
    "/rules/explain/{id}": rules.explain,
    "/destination/{id}": destination.show,
    "/cleanup": cleanup.show,
    "/audit": audit.show,
    "/message/{id}": original.show,
    "/message/{id}/original": original.framed,
}
_POST: Mapping[str, View] = {
    "/draft/{id}/edit": draft.edit,
    "/draft/{id}/propose": draft.propose,
    "/draft/{id}/reject": draft.reject,
    "/proposal/{id}/approve": proposal.approve,
    "/proposal/{id}/decline": proposal.decline,
    "/proposal/{id}/withdraw": proposal.withdraw,
    "/proposal/{id}/settle": proposal.settle,
    "/message/{id}/correct": night.correct,
    "/message/{id}/unsubscribe": leaving.ask,
    "/destination/{id}/consent": destination.consent,
    "/destination/{id}/revoke": destination.revoke,
    "/outbox/{seq}/retry": destination.retry,
    "/cleanup": cleanup.clean,
    "/undo": night.undo,
}
_FILES = {"style.css": "text/css", "keys.js": "text/javascript", "mark.svg": "image/svg+xml"}
_STATUS: tuple[tuple[type[MailreeveError], int], ...] = (
    (InputError, 400),
    (NotFound, 404),
    (GateError, 409),
    (LoginNeeded, 403),
    (GoogleUnavailable, 503),
    (Cancelled, 503),
)
_FIELDS = 40


class Desk:
    """What all requests share. One person works here, so requests are served one after the other."""

    def __init__(self, box: Mailbox, host: str) -> None:
        """`host` is the exact Host header of this page: 127.0.0.1 and the port."""
        self.box = box
        self.host = host
        self.sessions = Sessions()
        self._turn = threading.Lock()

    @property
    def cookie(self) -> str:
        """The cookie's name: ports share cookies, so the port is part of it."""
        return f"mailreeve_review_{self.host.rpartition(':')[2]}"

    def session(self, cookies: str) -> Session | None:
        """The session of a Cookie header."""
        try:
            found = SimpleCookie(cookies).get(self.cookie)
        except CookieError:
            return None
        return self.sessions.find(found.value) if found else None

    def serve(self, view: View, visit: Visit) -> Reply:
        """Run a view; an error becomes a page that says what to do."""
        with self._turn:
            try:
                return view(visit)
            except MailreeveError as error:
                status = next((code for kind, code in _STATUS if isinstance(error, kind)), 500)
                return render.page(
                    visit, "error.html", status=status, title=error.message, advice=error.advice, here=""
                )


def build(desk: Desk) -> "ASGIApp":
    """The application for one mailbox."""
    from starlette.applications import Starlette
    from starlette.routing import Route

    routes = [Route(path, _endpoint(desk, view), methods=["GET"]) for path, view in _GET.items()]
    routes += [Route(path, _endpoint(desk, view), methods=["POST"]) for path, view in _POST.items()]
    routes += [Route("/open/{secret}", _opening(desk)), Route("/static/{name}", _static)]
    handlers = {404: _missing, 405: _missing}
    return _guarded(Starlette(routes=routes, exception_handlers=handlers), desk)


def _guarded(inner: "ASGIApp", desk: Desk) -> "ASGIApp":
    """Refuse before anything is read or routed."""
    from starlette.datastructures import Headers

    async def app(scope, receive, send):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202 -- the shape of ASGI
        if scope["type"] != "http":
            return
        target = scope["path"] + scope["query_string"].decode("latin-1")
        headers = Headers(scope=scope)
        found = guard.refusal(scope["method"], target, headers, desk.host)
        if found:
            refused = render.plain_page(found[0], found[1], "Nothing was changed.")
            await _response(refused)(scope, receive, send)
        else:
            await inner(scope, receive, send)

    return app


def _response(reply: Reply) -> "Response":
    from starlette.responses import Response

    headers = guard.answer_headers(reply)
    if reply.location:
        headers["Location"] = reply.location
    if reply.cookie:
        headers["Set-Cookie"] = f"{reply.cookie}; Path=/; HttpOnly; SameSite=Strict"
    return Response(reply.text, status_code=reply.status, headers=headers, media_type=reply.type)


def _endpoint(desk: Desk, view: View):  # type: ignore[no-untyped-def] # noqa: ANN202 -- a Starlette endpoint
    from starlette.concurrency import run_in_threadpool

    async def endpoint(request: "Request") -> "Response":
        session = desk.session(request.headers.get("cookie", ""))
        if session is None:
            return _response(
                render.plain_page(
                    401, "This page is closed to this browser.", "Run `mailreeve review --web` to open it."
                )
            )
        form = await _form(request) if request.method == "POST" else {}
        if request.method == "POST" and not session.is_own(form.get("csrf", "")):
            return _response(
                render.plain_page(403, "This form is not from this session.", "Load the page again.")
            )
        visit = Visit(desk.box, session, request.path_params, dict(request.query_params), form)
        return _response(await run_in_threadpool(desk.serve, view, visit))

    return endpoint


async def _form(request: "Request") -> dict[str, str]:
    """The fields of a form, bounded; empty when it is none."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > guard.BODY_LIMIT:
            return {}
    try:
        return dict(parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=_FIELDS))
    except (UnicodeDecodeError, ValueError):
        return {}


def _opening(desk: Desk):  # type: ignore[no-untyped-def] # noqa: ANN202 -- a Starlette endpoint
    async def endpoint(request: "Request") -> "Response":
        opened = desk.sessions.open(request.path_params["secret"])
        if opened is None:
            return _response(
                render.plain_page(
                    410, "This address was used already.", "Run `mailreeve review --web` for a new one."
                )
            )
        session, where = opened
        return _response(Reply(status=303, location=where, cookie=f"{desk.cookie}={session.id}"))

    return endpoint


async def _static(request: "Request") -> "Response":
    from starlette.responses import Response

    name = request.path_params["name"]
    if name not in _FILES:
        return await _missing(request, None)
    return Response(render.asset(name), headers=guard.answer_headers(Reply()), media_type=_FILES[name])


async def _missing(_request: "Request", _error: Exception | None) -> "Response":
    return _response(render.plain_page(404, "There is no such page.", "Go back to what waits for you."))
