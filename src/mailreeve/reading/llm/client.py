"""One chat call to an OpenAI-compatible endpoint: bounded in time, size and tries, told apart when it fails.

The client is given key and base URL by us, always: mail must not go to a provider that the user did not name.
`OPENAI_*` variables have no effect (the library would read key, base URL, organization, project and headers
from them), redirects are not followed, and proxies of the environment are used for https only, where they
see no mail.
"""

import json
import logging
import math
import random
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

from mailreeve import telemetry
from mailreeve.cancel import Cancel
from mailreeve.errors import ReaderAnswerInvalid, ReaderUnavailable
from mailreeve.models import Json
from mailreeve.reading.llm.dialect import Dialect

if TYPE_CHECKING:
    from openai import APIConnectionError, APIStatusError, OpenAI

MAX_ANSWER_BYTES = 262_144
"""A larger HTTP answer is dropped while it arrives."""
MAX_WAIT = 20.0
"""The longest that a Retry-After is honoured, in seconds."""
RETRIES = 2
"""How often a call is repeated after 429, 5xx or a time-out."""

_NO_KEY = "none"
"""Local servers want no key; the library wants one that is not empty."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where the model is, and how long one call may take."""

    base_url: str
    model: str
    api_key: str = ""
    timeout_seconds: float = 60.0
    first_wait_seconds: float = 0.5
    """Before the first repetition; doubles for the next one."""


@dataclass(frozen=True, slots=True)
class Question:
    """One call: two parts of a prompt and the schema of the answer."""

    name: str
    system: str
    user: str
    schema: Json
    max_tokens: int


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back; `problem` says why the text must not be used, and is empty when it may."""

    text: str
    problem: str = ""
    tokens_in: int = 0
    """As the endpoint counted; 0 when it did not say."""
    tokens_out: int = 0
    notes: tuple[str, ...] = ()


class ChatClient:
    """Asks one endpoint; threads may share it. What the endpoint does not understand is left out for good."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self._dialect = Dialect()
        self._lock = threading.Lock()
        self._openai: OpenAI | None = None

    @property
    def model(self) -> str:
        """The model's name at the endpoint."""
        return self._endpoint.model

    def close(self) -> None:
        """Close the connections; the client can be used again."""
        with self._lock:
            if self._openai is not None:
                self._openai.close()
                self._openai = None

    def ask(self, question: Question, cancel: Cancel) -> Answer:
        """Ask once, repeating what failed on the way, at most twice.

        Raises ReaderUnavailable when the endpoint does not answer or refuses us, ReaderAnswerInvalid
        when it refuses this question, Cancelled.
        """
        with telemetry.span(
            "llm.request", gen_ai__request__model=self.model, llm__task=question.name
        ) as span:
            answer = self._ask(question, cancel)
            span.note(
                gen_ai__usage__input_tokens=answer.tokens_in, gen_ai__usage__output_tokens=answer.tokens_out
            )
        return answer

    def _ask(self, question: Question, cancel: Cancel) -> Answer:
        return patiently(lambda: self._ask_once(question, cancel), self._endpoint, cancel)

    def models(self) -> tuple[str, ...] | None:
        """Names of the endpoint's models, asked once and free of cost; None when it does not list them.

        Raises ReaderUnavailable when it cannot be reached or refuses the key.
        """
        import openai

        where = f"The model at {self._endpoint.base_url}"
        try:
            return tuple(model.id for model in self._client().models.list().data)
        except openai.APIStatusError as error:
            if error.status_code in {401, 403}:
                raise ReaderUnavailable(f"{where} refused the key ({error.status_code}).") from None
            if error.status_code in {500, 502, 503, 504}:
                raise ReaderUnavailable(f"{where} answered {error.status_code}.") from None
            return None
        except openai.APIConnectionError as error:
            kind = type(error.__cause__ or error).__name__
            raise ReaderUnavailable(f"{where} cannot be reached ({kind}).") from None
        except (ReaderAnswerInvalid, openai.OpenAIError, ValueError, TypeError, AttributeError):
            return None  # something answers, and in other words than a list of models

    def _ask_once(self, question: Question, cancel: Cancel) -> Answer:
        import openai

        dialect = self._dialect
        while True:
            try:
                raw = self._post(dialect.body(self.model, question), cancel)
            except openai.APIStatusError as error:
                simpler = dialect.simpler(error.status_code, _told(error))
                if simpler is None:
                    raise_for(error, self._endpoint)
                cancel.check()
                dialect = simpler
            except openai.APIConnectionError as error:
                raise unreached(error, self._endpoint) from None
            else:
                self._dialect = dialect
                return read_answer(raw)

    def _post(self, body: Json, cancel: Cancel) -> bytes:
        limit = self._endpoint.timeout_seconds
        seconds = limit if cancel.left is None else min(cancel.left, limit)
        asked = self._client().chat.completions.with_raw_response.create(**body, timeout=max(0.05, seconds))
        return asked.http_response.content

    def _client(self) -> "OpenAI":
        with self._lock:
            if self._openai is None:
                self._openai = build(self._endpoint)
                weakref.finalize(self, self._openai.close)
            return self._openai


