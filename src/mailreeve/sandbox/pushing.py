"""Push subscriptions of Pub/Sub: each message is POSTed with a token of the service account until somebody takes it.

Sources: docs.cloud.google.com/pubsub/docs/push (the envelope; 102, 200, 201, 202 and 204 acknowledge),
docs.cloud.google.com/pubsub/docs/handling-failures (exponential backoff).
"""

import asyncio
import http.client
import json
from typing import Any
from urllib.parse import urlsplit

from mailreeve.sandbox import oidc, pubsub
from mailreeve.sandbox.state import Row, State

TAKEN = frozenset({102, 200, 201, 202, 204})
FIRST_MS, LONGEST_MS = 100, 60_000
"""Between two tries; doubled each time."""
TIMEOUT = 10.0
"""Seconds."""


class Pusher:
    """One message at a time, on the server's loop; the request itself waits in a thread."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._task: asyncio.Task[None] | None = None

    def look(self) -> None:
        """Begin with the oldest message that is due, unless one is under way."""
        if self._task is not None and not self._task.done():
            return
        state = self._state
        row = state.row(
            "select notices.*, body from notices join subscriptions on name = subscription"
            " where json_extract(body, '$.pushConfig.pushEndpoint') <> '' and lease <= ? order by n",
            (state.now_ms(),),
        )
        if row is not None:
            wait = min(FIRST_MS * 2 ** row["tries"], LONGEST_MS)
            state.execute(
                "update notices set lease = ?, tries = tries + 1 where n = ?",
                (state.now_ms() + wait, row["n"]),
            )
            self._task = asyncio.create_task(self._push(row))

    async def _push(self, row: Row) -> None:
        config = json.loads(row["body"])["pushConfig"]
        told = json.dumps({"message": pubsub.message(row), "subscription": row["subscription"]})
        try:
            status = await asyncio.to_thread(_post, config["pushEndpoint"], told, self._token(config))
        except (OSError, http.client.HTTPException):
            return  # nobody there: tried again when the lease is over
        if status in TAKEN:
            self._state.execute("delete from notices where n = ?", (row["n"],))

    def _token(self, config: dict[str, Any]) -> str:
        wanted = config.get("oidcToken") or {}
        email = str(wanted.get("serviceAccountEmail", ""))
        audience = str(wanted.get("audience") or config["pushEndpoint"])
        return oidc.token(self._state, email, audience) if email else ""

    def stop(self) -> None:
        """Wait for nothing."""
        if self._task is not None:
            self._task.cancel()


def _post(endpoint: str, body: str, token: str) -> int:
    parts = urlsplit(endpoint)
    headers = {"content-type": "application/json"} | ({"authorization": f"Bearer {token}"} if token else {})
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port or 80, timeout=TIMEOUT)
    try:
        connection.request("POST", parts.path or "/", body, headers)
        return connection.getresponse().status
    finally:
        connection.close()
