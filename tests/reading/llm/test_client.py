"""The client against a real HTTP server that misbehaves in every way it knows."""

import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from tests.scripted_llm import Reply, ScriptedLlm, completion, raw, refusing, says, status

from mailreeve.cancel import Cancel
from mailreeve.errors import Cancelled, ReaderAnswerInvalid, ReaderUnavailable
from mailreeve.reading.llm import client
from mailreeve.reading.llm.client import ChatClient, Endpoint, Question
from mailreeve.reading.llm.schemas import classify_schema

QUESTION = Question("classify", "You sort.", "A mail.", classify_schema(["fyi", "urgent"]), 100)


@pytest.fixture
def chat(llm_server: ScriptedLlm) -> Iterator[ChatClient]:
    made = ChatClient(
        Endpoint(llm_server.base_url, "small", "sesame", timeout_seconds=5, first_wait_seconds=0.01)
    )
    yield made
    made.close()


def test_one_call_sends_the_prompt_and_no_tools(llm_server: ScriptedLlm, chat: ChatClient) -> None:
    """The request holds model, two messages, a limit and the schema; nothing that a model could call."""
    llm_server.says("hello")
    assert "hello" == chat.ask(QUESTION, Cancel()).text
    body = llm_server.requests[0].body
    assert "/v1/chat/completions" == llm_server.requests[0].path
    assert {"model", "messages", "max_tokens", "temperature", "response_format"} == set(body)
    assert ["system", "user"] == [message["role"] for message in body["messages"]]
    assert "Bearer sesame" == llm_server.requests[0].headers["authorization"]


def test_usage_is_read_from_the_answer(llm_server: ScriptedLlm, chat: ChatClient) -> None:
    """Tokens are what the endpoint counted, and 0 when it did not say or said nonsense."""
    llm_server.says("x", usage=(700, 30))
    llm_server.says("x", usage=None)
    llm_server.then(raw(completion("x").replace(b"500", b"-500")))
    answers = [chat.ask(QUESTION, Cancel()) for _ in range(3)]
    assert [(700, 30), (0, 0), (0, 60)] == [(a.tokens_in, a.tokens_out) for a in answers]


HOSTILE = {
    "OPENAI_API_KEY": "sk-from-environment",
    "OPENAI_BASE_URL": "http://127.0.0.1:9/elsewhere",
    "OPENAI_ORG_ID": "org-environment",
    "OPENAI_ORGANIZATION": "org-environment",
    "OPENAI_PROJECT_ID": "proj-environment",
    "OPENAI_ADMIN_KEY": "admin-environment",
    "OPENAI_WEBHOOK_SECRET": "whsec-environment",
    "OPENAI_CUSTOM_HEADERS": "Authorization: Bearer stolen\nX-Leak: environment\nHost: evil.example\nUser-Agent: environment",
    "OPENAI_API_TYPE": "azure",
    "OPENAI_API_VERSION": "environment",
    "AZURE_OPENAI_ENDPOINT": "http://127.0.0.1:9/environment",
    "OPENAI_LOG": "debug",
    "HTTP_PROXY": "http://127.0.0.1:9",
    "http_proxy": "http://127.0.0.1:9",
    "ALL_PROXY": "http://127.0.0.1:9",
}


@pytest.mark.parametrize("key", ["", "sesame"])
def test_the_environment_has_no_say(
    llm_server: ScriptedLlm, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], key: str
) -> None:
    """No OPENAI_* variable and no proxy changes where a request goes, what it carries or what is logged."""
    for name, value in HOSTILE.items():
        monkeypatch.setenv(name, value)
    made = ChatClient(Endpoint(llm_server.base_url, "small", key))
    made.ask(QUESTION, Cancel())
    made.close()
    sent = llm_server.requests[0]
    assert f"Bearer {key or 'none'}" == sent.headers["authorization"]
    assert llm_server.base_url.split("/")[2] == sent.headers["host"]
    assert "mailreeve" == sent.headers["user-agent"]
    assert [] == [line for line in sent.headers.items() if "environment" in str(line).lower()]
    assert {"x-leak", "openai-organization", "openai-project"}.isdisjoint(sent.headers)
    assert "A mail." not in "".join(capfd.readouterr())


