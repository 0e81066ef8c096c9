"""Doctor's look at the language model."""

import time
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from mailreeve.app import App
from mailreeve.cancel import Cancel
from mailreeve.errors import ReaderAnswerInvalid, ReaderError
from mailreeve.mail import tokens
from mailreeve.service.finding import Finding, bad, good

if TYPE_CHECKING:
    from mailreeve.reading.llm.client import ChatClient

PATIENCE = 10.0
"""Seconds for the list of models."""
_MEND = (
    "Check [llm] base_url and model in config.toml and MAILREEVE_LLM_API_KEY, and that the server runs."
    " Until then nothing is lost: mail that needs the model waits for the next run."
)
_SCHEMA = {
    "type": "object",
    "properties": {"colour": {"type": "string", "enum": ["blue", "green"]}},
    "required": ["colour"],
    "additionalProperties": False,
}


def host(url: str) -> str:
    """Where it is, without what may be secret in the rest of the address."""
    parts = urlsplit(url)
    return f"{parts.hostname}:{parts.port}" if parts.port else str(parts.hostname)


def model(app: App, *, ask: bool) -> Finding:
    """Whether the model is there; with `ask` also whether it answers in the form that we ask for."""
    llm = app.config.llm
    if not llm.configured:
        if llm.base_url or llm.model:
            return bad("[llm] has only one of base_url and model.", "Set both, or neither.")
        return good("none set: the built-in offline reader does all reading")
    from mailreeve.reading.llm.client import ChatClient

    seconds = llm.timeout_seconds if ask else min(PATIENCE, llm.timeout_seconds)
    client = ChatClient(replace(app.endpoint, timeout_seconds=seconds))
    try:
        return _asked(app, client) if ask else _listed(app, client)
    except ReaderError as error:
        return bad(error.message, _MEND)
    finally:
        client.close()


def _listed(app: App, client: "ChatClient") -> Finding:
    """Free of cost."""
    llm = app.config.llm
    where = host(llm.base_url or "")
    names = client.models()
    more = "`mailreeve doctor --llm` asks the model one small question"
    if names is None:
        return good(f"{where} answers, and does not list its models; {more}")
    if not any(name == llm.model or name.startswith(f"{llm.model}:") for name in names):
        known = ", ".join(names[:8]) or "none"
        return bad(f"{where} does not list {llm.model}; it lists: {known}.", f"Correct [llm] model; {more}.")
    return good(f"{llm.model} at {where} is there; {more}")


def _asked(app: App, client: "ChatClient") -> Finding:
    """Costs a few dozen tokens; how many is told."""
    from mailreeve.reading.llm.client import Question

    llm = app.config.llm
    question = Question("doctor", "Answer with one JSON object.", "What colour is the sky?", _SCHEMA, 1000)
    began = time.monotonic()
    answer = client.ask(question, Cancel(llm.timeout_seconds * 2))
    took = time.monotonic() - began
    price = answer.tokens_in * llm.price_in_per_million + answer.tokens_out * llm.price_out_per_million
    spent = (
        f"{took:.1f} s, {answer.tokens_in} tokens in, {answer.tokens_out} out, cost {price / 1_000_000:.6f}"
    )
    who = f"{llm.model} at {host(llm.base_url or '')}"
    problem = answer.problem or _misfit(answer.text)
    if problem:
        fix = "Choose a model that can answer in JSON: what it gets wrong now ends with you (needs human)."
        return bad(f"{who} answered, but {problem} ({spent}).", fix)
    return good(f"{who} answered a small question in the form asked for: {spent}")


def semantic(app: App, *, ask: bool) -> Finding:
    """Whether search by meaning has what it needs; with `ask` also whether its endpoint embeds two words."""
    from mailreeve.app import meaning
    from mailreeve.reading.llm.embeddings import EmbeddingClient
    from mailreeve.store.index_vectors import arithmetic

    arithmetic()
    endpoint = meaning.endpoint(app.config)
    where = f"{endpoint.model} at {host(endpoint.base_url)}"
    if not ask:
        return good(f"{where} is set; `mailreeve doctor --llm` asks it for one embedding")
    client = EmbeddingClient(endpoint)
    try:
        found = client.embed(["Good morning"], Cancel(endpoint.timeout_seconds * 2))
    except ReaderError as error:
        return bad(error.message, "Check [semantic] in config.toml, and that the endpoint has `/embeddings`.")
    finally:
        client.close()
    return good(f"{where} answered with a vector of {len(found.vectors[0])} numbers, {found.tokens} tokens")


def _misfit(text: str) -> str:
    """Why an answer does not fit the schema; empty when it does."""
    from mailreeve.reading.llm.answers import json_object

    try:
        found = json_object(text)
    except ReaderAnswerInvalid as error:
        return error.message
    return "" if found.get("colour") in {"blue", "green"} else "it does not fit the schema"


def token_count() -> Finding:
    """Whether tokens are counted or estimated: it decides how exactly a mail is cut for the model."""
    if tokens.count("hello world") == 2:  # what the vocabulary says; the estimate says 4
        return good("counted exactly")
    return good("estimated, never too low: the vocabulary of tiktoken is not on this machine")
