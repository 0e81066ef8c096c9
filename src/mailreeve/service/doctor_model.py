"""Doctor's look at the language model."""

import time
from dataclasses import replace
from urllib.parse import urlsplit

from mailreeve.app import App
from mailreeve.cancel import Cancel
from mailreeve.errors import ReaderError
from mailreeve.service.finding import Finding, bad, good

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
    from mailreeve.reading.llm.answers import json_object
    from mailreeve.reading.llm.client import Question

    llm = app.config.llm
    question = Question("doctor", "Answer with one JSON object.", "The colour of the sky?", _SCHEMA, 1000)
    began = time.monotonic()
    answer = client.ask(question, Cancel(llm.timeout_seconds * 2))
    took = time.monotonic() - began
    cost = (
        answer.tokens_in * llm.price_in_per_million + answer.tokens_out * llm.price_out_per_million
    ) / 1_000_000
    spent = f"{took:.1f} s, {answer.tokens_in} tokens in, {answer.tokens_out} out, cost {cost:.6f}"
    found = json_object(answer.text)
    if answer.problem or not isinstance(found, dict) or found.get("colour") not in {"blue", "green"}:
        why = answer.problem or "it does not fit the form"
        fix = "Choose a model that can answer in JSON: mail would end with you (needs human)."
        return bad(f"{llm.model} at {host(llm.base_url or '')} answered, but {why} ({spent}).", fix)
    return good(f"{llm.model} at {host(llm.base_url or '')} answered a small question in form: {spent}")
