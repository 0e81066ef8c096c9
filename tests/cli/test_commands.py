"""The commands as scripts use them: JSON keys, exit codes, one JSON object on stdout."""

import json
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import click
import pytest
from tests.cli.conftest import Run
from tests.sandbox_server import SandboxServer

from mailreeve.cli.root import COMMANDS

KEYS = {
    "search": {"hits", "next", "total", "source"},
    "hit": {"id", "thread_id", "date", "from", "subject", "snippet", "labels", "url"},
    "message": {
        *("id", "thread_id", "labels", "message_id", "subject"),
        *("from", "to", "cc", "bcc", "reply_to", "date"),
        *("text", "quoted", "signature", "html", "hidden", "links", "attachments", "list_id", "defects"),
    },
    "summary": {"thread_id", "gist", "decisions", "actions", "questions", "by"},
    "action": {"what", "who", "due", "message_id"},
    "verdict": {
        *("id", "label", "priority", "needs_reply", "deadline", "actions", "summary"),
        *("confidence", "reason", "by"),
    },
    "draft": {"draft_id", "message_id", "thread_id", "to", "subject", "digest", "flags"},
    "send": {"status", "draft_id", "message_id", "proposal"},
    "run": {
        *("run", "account", "seen", "already", "decided", "needs_human", "failed", "drafts", "units"),
        *("model_calls", "tokens", "cost", "seconds"),
    },
    "undo": {"undone", "skipped", "final", "failed"},
    "digest": {"date", "text", "runs", "head"},
    "label": {"id", "name", "when", "archetype"},
    "proposal": {"id", "kind", "state", "digest", "to", "subject", "flags"},
    "audit": {"ok", "rows", "head", "anchor", "broken_at"},
}
"""The outer face, docs/interface.md: keys may be added, none may go."""


def first(run: Run, query: str) -> dict[str, str]:
    hits = run("search", query, "--json").json["hits"]
    found: dict[str, str] = hits[0]
    return found


def test_search_and_read_answer_with_their_keys(run: Run, demo: SandboxServer) -> None:
    """A script can rely on every key of the outer face."""
    found = run("search", "is:unread", "--limit", "3", "--json").json
    read = run("read", found["hits"][0]["id"], "--json").json
    assert KEYS["search"] <= set(found)
    assert 3 == len(found["hits"])
    assert KEYS["hit"] <= set(found["hits"][0])
    assert {"messages", "omitted"} <= set(read)
    assert KEYS["message"] <= set(read["messages"][0])


def test_pages_of_a_search_do_not_overlap(run: Run, demo: SandboxServer) -> None:
    """The cursor goes on where the page ended."""
    one = run("search", "in:inbox", "--limit", "10", "--json").json
    two = run("search", "in:inbox", "--limit", "10", "--cursor", one["next"], "--json").json
    ids = [hit["id"] for page in (one, two) for hit in page["hits"]]
    assert 20 == len(set(ids))


def test_summaries_and_verdicts_answer_with_their_keys(run: Run, demo: SandboxServer) -> None:
    """Both say who speaks."""
    hit = first(run, "subject:Atlas in:inbox")
    summary = run("summarize", hit["thread_id"], "--json").json
    verdict = run("classify", hit["id"], "--json").json["verdicts"][0]
    assert {"summaries", "coverage"} <= set(summary)
    assert KEYS["summary"] <= set(summary["summaries"][0])
    assert summary["summaries"][0]["actions"]
    assert all(KEYS["action"] <= set(item) for item in summary["summaries"][0]["actions"])
    assert KEYS["verdict"] <= set(verdict)
    assert ("offline", "offline") == (summary["summaries"][0]["by"], verdict["by"])
    told = " ".join(run("summarize", hit["thread_id"]).out.split())
    for item in summary["summaries"][0]["actions"]:
        assert f"to do: {item['what']} ({item['who']}, by {item['due']})".replace(", by )", ")") in told


def test_what_is_too_much_at_once_is_one_line(run: Run, demo: SandboxServer) -> None:
    """Over twenty threads: the first twenty are summarized, the rest is counted, and how to get it is said once."""
    done = run("summarize", "--query", "in:anywhere -in:draft")
    coverage = run("summarize", "--query", "in:anywhere -in:draft", "--json").json["coverage"]
    assert (3, 20, []) == (done.code, coverage["done"], coverage["failed"])
    assert coverage["left_out"] == coverage["asked"] - 20 > 0
    assert 1 == done.out.count("left out")
    assert "newer_than" in done.out


