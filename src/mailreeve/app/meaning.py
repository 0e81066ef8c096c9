"""The extra `semantic`: mails of the local index as vectors of an embedding model, made and asked."""

from collections.abc import Sequence
from dataclasses import dataclass

from mailreeve.cancel import Cancel
from mailreeve.config import Config
from mailreeve.errors import ReaderAnswerInvalid, ReaderUnavailable
from mailreeve.models import Message
from mailreeve.reading.llm import embeddings
from mailreeve.reading.llm.client import Endpoint
from mailreeve.reading.llm.embeddings import AT_ONCE, EmbeddingClient, Vector
from mailreeve.store.index import Index
from mailreeve.store.index_schema import BINS
from mailreeve.store.index_vectors import Vectors, arithmetic


@dataclass(slots=True)
class Learned:
    """What was embedded."""

    mails: int = 0
    refused: int = 0
    """Mails that the endpoint does not take, one by one neither: they get no vector."""
    tokens: int = 0


class Meaning:
    """One index and one embedding model."""

    def __init__(self, index: Index, endpoint: Endpoint) -> None:
        """Raises ConfigError where the extra is not installed."""
        arithmetic()
        self.vectors = Vectors(index, endpoint.model)
        self.index = index
        self._client = EmbeddingClient(endpoint)
        self.learned = Learned()

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def learn(self, messages: Sequence[Message], cancel: Cancel) -> None:
        """Embed mails that the index holds, except spam and trash; what is a secret gets an empty vector and goes nowhere.

        Raises ReaderUnavailable when the endpoint does not answer or takes no text at all, ConfigError when its vectors
        do not fit the others, Cancelled; what was embedded before is kept.
        """
        self.vectors.adopt()
        wanted = [one for one in messages if not BINS & set(one.labels)]
        texts = {one.id: embeddings.of_mail(one) for one in wanted}
        self.vectors.put((id_, ()) for id_, text in texts.items() if not text)
        spoken = [(id_, text) for id_, text in texts.items() if text]
        for start in range(0, len(spoken), AT_ONCE):
            self._embed(spoken[start : start + AT_ONCE], cancel)

    def _embed(self, texts: Sequence[tuple[str, str]], cancel: Cancel) -> None:
        """A batch; one that is refused is tried in halves, so that one strange mail costs no other its vector."""
        try:
            found = self._client.embed([text for _, text in texts], cancel)
        except ReaderAnswerInvalid:
            if len(texts) == 1:
                self._demand_sense(cancel)
                self.learned.refused += 1
                self.vectors.put([(texts[0][0], ())])
                return
            middle = len(texts) // 2
            self._embed(texts[:middle], cancel)
            self._embed(texts[middle:], cancel)
            return
        self.learned.mails += self.vectors.put(
            (id_, vector) for (id_, _), vector in zip(texts, found.vectors, strict=True)
        )
        self.learned.tokens += found.tokens

    def _demand_sense(self, cancel: Cancel) -> None:
        """Raise ReaderUnavailable when the endpoint refuses any text: then it is not the mail's fault."""
        try:
            self._client.embed(["Good morning"], cancel)
        except ReaderAnswerInvalid as error:
            raise ReaderUnavailable(error.message, embeddings.MEND) from None

    def of(self, words: str, cancel: Cancel) -> Vector:
        """The vector of a search. Raises ReaderError, Cancelled."""
        return self._client.embed([embeddings.of_query(words)], cancel).vectors[0]


def endpoint(config: Config) -> Endpoint:
    """Where the embedding model is: its own address and key, or those of [llm]; never the key of the one at the other."""
    own, llm = config.semantic, config.llm
    base, key = (own.base_url, own.api_key) if own.base_url else (llm.base_url, own.api_key or llm.api_key)
    return Endpoint(base or "", own.model, key.get_secret_value() if key else "", own.timeout_seconds)
