"""`mailreeve eval summaries, actions, followups, drafts`: keys, checks that fail when they should, and the judge."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.scripted_llm import Reply, Request, ScriptedLlm, completion, status, verdict

from mailreeve.cli import root
from mailreeve.evaluation import drafts
from mailreeve.evaluation.drafts import DraftExpect
from mailreeve.evaluation.thread_cases import ThreadCase
from mailreeve.models import DecidedBy, Message, ReplyText, Thread

ROOT = Path(__file__).parents[2]
EVALS = ROOT / "evals"
COSTS = {"ms_per_case", "model_calls_per_case", "tokens_per_case", "tokens", "cost"}
CHECKED = {"n", "passed", "by_check", "ci95", "failed", "reader", "cases", "judge"} | COSTS
KEYS = {
    "summaries": CHECKED,
    "drafts": CHECKED,
    "actions": {
        *("n", "precision", "recall", "f1", "right", "extra", "missed", "due_right", "who_right"),
        *("nothing_asked", "ci95", "failed", "reader", "cases"),
    }
    | COSTS,
    "followups": {"n", "right", "exact", "precision", "recall", "f1", "ci95", "failed", "cases"} | COSTS,
}
"""The outer face: keys may be added, none may go."""
OWN = {
    "summaries": [EVALS / "summaries" / "cases.jsonl"],
    "drafts": [EVALS / "drafts" / "cases.jsonl"],
    "actions": [EVALS / "actions" / "dev.jsonl", EVALS / "actions" / "locked.jsonl"],
    "followups": [EVALS / "followups" / "cases.jsonl"],
}
ALEX, ANA = "Alex Moreno <alex@example.com>", "Ana Price <ana@example.org>"


def mail(body: str, day: int = 2, *, mine: bool = False, **more: Any) -> dict[str, Any]:
    return {
        "from": ALEX if mine else ANA,
        "to": ANA if mine else ALEX,
        "subject": "The plan",
        "date": f"2026-03-{day:02}T09:00:00+01:00",
        "body": body,
        **more,
    }


def thread(*messages: Any, id_: Any = "t", **expect: Any) -> dict[str, Any]:
    return {"id": id_, "owner": "alex@example.com", "messages": list(messages), "expect": expect}


def write(folder: Path, *cases: Any) -> Path:
    file = folder / "cases.jsonl"
    file.write_text("\n".join(one if isinstance(one, str) else json.dumps(one) for one in cases), "utf-8")
    return file


def measure(capfd: pytest.CaptureFixture[str], what: str, file: Path, *more: str) -> tuple[int, Any]:
    capfd.readouterr()
    code = root.run(["eval", what, "--cases", str(file), *more, "--json"])
    out, err = capfd.readouterr()
    return code, json.loads(out) if out else err


@pytest.fixture
def model(llm_server: ScriptedLlm, monkeypatch: pytest.MonkeyPatch) -> ScriptedLlm:
    """The scripted endpoint as the configured model."""
    monkeypatch.setenv("MAILREEVE_LLM_BASE_URL", llm_server.base_url)
    monkeypatch.setenv("MAILREEVE_LLM_MODEL", "scripted")
    return llm_server


@pytest.mark.parametrize(("what", "file"), [(what, file) for what, files in OWN.items() for file in files])
def test_the_own_cases_are_read_as_well_as_they_were(
    capfd: pytest.CaptureFixture[str], what: str, file: Path
) -> None:
    """All keys, nothing fails, and the main figure stays within 0.05 of evals/baseline.json."""
    code, told = measure(capfd, what, file)
    assert (0, []) == (code, told["failed"])
    assert KEYS[what] <= set(told)
    command = f"mailreeve eval {what} --cases {file.relative_to(ROOT)} --json"
    known = json.loads((EVALS / "baseline.json").read_text(encoding="utf-8"))["measured"]
    figures = next(one["figures"] for one in known if one["command"] == command)
    main = {"summaries": "passed", "drafts": "passed", "actions": "f1", "followups": "exact"}[what]
    assert figures["n"] == told["n"]
    assert figures[main] - 0.05 <= told[main], told["cases"]


TOO_EARLY = mail("We meet on Tuesday at 9:00.\n\nAna")
MOVED = mail("Sorry: we meet on Thursday at 13:00. Could you send me the plan by Wednesday?\n\nAna", 3)
SUMMARIES: list[tuple[dict[str, Any], str]] = [
    ({"mentions": ["Saturday"]}, "mentions"),
    ({"stale": ["Thursday"]}, "not_stale"),
    ({"actions": [{"what": "Buy a boat"}]}, "actions"),
    ({"actions": [{"what": "Send Ana the plan", "who": "Bo"}]}, "actions"),
    ({"actions": [{"what": "Send Ana the plan", "due": "2026-03-05"}]}, "actions"),
    ({"done": ["Send Ana the plan"]}, "actions"),
    ({"questions": ["boat"]}, "questions"),
    ({"language": "de"}, "language"),
    ({"gist_chars": 10}, "length"),
]


@pytest.mark.parametrize(("expect", "check"), SUMMARIES, ids=[str(one) for one, _ in SUMMARIES])
def test_a_wrong_summary_fails_its_check(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], expect: dict[str, Any], check: str
) -> None:
    """What is expected and not there, or there and not expected, is named; the other checks hold."""
    right = {
        "mentions": [["Thursday", "2026-03-05"]],
        "stale": ["Tuesday"],
        "actions": [{"what": "Send Ana the plan", "who": "you", "due": "2026-03-04"}],
    }
    file = write(tmp_path, thread(TOO_EARLY, MOVED, **right), thread(TOO_EARLY, MOVED, id_="u", **expect))
    code, told = measure(capfd, "summaries", file)
    assert (0, 0.5) == (code, told["passed"])
    assert [{}, {check}] == [told["cases"][0]["problems"], set(told["cases"][1]["problems"])]


STORIES: list[tuple[list[Any], list[Any], set[str]]] = [
    ([{"text": "Moved to Thursday.", "message": 2}], [{"text": "Send Ana the plan", "message": 2}], set()),
    ([{"text": "They meet on Tuesday.", "message": 2}], [], {"mentions", "not_stale", "actions"}),
]


@pytest.mark.parametrize(("news", "todo", "problems"), STORIES, ids=["right", "wrong"])
def test_what_a_digest_tells_of_new_messages_is_checked_like_a_summary(
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
    model: ScriptedLlm,
    news: list[Any],
    todo: list[Any],
    problems: set[str],
) -> None:
    """With `new` the prompt of the digest is asked; coverage counts the new messages."""
    model.says({"news": news, "todo": todo})
    expect = {"mentions": ["Thursday"], "stale": ["Tuesday"], "actions": [{"what": "Send Ana the plan"}]}
    file = write(tmp_path, thread(TOO_EARLY, MOVED, new=1, **expect))
    _, told = measure(capfd, "summaries", file, "--reader", "llm")
    assert problems == set(told["cases"][0]["problems"])
    assert "Those from number 2 on are new" in model.requests[0].user


def test_the_own_threads_for_the_digest_are_read(
    capfd: pytest.CaptureFixture[str], model: ScriptedLlm
) -> None:
    """Each is asked for as the digest would, the long one with notes first."""
    code, told = measure(capfd, "summaries", EVALS / "summaries" / "digest.jsonl", "--reader", "llm")
    assert (0, 7, []) == (code, told["n"], told["failed"])
    stories = [one for one in model.requests if "Keys: news" in one.system]
    assert (7, True) == (len(stories), len(model.requests) > 7)


def test_a_model_that_makes_things_up_is_found_out(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], model: ScriptedLlm
) -> None:
    """An outdated fact and a gist that rests on no message."""
    model.says(
        {
            "gist": "They meet on Tuesday.",
            "gist_messages": [9],
            "decisions": [],
            "actions": [],
            "questions": [],
        }
    )
    file = write(tmp_path, thread(TOO_EARLY, MOVED, mentions=["Thursday"], stale=["Tuesday"]))
    _, told = measure(capfd, "summaries", file, "--reader", "llm")
    assert {"mentions", "not_stale", "pointers"} == set(told["cases"][0]["problems"])
    assert 1 == told["model_calls_per_case"]


ASKED = mail("Which paper do you want, and what does it cost?\n\nAna")
DRAFTS: list[tuple[str, str]] = [
    ("Hi Ana,\n\nthe paper is [which?] and the cost is [price?].\n\nAlex", ""),
    ("Hi Ana,\n\nthank you for your mail.\n\nAlex", "answers"),
    ("Hi Ana,\n\nthe paper is [which?] and the cost is 480 euros.\n\nAlex", "numbers"),
    ("Hi Ana,\n\nI tell you the paper and the cost on Friday.\n\nAlex", "dates names"),
    ("Hi Ana,\n\nthe paper and the cost are what Barbara said to you.\n\nAlex", "names"),
    ("Hallo Ana,\n\ndas Papier ist [welches?] und die Kosten sind [Preis?].\n\nAlex", "language names"),
    ("Hi Ana,\n\nthe paper and the cost are " + "very " * 300 + "good.\n\nAlex", "length"),
]


@pytest.mark.parametrize(("body", "checks"), DRAFTS, ids=[checks or "good" for _, checks in DRAFTS])
def test_a_wrong_draft_fails_its_check(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], model: ScriptedLlm, body: str, checks: str
) -> None:
    """A question left out, an invented number, date or name, another language, a link, too many words."""
    model.says({"body": body, "note": ""})
    asks = ["paper", ["cost", "price"]]
    file = write(tmp_path, thread(ASKED, name="Alex Moreno", asks=asks, to=["ana@example.org"]))
    _, told = measure(capfd, "drafts", file, "--reader", "llm")
    found = set(told["cases"][0]["problems"])
    assert set(checks.split()) == found


def test_a_link_that_no_mail_shows_fails() -> None:
    """The reader takes such links out, so the check is asked itself."""
    case = ThreadCase("t", "alex@example.com", Thread("t", (Message(id="t.1", text="Hello"),)), DraftExpect())
    shown = drafts.checked(case, ReplyText("See https://evil.example/x", DecidedBy.LLM)).problems
    assert ["shows 'https://evil.example/x'"] == shown["plain"]


def test_recipients_and_instructions_are_checked(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """An answer goes to Reply-To; what the owner said has to stand in it."""
    asked = mail("Can you come on Friday?\n\nAna", headers={"Reply-To": "office@example.org"})
    told = [
        measure(capfd, "drafts", write(tmp_path, thread(asked, instructions="yes, gladly", **expect)))[1]
        for expect in (
            {"to": ["office@example.org"], "says": ["gladly"]},
            {"to": ["ana@example.org"]},
            {"never": ["gladly"]},
        )
    ]
    problems = [set(one["cases"][0]["problems"]) for one in told]
    assert [set(), {"recipients"}, {"says"}] == problems


def test_action_items_are_counted(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """One right with its date, one missed, and something found where nothing is asked."""
    case = mail("Please send me the plan by Wednesday.\n\nAna") | {"id": "a"}
    tasks = [{"what": "Send Ana the plan", "who": "you", "due": "2026-03-04"}, {"what": "Buy a boat"}]
    quiet = mail("Please call me.\n\nAna") | {"id": "b", "actions": []}
    _, told = measure(capfd, "actions", write(tmp_path, case | {"actions": tasks}, quiet))
    assert (1, 1, 1) == (told["right"], told["extra"], told["missed"])
    assert (0.5, 0.5, 0.5) == (told["precision"], told["recall"], told["f1"])
    assert (1.0, 1.0, {"n": 1, "clean": 0}) == (told["due_right"], told["who_right"], told["nothing_asked"])
    assert ["Buy a boat"] == told["cases"][0]["missed"]


def test_tasks_of_a_model_are_measured(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], model: ScriptedLlm
) -> None:
    """What the model lists for a mail is compared like the built-in reader's, with its calls and tokens."""
    model.default = lambda request: Reply(
        completion(
            verdict(request, actions=[{"what": "Send Ana the plan", "who": "you", "due": "2026-03-05"}])
        )
    )
    case = mail("Please send me the plan by Wednesday.\n\nAna") | {
        "id": "a",
        "actions": [{"what": "Send Ana the plan", "who": "you", "due": "2026-03-04"}],
    }
    _, told = measure(capfd, "actions", write(tmp_path, case), "--reader", "llm")
    assert (1.0, 0.0, 1.0) == (told["f1"], told["due_right"], told["model_calls_per_case"])
    assert 560 == told["tokens_per_case"]


