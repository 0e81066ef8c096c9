"""The readers of one measurement: a set for each owner of a mailbox, one model and one budget for all."""

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

from mailreeve.app import App
from mailreeve.errors import ConfigError
from mailreeve.models import Usage

if TYPE_CHECKING:
    from mailreeve.reading.llm.reader import LlmReader
    from mailreeve.reading.offline.reader import OfflineReader

OFFLINE, LLM = READERS = ("offline", "llm")


class Bench:
    """`reader` is offline or llm; `model` names another model at the configured endpoint.

    Raises ConfigError when `llm` has no model to ask.
    """

    def __init__(self, app: App, reader: str, model: str = "") -> None:
        from mailreeve.reading.llm.budget import Budget, Limits
        from mailreeve.reading.llm.client import ChatClient

        settings = app.config.llm
        self.by_model = reader == LLM
        if self.by_model and not settings.configured:
            raise ConfigError(
                "No model is configured.", "Set [llm] base_url and model, or use --reader offline."
            )
        self._app = app
        self._client = ChatClient(replace(app.endpoint, model=model) if model else app.endpoint)
        self._budget = Budget(
            Limits(
                settings.max_tokens_per_run,
                settings.max_cost_per_run,
                settings.price_in_per_million,
                settings.price_out_per_million,
            )
        )
        self.model = model or settings.model
        self.offline = cache(self._offline)
        self.llm = cache(self._llm)

    @property
    def usage(self) -> Usage:
        """What the model cost so far."""
        return self._budget.usage

    @property
    def at_once(self) -> int:
        """How many cases are worked on at a time."""
        return self._app.config.llm.concurrency if self.by_model else 1

    def reader(self, owner: str, name: str = "") -> "LlmReader | OfflineReader":
        """The reader that is measured, for a mailbox."""
        return self.llm(owner, name) if self.by_model else self.offline(owner, name)

    def close(self) -> None:
        """Close the connections to the model."""
        self._client.close()

    def _offline(self, owner: str, name: str) -> "OfflineReader":
        from mailreeve.reading.offline.reader import OfflineReader

        name = name or self._app.config.user.name
        return OfflineReader((), frozenset({owner} - {""}), name=name)

    def _llm(self, owner: str, name: str) -> "LlmReader":
        from mailreeve.reading.llm.reader import LlmReader

        user = self._app.config.user
        about = " ".join(filter(None, (name or user.name, owner and f"<{owner}>", user.about)))
        return LlmReader(
            self._client, self._budget, about=about, body_tokens=self._app.config.llm.body_tokens
        )
