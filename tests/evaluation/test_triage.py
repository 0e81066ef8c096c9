"""`mailreeve eval triage`: the keys, the readers, and what the model is asked."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.evaluation.given import case, write
from tests.scripted_llm import Reply, Request, ScriptedLlm, completion, status, verdict

from mailreeve.cli import root
from mailreeve.evaluation import cases, labels
from mailreeve.triage.labels import BUILT_IN

ROOT = Path(__file__).parents[2]
EVALS = ROOT / "evals"
KEYS = {
    *("n", "exact", "within_one", "macro_f1", "urgent_recall", "per_label", "model_calls_per_mail"),
    *("tokens_per_mail", "ms_per_mail", "ci95", "predictions"),
}
"""The outer face: keys may be added, none may go."""
CASES = (
    case(),
    case(id="b", subject="Server down!", body="Alex, the server is down, act now, urgent!", label="now"),
    case(id="c", subject="Minutes", body="Here are the minutes for your information.", label="later"),
)


def measure(capfd: pytest.CaptureFixture[str], files: tuple[Path, Path], *more: str) -> tuple[int, Any]:
    capfd.readouterr()
    given = ("--cases", str(files[0]), "--labels", str(files[1]), *more)
    code = root.run(["eval", "triage", *given, "--json"])
    out, err = capfd.readouterr()
    return code, json.loads(out) if out else err


@pytest.fixture
def model(llm_server: ScriptedLlm, monkeypatch: pytest.MonkeyPatch) -> ScriptedLlm:
    """The scripted endpoint as the configured model."""
    monkeypatch.setenv("MAILREEVE_LLM_BASE_URL", llm_server.base_url)
    monkeypatch.setenv("MAILREEVE_LLM_MODEL", "scripted")
    return llm_server


def by_subject(request: Request) -> Reply:
    """Right about the server, wrong about the rest."""
    return Reply(completion(verdict(request, label="now"), usage=(500, 60)))


@pytest.mark.parametrize("reader", ["offline", "cascade"])
def test_a_measurement_without_a_model(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], reader: str
) -> None:
    """Every key, a prediction for each case in its order, no calls."""
    code, told = measure(capfd, write(tmp_path, *CASES), "--reader", reader)
    assert (0, 3, []) == (code, told["n"], told["failed"])
    assert KEYS <= set(told)
    assert ["a", "b", "c"] == [one["id"] for one in told["predictions"]]
    assert {"id", "label", "by", "confidence"} == set(told["predictions"][0])
    right = sum(one["label"] == want["label"] for one, want in zip(told["predictions"], CASES, strict=True))
    assert round(right / 3, 4) == told["exact"]
    assert (0, 0) == (told["model_calls_per_mail"], told["tokens_per_mail"])
    assert told["ms_per_mail"] > 0


def test_a_measurement_of_a_model(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], model: ScriptedLlm
) -> None:
    """Calls and tokens are the endpoint's; the prompt holds every label id and the subject, as they are."""
    model.default = by_subject
    code, told = measure(capfd, write(tmp_path, *CASES), "--reader", "llm")
    assert (0, 0.3333, 0.6667, 1.0) == (code, told["exact"], told["within_one"], told["urgent_recall"])
    assert (1.0, 560.0) == (told["model_calls_per_mail"], told["tokens_per_mail"])
    assert {"llm"} == {one["by"] for one in told["predictions"]}
    prompts = [request.system + request.user for request in model.requests]
    assert 3 == len(prompts)
    for want in CASES:
        assert 1 == sum(want["subject"] in prompt for prompt in prompts)
    assert all(one in prompt for prompt in prompts for one in ("now", "answer", "later", "friends"))


def test_the_cascade_asks_the_model_only_where_it_must(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], model: ScriptedLlm
) -> None:
    """A one-time code is sorted by rule, a question goes to the model; each says who decided."""
    code_mail = case(id="k", subject="Your code", body="Your verification code is 482913.", label="later")
    _, told = measure(capfd, write(tmp_path, case(), code_mail))
    assert ["llm", "rule"] == [one["by"] for one in told["predictions"]]
    assert 0.5 == told["model_calls_per_mail"]
    assert not any("482913" in request.user for request in model.requests)