@pytest.mark.parametrize(
    ("refused", "asked"),
    [
        ([], ["json_schema"]),
        (["json_schema"], ["json_schema", "json_object"]),
        (["json_schema", "json_object"], ["json_schema", "json_object", "text"]),
    ],
)
def test_the_format_degrades_and_is_remembered(
    llm_server: ScriptedLlm, chat: ChatClient, refused: list[str], asked: list[str]
) -> None:
    """An endpoint that refuses a format is asked more simply, and so from then on."""
    llm_server.default = refusing(*refused)
    chat.ask(QUESTION, Cancel())
    chat.ask(QUESTION, Cancel())
    assert [*asked, asked[-1]] == [request.format for request in llm_server.requests]


def test_parameters_that_a_model_refuses_are_left_out(llm_server: ScriptedLlm, chat: ChatClient) -> None:
    """Newer models want max_completion_tokens and take no temperature; both are found out and remembered."""

    def strict(request: Any) -> Reply:
        if "temperature" in request.body:
            return status(400, "Unsupported value: 'temperature' does not support 0 with this model.")(
                request
            )
        if "max_tokens" in request.body:
            return status(400, "Use 'max_completion_tokens' instead of 'max_tokens'.")(request)
        return Reply(completion("{}"))

    llm_server.default = strict
    chat.ask(QUESTION, Cancel())
    chat.ask(QUESTION, Cancel())
    assert 4 == len(llm_server.requests)
    assert "json_schema" == llm_server.requests[-1].format
    assert 100 == llm_server.requests[-1].body["max_completion_tokens"]


def test_a_refused_mail_does_not_degrade_the_endpoint(llm_server: ScriptedLlm, chat: ChatClient) -> None:
    """A 400 about the content is the mail's problem: the next mail is asked in the full format again."""
    llm_server.then(status(400, "This model's maximum context length is 4096 tokens."))
    with pytest.raises(ReaderAnswerInvalid):
        chat.ask(QUESTION, Cancel())
    llm_server.then(*(status(400, "content policy"),) * 3)
    with pytest.raises(ReaderAnswerInvalid):
        chat.ask(QUESTION, Cancel())
    chat.ask(QUESTION, Cancel())
    assert "json_schema" == llm_server.requests[-1].format


@pytest.mark.parametrize("code", [408, 429, 500, 502, 503, 529])
def test_passing_errors_are_tried_three_times(llm_server: ScriptedLlm, chat: ChatClient, code: int) -> None:
    """Overload and server errors are repeated twice; then the endpoint counts as unavailable."""
    llm_server.default = status(code)
    with pytest.raises(ReaderUnavailable, match=str(code)):
        chat.ask(QUESTION, Cancel())
    assert 3 == len(llm_server.requests)


def test_a_passing_error_passes(llm_server: ScriptedLlm, chat: ChatClient) -> None:
    """One 503 and one 429 cost two more tries, and the answer counts."""
    llm_server.then(status(503), status(429, retry_after="0"), says("fine"))
    assert "fine" == chat.ask(QUESTION, Cancel()).text


@pytest.mark.parametrize(
    ("code", "told"), [(401, "key"), (403, "key"), (404, "model"), (302, "no answer"), (307, "no answer")]
)
def test_what_another_try_cannot_mend_is_not_tried(
    llm_server: ScriptedLlm, chat: ChatClient, code: int, told: str
) -> None:
    """A wrong key, model or address is told at once; a redirect is not followed, whatever it names."""
    llm_server.then(status(code, location=f"{llm_server.base_url}/chat/completions"))
    with pytest.raises(ReaderUnavailable, match=told):
        chat.ask(QUESTION, Cancel())
    assert 1 == len(llm_server.requests)


def test_the_text_of_an_error_is_not_repeated(llm_server: ScriptedLlm, chat: ChatClient) -> None:
    """An endpoint may quote the mail in its error; ours names the status only."""
    llm_server.default = status(400, "cannot process: A mail. canary-8271")
    with pytest.raises(ReaderAnswerInvalid) as caught:
        chat.ask(QUESTION, Cancel())
    assert "canary" not in str(caught.value)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("2", 2.0), ("0", 0.0), ("-4", 0.0), ("999999", client.MAX_WAIT), ("nan", 0.0), ("inf", client.MAX_WAIT), ("soon", 0.0), ("", 0.0),
     ("Wed, 21 Oct 2015 07:28:00 GMT", 0.0), ("Fri, 31 Dec 9999 23:59:59 GMT", client.MAX_WAIT)],
)  # fmt: skip
def test_retry_after_is_bounded(value: str, seconds: float) -> None:
    """Seconds and dates are honoured up to the bound; nonsense is no wait."""
    assert seconds == client.retry_after(value)


