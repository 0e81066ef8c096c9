"""A model that misbehaves in every known way: each mail gets a verdict, a person, or a second chance, within bounds."""

import json
import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from tests.sandbox_server import Factory, SandboxServer
from tests.scripted_llm import Answerer, Reply, Request, ScriptedLlm, completion, raw, status, verdict
from tests.triage.conftest import PartsFor, ours
from tests.triage.house import balanced, code, mail

from mailreeve.reading.llm.budget import Budget, Limits
from mailreeve.reading.llm.client import RETRIES, ChatClient, Endpoint
from mailreeve.reading.llm.reader import LlmReader
from mailreeve.triage.cascade import PATIENCE
from mailreeve.triage.digest import compile_digest
from mailreeve.triage.loop import triage
from mailreeve.triage.parts import Parts
from mailreeve.triage.run import Options

TOOL = [{"id": "1", "type": "function", "function": {"name": "send_mail", "arguments": "{}"}}]


def other_language(request: Request) -> Reply:
    """A proper verdict in Japanese: its label is the closed set's, so it counts."""
    return Reply(
        completion(verdict(request, summary="予算会議の日程についての質問。", reason="質問があるため。"))
    )


def fits(request: Request) -> Reply:
    """A model that behaves."""
    return Reply(completion(verdict(request)))


def drawn(lot: random.Random, answers: Sequence[Answerer], request: Request) -> Reply:
    """Another behaviour with every call."""
    return lot.choice(answers)(request)


MODES: dict[str, Answerer] = {
    "time-out": lambda _: Reply(completion("late"), delay=0.6),
    "5xx": status(503),
    "429": status(429, retry_after="0"),
    "junk JSON": raw(completion('{"label": "fyi", "priority": ')),
    "wrong enum": raw(completion({"label": "delete-everything", "priority": "now"})),
    "refusal": raw(completion(None, refusal="I cannot help with that.")),
    "empty": raw(completion("")),
    "a megabyte": raw(completion("x" * 1_000_000)),
    "endless": lambda _: Reply(b" " * 20_000, drip=0.02),
    "tool calls": raw(completion(None, tool_calls=TOOL)),
    "not UTF-8": raw(b'{"choices": [{"message": {"content": "\xff\xfe"}}]}'),
    "other language": other_language,
}
UNREACHED = {"time-out", "5xx", "429", "endless"}
"""With these the model said nothing: the mail is tried again by the next run. After the others a person decides."""


@pytest.fixture
def with_model(parts_for: PartsFor, llm_server: ScriptedLlm) -> Iterator[Callable[..., Parts]]:
    """Parts whose model answers within 0.3 s or not at all."""
    with ExitStack() as stack:

        def make(sandbox: SandboxServer, limits: Limits | None = None, **settings: Any) -> Parts:
            endpoint = Endpoint(llm_server.base_url, "scripted", "no-key", 0.3, 0.01)
            reader = LlmReader(ChatClient(endpoint), Budget(limits or Limits()))
            stack.callback(reader.close)
            return replace(parts_for(sandbox, **settings), llm=reader)

        yield make


@pytest.mark.parametrize("mode", MODES)
def test_each_kind_of_junk_ends_in_a_verdict_a_person_or_a_second_chance(
    sandbox: SandboxServer, with_model: Callable[..., Parts], llm_server: ScriptedLlm, mode: str
) -> None:
    """No label but one of the closed set, no draft of junk, at most three calls for the mail."""
    llm_server.default = MODES[mode]
    id_ = sandbox.deliver(mail())
    result = triage(with_model(sandbox, drafts=False), Options())
    assert balanced(result)
    failed, human = [one.id for one in result.coverage.failed], list(result.coverage.needs_human)
    if mode in UNREACHED:
        assert ([id_], [], set()) == (failed, human, ours(sandbox, id_))
    elif mode == "other language":
        assert (1, {"Mailreeve/Urgent"}) == (result.coverage.decided["llm"], ours(sandbox, id_))
    else:
        assert ([], [id_], {"Mailreeve/Needs human"}) == (failed, human, ours(sandbox, id_))
    assert 1 <= len(llm_server.requests) <= 1 + RETRIES
    assert not any("tools" in one.body for one in llm_server.requests)
    assert [] == sandbox.sent()


