"""What the smaller APIs share: methods with their scopes and parameters, and how a request finds one."""

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from starlette.routing import compile_path

from mailreeve.sandbox import scopes, tokens
from mailreeve.sandbox.errors import ApiError, bad_request
from mailreeve.sandbox.http import Answer, Call, Json, Request, json_answer
from mailreeve.sandbox.state import State

GLOBAL = frozenset({"alt", "key", "prettyPrint", "quotaUser", "$.xgafv"})
BROKEN = "Invalid JSON payload received. Parse error."
NO_OBJECT = "Invalid JSON payload received. Expected an object."


@dataclass(frozen=True, slots=True)
class Method:
    """One method of an API; without an answer of its own it answers 204."""

    name: str
    verb: str
    path: str
    scopes: frozenset[str]
    parameters: frozenset[str]
    run: Callable[[Call], Json | None]

    @property
    def pattern(self) -> re.Pattern[str]:
        """What its path looks like."""
        return compile_path(self.path)[0]


def method(
    name: str, verb: str, path: str, accepted: str, query: str, run: Callable[[Call], Json | None]
) -> Method:
    """A method by the name of its scopes and its query parameters in one text."""
    return Method(name, verb, path, getattr(scopes, accepted), frozenset(query.split()), run)


def handle(
    state: State,
    request: Request,
    methods: Sequence[tuple[re.Pattern[str], Method]],
    read: Callable[[bytes], Json],
) -> Answer:
    """Carry out a request; what it wrote is undone when it fails. `read` takes its body."""
    for pattern, one in methods:
        found = pattern.match(request.path) if one.verb == request.method else None
        if not found:
            continue
        granted = tokens.scopes_of(state, request)
        tokens.require(granted, one.scopes)
        for name in request.query:
            if name not in GLOBAL | one.parameters:
                raise bad_request(f'Invalid JSON payload received. Unknown name "{name}".', name)
        with state.savepoint():
            return json_answer(one.run(Call(state, request, found.groupdict(), granted, read(request.body))))
    raise ApiError(404, "Not Found", "notFound")


def parsed(body: bytes, broken: str = BROKEN, no_object: str = NO_OBJECT) -> Json:
    """The resource in a body; none is an empty one."""
    try:
        value = json.loads(body or b"{}")
    except (ValueError, RecursionError):
        raise bad_request(broken) from None
    if not isinstance(value, dict):
        raise bad_request(no_object)
    return value