def test_a_night_from_triage_to_undo(run: Run, demo: SandboxServer) -> None:
    """Triage, digest, runs, undo: coverage adds up, and undo leaves the mailbox as it was."""
    before = demo.state()
    told = run("triage", "--json").json
    digest = run("digest", "--json").json
    runs = run("runs", "--json").json["runs"]
    assert KEYS["run"] <= set(told)
    assert told["seen"] == told["already"] + sum(told["decided"].values()) + len(told["needs_human"])
    assert told["seen"] > 25
    assert KEYS["digest"] <= set(digest)
    assert (told["run"], KEYS["run"] | {"started", "state"}) == (
        runs[0]["run"],
        (KEYS["run"] | {"started", "state"}) & set(runs[0]),
    )
    undone = run("undo", told["run"], "--json").json
    assert KEYS["undo"] <= set(undone)
    assert [] == undone["failed"]
    assert without_history(before) == without_history(demo.state())
    assert True is run("audit", "verify", "--json").json["ok"]


def without_history(state: dict[str, object]) -> str:
    """A mailbox's state as text, apart from the ids that only ever grow."""

    def strip(value: object) -> object:
        if isinstance(value, dict):
            return {key: strip(one) for key, one in value.items() if key != "historyId"}
        return [strip(one) for one in value] if isinstance(value, list) else value

    return json.dumps(strip(state), sort_keys=True)


def test_the_digest_tells_of_each_mail_once_and_of_nothing_undone(run: Run, demo: SandboxServer) -> None:
    """Deciding anew replaces what was decided, and what was undone is no longer told."""
    told = run("triage", "--json").json
    again = run("triage", "--again", "--json").json["run"]
    assert f"{told['seen']} mails decided" in run("digest", "--json").json["text"]
    for id_ in (again, told["run"]):
        run("undo", id_, "--json")
    assert "0 mails decided" in run("digest", "--json").json["text"]


def test_a_draft_of_ours_is_not_summarized_as_something_said(run: Run, demo: SandboxServer) -> None:
    """What nobody sent yet is no part of the conversation."""
    thread = first(run, "from:diane in:inbox")["thread_id"]
    before = run("summarize", thread, "--json").json["summaries"]
    run("triage", "--json")
    assert before == run("summarize", thread, "--json").json["summaries"]


def test_a_dry_run_changes_nothing(run: Run, demo: SandboxServer) -> None:
    """It decides and reports, and the next run finds everything still to do."""
    before = demo.state()
    dry = run("triage", "--dry-run", "--json").json
    assert before == demo.state()
    assert dry["seen"] == run("triage", "--json").json["seen"]


def test_without_a_person_a_send_waits(run: Run, demo: SandboxServer) -> None:
    """No terminal, no yes: exit code 5, the draft stays, nothing leaves."""
    draft = run("draft", "--to", "ana@client.example", "--subject", "Hi", "--body", "Hello", "--json").json
    sent = run("send", draft["draft_id"], "--json")
    proposals = run("review", "--json").json["proposals"]
    assert KEYS["draft"] <= set(draft)
    assert KEYS["send"] <= set(sent.json)
    assert (5, "needs_user") == (sent.code, sent.json["status"])
    assert KEYS["proposal"] <= set(proposals[0])
    assert [draft["draft_id"]] == [one["draft_id"] for one in proposals]
    assert [] == demo.sent()


def test_labels_and_audit_answer_with_their_keys(run: Run, demo: SandboxServer) -> None:
    """The closed set of labels, and an audit log that is whole."""
    assert KEYS["label"] <= set(run("labels", "--json").json["labels"][0])
    assert KEYS["audit"] <= set(run("audit", "verify", "--json").json)


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (["search", "frobnicate:x"], 2),
        (["read", "0000000000000000"], 1),
        (["read"], 2),
        (["undo", "c-999999"], 2),
        (["undo", "nonsense"], 2),
        (["draft", "--to", "nobody", "--body", "x"], 2),
        (["draft"], 2),
        (["draft", "--to", "a@b.example", "--body-file", "/no/such/file"], 2),
        (["triage", "--since", "yesterday"], 2),
        (["triage", "--since", "99999y"], 2),
        (["nonsense"], 2),
        (["search"], 2),
    ],
    ids=str,
)
def test_bad_input_ends_with_its_code_and_a_sentence(
    run: Run, demo: SandboxServer, command: list[str], code: int
) -> None:
    """The error is on stderr, says what is wrong, and stdout stays empty of anything but JSON."""
    done = run(*command)
    assert code == done.code
    assert done.err.strip() or done.out.strip()
    assert "Traceback" not in done.err