def test_a_slow_answer_is_given_up(llm_server: ScriptedLlm) -> None:
    """A call ends at its time-out, also when the bytes drip."""
    made = ChatClient(Endpoint(llm_server.base_url, "small", timeout_seconds=0.2, first_wait_seconds=0.01))
    llm_server.default = lambda _: Reply(completion("late"), delay=0.5)
    with pytest.raises(ReaderUnavailable, match="in time"):
        made.ask(QUESTION, Cancel())
    llm_server.default = lambda _: Reply(completion("x" * 400), drip=0.01)
    with pytest.raises(ReaderUnavailable, match="in time"):
        made.ask(QUESTION, Cancel())
    made.close()


def test_the_callers_deadline_ends_a_call(llm_server: ScriptedLlm, chat: ChatClient) -> None:
    """A call does not outlive the Cancel it was given, and no further try begins."""
    llm_server.default = lambda _: Reply(completion("late"), delay=1)
    with pytest.raises(Cancelled):
        chat.ask(QUESTION, Cancel(0.3))
    assert 1 == len(llm_server.requests)


def test_a_wait_between_tries_can_be_ended(llm_server: ScriptedLlm, chat: ChatClient) -> None:
    """Setting the flag wakes a client that waits for its next try."""
    llm_server.default = status(429, retry_after="15")
    cancel = Cancel()
    timer = threading.Timer(0.2, cancel.set)
    timer.start()
    started = time.monotonic()
    with pytest.raises(Cancelled):
        chat.ask(QUESTION, cancel)
    timer.join()
    assert time.monotonic() - started < 10
    assert 1 == len(llm_server.requests)


def test_a_huge_answer_is_dropped_while_it_arrives(llm_server: ScriptedLlm, chat: ChatClient) -> None:
    """Beyond the byte cap nothing is read: for answers and for errors."""
    llm_server.then(says("x" * 1_048_576), raw(b"x" * 1_048_576, status=401))
    for _ in range(2):
        with pytest.raises(ReaderAnswerInvalid, match="larger than"):
            chat.ask(QUESTION, Cancel())


def test_nobody_there_is_unavailable() -> None:
    """A refused connection is tried again and then told with advice."""
    made = ChatClient(Endpoint("http://127.0.0.1:9/v1", "small", first_wait_seconds=0.01))
    with pytest.raises(ReaderUnavailable, match="cannot be reached") as caught:
        made.ask(QUESTION, Cancel())
    made.close()
    assert "doctor" in caught.value.advice


@pytest.mark.parametrize(
    ("reply", "problem"),
    [
        (completion("", finish="stop"), "empty"),
        (completion(None), "empty"),
        (completion("{}", finish="length"), "cut off"),
        (completion("{}", finish="content_filter"), "refused"),
        (completion(None, refusal="I cannot help with that."), "refused"),
        (b"\xff\xfe{}", "UTF-8"),
        (b"<html>gateway</html>", "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b"{}", "no chat completion"),
        (b'{"choices": []}', "no chat completion"),
        (b'{"choices": [{"message": null}]}', "no chat completion"),
        (b'{"choices": [{"message": {"content": [1]}}]}', "empty"),
        (b"", "not JSON"),
    ],
)  # fmt: skip
def test_an_unusable_answer_says_why(reply: bytes, problem: str) -> None:
    """Whatever comes back with status 200 becomes an answer with its problem named."""
    assert problem in client.read_answer(reply).problem


def test_a_tool_call_is_ignored_and_noted() -> None:
    """A model that calls a tool nobody offered gets no tool; the text beside it still counts."""
    call = {"id": "1", "type": "function", "function": {"name": "send_mail", "arguments": "{}"}}
    answer = client.read_answer(completion("fine", tool_calls=[call]))
    assert ("fine", "") == (answer.text, answer.problem)
    assert "ignored" in answer.notes[0]
    assert "empty" in client.read_answer(completion(None, finish="tool_calls", tool_calls=[call])).problem


def test_threads_share_a_client(llm_server: ScriptedLlm, chat: ChatClient) -> None:
    """Concurrent calls each get their own answer."""
    llm_server.default = lambda request: Reply(completion(request.user))
    answers: dict[int, str] = {}

    def ask(number: int) -> None:
        answers[number] = chat.ask(Question("classify", "s", f"mail {number}", {}, 10), Cancel()).text

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {number: f"mail {number}" for number in range(8)} == answers
