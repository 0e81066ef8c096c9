"""`eval triage --record` and `--replay`: a model's answers are kept, and measured again without a key."""

import json
import stat
from pathlib import Path
from typing import Any

import pytest
from tests.evaluation.given import case, write
from tests.evaluation.test_triage import by_subject, measure
from tests.scripted_llm import ScriptedLlm

from mailreeve.evaluation import tape
from mailreeve.reading.llm.client import Question

CASES = (
    case(),
    case(id="b", subject="Server down!", label="now"),
    case(id="c", subject="Minutes", label="later"),
)


@pytest.fixture
def recorded(
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
    llm_server: ScriptedLlm,
    monkeypatch: pytest.MonkeyPatch,
) -> tuple[Path, Any]:
    """A recording of three answers, with what was measured; no model is configured any more."""
    monkeypatch.setenv("MAILREEVE_LLM_BASE_URL", llm_server.base_url)
    monkeypatch.setenv("MAILREEVE_LLM_MODEL", "scripted")
    llm_server.default = by_subject
    file = tmp_path / "answers.jsonl"
    code, told = measure(capfd, write(tmp_path, *CASES), "--reader", "llm", "--record", str(file))
    assert (0, 3) == (code, len(llm_server.requests))
    monkeypatch.delenv("MAILREEVE_LLM_BASE_URL")
    monkeypatch.delenv("MAILREEVE_LLM_MODEL")
    return file, told


def test_a_replay_gives_the_same_figures_without_a_model(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], recorded: tuple[Path, Any], llm_server: ScriptedLlm
) -> None:
    """Nobody is asked, and labels, calls and tokens are those of the recording."""
    code, again = measure(capfd, write(tmp_path, *CASES), "--reader", "llm", "--replay", str(recorded[0]))
    assert (0, 3) == (code, len(llm_server.requests))
    same = ("exact", "within_one", "macro_f1", "predictions", "model_calls_per_mail", "tokens_per_mail")
    assert [recorded[1][name] for name in same] == [again[name] for name in same]


def test_what_was_not_recorded_is_told(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], recorded: tuple[Path, Any]
) -> None:
    """A mail that is another one fails by its id, and no other reader steps in: exit 3."""
    changed = (*CASES[:2], case(id="c", subject="Other minutes", label="later"))
    for reader in ("llm", "cascade"):
        code, told = measure(
            capfd, write(tmp_path, *changed), "--reader", reader, "--replay", str(recorded[0])
        )
        assert 3 == code
        assert ["c"] == [one["id"] for one in told["failed"]]
        assert "has no answer to this question" in told["failed"][0]["reason"]
        assert "" == told["predictions"][2]["label"]


def test_recording_again_asks_only_what_is_missing(
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
    recorded: tuple[Path, Any],
    llm_server: ScriptedLlm,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """One mail more is one call more; another model needs another file."""
    monkeypatch.setenv("MAILREEVE_LLM_BASE_URL", llm_server.base_url)
    monkeypatch.setenv("MAILREEVE_LLM_MODEL", "scripted")
    files = write(tmp_path, *CASES, case(id="d", subject="One more"))
    given = ("--reader", "llm", "--record", str(recorded[0]))
    assert 0 == measure(capfd, files, *given)[0]
    assert 4 == len(llm_server.requests)
    monkeypatch.setenv("MAILREEVE_LLM_MODEL", "another")
    code, told = measure(capfd, files, *given)
    assert 2 == code
    assert "recorded of scripted" in told["error"]["message"]


def test_a_recording_holds_answers_and_no_mail(recorded: tuple[Path, Any]) -> None:
    """Hashes of questions, and what the model wrote."""
    text = recorded[0].read_text(encoding="utf-8")
    assert not any(one[key] in text for one in CASES for key in ("subject", "body"))
    head, *rows = map(json.loads, text.splitlines())
    assert ({"model", "recorded"}, 3) == (set(head), len(rows))
    assert {"question", "task", "text", "problem", "tokens"} == set(rows[0])


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--reader", "llm", "--replay", "nowhere.jsonl"), "cannot be read"),
        (("--reader", "offline", "--replay", "x"), "no answers to record"),
        (("--reader", "llm", "--record", "x", "--replay", "y"), "exclude each other"),
        (("--reader", "llm", "--record", "x"), "No model is configured"),
    ],
)
def test_what_cannot_be_is_told(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], options: tuple[str, ...], says: str
) -> None:
    """Exit 2, and what is wrong."""
    code, told = measure(capfd, write(tmp_path, *CASES), *options)
    assert 2 == code
    assert says in told["error"]["message"]


@pytest.mark.parametrize(
    "text", ["", "no JSON\n", "{}\n", '{"model": "m", "recorded": "2026-01-01"}\n{"question": 1}\n']
)
def test_another_file_is_no_recording(tmp_path: Path, capfd: pytest.CaptureFixture[str], text: str) -> None:
    """Neither an empty file nor a torn line is taken for one."""
    file = tmp_path / "tape.jsonl"
    file.write_text(text, encoding="utf-8")
    code, told = measure(capfd, write(tmp_path, *CASES), "--reader", "llm", "--replay", str(file))
    assert 2 == code
    assert "record" in told["error"]["message"]


def test_the_fence_is_no_part_of_a_question() -> None:
    """It is drawn anew each time; every other letter counts."""

    def key(fence: str, mail: str) -> str:
        user = f"with the code {fence}\n----- {fence}\n{mail}\n----- {fence}\n"
        return tape.key(Question("classify", "Sort.", user, {}, 10))

    assert key("0123456789abcdef", "Hi") == key("fedcba9876543210", "Hi")
    assert key("0123456789abcdef", "Hi") != key("0123456789abcdef", "Ho")


def test_a_recording_is_private(recorded: tuple[Path, Any]) -> None:
    """Answers repeat words of mail: only the owner may read the file."""
    assert 0o600 == stat.S_IMODE(recorded[0].stat().st_mode)
