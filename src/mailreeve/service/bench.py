"""The readers of one measurement: a set for each owner of a mailbox, one model and one budget for all."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, tzinfo
from functools import cache, partial
from typing import TYPE_CHECKING

from mailreeve.app import App
from mailreeve.errors import ConfigError
from mailreeve.models import Usage

if TYPE_CHECKING:
    from mailreeve.reading.llm.client import ChatClient
    from mailreeve.reading.llm.reader import LlmReader
    from mailreeve.reading.offline.reader import OfflineReader

OFFLINE, LLM = READERS = ("offline", "llm")


class Readers:
    """Both readers of each owner, by address and name.

    The offline one tells dates in `zone`, else in that of each message; `now` is when the model is told that it reads.
    """

    def __init__(
        self,
        app: App,
        client: "ChatClient",
        *,
        zone: tzinfo | None = None,
        now: Callable[[], datetime] | None = None,
    ) -> None:
        from mailreeve.reading.llm.budget import Budget

        self._app, self._client, self._zone, self._now = app, client, zone, now
        self._budget = Budget(app.limits)
        self.offline = cache(self._offline)
        self.llm = cache(self._llm)

    @property
    def usage(self) -> Usage:
        """What the model cost so far."""
        return self._budget.usage

    def close(self) -> None:
        """Close the connections to the model."""
        self._client.close()

    def _offline(self, owner: str, name: str = "") -> "OfflineReader":
        from mailreeve.reading.offline.reader import OfflineReader

        name = name or self._app.config.user.name
        return OfflineReader((), frozenset({owner} - {""}), name=name, zone=self._zone)

    def _llm(self, owner: str, name: str = "") -> "LlmReader":
        from mailreeve.reading.llm.reader import LlmReader

        made: Callable[..., LlmReader] = partial(LlmReader, now=self._now) if self._now else LlmReader
        user = self._app.config.user
        about = " ".join(filter(None, (name or user.name, owner and f"<{owner}>", user.about)))
        size = self._app.config.llm.body_tokens
        return made(self._client, self._budget, about=about, body_tokens=size)


class Bench(Readers):
    """`reader` is offline or llm; `model` names another model at the configured endpoint.

    Raises ConfigError when `llm` has no model to ask.
    """

    def __init__(self, app: App, reader: str, model: str = "") -> None:
        from mailreeve.reading.llm.client import ChatClient

        settings = app.config.llm
        self.by_model = reader == LLM
        if self.by_model and not settings.configured:
            raise ConfigError(
                "No model is configured.", "Set [llm] base_url and model, or use --reader offline."
            )
        super().__init__(app, ChatClient(replace(app.endpoint, model=model) if model else app.endpoint))
        self.model = model or settings.model

    @property
    def at_once(self) -> int:
        """How many cases are worked on at a time."""
        return self._app.config.llm.concurrency if self.by_model else 1

    def reader(self, owner: str, name: str = "") -> "LlmReader | OfflineReader":
        """The reader that is measured, for a mailbox."""
        return self.llm(owner, name) if self.by_model else self.offline(owner, name)