class Again(Exception):
    """The call failed in a way that another try may mend."""

    def __init__(self, why: str, after: float = 0.0) -> None:
        super().__init__(why)
        self.why = why
        self.after = after


T = TypeVar("T")


def patiently(once: Callable[[], T], endpoint: Endpoint, cancel: Cancel) -> T:
    """Call, and call again after what another try may mend, RETRIES times at most.

    Raises ReaderUnavailable when it did not help, Cancelled.
    """
    tries = 0
    while True:
        cancel.check()
        try:
            return once()
        except Again as again:
            tries += 1
            if tries > RETRIES:
                raise ReaderUnavailable(f"{again.why}, {tries} times.") from None
            jitter = random.uniform(1, 1.25)  # noqa: S311 -- spreads tries, keeps no secret
            backoff: float = endpoint.first_wait_seconds * 2 ** (tries - 1) * jitter
            cancel.sleep(min(max(backoff, again.after), MAX_WAIT))


def build(endpoint: Endpoint, most: int = MAX_ANSWER_BYTES) -> "OpenAI":
    """The library's client with nothing of the environment in it; an answer of more bytes than `most` is dropped."""
    import httpx2
    import openai

    class Plain(openai.OpenAI):
        """Sends these headers and the key, and not what OPENAI_* variables name."""

        @property
        def default_headers(self) -> dict[str, Any]:
            return {
                "Accept": "application/json",
                "Accept-Encoding": "identity",
                "Content-Type": "application/json",
                "User-Agent": "mailreeve",
            }

    class Bounded(httpx2.SyncByteStream):
        """A body that ends with an error when it is too large or comes too slowly."""

        def __init__(self, inner: httpx2.SyncByteStream, seconds: float) -> None:
            self._inner = inner
            self._deadline = time.monotonic() + seconds

        def __iter__(self) -> Iterator[bytes]:
            size = 0
            for chunk in self._inner:
                size += len(chunk)
                if size > most:
                    raise ReaderAnswerInvalid(f"The model's answer is larger than {most} bytes.")
                if time.monotonic() > self._deadline:
                    raise httpx2.ReadTimeout("the answer came too slowly")
                yield chunk

        def close(self) -> None:
            self._inner.close()

    def bound(response: httpx2.Response) -> None:
        if not isinstance(response.stream, httpx2.SyncByteStream):  # pragma: no cover
            raise TypeError("a synchronous client got an asynchronous body")
        seconds = response.request.extensions.get("timeout", {}).get("read") or endpoint.timeout_seconds
        response.stream = Bounded(response.stream, seconds)

    logging.getLogger("openai").setLevel(logging.WARNING)  # OPENAI_LOG would have it log requests
    http = httpx2.Client(
        follow_redirects=False,
        trust_env=endpoint.base_url.startswith("https://"),
        event_hooks={"response": [bound]},
        timeout=endpoint.timeout_seconds,
    )
    return Plain(
        api_key=endpoint.api_key or _NO_KEY,
        base_url=endpoint.base_url,
        organization="",
        project="",
        webhook_secret="",
        max_retries=0,
        timeout=endpoint.timeout_seconds,
        http_client=http,
    )


