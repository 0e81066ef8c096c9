"""The local Google for tests: the real sandbox on a thread, with its control endpoints at hand.

`sandbox` is an empty mailbox, `sandbox_factory(**options)` takes `demo`, `mbox`, `maildir`, `eml`, `account`,
`quota`, `faults` (a list) and `state` (a file that outlives the server).
"""

import http.client
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import copy
from pathlib import Path
from typing import Any

from mailreeve.sandbox.server import Server
from mailreeve.sandbox.service import Options, open_state
from mailreeve.sandbox.state import State


class SandboxServer:
    """A running sandbox."""

    def __init__(self, file: Path, state: State, *others: State) -> None:
        """`others` are mailboxes of the same server, which `seen_by` gives."""
        self.file = file
        self.token = state.token
        self.account = state.account
        self._state = state
        self._server = Server(state, *others)
        self.base_url = self._server.base_url
        self._thread = threading.Thread(target=self._server.serve_here, name="sandbox", daemon=True)
        self._thread.start()

    def seen_by(self, state: State) -> "SandboxServer":
        """The same server with the token of another of its mailboxes."""
        other = copy(self)
        other.token, other.account, other._state = state.token, state.account, state
        return other

    def end(self) -> None:
        """End the server; its files stay open."""
        self._server.stop()
        self._thread.join(10)

    def stop(self) -> None:
        """End the server and close its file."""
        self.end()
        self._state.close()

    @contextmanager
    def state_file(self) -> Iterator[State]:
        """The file behind the server, in a transaction of its own."""
        state = State(self.file, self.account)
        try:
            with state.transaction():
                yield state
        finally:
            state.close()

    def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        token: str | None = None,
        headers: dict[str, str] | None = None,
    ) -> tuple[int, dict[str, str], bytes]:
        """One request with the token: status, headers (lower case) and body. `body` is bytes, or made JSON."""
        sent = {"Authorization": f"Bearer {self.token if token is None else token}", **(headers or {})}
        data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        connection = http.client.HTTPConnection(self.base_url.removeprefix("http://"), timeout=60)
        try:
            connection.request(method, path, data, sent)
            answer = connection.getresponse()
            found = {name.lower(): value for name, value in answer.getheaders()}
            return answer.status, found, answer.read()
        finally:
            connection.close()

    def api(self, method: str, path: str, body: Any = None) -> Any:
        """One request below /gmail/v1/users/me: the JSON of the answer, None when it is empty.

        An answer that is no success is an AssertionError with its text.
        """
        status, _, data = self.call(method, f"/gmail/v1/users/me{path}", body)
        assert status in {200, 204}, f"{method} {path}: {status} {data!r}"
        return json.loads(data) if data else None

    def _control(self, method: str, name: str, body: Any = None, **headers: str) -> Any:
        status, _, data = self.call(method, f"/_sandbox/{name}", body, headers=headers)
        assert status == 200, f"{name}: {status} {data!r}"
        return json.loads(data)

    def deliver(self, raw: bytes, labels: str | None = None) -> str:
        """Receive a message now; `labels` is a list with commas, INBOX and UNREAD when left out."""
        headers = {} if labels is None else {"X-Sandbox-Labels": labels}
        found: str = self._control("POST", "deliver", raw, **headers)["id"]
        return found

    def state(self) -> dict[str, Any]:
        """Messages with labels, drafts, labels."""
        found: dict[str, Any] = self._control("GET", "state")
        return found

    def labels_of(self, message_id: str) -> set[str]:
        """The names of a message's labels."""
        return next(set(mail["labels"]) for mail in self.state()["messages"] if mail["id"] == message_id)

    def sent(self) -> list[dict[str, Any]]:
        """Everything that was sent: raw (base64url) and envelope."""
        found: list[dict[str, Any]] = self._control("GET", "sent")
        return found

    def units(self) -> dict[str, Any]:
        """Quota units spent: `units`, `calls`, `by_method`; `full`: how often each message's text was given out."""
        found: dict[str, Any] = self._control("GET", "units")
        return found

    def faults(self, wishes: list[dict[str, Any]]) -> None:
        """Set the failures from now on; an empty list clears them."""
        self._control("POST", "faults", wishes)

    def clock(self, *, now: float | str | None = None, advance: float | None = None) -> float:
        """Move the sandbox's time; returns it in epoch seconds."""
        wish = {"advance": advance} if now is None else {"now": now}
        moment: float = self._control("POST", "clock", wish)["now"]
        return moment

    def consent(self, **settings: Any) -> None:
        """How the person answers the consent page: `deny`, `scopes` that stay ticked, `rotate`."""
        self._control("POST", "consent", settings)

    def token_for(self, *scopes: str, expires_in: float | None = None) -> str:
        """An access token with chosen scopes."""
        wish = {"scopes": scopes, "expires_in": expires_in}
        token: str = self._control("POST", "tokens", wish)["access_token"]
        return token

    def delegation(self, scopes: list[str] | None) -> None:
        """What the administrator authorizes a service account for in this mailbox."""
        self._control("POST", "delegation", {"scopes": scopes})

    def send_as(self, address: str, **settings: Any) -> None:
        """Another address that the account may write from."""
        self._control("POST", "send_as", {"sendAsEmail": address, **settings})


Factory = Callable[..., SandboxServer]


def start(file: Path, **options: Any) -> SandboxServer:
    """A server over a new or known state file."""
    faults = options.pop("faults", None)
    options.setdefault("quota", "off")
    demo = options.pop("demo", False)
    from_file = {"mbox", "maildir", "eml"} & set(options)
    server = SandboxServer(file, open_state(Options(file=file, empty=not (demo or from_file), **options)))
    if faults:
        server.faults(faults)
    return server


@contextmanager
def factory(folder: Path) -> Iterator[Factory]:
    """Starts servers, and ends them all."""
    servers: list[SandboxServer] = []

    def make(**options: Any) -> SandboxServer:
        file = options.pop("state", folder / f"sandbox-{len(servers)}.db")
        servers.append(start(file, **options))
        return servers[-1]

    try:
        yield make
    finally:
        for server in servers:
            server.stop()