def test_without_a_login_the_code_is_four(run: Run) -> None:
    """Scripts can tell that a login is needed."""
    done = run("search", "x", "--json")
    assert (4, "LoginNeeded") == (done.code, done.json["error"]["kind"])
    assert "mailreeve login" in done.err


def test_what_is_no_address_is_quoted_as_it_was_written(run: Run, demo: SandboxServer) -> None:
    """The error repeats the words that were given."""
    done = run("draft", "--to", "not an address", "--body", "x")
    assert 2 == done.code
    assert "to: 'not an address' is no e-mail address." in done.err


def test_a_wrong_setting_is_code_two(run: Run, tmp_path: Path) -> None:
    """And the key is named."""
    home = tmp_path / "home"
    home.mkdir()
    (home / "config.toml").write_text("[llm]\nmodle = 'x'", encoding="utf-8")
    done = run("search", "x")
    assert (2, True) == (done.code, "llm.modle" in done.err)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_a_help_text(run: Run, command: str) -> None:
    """`--help` says what it is for."""
    done = run(command, "--help")
    assert (0, True) == (done.code, len(done.out.splitlines()) > 4)


def test_a_mail_cannot_drive_the_terminal(run: Run, demo: SandboxServer) -> None:
    """Control characters of a mail never reach the terminal."""
    id_ = demo.deliver(
        b"From: x@y.example\r\nTo: alex.moreno@example.com\r\nSubject: =?utf-8?q?=1B]0;owned=07?=\r\n\r\n"
        b"\x1b[2Jgone\x07\x9b31m\r\n"
    )
    for command in (["read", id_], ["search", "from:x@y.example"], ["classify", id_]):
        assert not {"\x1b", "\x07", "\x9b"} & set(run(*command).out)


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_scripts_are_printed(run: Run, shell: str) -> None:
    """The script can be added to the shell's start file as it is."""
    done = run("completion", shell)
    assert (0, True) == (done.code, "_MAILREEVE_COMPLETE" in done.out)


def test_an_empty_run_offers_nothing_to_take_back(run: Run, demo: SandboxServer) -> None:
    """No empty table, no undo of nothing; before the first run `runs` says so."""
    assert "There was no run yet." in run("runs").out
    first = run("triage").out
    assert "Take it all back" in first
    empty = run("triage").out
    assert "Take it all back" not in empty
    assert "Priority" not in empty
    assert "0 seen" in empty
    newest = run("runs", "--json").json["runs"][0]
    assert 0 == newest["changes"]
    assert "There was nothing to take back." in run("undo", newest["run"]).out


def with_json(name: str) -> Iterator[str]:
    """The command and those below it that answer with JSON, each as it is typed."""
    module, attribute = COMMANDS[name]
    waiting: list[tuple[str, click.Command]] = [(name, getattr(import_module(module), attribute))]
    for path, command in waiting:
        if isinstance(command, click.Group):
            waiting += [(f"{path} {below}", one) for below, one in command.commands.items()]
        elif any("--json" in option.opts for option in command.params):
            yield path


def test_the_page_of_the_outer_face_names_every_command() -> None:
    """What answers with JSON has a line in docs/interface.md."""
    page = (Path(__file__).parents[2] / "docs" / "interface.md").read_text(encoding="utf-8")
    rows = [set(re.findall(r"[a-z-]+", row)) for row in page.splitlines() if row.startswith("| `")]
    paths = [path for name in COMMANDS for path in with_json(name)]
    assert len(paths) > 60
    assert [] == [path for path in paths if not any(set(path.split()) <= row for row in rows)]


def test_answers_to_invitations_are_told_as_they_are_given(run: Run, demo: SandboxServer) -> None:
    """Yes, no, maybe or none yet, and never Google's word for it; follow-ups say how far back they look."""
    invitation = run("search", "subject:Invitation", "--json").json["hits"][0]["id"]
    assert "your answer: none yet" in run("calendar", "invite", invitation).out
    assert "needsAction" not in run("calendar", "agenda", "--days", "30").out
    assert "for 30 days or longer" in " ".join(run("followups", "--days", "30").out.split())


def test_an_interrupted_command_says_so(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C ends with 130, one line, and an object for scripts."""

    def interrupted(*_given: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("mailreeve.service.labels.labels", interrupted)
    done = run("--demo", "labels", "--json")
    assert (130, "mailreeve: Interrupted.") == (done.code, done.err.strip())
    assert ("Cancelled", "Interrupted.") == (done.json["error"]["kind"], done.json["error"]["message"])