@pytest.mark.parametrize(
    ("mails", "seeds"),
    [
        pytest.param(12, (1,), id="a dozen mails"),
        pytest.param(60, (1, 2, 3, 4), id="240 mails", marks=pytest.mark.prove),
    ],
)
def test_a_model_that_changes_its_mode_with_every_call_loses_no_mail(
    sandbox_factory: Factory,
    with_model: Callable[..., Parts],
    llm_server: ScriptedLlm,
    mails: int,
    seeds: tuple[int, ...],
) -> None:
    """After a few runs every mail is decided or with the person; no run asks more often than its mails allow."""
    quick = [answer for mode, answer in MODES.items() if mode not in {"time-out", "endless"}] + [fits]
    for seed in seeds:
        lot, sandbox = random.Random(seed), sandbox_factory()  # noqa: S311 -- a lot that can be drawn again
        llm_server.default = partial(drawn, lot, quick)
        ids = [sandbox.deliver(mail(f"Question {number}?")) for number in range(mails)]
        for _ in range(8):
            asked = len(llm_server.requests)
            result = triage(with_model(sandbox, home=f"home-{seed}", drafts=False), Options())
            assert balanced(result)
            assert len(llm_server.requests) - asked <= mails * (1 + RETRIES)
            if result.coverage.complete and not result.left:
                break
        assert result.coverage.complete
        assert all(1 == len(ours(sandbox, id_)) for id_ in ids)


def test_the_run_ends_at_its_budget(
    sandbox: SandboxServer, with_model: Callable[..., Parts], llm_server: ScriptedLlm
) -> None:
    """Whatever the model answers, no call is made that could pass the tokens of the run; the rest is named."""
    llm_server.default = raw(completion("no JSON", usage=(2000, 2000)))
    ids = [sandbox.deliver(mail(f"Question {number}?")) for number in range(20)]
    result = triage(with_model(sandbox, Limits(12_000), concurrency=1, drafts=False), Options())
    assert balanced(result)
    assert result.usage.tokens_in + result.usage.tokens_out <= 12_000
    assert len(llm_server.requests) <= 3
    assert set(ids) == {one.id for one in result.coverage.failed} | set(result.coverage.needs_human)
    assert "max_tokens_per_run" in result.coverage.failed[-1].reason


def test_with_the_model_down_all_night_the_rules_decide_and_the_digest_counts_the_rest(
    sandbox: SandboxServer, with_model: Callable[..., Parts], llm_server: ScriptedLlm
) -> None:
    """A code is sorted by rule; what the model should have read is counted, with the reason; few calls are made."""
    llm_server.default = status(503)
    ids = [sandbox.deliver(mail(f"Question {number}?")) for number in range(30)]
    secret = sandbox.deliver(code())
    parts = with_model(sandbox, concurrency=2)
    result = triage(parts, Options())
    assert (1, 30) == (result.coverage.decided["rule"], len(result.coverage.failed))
    assert 1 == len(ours(sandbox, secret))
    assert len(llm_server.requests) <= (PATIENCE + 2) * (1 + RETRIES)
    text = compile_digest(parts).text
    assert "30 mails not judged: The model at" in text
    assert all(id_ in text for id_ in ids)
    llm_server.default = fits
    after = triage(with_model(sandbox, drafts=False), Options())
    assert (30, True) == (after.coverage.decided["llm"], after.coverage.complete)


def test_a_dead_model_address_costs_no_mail(
    sandbox: SandboxServer, parts_for: PartsFor, tmp_path: Path
) -> None:
    """Nothing listens there: each mail is named with the address and what to do, Gmail is left alone."""
    endpoint = Endpoint("http://127.0.0.1:9/v1", "none", "no-key", 0.3, 0.01)
    reader = LlmReader(ChatClient(endpoint), Budget(Limits()))
    id_ = sandbox.deliver(mail())
    result = triage(replace(parts_for(sandbox), llm=reader), Options())
    reader.close()
    (failure,) = result.coverage.failed
    assert id_ == failure.id
    assert "cannot be reached" in failure.reason
    assert "mailreeve doctor" in failure.reason
    assert json.dumps(result.as_json())
    assert set() == ours(sandbox, id_)
