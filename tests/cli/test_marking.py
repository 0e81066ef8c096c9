"""`eval mine`: the person's own mail, key by key."""

import json

import pytest
from tests.cli.conftest import Run
from tests.cli.test_review import Terminal
from tests.sandbox_server import SandboxServer


@pytest.fixture
def sorted_mail(run: Run, demo: SandboxServer) -> SandboxServer:
    """The demo mailbox after a run, so that decisions are there to be marked."""
    assert 0 == run("triage", "--json").code
    return demo


def test_without_marks_and_a_terminal_there_are_no_figures(run: Run, demo: SandboxServer) -> None:
    """Nothing is asked in a pipe; what to do is told."""
    done = run("eval", "mine", "--json")
    assert (2, "No mail is marked yet.") == (done.code, done.json["error"]["message"])


def test_marks_are_kept_and_carried_on(run: Run, sorted_mail: SandboxServer) -> None:
    """A tick, a cross with the right label, a skip and a quit; a second go shows none of the marked ones again."""
    terminal = Terminal("eval", "mine", "--last", "5")
    terminal.until("1 of 5")
    terminal.until("q quit")
    terminal.press("y")
    terminal.until("2 of 5")
    terminal.until("q quit")
    terminal.press("n")
    terminal.until("- none of these")
    terminal.press("-")
    terminal.until("3 of 5")
    terminal.until("q quit")
    terminal.press("s")
    terminal.until("4 of 5")
    terminal.until("q quit")
    terminal.press("q")
    terminal.until("2 mails by mine")
    assert 0 == terminal.end()
    told = run("eval", "mine", "--json").json
    assert (2, 0.5) == (told["n"], told["exact"])
    assert {"within_one", "macro_f1", "urgent_recall", "per_label", "confusion", "ece", "ci95", "by"} <= set(
        told
    )
    again = Terminal("eval", "mine", "--last", "5")
    again.until("3 of 5")
    again.until("q quit")
    again.press("q")
    assert 0 == again.end()


def test_ids_and_labels_are_kept_and_no_word_of_mail(run: Run, sorted_mail: SandboxServer) -> None:
    """The export shows all that a mark holds; --forget drops it, and the mailbox was never touched."""
    before = sorted_mail.state()
    terminal = Terminal("eval", "mine", "--last", "1")
    terminal.until("q quit")
    terminal.press("y")
    terminal.until("1 mails by mine")
    assert 0 == terminal.end()
    assert before == sorted_mail.state()
    rows = [json.loads(line) for line in run("export").out.splitlines()]
    marks = [row for row in rows if row.get("table") == "mark"]
    assert 1 == len(marks)
    assert {"account", "message", "given", "wanted", "decided_by", "confidence", "at", "table"} == set(
        marks[0]
    )
    assert {"forgotten": 1} == run("eval", "mine", "--forget", "--json").json
    assert 2 == run("eval", "mine", "--json").code


def test_a_count_out_of_bounds_is_told(run: Run, sorted_mail: SandboxServer) -> None:
    """Before anything is read."""
    terminal = Terminal("eval", "mine", "--last", "0")
    terminal.until("Between 1 and 1000 mails can be marked.")
    assert 2 == terminal.end()
