"""Made-up mail, and a client that holds every answer against Google's own description of the API."""

import base64
import functools
import importlib.resources
import json
from collections.abc import Mapping
from email.message import EmailMessage
from typing import Any
from urllib.parse import urlencode, urlsplit

from tests.sandbox_server import SandboxServer

from mailreeve.sandbox import routes, uploads
from mailreeve.sandbox.shapes import ALWAYS

ME = "alex.moreno@example.com"
PYTHON: dict[str, type | tuple[type, ...]] = {
    "string": str,
    "integer": int,
    "boolean": bool,
    "array": list,
    "object": dict,
}


def letter(subject: str = "Hello", body: str = "Good morning.\n", **headers: str) -> bytes:
    """A message; headers as keywords with `_` for `-`, `from_` for From."""
    message = EmailMessage()
    fields = {"from_": "Ann <ann@example.org>", "to": ME, "subject": subject} | headers
    for name, value in fields.items():
        message[name.strip("_").replace("_", "-").title()] = value
    message.set_content(body)
    return message.as_bytes()


def b64(raw: bytes) -> str:
    """Bytes as `raw` carries them."""
    return base64.urlsafe_b64encode(raw).decode()


def unb64(text: str) -> bytes:
    """What `raw` or `data` carries."""
    return base64.urlsafe_b64decode(text)


@functools.cache
def discovery() -> Any:
    """Gmail's discovery document, as googleapiclient ships it."""
    folder = importlib.resources.files("googleapiclient.discovery_cache.documents")
    return json.loads(folder.joinpath("gmail.v1.json").read_text(encoding="utf-8"))


def mistakes(value: Any, schema: Mapping[str, Any], where: str, *, whole: bool = True) -> list[str]:
    """What does not fit the discovery document, or is missing though always there (shapes.ALWAYS)."""
    if "$ref" in schema:
        name = schema["$ref"]
        found = mistakes(value, discovery()["schemas"][name], where, whole=whole)
        missing = [key for key in ALWAYS.get(name, ()) if whole and key not in value]
        return found + [f"{where}.{key} is missing" for key in missing]
    kind = schema["type"]
    fits = isinstance(value, PYTHON[kind]) and not (kind == "integer" and isinstance(value, bool))
    if not fits:
        return [f"{where} is no {kind}: {value!r}"]
    if kind == "array":
        return [
            m
            for n, item in enumerate(value)
            for m in mistakes(item, schema["items"], f"{where}[{n}]", whole=whole)
        ]
    if kind == "object":
        known = schema["properties"]
        return [f"{where}.{key} is unknown" for key in value if key not in known] + [
            m
            for key, item in value.items()
            if key in known
            for m in mistakes(item, known[key], f"{where}.{key}", whole=whole)
        ]
    if "enum" in schema and value not in schema["enum"]:
        return [f"{where} is not one of {schema['enum']}: {value!r}"]
    if schema.get("format") in {"int64", "uint64"} and not value.isdigit():
        return [f"{where} is no number: {value!r}"]
    return []


class Google:
    """Requests to a sandbox; an answer that Google's description does not allow is an AssertionError."""

    def __init__(self, server: SandboxServer) -> None:
        self.server = server

    def ask(
        self, verb: str, path: str, body: Any = None, *, token: str | None = None, **query: Any
    ) -> tuple[int, Any]:
        """Status and JSON (None when empty) of a request below /gmail/v1/users/me."""
        asked = f"/gmail/v1/users/me{path}"
        if query:
            asked += "?" + urlencode(query, doseq=True)
        status, headers, data = self.server.call(verb, asked, body, token=token)
        value = json.loads(data) if data else None
        if status == 200:
            assert headers["content-type"] == "application/json; charset=UTF-8"
            assert [] == self.problems(verb, asked, value)
        elif value is not None:
            assert {"code", "message", "errors", "status"} <= set(value["error"])
            assert status == value["error"]["code"]
            assert {"message", "domain", "reason"} <= set(value["error"]["errors"][0])
        return status, value

    @staticmethod
    def problems(verb: str, asked: str, value: Any) -> list[str]:
        """How an answer departs from Google's description."""
        path = urlsplit(asked).path.removeprefix(uploads.PREFIX)
        method, _ = routes.find(verb, path)
        whole = "fields=" not in asked
        own = [f"{key} is missing" for key in ALWAYS.get(method.name, ()) if whole and key not in value]
        return own + mistakes(value, {"$ref": method.result}, method.name, whole=whole)

    def get(self, path: str, **query: Any) -> Any:
        """The JSON of a successful GET."""
        return self._good("GET", path, None, **query)

    def post(self, path: str, body: Any = None, **query: Any) -> Any:
        """The JSON of a successful POST."""
        return self._good("POST", path, body, **query)

    def put(self, path: str, body: Any = None) -> Any:
        """The JSON of a successful PUT."""
        return self._good("PUT", path, body)

    def patch(self, path: str, body: Any = None) -> Any:
        """The JSON of a successful PATCH."""
        return self._good("PATCH", path, body)

    def delete(self, path: str) -> None:
        """A successful DELETE."""
        assert self._good("DELETE", path, None) is None

    def _good(self, verb: str, path: str, body: Any, **query: Any) -> Any:
        status, value = self.ask(verb, path, body, **query)
        assert status in {200, 204}, value
        return value

    def refused(self, verb: str, path: str, body: Any = None, **query: Any) -> tuple[int, str]:
        """Status and reason of a request that must fail."""
        status, value = self.ask(verb, path, body, **query)
        assert status >= 400, value
        return status, value["error"]["errors"][0]["reason"]

    def ids(self, q: str = "", **query: Any) -> list[str]:
        """The ids that a search finds, newest first."""
        asked = {"q": q, **query} if q else query
        return [item["id"] for item in self.get("/messages", **asked).get("messages", [])]
