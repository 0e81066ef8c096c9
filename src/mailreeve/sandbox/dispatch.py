"""One request, from whichever door: faults first, then the control endpoints, OAuth, a batch, or the API."""

from collections.abc import Callable

from mailreeve.sandbox import batch, calendar, control, faults, oauth, oidc, people, pubsub, routes, tokens
from mailreeve.sandbox.errors import ApiError
from mailreeve.sandbox.faults import Fault
from mailreeve.sandbox.http import Answer, Request
from mailreeve.sandbox.state import State

OAUTH: dict[tuple[str, str], Callable[[State, Request], Answer]] = {
    ("GET", "/o/oauth2/v2/auth"): oauth.authorize,
    ("POST", "/token"): oauth.token,
    ("POST", "/revoke"): oauth.revoke,
    ("GET", "/oauth2/v1/certs"): oidc.certificates,
}


def strike(state: State, request: Request) -> Fault | None:
    """The fault that hits a request; control requests are never hit."""
    if request.path.startswith(control.PREFIX):
        return None
    with state.transaction():
        return faults.strike(state, request.method, request.path)


def handle(state: State, request: Request, fault: Fault | None) -> Answer:
    """Carry out a request in one transaction, or let the fault answer for it."""
    with state.transaction():
        if fault and fault.kind == "revoked":
            tokens.kill(state, tokens.of(request))
        refused = faults.refusal(fault) if fault else None
        if refused:
            return refused
        answer = _answer(state, request)
    if fault and fault.kind in {"lost", "truncated"}:
        return Answer(answer.status, answer.body, answer.headers, fault.kind)
    return answer


def _answer(state: State, request: Request) -> Answer:
    try:
        if request.path.startswith(control.PREFIX):
            with state.savepoint():
                return control.handle(state, request)
        if (request.method, request.path) in OAUTH:
            return OAUTH[request.method, request.path](state, request)
        if request.method == "POST" and request.path in batch.PATHS:
            return batch.handle(state, request, _part)
        if people.serves(request.path):
            return people.handle(state, request)
        if pubsub.serves(request.path):
            return pubsub.handle(state, request)
        if calendar.serves(request.path):
            return calendar.handle(state, request)
        return routes.handle(state, request)
    except ApiError as error:
        return error.answer()


def _part(state: State, request: Request) -> Answer:
    """A part of a batch: faults that answer hit it too; those of the connection hit the whole batch alone."""
    fault = faults.strike(state, request.method, request.path)
    if fault and fault.kind == "revoked":
        tokens.kill(state, tokens.of(request))
    refused = faults.refusal(fault) if fault else None
    if refused:
        return refused
    try:
        return routes.handle(state, request)
    except ApiError as error:
        return error.answer()