def _told(error: "APIStatusError") -> str:
    """The endpoint's own words, for recognizing what it does not understand; never shown."""
    return error.response.text[:2000]


def unreached(error: "APIConnectionError", endpoint: Endpoint) -> Again:
    """What a connection that failed, or took too long, says."""
    import openai

    where = f"The model at {endpoint.base_url}"
    if isinstance(error, openai.APITimeoutError):
        return Again(f"{where} did not answer in time")
    return Again(f"{where} cannot be reached ({type(error.__cause__).__name__})")


def raise_for(error: "APIStatusError", endpoint: Endpoint) -> NoReturn:
    """Translate a status. The endpoint's text is left out: it may repeat mail."""
    status, where = error.status_code, f"The model at {endpoint.base_url}"
    if status in {408, 409, 425, 429} or status >= 500:
        raise Again(f"{where} answered {status}", retry_after(error.response.headers.get("retry-after", "")))
    if status in {400, 413, 415, 422}:
        raise ReaderAnswerInvalid(f"{where} refused this mail ({status}).")
    if status in {401, 403}:
        raise ReaderUnavailable(f"{where} refused the key ({status}).")
    if status == 404:
        raise ReaderUnavailable(f"{where} knows no model {endpoint.model!r}, or the base URL is wrong (404).")
    raise ReaderUnavailable(f"{where} answered {status}, which is no answer to a chat request.")


def retry_after(value: str) -> float:
    """Seconds of a Retry-After header (RFC 9110, 10.2.3), at most MAX_WAIT; 0 when absent or unreadable."""
    try:
        seconds = float(value)
    except ValueError:
        try:
            seconds = parsedate_to_datetime(value).timestamp() - time.time()
        except (TypeError, ValueError, OverflowError):
            return 0.0
    return 0.0 if math.isnan(seconds) else min(max(seconds, 0.0), MAX_WAIT)


def read_answer(raw: bytes) -> Answer:
    """The model's text out of the HTTP body; whatever is wrong is told, not raised."""
    try:
        body = json.loads(raw.decode("utf-8"))
        choice = body["choices"][0]
        message = choice["message"]
        text, calls = message.get("content"), message.get("tool_calls")
    except UnicodeDecodeError:
        return Answer("", "the answer is not UTF-8")
    except (ValueError, RecursionError):
        return Answer("", "the endpoint's answer is not JSON")
    except (KeyError, IndexError, TypeError, AttributeError):
        return Answer("", "the endpoint's answer is no chat completion")
    notes = ("the model wanted to call a tool: ignored, none was offered",) if calls else ()
    tokens_in, tokens_out = counted(body.get("usage"))
    problem = _problem(message.get("refusal"), choice.get("finish_reason"), text)
    return Answer(text if isinstance(text, str) else "", problem, tokens_in, tokens_out, notes)


def _problem(refusal: Any, finish: Any, text: Any) -> str:
    if refusal or finish == "content_filter":
        return "the model refused"
    if finish == "length":
        return "the answer was cut off at its length limit"
    if not isinstance(text, str) or not text.strip():
        return "the answer is empty"
    return ""


def counted(usage: Any) -> tuple[int, int]:
    """Tokens in and out as the endpoint counted; 0 for what it did not say, or said wrongly."""
    if not isinstance(usage, dict):
        return 0, 0
    counts = (usage.get("prompt_tokens"), usage.get("completion_tokens"))
    tokens_in, tokens_out = (count if type(count) is int and 0 <= count < 10**9 else 0 for count in counts)
    return tokens_in, tokens_out
