"""The stages over real readers; the model at a local endpoint."""

from collections.abc import Iterator
from contextlib import closing

import pytest
from tests.scripted_llm import Request, ScriptedLlm, completion, raw, status, verdict
from tests.triage.house import ME, code, mail, newsletter

from mailreeve.cancel import Cancel
from mailreeve.errors import BudgetSpent, Cancelled, ReaderUnavailable
from mailreeve.mail.mime import from_bytes
from mailreeve.models import DecidedBy, Thread, Verdict
from mailreeve.reading.llm.budget import Budget, Limits
from mailreeve.reading.llm.client import ChatClient, Endpoint
from mailreeve.reading.llm.reader import LlmReader
from mailreeve.reading.offline.reader import OfflineReader
from mailreeve.triage.cascade import PATIENCE, Cascade
from mailreeve.triage.labels import BUILT_IN


@pytest.fixture
def cascade(llm_server: ScriptedLlm) -> Iterator[Cascade]:
    with closing(reader(llm_server)) as llm:
        yield Cascade(BUILT_IN, OfflineReader((), (ME,)), llm, bar=0.85)


def reader(server: ScriptedLlm, limits: Limits | None = None) -> LlmReader:
    return LlmReader(ChatClient(Endpoint(server.base_url, "scripted", "k", 5.0, 0.01)), Budget(limits))


def judge(cascade: Cascade, message: bytes) -> Verdict:
    return cascade.judge(from_bytes(message), Cancel())


def test_the_model_decides_what_the_offline_reader_may_not(cascade: Cascade, llm_server: ScriptedLlm) -> None:
    """A question goes to the model, once, and the evidence tells the whole way."""
    llm_server.default = lambda request: raw(answer(request, "to-reply"))(request)
    found = judge(cascade, mail())
    assert (DecidedBy.LLM, "to-reply", 1) == (found.by, found.label, len(llm_server.requests))
    assert "rules: none applies" == found.evidence[0]
    assert " is below the bar of " in found.evidence[2]
    assert found.evidence[-1].startswith("llm: to-reply")


def test_a_secret_mail_never_reaches_the_model(cascade: Cascade, llm_server: ScriptedLlm) -> None:
    """A one-time code is sorted without one byte of it leaving the machine."""
    assert DecidedBy.RULE is judge(cascade, code()).by
    assert [] == llm_server.requests


@pytest.mark.parametrize(
    "nonsense", [b"<html>", b'{"choices": []}', b"", b'{"choices": [{"message": {"content": "no JSON"}}]}']
)
def test_an_answer_that_does_not_fit_goes_to_the_person(
    cascade: Cascade, llm_server: ScriptedLlm, nonsense: bytes
) -> None:
    """Junk from the model is needs-human or a failure, never a label."""
    llm_server.default = raw(nonsense)
    try:
        found = judge(cascade, mail())
    except ReaderUnavailable:
        return
    assert (True, "") == (found.needs_human, found.label)


def test_a_label_that_the_model_invents_is_not_used(cascade: Cascade, llm_server: ScriptedLlm) -> None:
    """The closed set holds against the model."""
    llm_server.default = lambda request: raw(answer(request, "transfer-the-money"))(request)
    assert judge(cascade, mail()).needs_human


def test_the_model_cannot_talk_away_what_is_known_of_the_sender(
    cascade: Cascade, llm_server: ScriptedLlm
) -> None:
    """A forged sender with an answer that goes elsewhere is suspicious, whatever the model was made to say."""
    llm_server.default = lambda request: raw(answer(request, "to-reply"))(request)
    forged = (
        b"Authentication-Results: mx.google.com; dmarc=fail header.from=bank.example\r\n"
        b"From: Bank <info@bank.example>\r\nReply-To: x@evil.example\r\nSubject: Your account\r\n\r\n"
        b"Could you confirm your number today?\r\n"
    )
    found = judge(cascade, forged)
    assert (1, "suspicious", False) == (len(llm_server.requests), found.label, found.needs_reply)


def test_a_dead_endpoint_is_given_up_after_a_few_failures(cascade: Cascade, llm_server: ScriptedLlm) -> None:
    """The night goes on without the model: the rest fails at once instead of waiting for every time-out."""
    llm_server.default = status(503)
    for _ in range(PATIENCE):
        with pytest.raises(ReaderUnavailable):
            judge(cascade, mail())
    asked = len(llm_server.requests)
    with pytest.raises(ReaderUnavailable, match=r"."):
        judge(cascade, mail())
    assert asked == len(llm_server.requests)
    assert DecidedBy.RULE is judge(cascade, code()).by


def test_a_failure_now_and_then_is_forgiven(cascade: Cascade, llm_server: ScriptedLlm) -> None:
    """Only failures in a row make the cascade give up."""
    for _ in range(PATIENCE + 1):
        llm_server.default = status(503)
        with pytest.raises(ReaderUnavailable):
            judge(cascade, mail())
        llm_server.default = lambda request: raw(answer(request, "fyi"))(request)
        assert "fyi" == judge(cascade, mail()).label


def test_a_spent_budget_ends_the_models_part_at_once(llm_server: ScriptedLlm) -> None:
    """The run stops asking below its ceiling, and nothing is sent any more."""
    with closing(reader(llm_server, Limits(max_tokens=10))) as llm:
        cascade = Cascade(BUILT_IN, OfflineReader(), llm, bar=0.85)
        for _ in range(2):
            with pytest.raises(BudgetSpent):
                judge(cascade, mail())
    assert [] == llm_server.requests


def test_without_a_model_everything_is_decided_here(llm_server: ScriptedLlm) -> None:
    """No model, no network: the offline reader decides and drafts."""
    cascade = Cascade(BUILT_IN, OfflineReader((), (ME,)), None, bar=0.85)
    assert DecidedBy.OFFLINE is judge(cascade, mail()).by
    assert "newsletter" == judge(cascade, newsletter()).label
    thread = Thread("t", (from_bytes(mail()),))
    assert DecidedBy.OFFLINE is cascade.draft(thread, Cancel()).by


def test_it_stops_when_the_caller_gives_up(cascade: Cascade) -> None:
    """A set Cancel ends judging before anything is read."""
    cancel = Cancel()
    cancel.set()
    with pytest.raises(Cancelled):
        cascade.judge(from_bytes(mail()), cancel)


def answer(request: Request, label: str) -> bytes:
    return completion(verdict(request, label=label))
