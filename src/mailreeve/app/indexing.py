"""The local index of one account, and search by meaning beside it: opened when they are needed."""

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from mailreeve.cancel import Cancel
from mailreeve.config import Config
from mailreeve.errors import Cancelled, ConfigError, ReaderError, StoreError
from mailreeve.models import Message
from mailreeve.store.index_schema import location

if TYPE_CHECKING:
    from mailreeve.app.meaning import Meaning
    from mailreeve.store.index import Index

_PATIENCE = 30.0
"""Seconds that the embedding model may take for mail that a run has read."""


class LocalIndex:
    """Where it is, whether it is there, and what is told of it."""

    def __init__(self, config: Config, address: str) -> None:
        self._config = config
        self._address = address
        self._index: Index | None = None
        self._meaning: Meaning | None = None
        self._learns = True

    @property
    def file(self) -> Path:
        """Where the local index of the account is, or would be."""
        return location(self._config.home, self._address)

    @property
    def made(self) -> "Index | None":
        """The local index; None when it is turned off or was never made."""
        there = self._config.index.enabled and self.file.exists()
        return self.open() if there else None

    def open(self) -> "Index":
        """The local index, made when there is none."""
        from mailreeve.reading.secrets_mail import is_secret_mail
        from mailreeve.store.index import Index

        if self._index is None or self._index.db.file != self.file or not self.file.exists():
            self._index = Index(self.file, self._address, is_secret_mail)
        return self._index

    def meaning(self, index: "Index") -> "Meaning | None":
        """Search by meaning beside the words of this index; None while it is off. Raises ConfigError without the extra."""
        if not self._config.semantic.is_on:
            return None
        from mailreeve.app import meaning

        if self._meaning is None or self._meaning.index is not index:
            self._meaning = meaning.Meaning(index, meaning.endpoint(self._config))
        return self._meaning

    def forget(self) -> bool:
        """Delete the local index; False when there was none."""
        there = self.file.exists()
        if there:
            self.open().forget()
        self._index = None
        return there

    def remember(self, messages: Sequence[Message]) -> None:
        """Take up messages that were fetched anyway, where there is an index; with [semantic] what they mean too.

        An index that cannot be written stops nothing, and no more does an embedding model that does not answer: it is
        asked no more by this run. The next sync makes up for both, or says what is wrong.
        """
        with suppress(StoreError):
            if index := self.made:
                index.add(messages)
                self._learn(index, messages)

    def _learn(self, index: "Index", messages: Sequence[Message]) -> None:
        try:
            if self._learns and (meaning := self.meaning(index)):
                meaning.learn(messages, Cancel(_PATIENCE))
        except (ReaderError, ConfigError, Cancelled):
            self._learns = False

    def close(self) -> None:
        """Close what was opened."""
        for one in (self._index, self._meaning):
            if one is not None:
                one.close()
