"""From a request to a method of the API and back."""

from starlette.routing import compile_path

from mailreeve.sandbox import api, fields, methods, quota, shapes, tokens, uploads
from mailreeve.sandbox.errors import ApiError, bad_request
from mailreeve.sandbox.http import Answer, Call, Json, Request, json_answer
from mailreeve.sandbox.methods import Method
from mailreeve.sandbox.state import State

PREFIX = "/gmail/v1/users/{userId}"
GLOBAL = frozenset(
    {"$.xgafv", "access_token", "alt", "callback", "fields", "key", "oauth_token", "prettyPrint", "quotaUser"}
    | {"uploadType", "upload_protocol"}
)
"""Query parameters that every method takes (discovery document, `parameters`)."""
_PATTERNS = tuple((compile_path(PREFIX + method.path)[0], method) for method in methods.METHODS)


def find(verb: str, path: str) -> tuple[Method, dict[str, str]]:
    """The method of a request and the variables of its path; ApiError 404 when there is none."""
    for pattern, method in _PATTERNS:
        found = pattern.match(path) if method.verb == verb else None
        if found:
            return method, found.groupdict()
    raise ApiError(404, "Not Found", "notFound")


def handle(state: State, request: Request) -> Answer:
    """Carry out a request for the API: token, quota, scope, arguments, method, selected fields.

    What a method wrote is undone when it fails; the units that it cost stay spent.
    """
    uploaded = request.path.startswith(uploads.PREFIX + "/")
    path = request.path.removeprefix(uploads.PREFIX) if uploaded else request.path
    method, ids = find(request.method, path)
    granted = tokens.scopes_of(state, request)
    quota.spend(state, method.name)
    with state.savepoint():
        tokens.require(granted, method.scopes)
        _check_user(state, ids.pop("userId"))
        _check_query(method, request)
        body, media = _body(method, request, uploaded=uploaded)
        mask = _mask(method, request)
        answer = method.run(Call(state, request, ids, granted, body, media))
        return json_answer(None if answer is None else fields.apply(answer, mask))


def _check_user(state: State, user: str) -> None:
    if user != "me" and user.lower() != state.account.lower():
        raise ApiError(403, f"Delegation denied for {state.account}", "forbidden")


def _check_query(method: Method, request: Request) -> None:
    for name in request.query:
        if name not in GLOBAL | method.parameters:
            raise bad_request(
                f'Invalid JSON payload received. Unknown name "{name}": Cannot bind query parameter.', name
            )
    if request.query.get("alt", ("json",))[-1] != "json":
        raise bad_request("The sandbox answers with alt=json only.", "alt")


def _mask(method: Method, request: Request) -> fields.Mask:
    selection = request.query.get("fields")
    return fields.parse(selection[-1], method.result) if selection and method.result else {}


def _body(method: Method, request: Request, *, uploaded: bool) -> tuple[Json, bytes | None]:
    """The resource in the body, checked against its schema, and the uploaded message."""
    media: bytes | None = None
    if uploaded:
        if method.name not in methods.UPLOADS:
            raise bad_request("This method takes no upload.")
        value, media = uploads.read(request)
    else:
        value = api.parsed(request.body) if request.body.strip() else {}
    if not method.body:
        return {}, media
    shapes.check(value, method.body)
    return {name: inner for name, inner in value.items() if inner is not None}, media