def test_threads_that_wait_are_counted(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Right and wrong threads, of which each says what waits."""
    asked = mail("Could you send me the plan?\n\nAlex", mine=True)
    now = "2026-03-10T09:00:00+01:00"
    file = write(tmp_path, thread(asked, waits=True, now=now), thread(asked, id_="u", waits=False, now=now))
    _, told = measure(capfd, "followups", file)
    assert (2, 1, 0.5, 0.5, 1.0) == tuple(told[key] for key in ("n", "right", "exact", "precision", "recall"))
    assert ["Could you send me the plan?"] == told["cases"][0]["asked"]


def by_number(request: Request) -> Reply:
    """A judge that finds everything with "at 9" faithful and everything complete."""
    text = request.user.split("-----")[-2]
    return Reply(completion({"faithful": "at 9" in text, "complete": True, "reason": "so it is"}))


def test_the_judge_and_how_far_it_agrees_with_people(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], model: ScriptedLlm
) -> None:
    """It sees thread and text between fences; its agreement with hand labels is a share and a kappa."""
    model.default = by_number
    hand = tmp_path / "hand.jsonl"
    rows = [("h1", "at 9", True, True), ("h2", "at 8", False, True), ("h3", "at 7", True, False)]
    hand.write_text(
        "\n".join(
            json.dumps({"id": id_, "case": "t", "text": text, "faithful": faithful, "complete": complete})
            for id_, text, faithful, complete in rows
        )
    )
    file = write(tmp_path, thread(TOO_EARLY))
    code, told = measure(capfd, "summaries", file, "--judge", "--judge-model", "big", "--hand", str(hand))
    judge = told["judge"]
    assert (0, "big", 1, 1.0, 1.0) == (code, *(judge[key] for key in ("model", "n", "faithful", "complete")))
    assert (3, 0.6667, 0.6667) == tuple(
        judge["agreement"][key] if key == "n" else judge["agreement"][key]["agree"]
        for key in ("n", "faithful", "complete")
    )
    assert (0.4, 0.0) == tuple(judge["agreement"][key]["kappa"] for key in ("faithful", "complete"))
    assert {"big"} == {request.body["model"] for request in model.requests}
    assert 4 == len(model.requests)
    assert "We meet on Tuesday at 9:00." in model.requests[0].user


def test_without_hand_labels_no_agreement_is_claimed(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], model: ScriptedLlm
) -> None:
    """It is null in JSON and said in words; a judge that fails is exit 3 and named."""
    model.default = by_number
    file = write(tmp_path, thread(TOO_EARLY))
    assert measure(capfd, "summaries", file, "--judge")[1]["judge"]["agreement"] is None
    assert 0 == root.run(["eval", "summaries", "--cases", str(file), "--judge"])
    assert "not measured" in capfd.readouterr().out
    model.default = status(401)
    code, told = measure(capfd, "summaries", file, "--judge")
    assert (3, ["t"], None) == (
        code,
        [one["id"] for one in told["judge"]["failed"]],
        told["judge"]["faithful"],
    )


def test_a_reader_that_fails_is_counted_and_told(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], model: ScriptedLlm
) -> None:
    """Exit 3; the case passes nothing and its reason is there."""
    model.default = lambda request: Reply(completion(verdict(request)))
    code, told = measure(capfd, "summaries", write(tmp_path, thread(TOO_EARLY)), "--reader", "llm")
    assert (3, 0.0, ["t"]) == (code, told["passed"], [one["id"] for one in told["failed"]])


WRONG: list[tuple[str, Any, str]] = [
    ("summaries", "{", "line 1"),
    ("summaries", {"id": "t", "owner": "a@b.example", "messages": []}, "messages"),
    ("summaries", {"id": "t", "owner": "nobody", "messages": [mail("x")]}, "owner"),
    ("summaries", thread(mail("x"), mention=["x"]), "mention"),
    ("summaries", thread(mail("x") | {"subject": 7}), "message 1"),
    ("followups", thread(mail("x")), "waits"),
    ("actions", mail("x") | {"id": "a"}, "actions is missing"),
    ("actions", mail("x") | {"id": "a", "actions": [{"who": "you"}]}, "what"),
    ("drafts", {"owner": "a@b.example", "messages": [mail("x")]}, "id"),
]


@pytest.mark.parametrize(("what", "case", "named"), WRONG, ids=[named for _, _, named in WRONG])
def test_a_wrong_file_is_told(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], what: str, case: Any, named: str
) -> None:
    """Exit 2, the line and what is wrong in it; a check with a misspelt name would never fail, so it is an error."""
    code, told = measure(capfd, what, write(tmp_path, case))
    assert 2 == code
    assert "line 1" in told["error"]["message"]
    assert named in told["error"]["message"]


def test_a_case_that_comes_twice_and_a_model_that_is_missing_are_told(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """Exit 2 each."""
    file = write(tmp_path, thread(TOO_EARLY), thread(TOO_EARLY))
    assert "comes twice" in measure(capfd, "summaries", file)[1]["error"]["message"]
    one = write(tmp_path, thread(TOO_EARLY))
    assert "No model" in measure(capfd, "summaries", one, "--reader", "llm")[1]["error"]["message"]
    assert "No model" in measure(capfd, "drafts", one, "--judge")[1]["error"]["message"]
    assert 2 == measure(capfd, "drafts", one, "--hand", "x")[0]


@pytest.mark.parametrize("what", sorted(OWN))
def test_the_figures_for_people_fit_eighty_columns(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    """A table with shares and intervals, none of them cut."""
    monkeypatch.setenv("COLUMNS", "80")
    assert 0 == root.run(["eval", what, "--cases", str(OWN[what][0])])
    out = capfd.readouterr().out
    assert "[" in out
    figures = [line for line in out.split("\n") if "[" in line and "of" in line]
    assert all(line.rstrip().endswith("]") and len(line) <= 80 for line in figures)


@pytest.mark.parametrize("what", ["summaries", "drafts"])
def test_the_hand_labels_fit_their_cases(
    capfd: pytest.CaptureFixture[str], model: ScriptedLlm, what: str
) -> None:
    """Each is about a case that exists, and both answers occur."""
    model.default = by_number
    hand = EVALS / what / "hand.jsonl"
    _, told = measure(capfd, what, OWN[what][0], "--judge", "--hand", str(hand))
    labels = [json.loads(line) for line in hand.read_text(encoding="utf-8").splitlines()]
    assert len(labels) == told["judge"]["agreement"]["n"]
    assert {(True,), (False,)} == {(one["faithful"],) for one in labels}


def test_published_action_items_and_follow_ups(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], data: Path
) -> None:
    """The converter makes 20 and 16 cases of GAIA's; F1 is at least 0.5 and 14 threads are right."""
    script = EVALS / "convert_gaia_work.py"
    given = [sys.executable, str(script), str(data / "triage"), str(tmp_path)]
    subprocess.run(given, check=True, capture_output=True)
    _, actions = measure(capfd, "actions", tmp_path / "actions.jsonl")
    _, threads = measure(capfd, "followups", tmp_path / "followups.jsonl")
    assert (20, 16) == (actions["n"], threads["n"])
    assert actions["f1"] >= 0.5
    assert threads["right"] >= 14