def test_a_model_that_fails_is_counted_and_told(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], model: ScriptedLlm
) -> None:
    """No answer is a wrong label with its reason, nonsense is left to a person; both count as wrong."""
    model.then(status(401))
    model.default = lambda _: Reply(completion("no JSON"))
    code, told = measure(capfd, write(tmp_path, *CASES), "--reader", "llm")
    assert (3, 3, 0) == (code, told["n"], told["exact"])
    assert 1 == len(told["failed"])
    assert 2 == len(told["needs_human"])
    assert {""} == {one["label"] for one in told["predictions"]}


def test_a_model_that_is_not_configured_cannot_be_measured(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """Exit 2 and what to do."""
    code, told = measure(capfd, write(tmp_path, *CASES), "--reader", "llm")
    assert 2 == code
    assert "No model is configured" in told["error"]["message"]


def test_a_wrong_file_is_told(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Exit 2 and the line in the message."""
    code, told = measure(capfd, write(tmp_path, case(), "{"))
    assert 2 == code
    assert "line 2" in told["error"]["message"]


def test_the_figures_for_people(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """The same as a table, and a plain word where nothing is urgent."""
    files = write(tmp_path, case())
    assert 0 == root.run(["eval", "triage", "--cases", str(files[0]), "--labels", str(files[1])])
    out = capfd.readouterr().out
    assert "exact" in out
    assert "no mail is urgent" in out


def test_the_own_labels_are_the_built_in_ones() -> None:
    """evals/labels.toml is what triage uses when the user has no labels of their own."""
    assert BUILT_IN == labels.read(EVALS / "labels.toml")


def test_the_own_cases_are_whole() -> None:
    """Both halves load, no case is in both, every built-in label is asked for in the open half."""
    ids = [label.id for label in BUILT_IN]
    dev = cases.read(EVALS / "cases" / "dev.jsonl", ids)
    locked = cases.read(EVALS / "cases" / "locked.jsonl", ids)
    assert len({one.id for one in (*dev, *locked)}) == len(dev) + len(locked) >= 59
    assert set(ids) == {one.label for one in dev}
    assert {"alex.moreno@example.com"} == {one.owner for one in (*dev, *locked)}


def test_the_own_cases_are_sorted_as_well_as_they_were(capfd: pytest.CaptureFixture[str]) -> None:
    """On the open half the figures stay within 0.05 of evals/baseline.json."""
    known = json.loads((EVALS / "baseline.json").read_text(encoding="utf-8"))
    was = next(one["figures"] for one in known["measured"] if "dev.jsonl --labels" in one["command"])
    _, told = measure(capfd, (EVALS / "cases" / "dev.jsonl", EVALS / "labels.toml"), "--reader", "offline")
    assert was["n"] == told["n"]
    assert all(told[name] >= was[name] - 0.05 for name in ("exact", "within_one", "macro_f1"))


def test_third_party_mail_can_be_converted(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """The converter's files are what `eval triage` reads."""
    mail = {
        "id": "g1",
        "sender": "Ann Lee <ann@example.org>",
        "to": ["bo@example.com"],
        "cc": None,
        "subject": "Question",
        "date": "2026-05-07T09:15:00Z",
        "body": "Bo,\n\ncould you send me the figures?\n\nAnn",
        "category": "NEEDS_RESPONSE",
    }
    source = tmp_path / "source.jsonl"
    source.write_text(json.dumps(mail) + "\n", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, str(EVALS / "convert_gaia.py"), str(source), str(tmp_path / "made")],
        capture_output=True,
        text=True,
        check=True,
    )
    files = (tmp_path / "made" / "cases.jsonl", tmp_path / "made" / "labels.toml")
    assert "1 cases" in done.stdout
    assert 1.0 == measure(capfd, files, "--reader", "offline")[1]["exact"]
