"""A local OpenAI-compatible endpoint whose answers a test writes: `llm_server` in any test.

    def test_it(llm_server):
        llm_server.says({"label": "fyi", ...})          # the next call's content
        llm_server.then(status(429, retry_after="0"))   # the call after that
        reader = ... base_url=llm_server.base_url ...
        assert 2 == len(llm_server.requests)

Without a script it answers with `default`, a callable from the request to the content.
"""

import json
import re
import threading
import time
import zlib
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Json = dict[str, Any]


@dataclass
class Request:
    """One recorded request."""

    path: str
    headers: dict[str, str]
    """Names in lower case."""
    body: Json
    raw: bytes

    @property
    def system(self) -> str:
        return str(self.body["messages"][0]["content"])

    @property
    def user(self) -> str:
        return str(self.body["messages"][1]["content"])

    @property
    def format(self) -> str:
        return str(self.body.get("response_format", {}).get("type", "text"))

    @property
    def label_ids(self) -> list[str]:
        """The closed set offered: from the schema, else from the list in the prompt."""
        schema = self.body.get("response_format", {}).get("json_schema", {}).get("schema", {})
        offered = schema.get("properties", {}).get("label", {}).get("enum")
        return list(offered) if offered else re.findall(r"^  ([\w .-]+): ", self.system, re.MULTILINE)


@dataclass
class Reply:
    """One HTTP answer."""

    body: bytes
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    delay: float = 0.0
    drip: float = 0.0
    """Seconds between single bytes."""


Answerer = Callable[[Request], Reply]


def completion(
    content: Any, *, finish: str = "stop", usage: tuple[int, int] | None = (500, 60), **message: Any
) -> bytes:
    """The bytes of a chat completion; a dict becomes JSON text."""
    text = json.dumps(content) if isinstance(content, dict) else content
    body: Json = {
        "id": "x",
        "object": "chat.completion",
        "created": 0,
        "model": "scripted",
        "choices": [
            {
                "index": 0,
                "finish_reason": finish,
                "message": {"role": "assistant", "content": text, **message},
            }
        ],
    }
    if usage:
        body["usage"] = dict(
            zip(("prompt_tokens", "completion_tokens", "total_tokens"), (*usage, sum(usage)), strict=True)
        )
    return json.dumps(body).encode()


def says(content: Any, **options: Any) -> Answerer:
    """Answer with this content."""
    return lambda _: Reply(completion(content, **options))


def status(code: int, message: str = "no", **headers: str) -> Answerer:
    """Answer with an HTTP error; header names with underscores."""
    body = json.dumps({"error": {"message": message, "type": "x", "param": None, "code": None}}).encode()
    return lambda _: Reply(body, code, {name.replace("_", "-"): value for name, value in headers.items()})


def raw(body: bytes, **options: Any) -> Answerer:
    """Answer with these bytes."""
    return lambda _: Reply(body, **options)


def refusing(*shapes: str) -> Answerer:
    """400 for these response formats, as servers do that do not know them; else the default verdict."""

    def answer(request: Request) -> Reply:
        if request.format in shapes:
            return status(400, f"response_format type {request.format} is not supported")(request)
        return Reply(completion(verdict(request)))

    return answer


def verdict(request: Request, **changes: Any) -> Json:
    """A well-formed answer to classify.md that chooses the first label offered."""
    return {
        "label": (request.label_ids or ["fyi"])[0],
        "priority": "normal",
        "needs_reply": False,
        "deadline": "",
        "actions": [],
        "summary": "A mail.",
        "confidence": 0.9,
        "reason": "It reads so.",
        **changes,
    }


def fitting(request: Request) -> Reply:
    """The default: a well-formed answer to whichever prompt was asked, or vectors for `/embeddings`."""
    if request.path.endswith("/embeddings"):
        return Reply(embeddings(request))
    if "Keys: notes" in request.system:
        first = re.search(r"^Message (\d+) of", request.user, re.MULTILINE)
        return Reply(completion({"notes": [{"text": "A note.", "message": int(first[1]) if first else 0}]}))
    if "Keys: news" in request.system:
        numbers = re.findall(r"^Message (\d+) of", request.user, re.MULTILINE)
        return Reply(completion({"news": [{"text": "A story.", "message": int(numbers[-1])}], "todo": []}))
    if "summarize" in request.system.partition("\n")[0]:
        empty: Json = {"decisions": [], "actions": [], "questions": []}
        return Reply(completion({"gist": "A thread.", "gist_messages": [1], **empty}))
    if "body of a reply" in request.system:
        return Reply(completion({"body": "Hello,\n\n[answer?]\n", "note": "Fill the blank."}))
    return Reply(completion(verdict(request)))


def embeddings(request: Request, dimensions: int = 128) -> bytes:
    """Hashed runs of three letters: words of the same stem come near each other. It is no language model."""
    rows = [
        {"object": "embedding", "index": number, "embedding": hashed(text, dimensions)}
        for number, text in enumerate(request.body["input"])
    ]
    tokens = sum(len(text) // 4 + 1 for text in request.body["input"])
    usage = {"prompt_tokens": tokens, "total_tokens": tokens}
    return json.dumps({"object": "list", "model": "scripted", "data": rows, "usage": usage}).encode()


def hashed(text: str, dimensions: int) -> list[float]:
    """The vector of a text."""
    vector = [0.0] * dimensions
    for word in re.findall(r"\w+", text.lower()):
        for at in range(len(word) + 1):
            place = zlib.crc32(f" {word} "[at : at + 3].encode())
            vector[place % dimensions] += 1 if place & 0x10000 else -1
    return vector


class ScriptedLlm:
    """The server: a queue of answers, and what was asked."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.default: Answerer = fitting
        self._script: deque[Answerer] = deque()
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = False
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}/v1"

    def then(self, *answers: Answerer) -> None:
        """Queue answers, one per call."""
        self._script.extend(answers)

    def says(self, content: Any, **options: Any) -> None:
        """Queue an answer with this content."""
        self.then(says(content, **options))

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _next(self, request: Request) -> Reply:
        with self._lock:
            self.requests.append(request)
            answer = self._script.popleft() if self._script else self.default
        return answer(request)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                data = self.rfile.read(int(self.headers.get("Content-Length", "0")))
                request = Request(
                    self.path,
                    {name.lower(): value for name, value in self.headers.items()},
                    json.loads(data),
                    data,
                )
                reply = server._next(request)
                time.sleep(reply.delay)
                self.close_connection = True
                try:
                    self._send(reply)
                except OSError:
                    return  # the client gave up, which is what such a test wants

            def _send(self, reply: Reply) -> None:
                self.send_response(reply.status)
                for name, value in {"Content-Type": "application/json", **reply.headers}.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(reply.body)))
                self.send_header("Connection", "close")
                self.end_headers()
                if not reply.drip:
                    self.wfile.write(reply.body)
                    return
                for byte in reply.body:
                    self.wfile.write(bytes([byte]))
                    time.sleep(reply.drip)

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 -- the name that http.server wants
                return

        return Handler


@contextmanager
def running() -> Iterator[ScriptedLlm]:
    """A server for one test."""
    server = ScriptedLlm()
    server.start()
    try:
        yield server
    finally:
        server.stop()
