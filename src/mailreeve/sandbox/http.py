"""A request and an answer, apart from the server that carries them: parts of a batch are the same thing."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import parse_qs, unquote, urlsplit

if TYPE_CHECKING:
    from mailreeve.sandbox.state import State

JSON_TYPE = "application/json; charset=UTF-8"
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, body and headers; `cut` says what the connection does to them."""

    status: int
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()
    cut: str = ""
    """"lost": no byte of the answer leaves; "truncated": half of the body leaves."""


@dataclass(frozen=True, slots=True)
class Request:
    """What came over the wire. Header names are in lower case."""

    method: str
    path: str
    query: Mapping[str, Sequence[str]]
    headers: Mapping[str, str]
    body: bytes

    @classmethod
    def of(cls, method: str, target: str, headers: Mapping[str, str], body: bytes) -> Self:
        """A request from its target: path and query, or a whole URL."""
        parts = urlsplit(target)
        query = parse_qs(parts.query, keep_blank_values=True, max_num_fields=5000)
        return cls(method, unquote(parts.path), query, headers, body)

    def form(self) -> dict[str, str]:
        """The body as a form, else the query."""
        text = self.body.decode("utf-8", "replace")
        fields = parse_qs(text, keep_blank_values=True) if text else dict(self.query)
        return {name: values[-1] for name, values in fields.items()}


@dataclass(frozen=True, slots=True)
class Call:
    """A request for one API method, with its checked arguments."""

    state: "State"
    request: Request
    ids: Mapping[str, str]
    """The variables of the path."""
    scopes: frozenset[str]
    json: Json
    """The resource in the body."""
    media: bytes | None = None
    """The uploaded message of `/upload/...`, else None."""

    def one(self, name: str, default: str = "") -> str:
        """The last value of a query parameter."""
        values = self.request.query.get(name)
        return values[-1] if values else default

    def many(self, name: str) -> tuple[str, ...]:
        """All values of a repeated query parameter."""
        return tuple(self.request.query.get(name, ()))

    def flag(self, name: str) -> bool:
        """A boolean query parameter."""
        return self.one(name, "false").lower() in {"true", "1"}


def json_answer(value: Any) -> Answer:
    """200 with JSON, or 204 when there is nothing to say."""
    if value is None:
        return Answer(204)
    return Answer(200, json.dumps(value).encode(), (("content-type", JSON_TYPE),))
