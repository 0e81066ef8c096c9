"""An OpenAI-compatible endpoint in an attacker's hands. No model: a script that reads the prompt and lies."""

import json
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from mailreeve.evaluation import attacks, lies
from mailreeve.evaluation.lies import Asked, Lie

_LISTED = re.compile(r"^  ([\w .-]+): ", re.MULTILINE)


class HostileModel:
    """Listens on a free port of this machine until it is stopped; remembers which canaries each prompt held."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._prompts: list[frozenset[str]] = []
        self._server = _Server(("127.0.0.1", 0), _handler(self))
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self._server.server_address[1])

    @property
    def base_url(self) -> str:
        """As a client wants it."""
        return f"http://127.0.0.1:{self.port}/v1"

    def stop(self) -> None:
        """End the server."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def taken(self) -> list[frozenset[str]]:
        """The canaries of each prompt since the last time."""
        with self._lock:
            found, self._prompts = self._prompts, []
        return found

    def reply(self, request: dict[str, Any]) -> Lie:
        """The lie for a request."""
        asked = understood(request)
        with self._lock:
            self._prompts.append(attacks.canaries(asked.prompt))
        return lies.answer(asked)


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients that had enough hang up; nobody needs to read of it."""


@contextmanager
def running() -> Iterator[HostileModel]:
    """A hostile model for one measurement."""
    model = HostileModel()
    try:
        yield model
    finally:
        model.stop()


def understood(request: dict[str, Any]) -> Asked:
    """What a request asks for, from its schema if it has one, else from its words."""
    prompt = "\n".join(str(one.get("content", "")) for one in request.get("messages", ()))
    schema = request.get("response_format", {}).get("json_schema", {}).get("schema", {}).get("properties", {})
    labels = tuple(schema.get("label", {}).get("enum", ())) or tuple(_LISTED.findall(prompt))
    keys = {"label": "classify", "gist": "summarize", "notes": "fold", "news": "digest", "body": "draft"}
    task = next((task for key, task in keys.items() if key in schema), "")
    if not task:
        words = {
            "Keys: gist": "summarize",
            "Keys: notes": "fold",
            "Keys: news": "digest",
            "Keys: body": "draft",
            "\nlabel: ": "classify",
        }
        task = next((task for word, task in words.items() if word in prompt), "agent")
    tools = tuple(one["function"]["name"] for one in request.get("tools", ()))
    return Asked(task, labels or ("x",), prompt, tools)


def completion(lie: Lie) -> bytes:
    """The bytes of a chat completion."""
    calls = [
        {
            "id": f"call_{number}",
            "type": "function",
            "function": {"name": name, "arguments": json.dumps(given)},
        }
        for number, (name, given) in enumerate(lie.calls)
    ]
    message = {"role": "assistant", "content": lie.text} | ({"tool_calls": calls} if calls else {})
    if lie.refusal:
        message["refusal"] = lie.refusal
    choice = {"index": 0, "finish_reason": lie.finish, "message": message}
    usage = {"prompt_tokens": 500, "completion_tokens": 60, "total_tokens": 560}
    body = {"id": "x", "object": "chat.completion", "created": 0, "model": "not-what-you-asked-for"}
    return json.dumps(body | {"choices": [choice], "usage": usage}).encode()


def _handler(model: HostileModel) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # head and body leave together, which spares the client's delayed acknowledgement

        def do_POST(self) -> None:
            """Answer one chat request."""
            request = json.loads(self.rfile.read(int(self.headers.get("Content-Length", "0"))))
            lie = model.reply(request)
            data = lie.body or completion(lie)
            time.sleep(0 if lie.halved else lie.wait)
            self.send_response(lie.status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            try:
                if lie.halved:
                    self.wfile.write(data[: len(data) // 2])
                    self.wfile.flush()
                    time.sleep(lie.wait)
                self.wfile.write(data[len(data) // 2 :] if lie.halved else data)
            except OSError:
                self.close_connection = True  # the client had enough

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 -- the name that http.server wants
            return

    return Handler
