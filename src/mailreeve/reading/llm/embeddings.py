"""Texts as vectors of an embedding model, from any endpoint that speaks OpenAI's `/embeddings`.

What goes there is what the chat endpoint would get of a mail, and less: subject, the sender's name and the new text
that a person sees, masked and cut. A mail that is a secret as a whole goes nowhere.
"""

import json
import math
import threading
import weakref
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mailreeve import telemetry
from mailreeve.cancel import Cancel
from mailreeve.errors import ReaderUnavailable
from mailreeve.mail import invisible
from mailreeve.models import Message
from mailreeve.reading.llm import client, render
from mailreeve.reading.llm.client import Endpoint
from mailreeve.reading.llm.redact import blanked
from mailreeve.reading.secrets_mail import is_secret_mail

if TYPE_CHECKING:
    from openai import OpenAI

AT_ONCE = 32
"""Texts of one request."""
TOKENS = 250
"""Of a mail's new text; small models look at no more."""
MAX_DIMENSIONS = 8_192
MAX_ANSWER_BYTES = 16_777_216
_QUERY_CHARS = 1_000
MEND = "Check [semantic] in config.toml with `mailreeve doctor --llm`."
"""What a person does when the endpoint does not answer as it should."""

Vector = tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Embedded:
    """A vector for each text; `tokens` as the endpoint counted, or four characters each where it did not say."""

    vectors: tuple[Vector, ...]
    tokens: int


class EmbeddingClient:
    """Asks one endpoint; threads may share it."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self._lock = threading.Lock()
        self._openai: OpenAI | None = None

    def close(self) -> None:
        """Close the connections; the client can be used again."""
        with self._lock:
            if self._openai is not None:
                self._openai.close()
                self._openai = None

    def embed(self, texts: Sequence[str], cancel: Cancel) -> Embedded:
        """One request for at most AT_ONCE texts, repeated at most twice when it fails on the way.

        Raises ReaderUnavailable when the endpoint does not answer, refuses us, or answers something else than a
        vector for each; ReaderAnswerInvalid when it refuses these texts; Cancelled.
        """
        with telemetry.span(
            "llm.request", gen_ai__request__model=self._endpoint.model, llm__task="embed"
        ) as span:
            try:
                raw = client.patiently(lambda: self._post(texts, cancel), self._endpoint, cancel)
                found = read_answer(raw, texts)
            except ReaderUnavailable as error:
                error.advice = MEND
                raise
            span.note(gen_ai__usage__input_tokens=found.tokens)
        return found

    def _post(self, texts: Sequence[str], cancel: Cancel) -> bytes:
        import openai

        limit = self._endpoint.timeout_seconds
        seconds = limit if cancel.left is None else min(cancel.left, limit)
        try:
            asked = self._client().embeddings.with_raw_response.create(
                input=list(texts),
                model=self._endpoint.model,
                encoding_format="float",
                timeout=max(0.05, seconds),
            )
        except openai.APIStatusError as error:
            client.raise_for(error, self._endpoint)
        except openai.APIConnectionError as error:
            raise client.unreached(error, self._endpoint) from None
        return asked.http_response.content

    def _client(self) -> "OpenAI":
        with self._lock:
            if self._openai is None:
                self._openai = client.build(self._endpoint, MAX_ANSWER_BYTES)
                weakref.finalize(self, self._openai.close)
            return self._openai


def read_answer(raw: bytes, texts: Sequence[str]) -> Embedded:
    """The vectors out of the HTTP body, in the order of the texts. Raises ReaderUnavailable for anything else."""
    try:
        body = json.loads(raw)
        rows = {row["index"]: row["embedding"] for row in body["data"]}
        vectors = tuple(_vector(rows[number]) for number in range(len(texts)))
    except (ValueError, KeyError, TypeError, RecursionError):
        raise ReaderUnavailable("The endpoint's answer is no list of embeddings.") from None
    if len({len(vector) for vector in vectors}) > 1:
        raise ReaderUnavailable("The endpoint's embeddings differ in length.")
    tokens, _ = client.counted(body.get("usage"))
    return Embedded(vectors, tokens or sum(len(text) // 4 + 1 for text in texts))


def _vector(row: Any) -> Vector:
    """Finite numbers that are not all nought: else it has no direction. Raises ValueError or TypeError."""
    vector = tuple(float(number) for number in row)
    if not 1 <= len(vector) <= MAX_DIMENSIONS or not all(map(math.isfinite, vector)) or not any(vector):
        raise ValueError("no direction")
    return vector


def of_mail(mail: Message) -> str:
    """What is embedded of a mail; empty for one that is a secret as a whole, or says nothing."""
    if is_secret_mail(mail) or not (mail.subject.strip() or mail.text.strip() or mail.quoted.strip()):
        return ""
    subject, name = (blanked(invisible.one_line(one)) for one in (mail.subject, mail.author.name))
    return f"{subject[: render.SUBJECT_CHARS]}. {name[:80]}\n{render.body(mail, TOKENS, blanked)}"


def of_query(words: str) -> str:
    """What is embedded of a search."""
    return blanked(invisible.one_line(words))[:_QUERY_CHARS]
